"""The owner of an account: a seeded Brazilian company, and how `info.php` writes its numbers.

Not drawn from the harness's people: their generator takes 50 MB of memory, which a fake that needs
one company name has no use for. Documents and places are the harness's.
"""

from __future__ import annotations

import re
from random import Random

from fake_erp.records import Company
from scenarios.harness import documents, places

_FAMILIES = ("Almeida", "Barbosa", "Cardoso", "Ferreira", "Gonçalves", "Moraes", "Nogueira", "Teixeira")
_LINES = ("Comércio de Roupas", "Utilidades Domésticas", "Materiais de Construção", "Informática", "Cosméticos")
_FORMS = ("Ltda", "ME", "EPP", "S.A.")
_STREETS = ("Rua das Laranjeiras", "Avenida Brasil", "Rua Sete de Setembro", "Travessa São João")
_DISTRICTS = ("Centro", "Jardim América", "Boa Vista", "Santo Antônio")
_COMPLEMENTS = ("", "", "Sala 12", "Galpão 3")


def company(random: Random) -> Company:
    """A company whose CEP and telephone agree with its state."""
    state = places.any_state(random)
    trade_name = f"{random.choice(_FAMILIES)} {random.choice(_LINES)}"
    return Company(
        razao_social=f"{trade_name} {random.choice(_FORMS)}",
        cnpj=documents.cnpj(random),
        fantasia=trade_name,
        endereco=random.choice(_STREETS),
        numero=str(random.randint(1, 9999)),
        bairro=random.choice(_DISTRICTS),
        complemento=random.choice(_COMPLEMENTS),
        cidade=state.capital,
        estado=state.uf,
        cep=places.zip_code(random, state),
        fone=_phone(places.landline(random, state)),
        email=f"contato{random.randrange(1000)}@exemplo.com.br",
        inscricao_estadual=documents.ie(random),
    )


def _phone(e164: str) -> str:
    """+554130000000 → (41) 3000-0000."""
    digits = e164.removeprefix("+55")
    return f"({digits[:2]}) {digits[2:-4]}-{digits[-4:]}"


def dotted_cnpj(digits: str) -> str:
    """11222333000181 → 11.222.333/0001-81, as `info.php` writes it (transport §5)."""
    return f"{digits[:2]}.{digits[2:5]}.{digits[5:8]}/{digits[8:12]}-{digits[12:]}"


def dotted_cep(digits: str) -> str:
    """80000000 → 80.000-000 (transport §5)."""
    return f"{digits[:2]}.{digits[2:5]}-{digits[5:]}"


def dotted_document(text: str) -> str:
    """A CPF or CNPJ punctuated; anything else as it is."""
    plain = re.sub(r"[^0-9A-Za-z]", "", text)
    if len(plain) == 14:
        return dotted_cnpj(plain)
    return f"{plain[:3]}.{plain[3:6]}.{plain[6:9]}-{plain[9:]}" if len(plain) == 11 else text
