"""Nothing upstream: of all that the ERP can be told, the connector tells it orders and their situations, nothing else.

What is allowed is listed, not what is forbidden, so that a service nobody has thought of is found as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# Contracts: transport §2, products §1–3, 7 and 9, orders §3, 4, 6 and 10; none of them changes anything of the account.
READS = frozenset(
    {
        "info",
        "lista.atualizacoes.estoque",
        "lista.atualizacoes.produtos",
        "nota.fiscal.obter",
        "nota.fiscal.obter.link",
        "notas.fiscais.pesquisa",
        "pedido.obter",
        "pedidos.pesquisa",
        "produto.obter",
        "produto.obter.estoque",
        "produto.obter.estrutura",
        "produtos.pesquisa",
    }
)
WRITES = frozenset({"pedido.incluir", "pedido.alterar.situacao"})


def is_allowed(service: str) -> bool:
    """Whether the connector may make this call; a name without `.php` is the same service."""
    return service.removesuffix(".php") in READS | WRITES


def forbidden_calls(journal: Iterable[Mapping[str, Any]]) -> list[str]:
    """The calls of an ERP's journal that the connector must not make, each with its number and moment."""
    return [
        f"call {entry['seq']} at {entry['at']}: {entry['service']}"
        for entry in journal
        if entry["kind"] == "call" and not is_allowed(str(entry["service"]))
    ]


def forbidden_services(calls: Mapping[str, int]) -> list[str]:
    """The same by the ERP's count of calls by service, where its journal is another process's."""
    return [f"{count} calls of {service}" for service, count in sorted(calls.items()) if not is_allowed(service)]
