"""Secrets at rest: sealed by the newest key, opened by any, found by their mark."""

import pytest

from connector.vault import Vault, VaultError, new_key

OLD, NEW = new_key(), new_key()


def test_a_sealed_secret_opens_and_does_not_show():
    sealed = Vault([OLD]).seal("segredo ção")
    assert Vault([OLD]).open(sealed) == "segredo ção"
    assert "segredo" not in sealed


def test_the_same_secret_is_sealed_differently_each_time():
    vault = Vault([OLD])
    assert vault.seal("x") != vault.seal("x")


def test_after_a_rotation_old_secrets_open_and_new_ones_need_the_new_key():
    sealed = Vault([OLD]).seal("x")
    rotated = Vault([NEW, OLD])
    assert rotated.open(sealed) == "x"
    assert Vault([NEW]).open(rotated.seal("y")) == "y"


@pytest.mark.parametrize("mangle", [lambda sealed: sealed[:-2], lambda _: "", lambda _: "nothing sealed"])
def test_what_was_changed_does_not_open(mangle):
    with pytest.raises(VaultError, match="CONNECTOR_KEYS"):
        Vault([OLD]).open(mangle(Vault([OLD]).seal("x")))


def test_a_secret_of_a_key_that_is_gone_does_not_open():
    with pytest.raises(VaultError, match="not in CONNECTOR_KEYS"):
        Vault([NEW]).open(Vault([OLD]).seal("x"))


def test_a_mark_is_the_same_for_the_same_secret_and_says_nothing_of_it():
    vault = Vault([OLD])
    assert vault.mark("door") == vault.mark("door") != vault.mark("door2")
    assert "door" not in vault.mark("door")


def test_marks_and_signatures_outlive_a_rotation():
    assert Vault([NEW, OLD]).mark("x") == Vault([OLD]).mark("x")
    assert Vault([NEW, OLD]).sign("x") == Vault([OLD]).sign("x")


def test_marks_and_signatures_are_of_their_key_and_differ_from_each_other():
    assert Vault([OLD]).mark("x") != Vault([NEW]).mark("x")
    assert Vault([OLD]).sign("x") != Vault([OLD]).mark("x")


@pytest.mark.parametrize("keys", [[], ["no key"], [OLD, ""]])
def test_without_good_keys_there_is_no_vault(keys):
    with pytest.raises(ValueError):
        Vault(keys)


def test_keys_are_never_the_same():
    assert len({new_key() for _ in range(50)}) == 50
