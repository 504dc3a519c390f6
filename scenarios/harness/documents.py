"""Brazilian document numbers with right check digits, as text without punctuation.

The arithmetic is written from the Webstore contract, sections 16.2, 16.3 and 16.5.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from datetime import date
from random import Random

from scenarios.harness.places import State

_CNPJ_WEIGHTS = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_TRACKING_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def _value(character: str) -> int:
    """A character's worth in a check sum: its ASCII code minus 48, so A is 17 (section 16.2)."""
    return ord(character) - 48


def _modulo_11(characters: str, weights: Sequence[int]) -> str:
    """The check digit that CPF, CNPJ and the NF-e key share: remainder 0 or 1 gives 0, else 11 less it."""
    remainder = sum(_value(c) * w for c, w in zip(characters, weights, strict=True)) % 11
    return "0" if remainder < 2 else str(11 - remainder)


def with_cpf_digits(nine: str) -> str:
    """A CPF from its first nine digits."""
    ten = nine + _modulo_11(nine, range(10, 1, -1))
    return ten + _modulo_11(ten, range(11, 1, -1))


def with_cnpj_digits(twelve: str) -> str:
    """A CNPJ from its first twelve characters of 0-9 and A-Z."""
    thirteen = twelve + _modulo_11(twelve, _CNPJ_WEIGHTS)
    return thirteen + _modulo_11(thirteen, (6, *_CNPJ_WEIGHTS))


def with_gtin_digit(twelve: str) -> str:
    """A GTIN-13 from its first twelve digits."""
    total = sum(_value(c) * (3 if place % 2 else 1) for place, c in enumerate(twelve))
    return f"{twelve}{-total % 10}"


def with_nfe_digit(forty_three: str) -> str:
    """An NF-e access key from its first 43 digits; the weights run from 2 to 9, from the right."""
    return forty_three + _modulo_11(forty_three[::-1], [2 + place % 8 for place in range(43)])


def with_tracking_digit(letters: str, eight: str) -> str:
    """A Correios tracking code from its two letters and eight digits."""
    remainder = sum(_value(c) * w for c, w in zip(eight, _TRACKING_WEIGHTS, strict=True)) % 11
    digit = {0: 5, 1: 0}.get(remainder, 11 - remainder)
    return f"{letters}{eight}{digit}BR"


def digits(random: Random, count: int) -> str:
    """That many random digits."""
    return f"{random.randrange(10**count):0{count}}"


def cpf(random: Random, state: State) -> str:
    """A CPF whose ninth digit is the fiscal region of the state."""
    number = with_cpf_digits(f"{digits(random, 8)}{state.cpf_region}")
    # Eleven equal digits pass the sum and are invalid all the same.
    return number if len(set(number)) > 1 else cpf(random, state)


def cnpj(random: Random, *, alphanumeric: bool = False) -> str:
    """The CNPJ of a head office (branch 0001); `alphanumeric` puts at least one letter into its root."""
    if not alphanumeric:
        return with_cnpj_digits(f"{random.randrange(1, 10**8):08}0001")
    root = [*random.choices(string.digits + string.ascii_uppercase, k=7), random.choice(string.ascii_uppercase)]
    random.shuffle(root)
    return with_cnpj_digits("".join(root) + "0001")


def ie(random: Random) -> str:
    """A state registration: 8 to 14 digits. Its format differs by state and the contract does not check it."""
    return digits(random, random.randint(8, 14))


def rg(random: Random) -> str:
    """An identity card number: 8 digits and a check character that is at times X."""
    return digits(random, 8) + random.choice("0123456789X")


def gtin13(random: Random) -> str:
    """A GTIN-13 with a Brazilian prefix."""
    return with_gtin_digit(random.choice(("789", "790")) + digits(random, 9))


def nfe_key(random: Random, *, state: State, issued: date, issuer_cnpj: str, series: int, number: int) -> str:
    """An NF-e access key, 44 digits: model 55, normal emission. The issuer's CNPJ must be numeric."""
    parts = f"{state.code}{issued:%y%m}{issuer_cnpj}55{series:03}{number:09}1{digits(random, 8)}"
    return with_nfe_digit(parts)


def tracking_code(random: Random) -> str:
    """A Correios tracking code such as OY123456785BR."""
    return with_tracking_digit("".join(random.choices(string.ascii_uppercase, k=2)), digits(random, 8))
