"""From the ERP's records of a product and its variations to the product that the shop shall show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from connector.core import fields
from connector.core.catalogue import ErpProduct, Kind, Related, ShopProduct, ShopVariant, Skip, VariationRef, Warning
from connector.core.reasons import Reason

_MAX_IMAGES: Final = 20
_MAX_VARIANTS: Final = 200
_MAX_AXES: Final = 3
_MAX_LEVELS: Final = 5
_MAX_DESCRIPTION: Final = 65_535


class _Notes:
    """Collects the warnings of one product while its fields are normalised."""

    def __init__(self) -> None:
        self.warnings: list[Warning] = []

    def add(self, reason: Reason, detail: str) -> None:
        self.warnings.append(Warning(reason=reason, detail=detail))

    def optional(self, value: str | Reason | None, detail: str) -> str | None:
        if isinstance(value, Reason):
            self.add(value, detail)
            return None
        return value

    def measure(self, value: Decimal | Reason, detail: str) -> Decimal:
        if isinstance(value, Reason):
            self.add(value, detail)
            return Decimal(0)
        return value

    def cut(self, value: str, limit: int, detail: str) -> str | None:
        value = fields.text(value)
        if len(value) > limit:
            self.add(Reason.TEXT_CUT, detail)
        return value[:limit].rstrip() or None

    def description(self, value: str) -> str | None:
        shown = fields.description(value) or ""
        if len(shown) > _MAX_DESCRIPTION:
            self.add(Reason.TEXT_CUT, "descrição complementar")
        return fields.cut_html(shown, _MAX_DESCRIPTION) or None


def shop_product(product: ErpProduct, variations: Mapping[str, ErpProduct]) -> ShopProduct | Skip:
    """What the shop shall show of `product`; `variations` holds the full records of its variations by ERP id."""
    code, name = product.code.strip(), fields.text(product.name)
    price = fields.money(product.price)
    if isinstance(refusal := _refusal(product, code, name, price), Skip):
        return refusal
    assert isinstance(price, Decimal)
    notes = _Notes()
    plain = ShopProduct(
        erp_id=product.erp_id,
        code=code,
        name=notes.cut(name, 200, "nome") or name,
        description_html=notes.description(product.description),
        gtin=notes.optional(fields.gtin(product.gtin), product.gtin),
        unit=fields.unit(product.unit),
        ncm=notes.optional(fields.ncm(product.ncm), product.ncm),
        price=price,
        net_weight=notes.measure(fields.weight(product.net_weight), f"{product.net_weight} kg"),
        gross_weight=notes.measure(fields.weight(product.gross_weight), f"{product.gross_weight} kg"),
        height=notes.measure(fields.length(product.height), f"{product.height} cm"),
        width=notes.measure(fields.length(product.width), f"{product.width} cm"),
        length=notes.measure(fields.length(product.length), f"{product.length} cm"),
        images=_images(product.attachments, notes),
        brand=notes.cut(product.brand, 100, "marca"),
        category_path=_category(product.category, notes),
        related=_related(product, notes),
    )
    whole = _with_variants(plain, product.variations, variations, notes) if product.kind is Kind.PARENT else plain
    return whole if isinstance(whole, Skip) else replace(whole, warnings=tuple(notes.warnings))


def _refusal(product: ErpProduct, code: str, name: str, price: Decimal | Reason) -> Skip | None:
    if product.is_service:
        return Skip(reason=Reason.SERVICE)
    # Older listings do not tell variations from products (erp-observed); it is written with its parent.
    if product.kind is Kind.VARIATION:
        return Skip(reason=Reason.VARIATION, detail=code)
    if not product.active:
        return Skip(reason=Reason.INACTIVE)
    if not code:
        return Skip(reason=Reason.NO_CODE)
    if not fields.is_code(code):
        return Skip(reason=Reason.BAD_CODE, detail=code)
    if not name:
        return Skip(reason=Reason.NO_NAME)
    return Skip(reason=price, detail=str(product.price or 0)) if isinstance(price, Reason) else None


def _images(attachments: tuple[str, ...], notes: _Notes) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for attachment in attachments:
        address = fields.address(attachment)
        if address and fields.is_image(address):
            found[address] = None
        elif attachment.strip():
            notes.add(Reason.ATTACHMENT_NOT_IMAGE, attachment.strip())
    if len(found) > _MAX_IMAGES:
        notes.add(Reason.TOO_MANY_IMAGES, str(len(found)))
    return tuple(found)[:_MAX_IMAGES]


def _category(path: str, notes: _Notes) -> tuple[str, ...]:
    # The separator varies (erp-observed); a ">" by itself is looked at only where there is no ">>".
    parts = path.split(">>" if ">>" in path else " > ")
    levels = tuple(level for part in parts if (level := notes.cut(part, 100, "categoria")))
    if len(levels) > _MAX_LEVELS:
        notes.add(Reason.CATEGORY_CUT, path)
    return levels[:_MAX_LEVELS]


def _related(product: ErpProduct, notes: _Notes) -> Related:
    words = (fields.text(word)[:60].rstrip() for word in product.keywords.replace(";", ",").split(","))
    video = fields.address(product.video_url)
    if video is None and product.video_url.strip():
        notes.add(Reason.ADDRESS_INVALID, product.video_url.strip())
    return Related(
        keywords=tuple(dict.fromkeys(word for word in words if word))[:20],
        warranty=notes.cut(product.warranty, 100, "garantia"),
        video_url=video,
        seo_title=notes.cut(product.seo_title, 120, "título SEO"),
        seo_description=notes.cut(product.seo_description, 255, "descrição SEO"),
    )


def _with_variants(
    product: ShopProduct, named: tuple[VariationRef, ...], records: Mapping[str, ErpProduct], notes: _Notes
) -> ShopProduct | Skip:
    usable: list[VariationRef] = []
    for ref in named:
        record = records.get(ref.erp_id)
        if not fields.is_code(ref.code.strip()):
            notes.add(Reason.VARIATION_WITHOUT_CODE, ref.code or ref.erp_id)
        # An inactive one is not offered: left out here, it is retired where it was written before.
        elif record is None or record.active:
            usable.append(replace(ref, code=ref.code.strip(), options=_options(ref, notes)))
    if not usable:
        return Skip(reason=Reason.NO_VARIATIONS)
    # Sorted, since the ERP does not promise the order of an object's keys (erp-products §2.1).
    axes = tuple(sorted({axis for ref in usable for axis in ref.options}))
    if refusal := _codes_refusal(product.code, usable) or _axes_refusal(axes, usable):
        return refusal
    variants = tuple(_variant(ref, records.get(ref.erp_id), product, axes, notes) for ref in usable)
    return replace(product, options=axes, variants=variants)


def _options(ref: VariationRef, notes: _Notes) -> dict[str, str]:
    """Axis → value, as long as the shop takes them; what is not filled in is no axis."""
    cut = ((notes.cut(axis, 60, ref.code), notes.cut(value, 60, ref.code)) for axis, value in ref.options.items())
    return {axis: value for axis, value in cut if axis and value}


def _codes_refusal(code: str, refs: list[VariationRef]) -> Skip | None:
    """The shop refuses the whole product where a code stands twice in it (webstore-api §7.1)."""
    seen = {code}
    for ref in refs:
        if ref.code in seen:
            return Skip(reason=Reason.DUPLICATE_CODE, detail=ref.code)
        seen.add(ref.code)
    return None


def _axes_refusal(axes: tuple[str, ...], refs: list[VariationRef]) -> Skip | None:
    if len(refs) > _MAX_VARIANTS:
        return Skip(reason=Reason.TOO_MANY_VARIATIONS, detail=str(len(refs)))
    if len(axes) > _MAX_AXES:
        return Skip(reason=Reason.TOO_MANY_AXES, detail=", ".join(axes))
    if odd := next((ref for ref in refs if set(ref.options) != set(axes) or not axes), None):
        return Skip(reason=Reason.AXES_DISAGREE, detail=odd.code)
    seen: dict[tuple[str, ...], str] = {}
    for ref in refs:
        values = tuple(ref.options[axis] for axis in axes)
        if values in seen:
            return Skip(reason=Reason.SAME_OPTIONS, detail=f"{seen[values]}, {ref.code}")
        seen[values] = ref.code
    return None


def _variant(
    ref: VariationRef, record: ErpProduct | None, product: ShopProduct, axes: tuple[str, ...], notes: _Notes
) -> ShopVariant:
    price = fields.money(record.price if record and record.price else ref.price)
    if price is Reason.BAD_PRICE:
        notes.add(Reason.BAD_PRICE, ref.code)
    return ShopVariant(
        erp_id=ref.erp_id,
        code=ref.code,
        option_values=tuple(ref.options[axis] for axis in axes),
        gtin=notes.optional(fields.gtin(record.gtin), f"{ref.code}: {record.gtin}") if record else None,
        price=None if isinstance(price, Reason) or price == product.price else price,
        net_weight=_own(record.net_weight if record else None, product.net_weight, ref.code, notes),
        gross_weight=_own(record.gross_weight if record else None, product.gross_weight, ref.code, notes),
    )


def _own(weight: Decimal | None, inherited: Decimal, code: str, notes: _Notes) -> Decimal | None:
    """A variation's own weight; zero means "not filled in" there, so that it inherits."""
    own = notes.measure(fields.weight(weight), f"{code}: {weight} kg")
    return own if own and own != inherited else None
