"""`connector orders`: what it says where it can do nothing; what it does is in tests/flows."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("command", "status", "sentence"),
    [
        (["backfill", "7", "--from", "2026-09-02", "--to", "2026-09-01"], 2, "--to is before --from"),
        (["backfill", "7", "--from", "2026-09-01", "--to", "2026-09-02"], 1, "store 7: the store is not connected"),
        (["after-restore", "7"], 1, "there is no store 7 here"),
        (["accept", "7", "1001"], 1, "store 7 has no order 1001"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(connector, good, command, status, sentence):
    ended = connector("orders", *command, **good)
    assert (ended.returncode, sentence in ended.stderr) == (status, True), ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_day_that_is_none_is_refused(connector, good):
    ended = connector("orders", "backfill", "7", "--from", "ontem", "--to", "2026-09-01", **good)
    assert ended.returncode == 2
    assert "ontem" in ended.stderr
