"""`info.php`: whose account this is (contract, transport §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_erp.company import dotted_cep, dotted_cnpj
from fake_erp.envelope import Answer

if TYPE_CHECKING:
    from fake_erp.services.call import Call


def info(call: Call) -> Answer:
    """Everything a string, `cnpj_cpf` and `cep` punctuated."""
    owner = dict(vars(call.world.company))
    cnpj, cep = owner.pop("cnpj"), owner.pop("cep")
    conta = {
        "razao_social": owner.pop("razao_social"),
        "cnpj_cpf": dotted_cnpj(cnpj),
        "fantasia": owner.pop("fantasia"),
        "cep": dotted_cep(cep),
        **owner,
    }
    return Answer(call.moods.speller("info", "conta"), {"conta": conta})
