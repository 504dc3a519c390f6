from random import Random

import pytest
from stdnum.util import isdigits
from validate_docbr import CNPJ, CPF

from scenarios.harness.people import People
from scenarios.harness.places import STATES


@pytest.fixture(scope="module")
def persons():
    people = People(Random(11))
    return [people.person() for _ in range(1500)]


def test_the_same_seed_gives_the_same_people():
    one, other = People(Random(5)), People(Random(5))
    assert [one.person() for _ in range(20)] == [other.person() for _ in range(20)]


def test_what_is_drawn_does_not_depend_on_when_the_first_name_is_needed():
    early, late = Random(5), Random(5)
    first, second = People(early), People(late)
    first.person("E")
    second.person("E")
    assert early.random() == late.random()


def test_most_are_persons_some_companies_few_foreigners(persons):
    kinds = [person.kind for person in persons]
    assert kinds.count("F") > kinds.count("J") > kinds.count("E") > 0


def test_a_persons_cpf_is_valid_and_of_the_region_of_the_address(persons):
    for person in (p for p in persons if p.kind == "F"):
        assert CPF().validate(person.cpf)
        assert person.cpf[8] == str(STATES[person.address.state].cpf_region)
        assert (person.cnpj, person.ie, person.icms_taxpayer) == (None, None, "non_contributor")


def test_a_companys_cnpj_is_valid_and_some_have_letters(persons):
    companies = [p for p in persons if p.kind == "J"]
    assert all(CNPJ().validate(p.cnpj) and p.cpf is None for p in companies)
    assert {isdigits(p.cnpj) for p in companies} == {True, False}


def test_a_contributor_has_a_state_registration_and_an_exempt_company_has_none(persons):
    companies = [p for p in persons if p.kind == "J"]
    assert {p.icms_taxpayer for p in companies} == {"contributor", "exempt"}
    assert all((p.ie is not None) == (p.icms_taxpayer == "contributor") for p in companies)


def test_a_foreigner_has_a_foreign_document_only(persons):
    foreigners = [p for p in persons if p.kind == "E"]
    assert all(p.foreign_document and p.cpf is None and p.cnpj is None for p in foreigners)


def test_the_owner_of_an_account_is_a_contributor_with_a_numeric_cnpj():
    people = People(Random(2))
    owners = [people.company() for _ in range(50)]
    assert all(p.kind == "J" and p.cnpj.isdigit() and p.icms_taxpayer == "contributor" for p in owners)


def test_postal_code_city_and_phones_agree_with_the_state(persons):
    for person in persons:
        address, state = person.address, STATES[person.address.state]
        assert any(first <= int(address.zip_code[:5]) <= last for first, last in state.zip_prefixes)
        assert (address.city, address.ibge_code or state.capital_ibge) == (state.capital, state.capital_ibge)
        for phone in filter(None, (person.phone, person.mobile_phone)):
            assert int(phone[3:5]) in state.area_codes


@pytest.mark.parametrize(
    "is_so",
    [
        lambda p: p.kind == "F" and len(p.name) > 30,
        lambda p: p.address.number == "S/N",
        lambda p: len(p.address.district) > 30,
        lambda p: len(p.address.street) > 50,
        lambda p: len(p.address.complement or "") > 50,
        lambda p: len(p.email) > 50,
        lambda p: p.mobile_phone is None,
    ],
)
def test_a_few_people_have_an_awkward_shape(is_so, persons):
    assert 0 < sum(map(is_so, persons)) / len(persons) < 0.2


def test_all_values_fit_the_contract(persons):
    for person in persons:
        assert len(person.name) <= 120
        assert len(person.trade_name or "") <= 120
        assert len(person.email) <= 120
        assert person.email.isascii()
        address = person.address
        assert len(address.street) <= 120
        assert len(address.number) <= 10
        assert len(address.complement or "") <= 80
        assert len(address.district) <= 60


def test_an_address_can_be_asked_for_by_state():
    assert People(Random(1)).address("RR").zip_code.startswith("693")


def test_an_unknown_state_is_refused():
    with pytest.raises(KeyError):
        People(Random(1)).address("XX")
