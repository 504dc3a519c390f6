"""What must be true at the end of every story, whether it says so or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from scenarios.runner import checks, upstream
from scenarios.runner.cast import Cast
from scenarios.runner.proofs import backlog, levels, promises, secrecy, situations, strangers
from scenarios.runner.proofs.ledgers import Ledgers, Shop
from scenarios.runner.record import Record
from scenarios.runner.scene import Look, Scene

# Long enough for one more order to arrive that should not, short enough for real time.
_QUIET = 3.0
# Between two looks at a backlog.
_PATIENCE = 30.0


@dataclass(frozen=True, kw_only=True)
class End:
    """How one shop and its account are found at the end of a story, and all that is on record of both sides."""

    scene: Scene
    # None where the programs have no control doors; no rule that wants them is looked at then.
    doors: Ledgers | None
    record: Record

    @property
    def ledgers(self) -> Ledgers:
        assert self.doors is not None, "the programs have no control doors"
        return self.doors

    @property
    def shop(self) -> Shop:
        return self.ledgers.shops[self.scene.name]


@dataclass(frozen=True)
class Invariant:
    """A rule by the name under which it is told."""

    name: str
    look: Callable[[End], Awaitable[Look]]


async def blocked_answers(scene: Scene) -> Look:
    """Calls that the ERP refused by its quota, without having been told to by a fault."""
    statistics = await scene.erp.get("/statistics")
    blocked = {code: count for code, count in statistics["blocked"]["natural"].items() if count}
    wrong = tuple(f"code {code}: {count} calls refused" for code, count in blocked.items())
    peak, limit = statistics["peak_in_a_minute"], statistics["calls_per_minute"]
    return Look(statistics["calls"], f"at most {peak} of {limit} calls in a minute", wrong)


async def written_upstream(scene: Scene) -> Look:
    """Calls that write anything but an order to the ERP."""
    calls = (await scene.erp.get("/statistics"))["calls_by_service"]
    total = sum(calls.values())
    return Look(total, f"{total} calls of {len(calls)} services", tuple(upstream.forbidden_services(calls)))


ALWAYS = (
    Invariant("no order lost", lambda end: checks.orders_lost(end.scene)),
    Invariant("no order doubled", lambda end: checks.orders_doubled(end.scene)),
    Invariant("no order unexpected", lambda end: checks.orders_unexpected(end.scene)),
    Invariant("money equal", lambda end: checks.totals_equal(end.scene)),
    Invariant("stock equal", lambda end: checks.stock_equal(end.scene)),
    Invariant("stock never older", lambda end: levels.never_older(end.ledgers, end.shop)),
    Invariant("no acknowledged message lost", lambda end: promises.kept(end.ledgers, end.shop)),
    Invariant("backlog drains", lambda end: backlog.drained(end.scene)),
    Invariant("no blocked answer", lambda end: blocked_answers(end.scene)),
    Invariant("no call for another shop", lambda end: strangers.none_met(end.ledgers, end.shop)),
    Invariant("nothing but orders written to the ERP", lambda end: written_upstream(end.scene)),
    Invariant("situations never backwards", lambda end: situations.only_forward(end.ledgers, end.shop)),
    Invariant("no secret in any artifact", lambda end: secrecy.secrets_told(end.scene, end.ledgers, end.record)),
)

# These may become true within the story's time to settle.
_SETTLING = {"no order lost": checks.orders_lost, "stock equal": checks.stock_equal}


async def settled(cast: Cast, judged_by: Collection[Invariant], seconds: float, draining: float) -> None:
    """Wait until all that settles has, at most so long; then for the backlog, at most `draining`, and a moment more."""
    scenes = list(cast)
    looks = [_SETTLING[invariant.name] for invariant in judged_by if invariant.name in _SETTLING]

    async def see() -> Look:
        seen = [await look(scene) for scene in scenes for look in looks]
        return Look(1, "", tuple(line for one in seen for line in one.wrong))

    clock = scenes[0].clock
    await scenes[0].until(see, seconds)
    while draining > 0 and await backlog.is_draining(scenes[0]):
        await clock.sleep(_PATIENCE)
        draining -= _PATIENCE
    await clock.sleep(_QUIET)
