"""The document inside a payload parameter such as `produto` or `pedido` (contract, transport §2.3).

It is JSON text. XML text is still accepted where the call itself is in XML (§2.2); under `formato=json` it is code 3
(observed, Transport).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from fake_erp import codes
from fake_erp.services.call import required
from scenarios.harness.bodies import parse_json

if TYPE_CHECKING:
    from fake_erp.services.call import Call

# In XML a list is known by its name, since one entry looks like an object.
_WRAPPERS = {
    "produtos": "produto",
    "contatos": "contato",
    "tags": "tag",
    "grupos_tag": "grupo_tag",
    "itens": "item",
    "parcelas": "parcela",
    "marcadores": "marcador",
    "pagamentos_integrados": "pagamento_integrado",
    "variacoes": "variacao",
    "kit": "item",
    "estrutura": "item",
    "etapas": "etapa",
    "anexos": "anexo",
    "imagens_externas": "imagem_externa",
    "mapeamentos": "mapeamento",
    "tipos_contato": "tipo",
    "pessoas_contato": "pessoa_contato",
}
# Deeper documents are no call of this API; parsing them costs a stack.
_DEEPEST = 32


def record(call: Call, parameter: str, wrapper: str) -> dict[str, Any]:
    """The one record `{wrapper: {…}}` of a parameter. Refuses with 10, 3 and 4."""
    document, malformed = _document(call, parameter)
    inner = document.get(wrapper) if isinstance(document, dict) else None
    if not isinstance(inner, dict):
        raise codes.Refusal(malformed)
    return inner


def records(call: Call, parameter: str, plural: str, wrapper: str) -> list[dict[str, Any]]:
    """The records of `{plural: [{wrapper: {…}}, …]}`; one may stand without its list. Refuses with 10, 3 and 4."""
    document, malformed = _document(call, parameter)
    entries = document.get(plural) if isinstance(document, dict) else None
    listed = entries if isinstance(entries, list) else [entries]
    found = [entry.get(wrapper) if isinstance(entry, dict) else None for entry in listed]
    usable = [inner for inner in found if isinstance(inner, dict)]
    if not usable or len(usable) < len(found):
        raise codes.Refusal(malformed)
    return usable


def _document(call: Call, parameter: str) -> tuple[Any, int]:
    """What the parameter says, and the code that meets a document without its wrappers."""
    text = required(call, parameter)
    if call.xml and text.startswith("<"):
        return _from_xml(text), codes.UNUSABLE_XML
    return parsed(text), codes.MALFORMED


def parsed(text: str | bytes) -> Any:
    """JSON. Refuses with 3 what is none."""
    try:
        return parse_json(text)
    except ValueError:
        raise codes.Refusal(codes.MALFORMED) from None


def _from_xml(text: str) -> dict[str, Any]:
    try:
        # No document type: entities could be made to grow without end.
        root = ElementTree.fromstring(text) if "<!DOCTYPE" not in text.upper() else None
    except (ElementTree.ParseError, ValueError):
        root = None
    if root is None:
        raise codes.Refusal(codes.MALFORMED)
    return {root.tag: _value(root, 0)}


def _value(element: ElementTree.Element, depth: int) -> Any:
    if depth > _DEEPEST:
        raise codes.Refusal(codes.UNUSABLE_XML)
    children = list(element)
    if not children:
        return (element.text or "").strip()
    wrapper = _WRAPPERS.get(element.tag)
    if wrapper and all(child.tag == wrapper for child in children):
        return [{wrapper: _value(child, depth + 1)} for child in children]
    return {child.tag: _value(child, depth + 1) for child in children}
