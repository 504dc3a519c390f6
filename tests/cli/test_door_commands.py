"""The commands about the secret address, and who may serve a SQLite file."""

import json
import signal

import sqlalchemy as sa

from connector.core.reasons import Reason
from connector.store import inbox, quarantine, stores
from connector.store.tables import inbox as inbox_table
from connector.store.tables import work
from connector.vault import Vault
from scenarios.harness.clock import RealClock


def test_rotate_gives_another_address_and_says_how_long_the_old_one_works(connector, good, rows):
    ended = connector("door", "rotate", "7", "--grace", "2", **good)
    assert ended.returncode == 0
    assert "the old one works until" in ended.stdout
    vault = Vault([good["CONNECTOR_KEYS"]])
    with rows() as c:
        old, store = stores.door(c, vault.mark("old")), stores.by_id(c, 7)
        assert (old.store_id, old.until) == (7, store.door_previous_until)
        assert stores.door(c, vault.mark(vault.open(store.door))).until is None
        assert list(c.scalars(sa.select(work.c.kind))) == ["report"]


def test_rotate_for_an_unknown_store_says_so(connector, good, rows):
    ended = connector("door", "rotate", "9", **good)
    assert (ended.returncode, "store 9 does not have the app" in ended.stderr) == (1, True)


def test_what_is_in_quarantine_is_listed_shown_and_let_in_once_it_can_be_read(connector, good, rows):
    with rows() as c:
        for body in (b"\x1b[31m\xff", b'{"dados": {}}'):
            quarantine.keep(c, 7, Reason.BODY_BADLY_PACKED, "gzip", body, RealClock().now())
        second, first = (bad.id for bad in quarantine.latest(c, 7))
    assert connector("quarantine", "7", **good).stdout.count("body_badly_packed") == 2
    assert connector("quarantine", "7", "--show", str(first), **good).stdout == "\\x1b[31m\\xff\n"
    assert "still body_not_utf8" in connector("quarantine", "7", "--retry", str(first), **good).stdout
    assert "kept as a message" in connector("quarantine", "7", "--retry", str(second), **good).stdout
    assert connector("quarantine", "7", "--retry", str(second), **good).returncode == 1
    with rows() as c:
        assert list(c.scalars(sa.select(inbox_table.c.body))) == ['{"dados": {}}']
        assert [bad.id for bad in quarantine.latest(c, 7)] == [first]


def test_messages_are_told_one_by_one_with_what_became_of_each(connector, good, rows):
    now = RealClock().now()
    with rows() as c:
        inbox.keep_many(c, [(7, '{"n": 1}'), (7, '{"n": 2}'), (8, '{"n": 3}')], now)
        inbox.keep(c, 7, inbox.WEBSTORE, "of the shop", now, "event")
        first = c.scalar(sa.select(sa.func.min(inbox_table.c.id)))
        inbox.dealt_with(c, [(first, Reason.NOT_LINKED, "CAN-1")])
        quarantine.keep(c, 7, Reason.BODY_NOT_UTF8, "byte 0", b"\xff", now)
    told = [json.loads(line) for line in connector("messages", "7", "--json", **good).stdout.splitlines()]
    assert [(each["store"], each["state"], each["reason"], each["body"]) for each in told] == [
        (7, "dealt_with", "not_linked", '{"n": 1}'),
        (7, "new", None, '{"n": 2}'),
        (7, "quarantined", "body_not_utf8", "\\xff"),
    ]
    assert len(connector("messages", "--json", **good).stdout.splitlines()) == 4
    assert "not_linked" in connector("messages", **good).stdout


def test_a_second_process_on_a_sqlite_file_is_refused_until_the_first_is_dead(connector, serving, good, taken_port):
    first = serving("serve", **good)
    second = connector("serve", **{**good, "CONNECTOR_PORT": taken_port})
    assert second.returncode == 1
    assert f"is served by another process already (pid {first.pid})" in second.stderr
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    serving("serve", **good)


def test_several_processes_on_a_sqlite_file_are_refused(connector, good):
    ended = connector("serve", "--workers", "2", **good)
    assert (ended.returncode, "a SQLite file has one process" in ended.stderr) == (2, True)
