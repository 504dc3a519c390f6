"""The worlds of this fake: each is one ERP account, found by its token (decisions §14)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from random import Random
from typing import Any

from fake_erp import addresses, announce, codes, extensions, integrating, profiles
from fake_erp.catalogue import Catalogue
from fake_erp.changes import Changes
from fake_erp.company import company
from fake_erp.contacts import Contacts
from fake_erp.courier import Courier
from fake_erp.deliveries import Delivery
from fake_erp.errands import Errands
from fake_erp.faults import ErpFaults
from fake_erp.integrations import Integration, Integrations
from fake_erp.invoices import Notes
from fake_erp.mails import Mail, Postman
from fake_erp.markers import Markers
from fake_erp.moods import Moods
from fake_erp.movements import Movement
from fake_erp.orders import Orders
from fake_erp.outages import Outages
from fake_erp.plans import PLANS, Quota
from fake_erp.price_lists import PriceLists
from fake_erp.records import Company, Depot, Product
from fake_erp.seeding import Seeder
from fake_erp.sender import Sender
from fake_erp.sendings import Sending
from fake_erp.settings import ADDRESSES, OF_INTEGRATION, WEBHOOK_ADDRESSES, Settings, require_depot
from fake_erp.shipping import Shipping
from fake_erp.statistics import Statistics
from fake_erp.stock import Level, level_of, sum_of
from fake_erp.tags import Tags
from scenarios.harness.clock import Clock
from scenarios.harness.journal import mask, mask_url
from scenarios.harness.worlds import World, WorldError, Worlds


class ErpWorld(World):
    """One account: its owner, catalogue, orders, contacts, quota, settings, journal, faults and couriers."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        faults = ErpFaults()
        super().__init__(settings.name, settings.seed, clock, faults, settings.journal_limit)
        self.settings = settings
        self.company: Company = company(self._random("company"))
        if settings.cnpj:
            self.company.cnpj = settings.cnpj
        self.depots = tuple(
            Depot(nome=d.nome, ignored=d.ignored, empresa=d.empresa or self.company.fantasia) for d in settings.depots
        )
        self.token = settings.token or self.secret("token")
        self.changes = Changes()
        self.catalogue = Catalogue(lambda product: self.changes.product_changed(product, self.clock.now()))
        self.contacts = Contacts()
        self.orders = Orders()
        self.integrations = Integrations()
        self.movements: list[Movement] = []
        self.mails: list[Mail] = []
        self.postman = Postman()
        self.outages = Outages()
        self.tags = Tags()
        self.price_lists = PriceLists()
        self.markers = Markers()
        self.notes = Notes()
        self.shipping = Shipping()
        self.statistics = Statistics()
        self.errands = Errands(self.clock)
        self.failures = addresses.Failures()
        self.sendings: list[Sending] = []
        self.sender = Sender(self.journal, lambda delivery: addresses.of(self, delivery))
        self.courier = Courier(
            self.clock,
            self.journal,
            self.sender,
            meet=faults.meet_webhook,
            disturb=lambda delivery: profiles.disturbance(self, delivery),
            ended=self._attempted,
            at_once=lambda: self.settings.deliveries_at_once,
        )
        # When the API was last called with this account's token, and how many tokens were made since the first.
        self.last_call: datetime | None = None
        self.tokens_made = 0
        self._paused: set[asyncio.Task[object]] = set()
        self.quota = Quota()
        self.apply()
        if settings.integrated:
            self.integrations.add(self._first_integration())
        seeder = Seeder(self._random("products"), self.depots, self.clock.now(), self.catalogue.new_product_id)
        self.catalogue.fill(seeder.products(settings.products, settings.variations_share))

    def _random(self, purpose: str) -> Random:
        """A source for one purpose, so that drawing more for one leaves the others alone."""
        return Random(f"{self.origin}:{purpose}")

    def change(self, changes: dict[str, Any]) -> None:
        """Change settings by name while the world runs. Raises JournalFull and WorldError."""
        require_depot(changes.get("depot", ""), self.depots)
        shown = {k: mask_url(v) if v and k in ADDRESSES else v for k, v in changes.items()}
        self.journal.append("settings_changed", **shown)
        if changes.keys() & OF_INTEGRATION and self.integrations.main is None:
            raise WorldError("this account has no integration: add one first")
        self.settings = replace(self.settings, **changes)
        self.apply()
        self._change_integration(changes)

    def _first_integration(self) -> Integration:
        """The integration of whoever set everything up, as the settings have it."""
        settings = self.settings
        return Integration(
            id=settings.id_ecommerce,
            nome="Webstore",
            added=self.clock.now(),
            token=self.secret("integration"),
            addresses={tipo: getattr(settings, name) for name, tipo in WEBHOOK_ADDRESSES.items()},
            send_physical=settings.send_physical,
            depot=settings.depot,
        )

    def _change_integration(self, changes: dict[str, Any]) -> None:
        integration = self.integrations.main
        if integration is None:
            return
        if "id_ecommerce" in changes:
            self.integrations.renumber(integration, changes["id_ecommerce"])
        given = {name: changes[name] for name in ("send_physical", "depot") if name in changes}
        addresses = {tipo: changes[name] for name, tipo in WEBHOOK_ADDRESSES.items() if name in changes}
        if given or addresses:
            integrating.change(self, integration, **given, addresses=addresses)

    def secret(self, purpose: str) -> str:
        """A secret for one purpose, alike in every run of this world."""
        return sha256(f"{self.origin}:{purpose}".encode()).hexdigest()

    def has(self, extension: str) -> bool:
        """Whether an extension is installed."""
        return extension in self.settings.extensions

    def require_space(self, count: int = 1) -> None:
        """Refuse with code 7 what would be more records than the company has space for."""
        most = self.settings.storage_records
        if most and len(self.catalogue.all()) + len(self.contacts) + len(self.orders) + count > most:
            raise codes.Refusal(codes.NO_SPACE)

    def apply(self) -> None:
        """Bring what follows from the settings up to date."""
        self.moods = Moods(self.origin, self.settings.moods)
        self.quota.count_refused = self.settings.count_refused
        self.catalogue.rows.clear()

    @property
    def under_way(self) -> str | None:
        """What keeps this world from standing still, in English; None if nothing does."""
        if self._paused or self.quota.at_once:
            return "a call is being answered"
        if self.errands.pending:
            return "a write is still to land"
        if self.courier.busy:
            return "a webhook is being delivered"
        return "an e-mail is on its way" if self.postman.pending else None

    @property
    def token(self) -> str:
        return self._token

    @token.setter
    def token(self, token: str) -> None:
        self._token = token
        self.masked_token = mask(token)

    @property
    def calls_per_minute(self) -> int:
        """What `x-limit-api` says; an account without the API is granted none."""
        granted = self.settings.api_access and self.has(extensions.TOKEN_API)
        plan = PLANS[self.settings.plan] if granted else 0
        cut = self.outages.cut(self.clock.now()) if self.outages.ordered else None
        return plan if cut is None else min(plan, cut)

    @property
    def usual_depot(self) -> int:
        """The number of the depot that is meant where none is named: the first that counts, else the first."""
        return next((number for number, depot in enumerate(self.depots) if not depot.ignored), 0)

    def level(self, product: Product) -> Level:
        """A product's stock, as this account shows it."""
        if product.tipoVariacao == "P" and self.settings.parent_sums:
            level = sum_of([level_of(child, self.depots) for child in self.catalogue.children(product)], self.depots)
        else:
            level = level_of(product, self.depots)
        if self.has(extensions.DEPOTS):
            return level
        # Without the extension there is one stock.
        return Level(depots=(level.depots[self.usual_depot],), reserved=level.reserved)

    def require_access(self) -> None:
        """Raise the Refusal that meets every call of a blocked account, or of one without the API."""
        if self.settings.maintenance:
            raise codes.Refusal(codes.MAINTENANCE)
        if self.settings.blocked:
            raise codes.Refusal(codes.COMPANY_BLOCKED)
        if self.calls_per_minute == 0:
            raise codes.Refusal(codes.NO_API)

    def _attempted(self, delivery: Delivery, confirmed: bool, body: bytes) -> None:
        """What an attempt to deliver a message changes in this account. Raises JournalFull."""
        if confirmed:
            announce.confirmed(self, delivery, body)
        addresses.attempted(self, delivery, confirmed=confirmed)

    async def pause(self, seconds: float) -> None:
        """Hold a call for some seconds of this world, or until the world ends."""
        task = asyncio.current_task()
        assert task is not None
        self._paused.add(task)
        try:
            await self.clock.sleep(seconds)
        finally:
            self._paused.discard(task)

    def drop_paused(self) -> None:
        """End the calls that are being held; their connections close without an answer."""
        for task in list(self._paused):
            task.cancel()

    async def close(self) -> None:
        self.drop_paused()
        await self.errands.close()
        await self.postman.close()
        await self.courier.close()


class ErpWorlds(Worlds[ErpWorld]):
    """The worlds of one program, by name and by token."""

    def __init__(self) -> None:
        super().__init__()
        self._by_token: dict[str, ErpWorld] = {}

    def add(self, world: ErpWorld) -> ErpWorld:
        self.require_new(world.name)
        self._require_free(world.token)
        super().add(world)
        self._by_token[world.token] = world
        return world

    def by_token(self, token: str) -> ErpWorld | None:
        return self._by_token.get(token)

    def change_token(self, world: ErpWorld, token: str) -> None:
        """Give an account a new token; the old one is unknown from now on."""
        if token == world.token:
            return
        self._require_free(token)
        del self._by_token[world.token]
        world.token = token
        # Nobody has called with it yet.
        world.last_call = None
        self._by_token[token] = world

    async def remove(self, name: str) -> None:
        world = self.get(name)
        self._by_token.pop(world.token, None)
        await super().remove(name)

    def _require_free(self, token: str) -> None:
        if token in self._by_token:
            raise WorldError("another world has this token already: give each account a token of its own")
