"""The whole listing is read: is what the pull would do to the catalogue so much that a person should look first?"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from connector.core import brake, fields
from connector.core.brake import Danger
from connector.core.fifteen import PRICE
from connector.core.preferences import Retiring
from connector.core.reasons import Reason
from connector.flows.env import Env
from connector.store import alarms, items, pulls, stores, work
from connector.store.engine import Connection
from connector.store.pulls import Pull
from connector.store.stores import Store
from connector.store.work import Priority

# Products that wait for the end of the listing, or for a person.
HELD = timedelta(days=3650)


def judge(c: Connection, env: Env, pull: Pull) -> bool:
    """Let the products of a pull go on, or stop it; says whether they go on. What is dry does no harm."""
    store = stores.by_id(c, pull.store_id)
    assert store is not None
    if not pull.is_dry:
        danger = danger_of(c, store, pull)
        pulls.change(c, pull.id, brake=danger.as_document())
        if brake.holds(danger, store.brake_percent):
            stop(c, env, pull, f"{danger.retired} + {danger.repriced} / {danger.of}")
            return False
    release(c, env, store, pull)
    return True


def danger_of(c: Connection, store: Store, pull: Pull) -> Danger:
    """Counted by the listing and by what the merchant has chosen."""
    retired = 0
    if store.inactive_action != Retiring.KEEP:
        retired += items.count_inactive(c, store.id, pull.id)
    if store.excluded_action != Retiring.KEEP:
        retired += len(items.not_listed(c, store.id, pull.id))
    repriced = 0
    if PRICE not in (store.fields_off or ()):
        new_prices = ((fields.money(price), sent) for price, sent in items.prices(c, store.id, pull.id))
        # A price that the shop cannot take is not written.
        repriced = sum(not isinstance(new, Reason) and new != sent for new, sent in new_prices)
    return Danger(of=items.count_ours(c, store.id), retired=retired, repriced=repriced)


def stop(c: Connection, env: Env, pull: Pull, detail: str) -> None:
    """Nothing more of this pull is written until a person has decided."""
    now = env.clock.now()
    pulls.change(c, pull.id, stage=pulls.BRAKED)
    work.hold_back(c, pull.store_id, "pull.product", now + HELD)
    alarms.sound(c, pull.store_id, Reason.CATALOGUE_BRAKE, str(pull.id), detail, now)


def release(c: Connection, env: Env, store: Store, pull: Pull) -> None:
    """The products of the pull are dealt with, and those that the listing lacks looked at once more."""
    now = env.clock.now()
    pulls.change(c, pull.id, stage="products")
    work.hold_back(c, store.id, "pull.product", now)
    if store.excluded_action != Retiring.KEEP and not pull.is_dry and pull.scope != pulls.SOME:
        missing: list[tuple[str, dict[str, object]]] = [(i, {}) for i in items.not_listed(c, store.id, pull.id)]
        work.enqueue_many(c, store.id, "retire", now, missing, priority=Priority.CATALOGUE)


def surprised(c: Connection, env: Env, pull_id: int, erp_id: str, price: Decimal) -> bool:
    """A record has another price than the listing said; whether that is one too many.

    From now on it counts as listed, so that a product that is tried again and again is counted once.
    """
    pull = pulls.by_id(c, pull_id)
    store = stores.by_id(c, pull.store_id) if pull is not None else None
    if pull is None or store is None or pull.confirmed_at is not None:
        return False
    counted = pull.brake or {"of": items.count_ours(c, store.id), "retired": 0, "repriced": 0}
    counted = {**counted, "repriced": counted["repriced"] + 1}
    pulls.change(c, pull.id, brake=counted)
    items.change(c, store.id, erp_id, price=price)
    if not brake.holds(Danger(**counted), store.brake_percent):
        return False
    stop(c, env, pull, f"{counted['retired']} + {counted['repriced']} / {counted['of']}")
    return True


def was_discarded(c: Connection, ended: Pull) -> bool:
    """Whether a pull ended because a person would not have what it was about to do."""
    store = stores.by_id(c, ended.store_id)
    if store is None or ended.brake is None or ended.confirmed_at is not None:
        return False
    return brake.holds(Danger(**ended.brake), store.brake_percent)


def carried(c: Connection, ended: Pull) -> dict[str, int]:
    """What a pull of some products begins to count from: the allowance is one for all of them between listings."""
    counts_on = ended.scope == pulls.SOME and ended.confirmed_at is None and ended.brake is not None
    before = ended.brake if counts_on and ended.brake else {"retired": 0, "repriced": 0}
    return {**before, "of": items.count_ours(c, ended.store_id)}


def confirm(c: Connection, env: Env, store_id: int) -> bool:
    """A person says that it is meant; False if no pull waits for one."""
    found = _braked(c, store_id)
    if found is None:
        return False
    pull, store = found
    pulls.change(c, pull.id, confirmed_at=env.clock.now())
    release(c, env, store, pull)
    _close_alarm(c, pull, env.clock.now())
    return True


def discard(c: Connection, env: Env, store_id: int) -> bool:
    """A person says that it is a mistake: the pull ends here; the next one begins at its time or when asked for."""
    found = _braked(c, store_id)
    if found is None:
        return False
    pull, _ = found
    now = env.clock.now()
    work.drop_waiting(c, store_id, "pull.product")
    pulls.change(c, pull.id, stage="done", finished_at=now)
    after = timedelta(hours=env.pull_every_hours)
    scope = {"scope": pulls.CHANGED}
    work.enqueue(c, store_id, "pull", now, priority=Priority.LISTING, payload=scope, after=after)
    _close_alarm(c, pull, now)
    return True


def _braked(c: Connection, store_id: int) -> tuple[Pull, Store] | None:
    pull, store = pulls.current(c, store_id), stores.by_id(c, store_id)
    is_braked = pull is not None and pull.stage == pulls.BRAKED
    return (pull, store) if pull is not None and store is not None and is_braked else None


def _close_alarm(c: Connection, pull: Pull, now: datetime) -> None:
    for alarm in alarms.open_ones(c, pull.store_id):
        if (alarm.reason, alarm.key) == (Reason.CATALOGUE_BRAKE, str(pull.id)):
            alarms.close(c, pull.store_id, alarm.id, now)
