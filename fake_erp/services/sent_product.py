"""Reads a product that a client sends to `produto.incluir.php` or `produto.alterar.php` (contract, products §8).

Names are snake_case throughout here and partly not where a product is read (§0.2). Sizes and checks are those of
`editing`; every fault found goes into one list of reasons.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from fake_erp import editing
from fake_erp.contacts import DELETED
from fake_erp.records import Product
from fake_erp.services.call import whole

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld

Reason = tuple[str, str]

# The name on the wire, where it is not that of reading.
_STORED = {
    "tipo_embalagem": "tipoEmbalagem",
    "altura_embalagem": "alturaEmbalagem",
    "largura_embalagem": "larguraEmbalagem",
    "comprimento_embalagem": "comprimentoEmbalagem",
    "diametro_embalagem": "diametroEmbalagem",
}
_TEXTS = (
    *("nome", "codigo", "unidade", "ncm", "origem", "gtin", "gtin_embalagem", "localizacao", "codigo_fornecedor"),
    *("codigo_pelo_fornecedor", "unidade_por_caixa", "situacao", "tipo", "classe_ipi", "cod_lista_servicos"),
    *("descricao_complementar", "obs", "garantia", "cest", "codigo_anvisa", "motivo_isencao", "marca", "categoria"),
    *("classe_produto", "sob_encomenda"),
)
_NUMBERS = (
    *("preco", "preco_promocional", "peso_liquido", "peso_bruto", "estoque_minimo", "estoque_maximo", "preco_custo"),
    *("valor_ipi_fixo", "valor_max", "id_fornecedor", "dias_preparacao", *_STORED),
)
_SEO = ("seo_title", "seo_keywords", "seo_description", "link_video", "slug")
_REQUIRED = ("nome", "unidade", "preco", "origem", "situacao", "tipo")
_OF_VARIATION = ("codigo", "preco", "preco_promocional")
# What `alterar` keeps when it is not sent, besides what cannot be sent at all (§8, quirks).
_SURVIVING = frozenset({"tags", "data_criacao", "preco_custo_medio", "qtd_volumes", "codigo"})
_DEFAULTS = {each.name: each.default for each in fields(Product) if each.default is not MISSING}


class SentProduct:
    """One `produto` of a batch being read; `values` are under the names of reading, usable if `reasons` is empty.

    `unusable` says that it holds what makes the ERP fail with code 35: images without their wrapper.
    """

    def __init__(self, world: ErpWorld, sent: dict[str, Any]) -> None:
        self.reasons: list[Reason] = []
        self.unusable = False
        self.values: dict[str, Any] = {}
        self._world = world
        self._sent = sent
        self._read()

    @property
    def opening(self) -> Any:
        """`estoque_atual`, of the product or of a variation: inclusion only."""
        return self._sent.get("estoque_atual")

    @property
    def mappings(self) -> list[dict[str, Any]] | None:
        """The announcements that were sent; None where the field was left out."""
        return mappings_of(self._sent)

    def require(self) -> None:
        """Add a reason for each field that must not be missing."""
        for name in _REQUIRED:
            if not _text(self._sent.get(name)):
                self._wrong(f"O campo {name} do produto deve ser informado", name)

    def variations(self) -> list[dict[str, Any]]:
        """The `variacao` of each entry, as it was sent."""
        return _wrapped(self._sent.get("variacoes"), "variacao")

    def variation(self, sent: dict[str, Any]) -> dict[str, Any]:
        """A variation's own values under the names of reading, its faults among the reasons."""
        values: dict[str, Any] = {}
        for name in _OF_VARIATION:
            if name in sent:
                self._take(name, sent[name], values)
        if "preco_promocional" in values and not self._promotional:
            del values["preco_promocional"]
        grade = sent.get("grade")
        if isinstance(grade, dict) and grade:
            values["grade"] = {_text(name): _text(value) for name, value in grade.items()}
        return values

    def whole_record(self) -> dict[str, Any]:
        """With the default of every field that was left out, which is what `alterar` writes."""
        reset = {name: _DEFAULTS[name] for name in _all_stored() if name not in _SURVIVING and name in _DEFAULTS}
        return {**reset, **self.values}

    def _read(self) -> None:
        for name in (*_TEXTS, *_NUMBERS):
            if name in self._sent and self._sent[name] is not None and self._sent[name] != "":
                self._take(name, self._sent[name], self.values)
        if "preco_promocional" in self.values and not self._promotional:
            del self.values["preco_promocional"]
        # 0 is what is read where none is set; it must not be sent back (§8).
        if self.values.get("tipoEmbalagem") == 0:
            self._wrong("O tipo de embalagem 0 é inválido", "tipo_embalagem")
        given = self._sent.get("seo")
        seo = given if isinstance(given, dict) else {}
        for name in _SEO:
            if seo.get(name):
                self._take(name, seo[name], self.values)
        self._derive()
        self._lists()

    @property
    def _promotional(self) -> bool:
        return self._world.has("preco_promocional")

    def _derive(self) -> None:
        """The ERP derives `cest` anew where `ncm` is sent (§8)."""
        digits = "".join(filter(str.isdigit, self.values.get("ncm", "")))
        if len(digits) == 8:
            self.values["cest"] = f"{digits[:2]}.{digits[2:5]}.{digits[5:7]}"
        supplier = self.values.get("id_fornecedor")
        if supplier:
            contact = self._world.contacts.get(supplier)
            if contact is None or contact.situacao == DELETED:
                self._wrong(f"O fornecedor {supplier} não foi localizado", "id_fornecedor")

    def _lists(self) -> None:
        for name, wrapper in (("kit", "item"), ("estrutura", "item")):
            if name in self._sent:
                self.values[name] = self._components(name, _wrapped(self._sent[name], wrapper))
        if "etapas" in self._sent:
            self.values["etapas"] = tuple(_text(each.get("nome")) for each in _wrapped(self._sent["etapas"], "etapa"))
        if isinstance(self._sent.get("tags"), list):
            self.values["tags"] = tuple(self._tag(each) for each in self._sent["tags"])
        if "anexos" in self._sent:
            self.values["anexos"] = self._images("anexos", lambda each: each.get("anexo"))
        if "imagens_externas" in self._sent:
            self.values["imagens_externas"] = self._images("imagens_externas", _external)

    def _components(self, name: str, entries: list[dict[str, Any]]) -> tuple[tuple[int, str], ...]:
        found = []
        for entry in entries:
            product = self._world.catalogue.get(whole(entry.get("id_produto")))
            product = product or self._world.catalogue.by_code(_text(entry.get("codigo")))
            if product is None:
                self._wrong("O componente não foi localizado", name)
                continue
            amount: dict[str, Any] = {}
            self._take("preco", entry.get("quantidade"), amount, shown="quantidade")
            found.append((product.id, amount.get("preco", "0.00")))
        return tuple(found)

    def _tag(self, given: Any) -> int:
        number = whole(given)
        if number not in self._world.tags.tags:
            self._wrong(f"A tag {_text(given)[:40]} não foi localizada", "tags")
        return number

    def _images(self, name: str, address: Any) -> tuple[str, ...]:
        """Addresses in their wrappers; an entry without it makes the ERP fail (§8, code 35)."""
        entries = self._sent[name]
        listed = entries if isinstance(entries, list) else [entries] if entries else []
        found = [address(each) if isinstance(each, dict) else None for each in listed]
        if not all(isinstance(each, str) for each in found):
            self.unusable = True
            return ()
        return tuple(_text(each) for each in found)

    def _take(self, name: str, value: Any, into: dict[str, Any], shown: str = "") -> None:
        stored = _STORED.get(name, name)
        given = _text(value) if name in (*_TEXTS, *_SEO) else value
        try:
            into[stored] = editing.check(stored, given)
        except editing.BadField:
            field = shown or name
            self._wrong(f"O valor {_text(value)[:40]} do campo {field} é inválido", field)

    def _wrong(self, text: str, field: str) -> None:
        self.reasons.append((text, field))


def mappings_of(sent: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The `mapeamento` of each entry of a product or variation; None where the field was left out."""
    return _wrapped(sent["mapeamentos"], "mapeamento") if "mapeamentos" in sent else None


def _all_stored() -> list[str]:
    lists = ("kit", "estrutura", "etapas", "tags", "anexos", "imagens_externas")
    return [_STORED.get(name, name) for name in (*_TEXTS, *_NUMBERS, *_SEO, *lists)]


def _external(entry: dict[str, Any]) -> Any:
    inner = entry.get("imagem_externa")
    return inner.get("url") if isinstance(inner, dict) else None


def _wrapped(entries: Any, wrapper: str) -> list[dict[str, Any]]:
    """The entries of a list in their wrappers; an entry without it is not seen."""
    listed = entries if isinstance(entries, list) else [entries]
    inner = [entry.get(wrapper) if isinstance(entry, dict) else None for entry in listed]
    return [each for each in inner if isinstance(each, dict)]


def _text(value: Any) -> str:
    """Numbers are taken for texts; what is neither is as if it had not been sent."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip().encode("utf-8", "replace").decode()
