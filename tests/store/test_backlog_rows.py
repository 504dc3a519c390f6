"""What is left to do: due now, tried in vain, standing still; what is planned for later is none of it."""

from datetime import timedelta

from connector.store import backlog, work
from connector.store.work import DEAD, PARKED, Priority

LANE = {int(Priority.ORDERS): 50}
LATER = timedelta(hours=1)


def test_what_is_left_is_counted_by_state_and_reason_and_the_oldest_due_is_told(c, now):
    def enqueue(key, **more):
        work.enqueue(c, 7, "order", now, priority=Priority.ORDERS, key=key, **more)

    enqueue("planned", after=LATER)
    assert backlog.backlog(c, now) == backlog.Backlog(counts={}, oldest_due_at=None)
    for key in ("dead", "parked", "failed", "snoozed"):
        enqueue(key)
    for job in work.claim(c, 7, LANE, now, timedelta(seconds=45)):
        if job.key in (DEAD, PARKED):
            work.stop(c, job, job.key, "erp_trouble", "")
        else:
            work.later(c, job, now + LATER, "erp_busy", "", count=job.key == "failed")
    enqueue("due")
    found = backlog.backlog(c, now + timedelta(seconds=5))
    assert found.counts == {
        ("dead", "erp_trouble"): 1,
        ("parked", "erp_trouble"): 1,
        ("failed", "erp_busy"): 1,
        ("due", ""): 1,
    }
    assert found.oldest_due_at == now
