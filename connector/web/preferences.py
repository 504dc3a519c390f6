"""The form of the merchant's settings: from its fields to preferences, or what is wrong, in Portuguese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector import texts
from connector.core.fields import is_code
from connector.core.fifteen import SWITCHABLE, Lock
from connector.core.preferences import Preferences, Retiring
from connector.core.stock import StockMode
from connector.store.stores import Store

MODES = [(str(StockMode.PHYSICAL), "Saldo físico"), (str(StockMode.AVAILABLE), "Saldo disponível")]
RETIRINGS = [
    (str(Retiring.KEEP), "Deixar como está"),
    (str(Retiring.HIDE), "Ocultar na loja"),
    (str(Retiring.REMOVE), "Remover da loja"),
]
CUSTOMERS = [("sim", "Atualizar com os dados do pedido"), ("nao", "Não alterar o cadastro")]
NOTICES = [("nao", "A loja"), ("sim", "O ERP")]


_BY_NAME = (
    "integrator_id",
    "depot",
    "stock_mode",
    "nature",
    "contributor_nature",
    "inactive_action",
    "excluded_action",
)
_YES_OR_NO = ("overwrite_customer", "erp_notifies")


class Mistake(ValueError):
    """A field that cannot be saved; its text is for the merchant."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def saved(store: Store, locks: list[Lock]) -> dict[str, str]:
    """What the form holds when nobody has typed; a box that is not ticked is not there."""
    off = store.fields_off or ()
    return {
        **{name: str(getattr(store, name) or "") for name in _BY_NAME},
        **{name: "sim" if getattr(store, name) else "nao" for name in _YES_OR_NO},
        **{f"field_{name}": "1" for name in SWITCHABLE if name not in off},
        "brake_percent": str(store.brake_percent),
        "locks": lock_lines(locks),
    }


def typed(form: Mapping[str, Any]) -> dict[str, str]:
    """What the form holds after it was sent, with whatever is wrong in it."""
    return {name: str(value) for name, value in form.items()}


def read(form: Mapping[str, Any]) -> Preferences:
    """The preferences that a form holds. Raises Mistake."""
    integrator = _text(form, "integrator_id")
    if integrator and not (integrator.isascii() and integrator.isdigit() and len(integrator) <= 18):
        raise Mistake(
            "integrator_id", "O identificador do integrador é um número. Copie-o da tela da integração no ERP."
        )
    return Preferences(
        integrator_id=integrator or None,
        depot=_line(form, "depot", "O nome do depósito"),
        stock_mode=StockMode(_choice(form, "stock_mode", MODES, "Escolha o saldo físico ou o saldo disponível.")),
        overwrite_customer=_choice(form, "overwrite_customer", CUSTOMERS, "Escolha o que fazer com o cadastro.")
        == "sim",
        nature=_line(form, "nature", "A natureza de operação"),
        contributor_nature=_line(form, "contributor_nature", "A natureza de operação para contribuintes"),
        erp_notifies=_choice(form, "erp_notifies", NOTICES, "Escolha quem avisa o comprador.") == "sim",
        inactive_action=_retiring(form, "inactive_action"),
        excluded_action=_retiring(form, "excluded_action"),
        brake_percent=_percent(form, "brake_percent"),
        fields_off=tuple(name for name in SWITCHABLE if f"field_{name}" not in form),
    )


def read_locks(form: Mapping[str, Any]) -> list[Lock]:
    """The locked products, one in a line: a code, and behind a colon the fields if not all. Raises Mistake."""
    return list({lock.code: lock for line in str(form.get("locks", "")).splitlines() if (lock := _lock(line))}.values())


def _lock(line: str) -> Lock | None:
    # A code may hold a colon itself; the fields stand behind the last one.
    code, colon, named = line.rpartition(": ") if ": " in line else (line, "", "")
    code = code.strip()
    if not code:
        return None
    if not is_code(code):
        raise Mistake(
            "locks", f"“{code[:60]}” não é um código de produto. Escreva um código por linha em Produtos bloqueados."
        )
    if not colon:
        return Lock(code=code)
    labels = {label.casefold(): name for name, label in texts.FIELDS.items()}
    fields = [labels.get(label.strip().casefold()) for label in named.split(",")]
    if not all(fields):
        known = ", ".join(texts.FIELDS.values())
        raise Mistake("locks", f"Campo desconhecido em “{line.strip()[:80]}”. Os campos são: {known}.")
    return Lock(code=code, fields=tuple(dict.fromkeys(field for field in fields if field)))


def lock_lines(locks: list[Lock]) -> str:
    """The same the other way round."""
    return "\n".join(
        lock.code if lock.fields is None else f"{lock.code}: {', '.join(texts.FIELDS[name] for name in lock.fields)}"
        for lock in locks
    )


def _text(form: Mapping[str, Any], name: str) -> str:
    return str(form.get(name, "")).strip()


def _line(form: Mapping[str, Any], name: str, what: str) -> str | None:
    text = _text(form, name)
    if len(text) > 120 or not (text.isprintable() or not text):
        raise Mistake(name, f"{what} tem no máximo 120 letras, em uma só linha.")
    return text or None


def _choice(form: Mapping[str, Any], name: str, choices: list[tuple[str, str]], sentence: str) -> str:
    value = _text(form, name)
    if value not in dict(choices):
        raise Mistake(name, sentence)
    return value


def _retiring(form: Mapping[str, Any], name: str) -> Retiring:
    return Retiring(_choice(form, name, RETIRINGS, "Escolha deixar, ocultar ou remover."))


def _percent(form: Mapping[str, Any], name: str) -> int:
    text = _text(form, name)
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
        raise Mistake(name, "O freio é uma porcentagem do catálogo: um número inteiro de 0 a 100.")
    return int(text)
