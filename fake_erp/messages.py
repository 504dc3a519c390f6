"""A webhook's message: its envelope, its packing, and the way to the courier (stock webhook §1, order webhooks §2).

A message is made at the moment of the change; every attempt to deliver it says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fake_erp.company import dotted_cnpj
from fake_erp.deliveries import ACCOUNT, Delivery, kind_of, retries_of
from fake_erp.envelope import encode_json
from fake_erp.moods import INTEGER, WORD, Table

if TYPE_CHECKING:
    from fake_erp.moods import Speller
    from fake_erp.worlds import ErpWorld

_ENVELOPE = Table(cnpj=WORD, idEcommerce=INTEGER, tipo=WORD, versao=WORD)
# The account's own notifications name no integration (order webhooks §1).
_ACCOUNT_ENVELOPE = Table(cnpj=WORD, tipo=WORD, versao=WORD)


def speller(world: ErpWorld, channel: int, tipo: str) -> Speller:
    """The spelling of the next message."""
    return world.moods.speller(f"webhook:{kind_of(channel, tipo)}", _next_number(world))


def version(speller: Speller) -> str:
    """1.0.0 is documented, 1.0.1 is met too (order webhooks §2)."""
    return "1.0.1" if speller.roll("versao") < 64 else "1.0.0"


def post(world: ErpWorld, channel: int, tipo: str, lane: str, content: dict[str, Any], *, subject: int) -> None:
    """Have a message delivered; nothing of it may change the messages of another `lane`."""
    world.courier.post(make(world, channel, tipo, lane, content, subject=subject))


def make(
    world: ErpWorld, channel: int, tipo: str, lane: str, content: dict[str, Any], *, subject: int, bare: bool = False
) -> Delivery:
    """The next message, which must go to the courier at once; `bare` = without an envelope."""
    now = world.clock.now()
    message = content if bare else {**_envelope(world, channel, tipo), "dados": content}
    body, content_type = _packed(message, world.settings.webhook_dialect, bare=bare)
    return Delivery(
        id=_next_number(world),
        tipo=tipo,
        channel=channel,
        lane=f"{channel}:{lane}",
        message=message,
        body=body,
        content_type=content_type,
        made=now,
        due=now,
        retries=retries_of(kind_of(channel, tipo), two_in_all=world.settings.two_attempts_in_all),
        subject=subject,
    )


def _next_number(world: ErpWorld) -> int:
    return len(world.courier.log) + 1


def _envelope(world: ErpWorld, channel: int, tipo: str) -> dict[str, Any]:
    spelled = speller(world, channel, tipo)
    cnpj = world.company.cnpj
    return spelled.record(
        _ACCOUNT_ENVELOPE if channel == ACCOUNT else _ENVELOPE,
        {
            # Digits in the documentation, punctuated in one fixture (stock webhook §1).
            "cnpj": dotted_cnpj(cnpj) if spelled.roll("pontos") < 64 else cnpj,
            "idEcommerce": channel,
            "tipo": tipo,
            "versao": version(spelled),
        },
    )


def _packed(message: dict[str, Any], dialect: str, *, bare: bool) -> tuple[bytes, str]:
    """JSON, JSON under another type, or a form whose `dados` is JSON text (stock webhook §1)."""
    if dialect == "form":
        envelope = {} if bare else message
        fields = {**envelope, "dados": encode_json(message if bare else message["dados"]).decode()}
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    return encode_json(message), "application/json" if dialect == "json" else "text/plain; charset=utf-8"
