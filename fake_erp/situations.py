"""The situations of an order: codes, what the ERP calls them and how far each is (contract, orders §13.1).

The codes are written and sent in webhooks; the descriptions are read back.
"""

from __future__ import annotations

OPEN = "aberto"
CANCELLED = "cancelado"
INCOMPLETE = "dados_incompletos"

DESCRIPTIONS: dict[str, str] = {
    OPEN: "Em aberto",
    "aprovado": "Aprovado",
    "preparando_envio": "Preparando envio",
    "faturado": "Faturado",
    "pronto_envio": "Pronto para envio",
    "enviado": "Enviado",
    "entregue": "Entregue",
    "nao_entregue": "Não entregue",
    CANCELLED: "Cancelado",
    # Not in the 2.0 table: read back at times, never set by a platform.
    INCOMPLETE: "Dados incompletos",
}

# Other texts met for the same situation (§4, §13.1).
ALSO_READ: dict[str, tuple[str, ...]] = {
    OPEN: ("Aberto",),
    "faturado": ("Faturado (atendido)", "Atendido"),
    "nao_entregue": ("Não Entregue",),
}

# How far an order is. A cancelled one and one with incomplete data stand nowhere.
_ORDER = ("aberto", "aprovado", "preparando_envio", "faturado", "pronto_envio", "enviado", "entregue")
_RANKS = {code: rank for rank, code in enumerate(_ORDER)} | {"nao_entregue": len(_ORDER) - 1}

# The day that an order keeps when it reaches a situation (§4, dates).
DATED: dict[str, str] = {"faturado": "data_faturamento", "enviado": "data_envio", "entregue": "data_entrega"}

SETTABLE = frozenset(DESCRIPTIONS) - {INCOMPLETE}

_SPELLINGS = {text.casefold(): code for code, text in DESCRIPTIONS.items()} | {code: code for code in DESCRIPTIONS}


def situation_named(text: str) -> str | None:
    """The code of a slug, of words with blanks or of a description, in any case (observed, Writes; §2.3)."""
    folded = text.strip().casefold()
    return _SPELLINGS.get(folded) or _SPELLINGS.get(folded.replace(" ", "_").replace("pronto_para", "pronto"))


def has_reached(situacao: str, mark: str) -> bool:
    """Whether an order in this situation is at least as far as the mark; nothing is as far as "never"."""
    return mark in _RANKS and _RANKS.get(situacao, -1) >= _RANKS[mark]


def description(situacao: str, roll: int) -> str:
    """The usual text, at times another that is met for the same situation (§13.1); `roll` is 0 to 255."""
    others = ALSO_READ.get(situacao, ())
    return others[roll % len(others)] if others and roll < 96 else DESCRIPTIONS[situacao]
