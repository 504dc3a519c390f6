"""The Brazilian states: postal codes, capitals, area codes and the fiscal region in a CPF.

Tables of the Webstore contract, sections 16.2 (CPF regions), 16.4 and 16.5 (UF codes).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class State:
    """One UF. `zip_prefixes` are closed ranges of a CEP's first five digits."""

    uf: str
    cpf_region: int
    zip_prefixes: tuple[tuple[int, int], ...]
    capital: str
    capital_ibge: str
    area_codes: tuple[int, ...]

    @property
    def code(self) -> str:
        """The two-digit IBGE code of the state, as it begins a city code and an NF-e key."""
        return self.capital_ibge[:2]


_ALL = (
    State("AC", 2, ((69900, 69999),), "Rio Branco", "1200401", (68,)),
    State("AL", 4, ((57000, 57999),), "Maceió", "2704302", (82,)),
    State("AM", 2, ((69000, 69299), (69400, 69899)), "Manaus", "1302603", (92, 97)),
    State("AP", 2, ((68900, 68999),), "Macapá", "1600303", (96,)),
    State("BA", 5, ((40000, 48999),), "Salvador", "2927408", (71, 73, 74, 75, 77)),
    State("CE", 3, ((60000, 63999),), "Fortaleza", "2304400", (85, 88)),
    State("DF", 1, ((70000, 72799), (73000, 73699)), "Brasília", "5300108", (61,)),
    State("ES", 7, ((29000, 29999),), "Vitória", "3205309", (27, 28)),
    State("GO", 1, ((72800, 72999), (73700, 76799)), "Goiânia", "5208707", (62, 64)),
    State("MA", 3, ((65000, 65999),), "São Luís", "2111300", (98, 99)),
    State("MG", 6, ((30000, 39999),), "Belo Horizonte", "3106200", (31, 32, 33, 34, 35, 37, 38)),
    State("MS", 1, ((79000, 79999),), "Campo Grande", "5002704", (67,)),
    State("MT", 1, ((78000, 78899),), "Cuiabá", "5103403", (65, 66)),
    State("PA", 2, ((66000, 68899),), "Belém", "1501402", (91, 93, 94)),
    State("PB", 4, ((58000, 58999),), "João Pessoa", "2507507", (83,)),
    State("PE", 4, ((50000, 56999),), "Recife", "2611606", (81, 87)),
    State("PI", 3, ((64000, 64999),), "Teresina", "2211001", (86, 89)),
    State("PR", 9, ((80000, 87999),), "Curitiba", "4106902", (41, 42, 43, 44, 45, 46)),
    State("RJ", 7, ((20000, 28999),), "Rio de Janeiro", "3304557", (21, 22, 24)),
    State("RN", 4, ((59000, 59999),), "Natal", "2408102", (84,)),
    State("RO", 2, ((76800, 76999),), "Porto Velho", "1100205", (69,)),
    State("RR", 2, ((69300, 69399),), "Boa Vista", "1400100", (95,)),
    State("RS", 0, ((90000, 99999),), "Porto Alegre", "4314902", (51, 53, 54, 55)),
    State("SC", 9, ((88000, 89999),), "Florianópolis", "4205407", (47, 48, 49)),
    State("SE", 5, ((49000, 49999),), "Aracaju", "2800308", (79,)),
    State("SP", 8, ((1000, 19999),), "São Paulo", "3550308", (11, 12, 13, 14, 15, 16, 17, 18, 19)),
    State("TO", 1, ((77000, 77999),), "Palmas", "1721000", (63,)),
)

STATES = {state.uf: state for state in _ALL}


def any_state(random: Random) -> State:
    return random.choice(_ALL)


def zip_code(random: Random, state: State) -> str:
    """A CEP of that state, 8 digits."""
    first, last = random.choice(state.zip_prefixes)
    return f"{random.randint(first, last):05}{random.randrange(1000):03}"


def landline(random: Random, state: State) -> str:
    """A landline number of that state in E.164: area code and 8 digits that begin with 2 to 5."""
    return f"+55{random.choice(state.area_codes)}{random.randint(2, 5)}{random.randrange(10**7):07}"


def mobile(random: Random, state: State) -> str:
    """A mobile number of that state in E.164: area code, 9 and 8 digits."""
    return f"+55{random.choice(state.area_codes)}9{random.randrange(10**8):08}"
