"""What must be true at the end of every story, whether it says so or not."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from scenarios.runner import checks, upstream
from scenarios.runner.cast import Cast
from scenarios.runner.scene import Look, Scene

# Long enough for one more order to arrive that should not, short enough for real time.
_QUIET = 3.0


@dataclass(frozen=True)
class Invariant:
    """`settles` = may become true within the story's time to settle."""

    name: str
    look: Callable[[Scene], Awaitable[Look]]
    settles: bool = False


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


async def secrets_in_journals(scene: Scene) -> Look:
    """Secrets of shop and ERP that stand in a fake's journal in clear."""
    secrets = await _secrets(scene)
    journals = {
        "the ERP's journal": await scene.erp.get("/journal"),
        "the ERP's journal of unknown tokens": await scene.unknown_tokens(),
        "the shop's journal": await scene.shop.get("/journal"),
    }
    wrong = tuple(
        f"{name} stands in {where}" for where, entries in journals.items() for name in _standing(secrets, entries)
    )
    return Look(len(secrets), f"{len(secrets)} secrets in {len(journals)} journals", wrong)


async def _secrets(scene: Scene) -> dict[str, str]:
    account, platform = await scene.erp.get(""), await scene.shop.get("")
    address = (await scene.panel(secrets=True))["stock_webhook_url"]
    known = {
        "the ERP's token": account["token"],
        "the app's secret": platform["client_secret"],
        "the shop's access token": next(s.get("access_token") for s in platform["stores"] if s["id"] == scene.store_id),
        "the address of the ERP's messages": urlsplit(address).path.rpartition("/")[2] if address else None,
    }
    return {name: secret for name, secret in known.items() if secret}


def _standing(secrets: dict[str, str], entries: list[Any]) -> list[str]:
    """The names of those that stand in a journal, as they are or encoded for an address."""
    text = json.dumps(entries, ensure_ascii=False)
    return [name for name, secret in secrets.items() if secret in text or quote(secret, safe="") in text]


ALWAYS = (
    Invariant("no order lost", checks.orders_lost, settles=True),
    Invariant("no order doubled", checks.orders_doubled),
    Invariant("no order unexpected", checks.orders_unexpected),
    Invariant("money equal", checks.totals_equal),
    Invariant("stock equal", checks.stock_equal, settles=True),
    Invariant("no blocked answer", blocked_answers),
    Invariant("nothing but orders written to the ERP", written_upstream),
    Invariant("no secret in a journal", secrets_in_journals),
)


async def settled(cast: Cast, seconds: float, looked_at: Sequence[Invariant]) -> None:
    """Wait until all that settles has, at most that long, and a moment more."""
    scenes = list(cast)

    async def see() -> Look:
        seen = [await invariant.look(scene) for scene in scenes for invariant in looked_at if invariant.settles]
        return Look(1, "", tuple(line for one in seen for line in one.wrong))

    await scenes[0].until(see, seconds)
    await scenes[0].clock.sleep(_QUIET)
