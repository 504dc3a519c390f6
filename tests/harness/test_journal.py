from datetime import UTC, datetime

import pytest

from scenarios.harness.journal import Journal, JournalFull, mask, mask_url

NOON = datetime(2026, 8, 3, 12, 0, tzinfo=UTC)


def journal(*kinds: str, limit: int = 100) -> Journal:
    made = Journal(lambda: NOON, limit)
    for kind in kinds:
        made.append(kind)
    return made


def numbers(entries) -> list[int]:
    return [entry["seq"] for entry in entries]


def test_an_entry_has_number_time_and_kind_beside_its_own_keys():
    assert journal().append("answer", status=200) == {
        "seq": 1,
        "at": "2026-08-03T12:00:00+00:00",
        "kind": "answer",
        "status": 200,
    }


def test_entries_are_numbered_without_a_gap():
    assert numbers(journal("a", "b", "c")) == [1, 2, 3]


def test_a_full_journal_refuses_and_forgets_nothing():
    full = journal("a", "b", limit=2)
    with pytest.raises(JournalFull, match="2 entries"):
        full.append("c")
    assert numbers(full) == [1, 2]


def test_room_can_be_asked_for_before_anything_happens():
    journal("a", limit=2).require_room()
    with pytest.raises(JournalFull):
        journal("a", "b", limit=2).require_room()


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"seq": 2}, [3, 4]),
        ({"seq": 9}, []),
        ({"kind": "call"}, [1, 3]),
        ({"limit": 3}, [1, 2, 3]),
        ({"limit": 0}, []),
        ({"seq": 1, "kind": "call", "limit": 5}, [3]),
    ],
)
def test_entries_can_be_read_after_a_number_by_kind_and_in_part(arguments, found):
    assert numbers(journal("call", "answer", "call", "answer").since(**arguments)) == found


def test_of_a_long_secret_the_last_four_characters_show():
    assert mask("abcdefghijklmnop") == "····mnop"


@pytest.mark.parametrize("secret", ["", "abc", "abcdefghijk"])
def test_of_a_short_secret_nothing_shows(secret):
    assert mask(secret) == "····"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://door.example:8443/in/s3cr3t?x=s3cr3t#s3cr3t", "https://door.example:8443/····"),
        ("https://user:s3cr3t@door.example/in", "https://door.example/····"),
        ("http://[::1]:80/s3cr3t", "http://[::1]:80/····"),
        ("s3cr3t", "····"),
        ("http://[s3cr3t", "····"),
    ],
)
def test_of_a_secret_address_only_its_place_shows(url, shown):
    assert mask_url(url) == shown
