from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean
from validate_docbr import CNPJ, CPF

from scenarios.harness import documents
from scenarios.harness.places import STATES

randoms = st.integers(0, 2**32).map(Random)
states = st.sampled_from(sorted(STATES)).map(STATES.__getitem__)


@pytest.mark.parametrize("cpf", ["52998224725", "11144477735"])
def test_the_contracts_cpf_values_come_out(cpf):
    assert documents.with_cpf_digits(cpf[:9]) == cpf


@pytest.mark.parametrize("cnpj", ["11222333000181", "12ABC34501DE35"])
def test_the_contracts_cnpj_values_come_out(cnpj):
    assert documents.with_cnpj_digits(cnpj[:12]) == cnpj


@pytest.mark.parametrize("gtin", ["7891000315507", "7901234567891"])
def test_the_contracts_gtin_values_come_out(gtin):
    assert documents.with_gtin_digit(gtin[:12]) == gtin


def test_the_contracts_nfe_key_comes_out():
    key = "35260711222333000181550010000001231123456786"
    assert documents.with_nfe_digit(key[:43]) == key


def test_the_contracts_tracking_code_comes_out():
    assert documents.with_tracking_digit("OY", "12345678") == "OY123456785BR"


@pytest.mark.parametrize(
    ("eight", "digit"),
    [
        ("00000000", "5"),  # remainder 0
        ("02000000", "0"),  # 2 × 6 = 12, remainder 1
        ("00001000", "8"),  # remainder 3
    ],
)
def test_a_tracking_digit_follows_from_the_remainder(eight, digit):
    assert documents.with_tracking_digit("AA", eight)[10] == digit


@given(randoms, states)
def test_a_cpf_is_valid_and_shows_its_states_region(random, state):
    cpf = documents.cpf(random, state)
    assert CPF().validate(cpf)
    assert cpf[8] == str(state.cpf_region)


@given(randoms)
def test_a_numeric_cnpj_is_valid_and_has_digits_only(random):
    cnpj = documents.cnpj(random)
    assert CNPJ().validate(cnpj)
    assert cnpj.isdigit()


@given(randoms)
def test_an_alphanumeric_cnpj_is_valid_and_has_a_letter(random):
    cnpj = documents.cnpj(random, alphanumeric=True)
    assert CNPJ().validate(cnpj)
    assert not cnpj.isdigit()
    assert cnpj[12:].isdigit()


@given(randoms)
def test_a_gtin_is_valid_and_brazilian(random):
    gtin = documents.gtin13(random)
    assert ean.is_valid(gtin)
    assert gtin[:3] in ("789", "790")


@given(randoms)
def test_a_state_registration_has_8_to_14_digits(random):
    ie = documents.ie(random)
    assert ie.isdigit()
    assert 8 <= len(ie) <= 14


@given(randoms, states)
def test_an_nfe_key_tells_state_month_issuer_series_and_number(random, state):
    key = documents.nfe_key(
        random, state=state, issued=date(2026, 7, 31), issuer_cnpj="11222333000181", series=1, number=123
    )
    assert key[:35] == f"{state.code}2607" + "11222333000181" + "55" + "001" + "000000123" + "1"
    assert key == documents.with_nfe_digit(key[:43])


@given(randoms)
def test_a_tracking_code_has_its_shape_and_digit(random):
    code = documents.tracking_code(random)
    assert code == documents.with_tracking_digit(code[:2], code[2:10])
    assert len(code) == 13
