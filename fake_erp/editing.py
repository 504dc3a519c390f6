"""What a merchant changes of a product on the ERP's screens: checked, recorded, then done.

Field names and lengths: contract, products §2 and §8.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from fake_erp import announce
from fake_erp.moments import parse_moment, write_moment
from fake_erp.records import ZERO, Product
from fake_erp.seeding import child_name

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld

Check = Callable[[Any], Any]


class BadField(ValueError):
    """A field is unknown or its value is not one that the ERP would take."""


def _text(longest: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest:
            raise BadField(f"must be a text of at most {longest} characters")
        return value

    return check


def _required(longest: int) -> Check:
    def check(value: Any) -> str:
        text: str = _text(longest)(value)
        if not text.strip():
            raise BadField("must not be empty")
        return text

    return check


def _one_of(*known: str) -> Check:
    def check(value: Any) -> str:
        if value not in known:
            raise BadField(f"must be one of {', '.join(known)}")
        return str(value)

    return check


def _decimal(places: int) -> Check:
    """At least so many places, more if they were given."""

    def check(value: Any) -> str:
        try:
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                raise InvalidOperation
            number = Decimal(str(value))
            if not number.is_finite() or abs(number) > Decimal(10) ** 12:
                raise InvalidOperation
        except InvalidOperation:
            raise BadField("must be a decimal with a point, such as '59.90'") from None
        text = format(number, "f")
        whole, _, fraction = text.partition(".")
        return f"{whole}.{fraction:0<{places}}"

    return check


def _whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        text = str(value)
        if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,18}", text) or not low <= int(text) <= high:
            raise BadField(f"must be a whole number from {low} to {high}")
        return int(text)

    return check


def _addresses(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(url, str) and url for url in value):
        raise BadField("must be a list of addresses")
    return tuple(value)


def _kit(value: Any) -> tuple[tuple[int, str], ...]:
    if not isinstance(value, list) or not all(
        isinstance(i, dict) and {"id_produto", "quantidade"} == set(i) for i in value
    ):
        raise BadField('must be a list of {"id_produto", "quantidade"}')
    return tuple((_whole(1, 10**15)(item["id_produto"]), _decimal(2)(item["quantidade"])) for item in value)


def _moment(value: Any) -> str:
    try:
        return write_moment(parse_moment(str(value)))
    except ValueError:
        raise BadField("must be dd/mm/yyyy or dd/mm/yyyy hh:mm:ss, Brasília time") from None


def _grade(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not value or not all(isinstance(v, str) for v in value.values()):
        raise BadField('must be an object of attribute and value, such as {"Cor": "Azul"}')
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
        raise BadField("must be a list of texts")
    return tuple(value)


def _ids(value: Any) -> tuple[int, ...]:
    if not isinstance(value, (list, tuple)):
        raise BadField("must be a list of ids")
    return tuple(_whole(1, 10**15)(each) for each in value)


_LONG = 200_000
_MONEY, _KILOS, _SIZE = _decimal(2), _decimal(3), _decimal(2)
_FIELDS: dict[str, Check] = {
    "nome": _required(120),
    "codigo": _text(30),
    "unidade": _text(3),
    **dict.fromkeys(("preco", "preco_promocional", "preco_custo", "preco_custo_medio"), _MONEY),
    **dict.fromkeys(("estoque_minimo", "estoque_maximo", "valor_ipi_fixo"), _MONEY),
    **dict.fromkeys(("peso_liquido", "peso_bruto"), _KILOS),
    **dict.fromkeys(("alturaEmbalagem", "larguraEmbalagem", "comprimentoEmbalagem", "diametroEmbalagem"), _SIZE),
    "ncm": _text(10),
    "origem": _one_of(*"012345678"),
    **dict.fromkeys(("gtin", "gtin_embalagem"), _text(14)),
    "localizacao": _text(50),
    "id_fornecedor": _whole(0, 10**15),
    "codigo_fornecedor": _text(15),
    "codigo_pelo_fornecedor": _text(20),
    "unidade_por_caixa": _text(3),
    "situacao": _one_of("A", "I", "E"),
    "tipo": _one_of("P", "S"),
    "classe_ipi": _text(5),
    "cod_lista_servicos": _text(5),
    "descricao_complementar": _text(_LONG),
    "obs": _text(_LONG),
    "garantia": _text(20),
    "cest": _text(9),
    "sob_encomenda": _one_of("S", "N"),
    "dias_preparacao": _whole(0, 3650),
    "marca": _text(100),
    "tipoEmbalagem": _whole(0, 3),
    "qtd_volumes": _whole(0, 1000),
    "categoria": _text(_LONG),
    "classe_produto": _one_of("S", "K", "V", "F", "M"),
    "seo_title": _text(120),
    "seo_keywords": _text(255),
    "seo_description": _text(255),
    "link_video": _text(100),
    "slug": _text(255),
    "anexos": _addresses,
    "imagens_externas": _addresses,
    "kit": _kit,
    "estrutura": _kit,
    "etapas": _texts,
    "tags": _ids,
    "codigo_anvisa": _text(13),
    "valor_max": _MONEY,
    "motivo_isencao": _text(255),
    "data_criacao": _moment,
}

# Name, description and SEO of a variation belong to its parent (products §8).
OF_PARENT = ("nome", "descricao_complementar", "seo_title", "seo_keywords", "seo_description", "link_video", "slug")

ON_CHANGE = frozenset(_FIELDS) | {"grade"}
ON_CREATION = frozenset(_FIELDS) | {"variacoes", "estoque_atual"}
# A variation has neither parts nor a class of its own.
_OF_WHOLE = frozenset({"kit", "estrutura", "etapas", "classe_produto"})
NOT_OF_VARIATION = frozenset(OF_PARENT) | _OF_WHOLE
OF_VARIATION = (frozenset(_FIELDS) - NOT_OF_VARIATION) | {"grade", "estoque_atual"}


def check(name: str, value: Any) -> Any:
    """The value of one field as it is kept. Raises BadField."""
    return _named(name, _FIELDS[name], value)


def create(world: ErpWorld, document: dict[str, Any]) -> Product:
    """Add a product, with its variations if it has any. Raises BadField and JournalFull; then nothing is added."""
    children = document.get("variacoes", [])
    if not isinstance(children, list) or not all(isinstance(child, dict) for child in children):
        raise BadField("variacoes must be a list of objects")
    if "nome" not in document:
        raise BadField("nome is missing: a product has a name")
    now = write_moment(world.clock.now())
    values = {"data_criacao": now, **_checked(document, ON_CREATION - {"variacoes", "estoque_atual"}, world)}
    stock = _opening(world, document)
    checked = [_variation(world, values, child) for child in children]
    _require_different([values, *checked])
    world.journal.append("product_added", nome=values["nome"], variations=len(checked))
    parent = world.catalogue.add(Product(id=world.catalogue.new_product_id(), **values, balances=stock))
    if checked:
        parent.tipoVariacao, parent.classe_produto = "P", "V"
    for child in checked:
        _add_child(world, parent, child)
    return parent


def add_variation(world: ErpWorld, parent: Product, document: dict[str, Any]) -> Product:
    """Add a variation to a product that has some. Raises BadField and JournalFull; then nothing is added."""
    if parent.tipoVariacao != "P":
        raise BadField(f"product {parent.id} has no variations, so that it can take no more of them")
    child = _variation(world, {name: getattr(parent, name) for name in (*_FIELDS, "data_criacao")}, document)
    siblings = [{"codigo": one.codigo} for one in (parent, *world.catalogue.children(parent))]
    _require_different([*siblings, child])
    world.journal.append("variation_added", id=parent.id, nome=child["nome"])
    record = _add_child(world, parent, child)
    world.catalogue.touch(parent)
    return record


def _add_child(world: ErpWorld, parent: Product, child: dict[str, Any]) -> Product:
    record = world.catalogue.add(Product(id=world.catalogue.new_product_id(), **child, idProdutoPai=parent.id))
    parent.variation_ids = (*parent.variation_ids, record.id)
    return record


def change(world: ErpWorld, product: Product, document: dict[str, Any]) -> None:
    """Change fields of a product or variation. Raises BadField and JournalFull; then nothing is changed."""
    if product.tipoVariacao == "V":
        if theirs := [name for name in OF_PARENT if name in document]:
            raise BadField(f"{theirs[0]} of a variation belongs to its parent {product.idProdutoPai}: change it there")
    elif "grade" in document:
        raise BadField("grade belongs to variations: change it there")
    values = _checked({k: v for k, v in document.items() if k != "grade"}, frozenset(_FIELDS), world, product)
    if "grade" in document:
        values["grade"] = _named("grade", _grade, document["grade"])
    world.journal.append("product_changed", id=product.id, fields=sorted(values))
    before, price_before = product.situacao, (product.preco, product.preco_promocional)
    for name, value in values.items():
        setattr(product, name, value)
    _carry_to_children(world, product, values, before)
    world.catalogue.touch(product)
    if (product.preco, product.preco_promocional) != price_before:
        announce.price(world, product)


def _carry_to_children(world: ErpWorld, product: Product, values: dict[str, Any], before: str) -> None:
    parent = world.catalogue.get(product.idProdutoPai)
    if "grade" in values and parent and product.grade:
        product.nome = child_name(parent.nome, product.grade)
    for child in world.catalogue.children(product):
        for name in OF_PARENT:
            setattr(child, name, getattr(product, name))
        child.nome = child_name(product.nome, child.grade or {})
        # A parent's change of state takes its variations along (a guess); one alone can differ later.
        if before != product.situacao:
            child.situacao = product.situacao
        world.catalogue.touch(child)


def _variation(world: ErpWorld, parent: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    grade = _named("grade", _grade, document.get("grade"))
    own = {name: value for name, value in document.items() if name not in ("grade", "estoque_atual")}
    values = _checked(own, OF_VARIATION - {"grade", "estoque_atual"}, world)
    own_alone = {"anexos", "imagens_externas", "codigo", "gtin", *_OF_WHOLE}
    inherited = {name: value for name, value in parent.items() if name not in own_alone}
    return {
        **inherited,
        **values,
        "nome": child_name(parent["nome"], grade),
        "grade": grade,
        "tipoVariacao": "V",
        "balances": _opening(world, document),
    }


def _opening(world: ErpWorld, document: dict[str, Any]) -> tuple[Decimal, ...]:
    """The opening balance, in the first depot that counts."""
    stock = Decimal(_named("estoque_atual", _decimal(0), document.get("estoque_atual", 0)).rstrip("."))
    first = next((number for number, depot in enumerate(world.depots) if not depot.ignored), 0)
    return tuple(stock if number == first else ZERO for number, _ in enumerate(world.depots))


def _checked(
    document: dict[str, Any], known: frozenset[str], world: ErpWorld, product: Product | None = None
) -> dict[str, Any]:
    values = {}
    for name, value in document.items():
        if name in ("variacoes", "estoque_atual"):
            continue
        if name not in known:
            raise BadField(f"unknown field {name!r}; known: {', '.join(sorted(known))}")
        values[name] = _named(name, _FIELDS[name], value)
    holder = world.catalogue.by_code(values.get("codigo", ""))
    # A repeated code is a duplicate (products §8, code 30).
    if world.settings.unique_codes and holder is not None and holder is not product:
        raise BadField(f"codigo {holder.codigo!r} belongs to product {holder.id} already")
    return values


def _named(name: str, check: Check, value: Any) -> Any:
    try:
        return check(value)
    except BadField as error:
        raise BadField(f"{name} {error}, not {str(value)[:40]!r}") from None


def _require_different(records: list[dict[str, Any]]) -> None:
    codes = [record["codigo"] for record in records if record.get("codigo")]
    if len(set(codes)) < len(codes):
        raise BadField("codigo must differ between a product and its variations")
