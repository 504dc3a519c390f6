"""What a world is made with and what can be changed while it runs, read from plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fake_erp import extensions, profiles
from fake_erp.checks import (
    ADDRESS,
    ANY_TEXT,
    CNPJ,
    DEPOTS,
    EXTENSIONS,
    MOODS,
    PLAN,
    SERVER,
    SWITCH,
    TEXT,
    TOKEN,
    Check,
    between,
    one_of,
    whole,
)
from fake_erp.outages import LATENCY_PROFILES
from fake_erp.records import Depot
from scenarios.harness.journal import DEFAULT_LIMIT
from scenarios.harness.worlds import WorldError

# The webhook of the main integration that each address is for, by its `tipo`.
WEBHOOK_ADDRESSES: dict[str, str] = {
    "stock_webhook_url": "estoque",
    "situation_webhook_url": "situacao_pedido",
    "tracking_webhook_url": "rastreio",
    "invoice_webhook_url": "nota_fiscal",
    "price_webhook_url": "precos",
    "product_webhook_url": "produto",
}

# The notifications of the account itself, by their `tipo`, and the setting that holds each address.
ACCOUNT_ADDRESSES: dict[str, str] = {
    "inclusao_pedido": "account_order_webhook_url",
    "atualizacao_pedido": "account_order_webhook_url",
    "estoque": "account_stock_webhook_url",
}

# Settings that hold an address: probed when they are saved, shown masked.
ADDRESSES = tuple(dict.fromkeys((*WEBHOOK_ADDRESSES, *ACCOUNT_ADDRESSES.values())))

# These settings are the main integration's and are kept there.
OF_INTEGRATION = frozenset({"id_ecommerce", "send_physical", "depot", *WEBHOOK_ADDRESSES})

DEFAULT_ANSWERS = 200
DEFAULT_DEPOTS = (Depot(nome="Geral"), Depot(nome="Avarias", ignored=True))


@dataclass(kw_only=True)
class Settings:
    """What a world is made with. Those after `depots` can be changed while it runs."""

    name: str
    seed: int = 1
    token: str | None = None
    cnpj: str | None = None
    products: int = 0
    variations_share: float = 0.333
    journal_limit: int = DEFAULT_LIMIT
    depots: tuple[Depot, ...] = DEFAULT_DEPOTS
    plan: str = "evoluir"
    # Company blocked: code 8. Without access to the API: code 5.
    blocked: bool = False
    # System under maintenance: code 99.
    maintenance: bool = False
    api_access: bool = True
    # All of them, none, or those that are named (`moods.NAMES`).
    moods: bool | tuple[str, ...] = True
    # Whether variations stand beside their parents in a listing (products §1, open point 3).
    list_variations: bool = True
    # Whether a parent's balance is the sum of its variations' (products §15, open point 6).
    parent_sums: bool = False
    # Whether `saldoReservado` is filled at all (products §3).
    reservation: bool = True
    # Whether a refused call counts in the minute (transport §6, open point 6).
    count_refused: bool = False
    # Rows as older captures have them (observed, "Older search rows omit").
    old_rows: bool = False
    # What is installed of the extension store.
    extensions: tuple[str, ...] = tuple(extensions.NAMES)
    # Whether a mixed batch is told with 2 instead of 4 (transport §3.6, quirk 5).
    mixed_batch_is_2: bool = False
    # Most records that a search may find before it is code 21; 0 = any number.
    most_records: int = 0
    # Most products, contacts and orders together before an insert is code 7; 0 = any number.
    storage_records: int = 0
    # Whether the account has its integration already, as somebody who set everything up would have it.
    integrated: bool = True
    id_ecommerce: int = 8123
    # How long the ERP takes for each call, on the world's clock.
    latency: float = 0.0
    # How that varies from call to call: always the same, a long tail, or one in twenty very slow.
    latency_profile: str = "fixed"
    # How many characters of each answer the journal keeps.
    journal_answers: int = DEFAULT_ANSWERS
    # Whether one call in ten meets trouble of the network, drawn from the seed; one of `profiles.CALLS`.
    call_profile: str = profiles.CALM
    # The addresses of the integration's webhooks; "" = none was entered.
    stock_webhook_url: str = ""
    situation_webhook_url: str = ""
    tracking_webhook_url: str = ""
    invoice_webhook_url: str = ""
    price_webhook_url: str = ""
    product_webhook_url: str = ""
    # "Enviar saldo físico": F, otherwise D (stock webhook §2.2).
    send_physical: bool = True
    # "Depósito a ser considerado na integração"; "" = every depot that counts.
    depot: str = ""
    # Where e-mails go besides the outbox, as host:port.
    smtp: str = ""
    # Whether another stock mode or depot is told at once of every mapped product (stock webhook, open point 3).
    resend_stock: bool = False
    # The addresses of the account's own notifications (order webhooks §6, stock webhook §5).
    account_order_webhook_url: str = ""
    account_stock_webhook_url: str = ""
    # How a webhook's body is packed: json, text (JSON under text/plain) or form (§1).
    webhook_dialect: str = "json"
    # Most deliveries under way at once; those of one product or order go one after another.
    deliveries_at_once: int = 8
    # What happens to a share of the messages on their way; one of `profiles.NAMES`.
    delivery_profile: str = profiles.IN_ORDER
    # Whether the account's notification of an order comes before the answer that inserts it (observed, Notifications).
    notify_before_answer: bool = True
    # Whether twenty failures in a row take an address away (observed: hearsay).
    drop_address_after_failures: bool = False
    # Whether "at most 2" counts the first attempt (order webhooks §2 against §5).
    two_attempts_in_all: bool = False
    # Whether a product is sent inside an envelope, or bare (stock webhook §4).
    product_envelope: bool = True
    # When an order's quantities leave the stock; "never" leaves them reserved.
    post_stock_at: str = "faturado"
    # Whether cancelling an order gives posted stock back (observed, Writes: it does not).
    return_posted_stock: bool = False
    # Code 5 instead of 8 where the changes lists' extension is missing (products §15.2 against observed).
    missing_extension_is_5: bool = False
    # Code 10 instead of 31 for a changes list asked for more than 30 days (transport §6.3).
    too_old_is_10: bool = False
    # Whether what orders move is missing from the list of changed stocks (observed, Reads).
    stock_list_forgets_sales: bool = False
    # Whether a repeated code of a product is code 30; without it two products can have one code (code 33).
    unique_codes: bool = True
    # Whether `produto.alterar.php` keeps what was not sent (products §15, open point 4).
    alter_keeps_unsent: bool = False
    # Code 31 for a stock update without content, instead of OK with nothing in it (observed, Transport).
    empty_update_is_31: bool = False
    # Whether a kit on an order is taken from its parts.
    kit_parts: bool = True
    # Whether authorising an invoice moves an order to faturado that is not so far.
    note_moves_order: bool = True
    # Code 34 instead of the link of an invoice that is not authorised (orders §10.3).
    link_needs_authorisation: bool = False
    # Code 30 for a second order with the same platform number (orders §2.7).
    refuse_duplicate_orders: bool = False
    # Code 31 for an item code that no product has, in an order of an integration (orders §2.3).
    refuse_unknown_codes: bool = False
    # Code 31 where the instalments do not add up to the total (observed, Writes).
    check_instalments: bool = True
    # Code 31 for a text longer than documented, instead of cutting it.
    refuse_long_texts: bool = False
    # Which key of a contact must be unique: "codigo", "cpf_cnpj" or "none" (contacts §7).
    unique_contact_key: str = "codigo"
    # Code 32 instead of 20 for an unknown contact (table against capture).
    unknown_contact_is_32: bool = False
    # Whether the search by document minds its punctuation (contacts §7).
    exact_document_search: bool = False
    # Code 31 for a document whose check digits are wrong, and for a city that no table has.
    check_documents: bool = False
    check_cities: bool = False
    # Code 31 for an order whose seller is none of the account's (orders §2.2).
    check_sellers: bool = False
    # Whether the search by platform number finds longer numbers too (orders §3).
    loose_number_search: bool = False
    # Whether documents and CEP are read back punctuated (orders §4).
    mask_documents: bool = True
    # Whether a new order is announced by the situation webhook (webhooks §9).
    announce_inserted: bool = False
    # Whether what the API itself changed is announced too (webhooks §10).
    announce_api_changes: bool = True


_CHANGEABLE: dict[str, Check] = {
    "plan": PLAN,
    "blocked": SWITCH,
    "maintenance": SWITCH,
    "api_access": SWITCH,
    "moods": MOODS,
    "list_variations": SWITCH,
    "parent_sums": SWITCH,
    "reservation": SWITCH,
    "count_refused": SWITCH,
    "old_rows": SWITCH,
    "extensions": EXTENSIONS,
    "mixed_batch_is_2": SWITCH,
    "most_records": whole(0, 10**9),
    "storage_records": whole(0, 10**9),
    "id_ecommerce": whole(1, 10**12),
    "latency": between(0, 3600),
    "latency_profile": one_of(*LATENCY_PROFILES),
    "journal_answers": whole(0, 100_000),
    "call_profile": one_of(*profiles.CALLS),
    "token": TOKEN,
    **dict.fromkeys(ADDRESSES, ADDRESS),
    "send_physical": SWITCH,
    "depot": ANY_TEXT,
    "smtp": SERVER,
    "resend_stock": SWITCH,
    "webhook_dialect": one_of("json", "text", "form"),
    "deliveries_at_once": whole(1, 256),
    "delivery_profile": one_of(*profiles.NAMES),
    "notify_before_answer": SWITCH,
    "drop_address_after_failures": SWITCH,
    "two_attempts_in_all": SWITCH,
    "product_envelope": SWITCH,
    "post_stock_at": one_of("aprovado", "faturado", "enviado", "never"),
    "return_posted_stock": SWITCH,
    "missing_extension_is_5": SWITCH,
    "too_old_is_10": SWITCH,
    "stock_list_forgets_sales": SWITCH,
    "unique_codes": SWITCH,
    "alter_keeps_unsent": SWITCH,
    "empty_update_is_31": SWITCH,
    "kit_parts": SWITCH,
    "note_moves_order": SWITCH,
    "link_needs_authorisation": SWITCH,
    "refuse_duplicate_orders": SWITCH,
    "refuse_unknown_codes": SWITCH,
    "check_instalments": SWITCH,
    "refuse_long_texts": SWITCH,
    "unique_contact_key": one_of("codigo", "cpf_cnpj", "none"),
    "unknown_contact_is_32": SWITCH,
    "exact_document_search": SWITCH,
    "check_documents": SWITCH,
    "check_cities": SWITCH,
    "check_sellers": SWITCH,
    "loose_number_search": SWITCH,
    "mask_documents": SWITCH,
    "announce_inserted": SWITCH,
    "announce_api_changes": SWITCH,
}
_AT_CREATION: dict[str, Check] = {
    "name": TEXT,
    "seed": whole(0, 2**63),
    "cnpj": CNPJ,
    "products": whole(0, 200_000),
    "variations_share": between(0, 1),
    "journal_limit": whole(1, 10_000_000),
    "depots": DEPOTS,
    "integrated": SWITCH,
    **_CHANGEABLE,
}

AT_CREATION = frozenset(_AT_CREATION)
CHANGEABLE = frozenset(_CHANGEABLE)


def read_address(text: str) -> str:
    """A webhook's address, or "" for none. Raises WorldError."""
    try:
        return str(ADDRESS.read(text))
    except ValueError as error:
        raise WorldError(str(error)) from None


