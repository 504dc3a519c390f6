"""Messages are kept; a repeated event is kept once, a repeated body as often as it came."""

import pytest
import sqlalchemy as sa

from connector.store import inbox
from connector.store.tables import inbox as rows


def test_a_repeated_event_is_kept_once(c, now):
    assert inbox.keep(c, 7, "webstore", "{}", now, event_id="e1")
    assert not inbox.keep(c, 7, "webstore", '{"again": 1}', now, event_id="e1")
    assert list(c.scalars(sa.select(rows.c.body))) == ["{}"]


def test_the_same_event_number_in_another_store_is_another_event(c, now):
    assert inbox.keep(c, 7, "webstore", "{}", now, event_id="e1")
    assert inbox.keep(c, 8, "webstore", "{}", now, event_id="e1")


def test_messages_without_a_number_are_all_kept_in_their_order(c, now):
    for body in ("4", "3", "4"):
        assert inbox.keep(c, 7, "erp", body, now)
    assert list(c.scalars(sa.select(rows.c.body).order_by(rows.c.id))) == ["4", "3", "4"]


def test_messages_are_counted_by_source(c, now):
    inbox.keep(c, 7, "erp", "1", now)
    inbox.keep(c, 7, "webstore", "2", now, event_id="e1")
    inbox.keep(c, 8, "erp", "3", now)
    assert inbox.count(c, 7, "erp") == 1


@pytest.mark.parametrize(("body", "kept"), [("ção ✓ 🛒", "ção ✓ 🛒"), ("a\0b", "a�b"), ("x" * 262_144, "x" * 262_144)])
def test_any_text_can_be_kept(c, now, body, kept):
    assert inbox.keep(c, 7, "erp", body, now)
    assert c.scalar(sa.select(rows.c.body)) == kept


def test_a_batch_is_kept_in_its_order_each_message_with_its_store(c, now):
    inbox.keep_many(c, [(8, "ção"), (7, "a\0b"), (8, '{"x": "\\""}')], now)
    kept = c.execute(sa.select(rows.c.store_id, rows.c.body, rows.c.received_at).order_by(rows.c.id)).all()
    assert kept == [(8, "ção", now), (7, "a\ufffdb", now), (8, '{"x": "\\""}', now)]
    assert [message.body for message in inbox.new_messages(c, 8, 9)] == ["ção", '{"x": "\\""}']


def test_a_message_is_found_again_after_it_was_dealt_with(c, now):
    inbox.keep_many(c, [(7, "body")], now)
    [kept] = inbox.new_messages(c, 7, 10)
    inbox.dealt_with(c, [(kept.id, None, None)])
    assert inbox.by_id(c, 7, kept.id) == kept
    assert inbox.by_id(c, 8, kept.id) is None
    assert inbox.by_id(c, 7, kept.id + 1) is None
