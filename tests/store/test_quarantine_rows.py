"""Bodies that cannot be read are kept as they came, within bounds."""

from connector.core.reasons import Reason
from connector.store import quarantine
from connector.store.quarantine import MOST_BODIES, MOST_BYTES


def put(c, now, body, store_id=7):
    quarantine.keep(c, store_id, Reason.BODY_UNREADABLE, "detail", body, now)


def test_a_body_is_kept_byte_for_byte(c, now):
    put(c, now, b"\x00\xff{")
    [bad] = quarantine.latest(c, 7)
    assert (bad.reason, bad.detail, bad.size, bad.received_at) == ("body_unreadable", "detail", 3, now)
    assert quarantine.body(c, 7, bad.id) == b"\x00\xff{"
    assert quarantine.body(c, 8, bad.id) is None


def test_beyond_the_count_the_oldest_give_way_and_other_stores_keep_theirs(c, now):
    put(c, now, b"other", store_id=8)
    for number in range(MOST_BODIES + 3):
        put(c, now, str(number).encode())
    kept = quarantine.latest(c, 7)
    assert [quarantine.body(c, 7, bad.id) for bad in (kept[0], kept[-1])] == [b"202", b"3"]
    assert (len(kept), len(quarantine.latest(c, 8))) == (MOST_BODIES, 1)


def test_beyond_the_bytes_the_oldest_give_way(c, now):
    for _ in range(10):
        put(c, now, b"x" * 2**20)
    assert sum(bad.size for bad in quarantine.latest(c, 7)) == MOST_BYTES


def test_what_was_dropped_is_gone(c, now):
    put(c, now, b"x")
    quarantine.drop(c, 8, quarantine.latest(c, 7)[0].id)
    assert len(quarantine.latest(c, 7)) == 1
    quarantine.drop(c, 7, quarantine.latest(c, 7)[0].id)
    assert quarantine.latest(c, 7) == []