def schema(names: frozenset[str], *required: str) -> dict[str, Any]:
    """The shape of settings as JSON Schema; null means the default, or that nothing changes."""
    properties = {name: {"anyOf": [_AT_CREATION[name].schema, {"type": "null"}]} for name in sorted(names)}
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def read_settings(given: dict[str, Any]) -> Settings:
    """The settings of a new world; null means the default. Raises WorldError with what is wrong."""
    if given.get("name") is None:
        raise WorldError("name is missing: give the world a name")
    settings = Settings(**_checked(given, _AT_CREATION))
    require_depot(settings.depot, settings.depots)
    return settings


def require_depot(name: str, depots: tuple[Depot, ...]) -> None:
    """Raise WorldError unless the depot is one of these, or none in particular."""
    known = [depot.nome for depot in depots]
    if name and name not in known:
        raise WorldError(f"depot {name!r} is none of this account's: {', '.join(known)}")


def read_changes(given: dict[str, Any]) -> dict[str, Any]:
    """Checked changes to a running world. Raises WorldError."""
    return _checked(given, _CHANGEABLE)


def _checked(given: dict[str, Any], checks: dict[str, Check]) -> dict[str, Any]:
    if unknown := sorted(set(given) - set(checks)):
        raise WorldError(f"unknown setting {unknown[0]!r}; known: {', '.join(sorted(checks))}")
    checked = {}
    for name, value in given.items():
        if value is None:
            continue
        try:
            checked[name] = checks[name].read(value)
        except ValueError as error:
            reason = str(error)
            raise WorldError(f"{name} {reason}" if reason.startswith("must") else reason) from None
    return checked
