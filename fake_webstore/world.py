"""A platform: one app, its stores, one sequence of ids, and the courier of its webhooks."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fake_webstore import profiles
from fake_webstore.agenda import Agenda, Errand
from fake_webstore.courier import Courier
from fake_webstore.fetching import Fetcher
from fake_webstore.html import Sanitiser
from fake_webstore.records import App, Store
from scenarios.harness.clock import Clock
from scenarios.harness.faults import Faults, UnknownFault
from scenarios.harness.worlds import World

if TYPE_CHECKING:
    from collections.abc import Collection

    from fake_webstore.webhooks import Subscription

# What an errand does: in this world, in this store, with this order or product.
Act = Callable[["Platform", Store, int], None]
FAULTS = ("status", "slow", "cut", "html_502", "rate_limited", "answer_lost", "maintenance")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
# Apart from the ERP's number space (§7.1, `external_id`).
_FIRST_ID, _FIRST_STORE, _STORE_STEP, _FIRST_APP = 5_001_101, 30_118, 13, 901
_FIRST_ORDER, _FIRST_CUSTOMER, _FIRST_PAYMENT = 88_120_455, 551_203, 9_001


@dataclass(frozen=True)
class Grant:
    """A code on its way from the panel to the app (§3.2)."""

    store_id: int
    expires_at: datetime


class ShopFaults(Faults):
    """The faults of the API, with the values that they take."""

    def __init__(self, calls: Collection[str]) -> None:
        super().__init__(calls, FAULTS)

    def order(self, document: dict[str, Any]) -> Any:
        values = document.get("with", {})
        if document.get("what") == "status" and not (
            isinstance(values, dict) and isinstance(values.get("status"), int) and 400 <= values["status"] <= 599
        ):
            raise UnknownFault('the fault "status" needs "with": {"status": 400 to 599}')
        seconds = values.get("seconds") if isinstance(values, dict) else None
        if document.get("what") == "slow" and not (isinstance(seconds, (int, float)) and 0 <= seconds <= 86_400):
            raise UnknownFault('the fault "slow" needs "with": {"seconds": 0 to 86400}')
        wait = values.get("retry_after", 1) if isinstance(values, dict) else 1
        if not isinstance(wait, int) or isinstance(wait, bool) or wait < 0:
            raise UnknownFault('"retry_after" must be a whole number of seconds')
        return super().order(document)


class Platform(World):
    """One world of this fake, served under the path prefix `/{name}`."""

    def __init__(
        self, name: str, seed: int, clock: Clock, calls: Collection[str], acts: Mapping[str, Act] | None = None
    ) -> None:
        super().__init__(name, seed, clock, ShopFaults(calls))
        self.public_url: str | None = None
        self.bucket_on = True
        self.moods: frozenset[str] = frozenset()
        self.call_profile = profiles.CALM
        self.stores: dict[int, Store] = {}
        self.tokens: dict[str, int] = {}
        self.revoked: set[str] = set()
        self.grants: dict[str, Grant] = {}
        self.answers: Counter[tuple[str, int]] = Counter()
        self.courier = Courier(self.clock, self.journal, self.uuid, self._subscription_gone, self.origin)
        self.agenda = Agenda(self.clock, self._do)
        self._acts = acts or {}
        self.sanitiser = Sanitiser()
        # None: nothing is fetched, addresses alone decide (§8).
        self.fetcher: Fetcher | None = None
        self.image_settings: dict[str, Any] | None = None
        self.under_way_calls = 0
        self.session_key = self.secret(40)
        self.app = App(app_id=_FIRST_APP, client_secret=self.secret(48), redirect_uri="", home_url="")
        self.last_id = _FIRST_ID - 1
        self.last_store_id = _FIRST_STORE - _STORE_STEP
        self.last_customer_id = _FIRST_CUSTOMER - 1
        self.last_payment_id = _FIRST_PAYMENT - 1
        self.last_order_id = _FIRST_ORDER - 1

    def now(self) -> datetime:
        """The world's time in whole seconds, as the wire shows it; so that filters and texts agree."""
        return self.clock.now().replace(microsecond=0)

    def next_id(self) -> int:
        """The next id of the platform's one sequence (§2)."""
        self.last_id += 1
        return self.last_id

    def next_store_id(self) -> int:
        self.last_store_id += _STORE_STEP
        return self.last_store_id

    def next_order_id(self) -> int:
        """Orders count apart from products (§2)."""
        self.last_order_id += 1
        return self.last_order_id

    def next_customer_id(self) -> int:
        self.last_customer_id += 1
        return self.last_customer_id

    def next_payment_id(self) -> int:
        self.last_payment_id += 1
        return self.last_payment_id

    def secret(self, length: int) -> str:
        """A seeded secret."""
        return "".join(self.random.choices(_LETTERS, k=length))

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def api_url(self, request_origin: str) -> str:
        """The base that stores hand to the app (§3.2); `request_origin` counts unless one was configured."""
        return f"{self.public_url or request_origin}/{self.name}/api/v1"

    def statistics(self) -> Mapping[str, Any]:
        """Calls by endpoint and by answer."""
        calls: dict[str, dict[str, int]] = {}
        for (call, status), count in sorted(self.answers.items()):
            calls.setdefault(call, {})[str(status)] = count
        return {
            "calls": {call: sum(by_status.values()) for call, by_status in calls.items()},
            "answers": calls,
            "total": self.answers.total(),
            "oversold": sum(len(store.oversold) for store in self.stores.values()),
            "rate_limited": sum(count for (_, status), count in self.answers.items() if status == 429),
        }

    @property
    def under_way(self) -> str | None:
        """What keeps this world from standing still, in English; None if nothing does."""
        if self.under_way_calls:
            return "a call is being answered"
        if self.courier.is_busy:
            return "a webhook is being delivered"
        return "a picture is being fetched" if self.fetcher and self.fetcher.is_busy else None

    def _do(self, errand: Errand) -> None:
        self._acts[errand.name](self, self.stores[errand.store_id], errand.subject)

    def _subscription_gone(self, subscription: Subscription) -> None:
        """A receiver answered 410: its subscription is deleted at once (§11.4)."""
        self.stores[subscription.store_id].webhooks.pop(subscription.id, None)
        self.courier.forget(subscription.id)

    async def close(self) -> None:
        await self.agenda.close()
        if self.fetcher is not None:
            await self.fetcher.close()
        await self.courier.close()
        await super().close()
