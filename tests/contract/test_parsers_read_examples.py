"""The connector against the schemas, without a fake in between.

Every valid example of a document that it reads is parsed by `connector.wire`; every document that it
writes passes its request schema.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from connector import texts
from connector.core import fields
from connector.core.catalogue import ErpProduct, Kind, ShopProduct, Skip, VariationRef
from connector.core.errors import AccountBlocked, ConnectorError, QuotaUsedUp, Refused, Transient
from connector.core.normalise import shop_product
from connector.core.plan import changes
from connector.core.reasons import Reason
from connector.flows import connect, install
from connector.wire import erp, erp_records, webstore, webstore_records
from connector.wire.exchange import Request, Response
from connector.wire.webstore_records import Level

TOKEN = "TOKEN_DE_TESTE"


def examples(side: str, names: dict[str, Any]) -> list[Any]:
    """The valid examples of these documents."""
    paths = [
        p for name in sorted(names) for p in sorted((schemas.ROOT / side / "examples" / name).glob("valid-*.json"))
    ]
    assert {path.parent.name for path in paths} == set(names)
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in paths]


def answered(path: Path, status: int = 200) -> Response:
    return Response(status=status, headers={}, body=path.read_bytes())


def erp_content(example: str) -> dict[str, Any]:
    content = erp.decipher(answered(schemas.ROOT / "erp" / "examples" / f"{example}.json"))
    assert content is not None
    return dict(content)


def erp_product(example: str) -> ErpProduct:
    return erp_records.parse_product(erp_records.product_record(erp_content(f"produto.obter.answer/{example}")))


# What the connector reads ---------------------------------------------------------------------------

ERP_READERS: dict[str, Callable[[Any], Any]] = {
    "info.answer": erp_records.parse_account,
    "produtos.pesquisa.answer": lambda content: erp_records.parse_listing(content, 1).rows,
    "produto.obter.answer": lambda content: erp_records.parse_product(erp_records.product_record(content)),
    "produto.obter.estoque.answer": lambda content: erp_records.parse_stock(erp_records.product_record(content)),
}


@pytest.mark.parametrize("path", examples("erp", ERP_READERS))
def test_an_answer_of_the_erp_is_read(path: Path):
    assert ERP_READERS[path.parent.name](erp.decipher(answered(path)))


ERP_FAILURES = {
    "valid-errors-as-object": QuotaUsedUp,
    "valid-errors-as-text": None,
    "valid-nothing-found": None,
    "valid-over-the-limit": QuotaUsedUp,
    "valid-with-field": Refused,
    "valid-without-code": Transient,
    "valid-wrong-token": AccountBlocked,
}


@pytest.mark.parametrize("path", examples("erp", {"erro.answer": None}))
def test_a_refusal_of_the_erp_is_told_apart(path: Path):
    assert path.stem in ERP_FAILURES
    try:
        assert erp.decipher(answered(path)) is ERP_FAILURES[path.stem]
    except ConnectorError as error:
        assert type(error) is ERP_FAILURES[path.stem]


WEBSTORE_READERS: dict[str, Callable[[Any], Any]] = {
    "Token": webstore_records.parse_grant,
    "AppSettings": webstore_records.parse_settings,
    "Store": webstore_records.parse_store_name,
    "Product": webstore_records.parse_written,
    "StockBatchResult": lambda document: webstore_records.parse_level_results(document, len(document["results"])),
}


@pytest.mark.parametrize("path", examples("webstore", WEBSTORE_READERS))
def test_an_answer_of_the_shop_is_read(path: Path):
    assert WEBSTORE_READERS[path.parent.name](webstore.decipher(answered(path)))


def test_a_new_subscription_is_read():
    path = schemas.ROOT / "webstore" / "examples" / "Webhook" / "valid-created.json"
    assert webstore_records.parse_subscription(webstore.decipher(answered(path))) == (5001200, "s" * 43)


@pytest.mark.parametrize("path", examples("webstore", {"Error": None, "OAuthError": None}))
def test_an_error_of_the_shop_is_read(path: Path):
    code, _ = webstore.error_of(orjson.loads(path.read_bytes()))
    assert code in ("validation_failed", "invalid_grant")
    with pytest.raises(Refused, match=code):
        webstore.decipher(answered(path, 422))


def test_nothing_is_lost_of_the_examples_that_tell_most():
    assert erp_records.parse_account(erp_content("info.answer/valid-documented")) == erp_records.Account(
        document="11222333000181", name="Loja Exemplo"
    )
    rows = erp_records.parse_listing(erp_content("produtos.pesquisa.answer/valid-documented"), 1).rows
    assert [(r.erp_id, r.code, r.price, r.kind, r.active) for r in rows] == [
        ("700100", "CAM-001", D("59.90"), Kind.PARENT, True),
        ("700200", "4711", D("39.9"), Kind.SIMPLE, True),
    ]
    older = erp_records.parse_listing(erp_content("produtos.pesquisa.answer/valid-one-as-object"), 1).rows
    assert [(r.name, r.price, r.active) for r in older] == [("Caneca", D("29.9"), None)]
    stock = erp_records.parse_stock(
        erp_records.product_record(erp_content("produto.obter.estoque.answer/valid-object-holding-the-list"))
    )
    assert (stock.balance, stock.reserved) == (12, 2)
    assert [(d.name, d.balance, d.ignored) for d in stock.depots] == [("Geral", 12, False), ("Avarias", 3, True)]


def test_a_product_with_variations_goes_from_the_erps_words_to_the_shops():
    product = shop_product(erp_product("valid-parent"), {"700101": erp_product("valid-variation")})
    assert isinstance(product, ShopProduct)
    assert changes(webstore_records.product_document(product), None, touched=True) == {
        "external_id": "700100",
        "name": "Camiseta Básica",
        "description_html": "<p>Malha de algodão.</p>",
        "unit": "UN",
        "ncm": "61091000",
        "price": "59.90",
        "net_weight_kg": "0.180",
        "gross_weight_kg": "0.200",
        "package": {"height_cm": "5.00", "width_cm": "20.00", "length_cm": "30.00"},
        "brand": "Exemplo",
        "category_path": ["Vestuário", "Camisetas"],
        "options": ["Cor", "Tamanho"],
        "variants": [
            {
                "code": code,
                "external_id": erp_id,
                "option_values": ["Azul", size],
                "gtin": None,
                "price": None,
                "net_weight_kg": None,
                "gross_weight_kg": None,
            }
            for erp_id, code, size in [("700101", "CAM-001-AZ-M", "M"), ("700102", "CAM-001-AZ-G", "G")]
        ],
    }
    assert product.images == ("https://imagens.exemplo.com.br/cam-001-1.jpg", "https://cdn.exemplo.com.br/cam-001.jpg")


# What the connector writes --------------------------------------------------------------------------


def problems_of_product(product: ShopProduct) -> list[str]:
    document = webstore_records.product_document(product)
    images = schemas.problems("webstore/ImageList", webstore_records.images_document(product.images))
    return [*schemas.problems("webstore/ProductWrite", {"code": product.code, **document}), *images]


@pytest.mark.parametrize("example", ["valid-kit", "valid-parent", "valid-parent-with-mappings"])
def test_a_product_document_passes_its_schema(example: str):
    product = shop_product(erp_product(example), {})
    assert isinstance(product, ShopProduct)
    assert problems_of_product(product) == []


words = st.text(max_size=12) | st.text(st.sampled_from(" a1./:<>&;,\ufeff\u00a0"), max_size=80)
addresses = words | st.sampled_from(["HTTP://v.example/a", "https://v.example/\ufeff", "https://v.example/á.jpg"])
numbers = st.none() | st.decimals(allow_nan=False, allow_infinity=False) | st.decimals(0, 10_001, places=4)
references = st.builds(
    VariationRef,
    erp_id=st.sampled_from(["1", "2", "3"]),
    code=st.sampled_from(["A", "B", " C "]) | words,
    price=numbers,
    options=st.dictionaries(st.sampled_from(["Cor", "Tom"]) | words, st.sampled_from(["x", "y"]) | words, max_size=2),
)
products = st.builds(
    ErpProduct,
    erp_id=st.integers(1, 10**18).map(str),
    code=st.sampled_from(["P", "CAFÉ/1"]),
    name=words.map("Caneca {}".format) | words,
    price=st.just(D("29.90")) | numbers,
    **dict.fromkeys(("description", "gtin", "unit", "ncm", "brand", "warranty", "category", "keywords"), words),
    **dict.fromkeys(("seo_title", "seo_description"), words | words.map(lambda text: text * 30)),
    **dict.fromkeys(("net_weight", "gross_weight", "height", "width", "length"), numbers),
    video_url=addresses,
    attachments=st.lists(addresses, max_size=4).map(tuple),
    kind=st.sampled_from([Kind.SIMPLE, Kind.PARENT]),
    active=st.just(True),
    is_service=st.just(False),
    variations=st.lists(references, max_size=3).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(products, st.lists(products, max_size=3))
def test_whatever_the_erp_holds_the_product_document_passes_its_schema(product: ErpProduct, own: list[ErpProduct]):
    records = {str(number): replace(record, kind=Kind.VARIATION) for number, record in enumerate(own, start=1)}
    wanted = shop_product(product, records)
    assert isinstance(wanted, Skip) or problems_of_product(wanted) == []


@settings(max_examples=50)
@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False), min_size=1, max_size=50), st.booleans())
def test_whatever_the_balances_are_the_batch_passes_its_schema(balances: list[D], of_variants: bool):
    variant_id = 11 if of_variants else None
    levels = [Level(product_id=10, variant_id=variant_id, quantity=fields.quantity(balance)) for balance in balances]
    document = orjson.loads(orjson.dumps(webstore_records.levels_document(levels, "available")))
    assert schemas.problems("webstore/StockBatch", document) == []


@pytest.mark.parametrize("reason", [None, *Reason])
@pytest.mark.parametrize(
    "connection", [connect.CONNECTED, connect.NOT_CONNECTED, connect.TOKEN_REJECTED, connect.PAUSED]
)
def test_what_is_reported_to_the_panel_passes_its_schema(connection: str, reason: Reason | None):
    document = {
        "connection": connection,
        "message": texts.connection(connection, reason and str(reason), "Loja Exemplo")[:300],
        "stock_webhook_url": "https://conector.example/estoque/x",
        "last_sync_at": "2026-03-02T12:00:00+00:00",
    }
    assert schemas.problems("webstore/AppSettingsPatch", document) == []


def test_the_subscription_passes_its_schema():
    document = {"url": "https://conector.example/webstore/eventos", "events": install.EVENTS}
    assert schemas.problems("webstore/WebhookCreate", document) == []


def form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((request.body or b"").decode(), keep_blank_values=True))


def test_the_exchange_of_the_code_passes_its_schema():
    assert schemas.problems("webstore/TokenRequest", form(webstore.token_request(7, "segredo", "codigo"))) == []


@pytest.mark.parametrize(
    ("schema", "request_"),
    [
        ("info", erp.request("info.php", TOKEN)),
        ("produtos.pesquisa", erp.request("produtos.pesquisa.php", TOKEN, pesquisa="", pagina="1")),
        ("produto.obter", erp.request("produto.obter.php", TOKEN, id="700100")),
        ("produto.obter.estoque", erp.request("produto.obter.estoque.php", TOKEN, id="700100")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_form_for_the_erp_passes_its_schema(schema: str, request_: Request):
    assert schemas.problems(f"erp/{schema}.request", form(request_)) == []
