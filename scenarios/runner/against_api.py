"""An ERP account and a shop of which only the public interfaces are there: a sandbox, with anybody's connector between.

Nothing of it can be moved from here, so what a story does there are hooks. Looked at are orders: those that the shop
has taken since the story began, in the lists of both. Which these are is told by the shop's ids, as its clock is not
ours. The ERP counts its calls, so it is looked at seldom.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from connector.demo.doors import Door
from scenarios.harness.clock import BRASILIA, Clock, RealClock
from scenarios.runner.story import Step, Story
from scenarios.runner.target import TIMEOUT, SomebodyElses, TargetError, require_address
from scenarios.runner.vocabulary import CannotPlay

# Two looks a minute, of a quota of at least twenty calls that others need.
_PATIENCE = 30.0
_NOT_REACHED = "the target has no control door"
_STEPS = {("hook", "calls"), ("clock", "waits")} | {
    (actor, look) for actor in ("expect", "eventually") for look in ("orders_in_erp_once", "totals_equal")
}
_JUDGED = {"no order lost", "no order doubled", "money equal"}
# Contract, transport 3.4: nothing found, and beyond the last page.
_NOTHING = {"20", "23"}
_PER_PAGE = 200


@dataclass(frozen=True, kw_only=True)
class ApiTarget:
    """`given` is the file that names it. The tokens are shown nowhere."""

    given: str
    is_owned: bool
    erp_api: str
    shop_api: str
    store_id: int
    erp_token: str = field(repr=False)
    shop_token: str = field(repr=False)
    rate: float = 1.0
    has_doors = False

    @property
    def worlds_told(self) -> str:
        """What there is, in words."""
        return f"the account of the token with shop {self.store_id}"

    def why_not(self, step: Step) -> str | None:
        """Why a step cannot be played against it; None if it can."""
        return None if (step.word.actor, step.word.name) in _STEPS else _NOT_REACHED

    def why_not_judged(self, invariant: str) -> str | None:
        """Why an invariant cannot be looked at; None if it can."""
        return None if invariant in _JUDGED else _NOT_REACHED

    def require(self, story: Story) -> None:
        """Raises TargetError if the story has more accounts or shops than one."""
        if len(story.accounts) > 1 or len(story.shops) > 1:
            raise TargetError("the story has several accounts or shops, the target one: play it where there are doors")

    def theatre(self, story: Story) -> ApiTheatre:
        return ApiTheatre(story, self)


def named_in(path: str, document: Any, *, is_owned: bool) -> ApiTarget:
    """The target of a file: `{erp: {api, token}, shop: {api, store, token}}`, tokens as names of variables."""
    match document:
        case {
            "erp": {"api": str(erp), "token": str(erp_token), **erp_more},
            "shop": {"api": str(shop), "store": int(store), "token": str(shop_token), **shop_more},
            **more,
        } if not (erp_more or shop_more or more):
            for address in (erp, shop):
                require_address(address, is_owned=is_owned, has_path=True)
            return ApiTarget(
                given=path,
                is_owned=is_owned,
                erp_api=erp.removesuffix("/"),
                shop_api=shop.removesuffix("/"),
                store_id=store,
                erp_token=_secret(erp_token),
                shop_token=_secret(shop_token),
            )
    raise TargetError(
        f"{path} names no target: write `erp:` with `api` and `token`, and `shop:` with `api`, `store` and `token`; "
        "a token is the name of the environment variable that holds it"
    )


def _secret(name: str) -> str:
    if not os.environ.get(name):
        # What stands there may be the token itself: it is not repeated.
        raise TargetError(
            "a `token` is the name of an environment variable, and that is not set: have it hold the token"
        )
    return os.environ[name]


class ApiTheatre:
    """The target, as hooks and the judge reach it."""

    patience = _PATIENCE
    takeover = 0.0
    erp_door_url = ""
    connector_url: str | None = None
    folder: Path | None = None

    def __init__(self, story: Story, target: ApiTarget) -> None:
        self._story, self._target = story, target
        self.clock: Clock = RealClock()
        self.connector = SomebodyElses()
        self.folder_of_story = story.path.parent

    async def open(self) -> None:
        self.http = ClientSession(timeout=TIMEOUT)
        shop = _Shop(self.http, self._target)
        await shop.begin()
        self.shop: Door = shop
        self.erps: dict[str, Door] = {next(iter(self._story.accounts)): _Erp(self.http, self._target, shop)}

    async def close(self) -> None:
        await self.http.close()


class _Api(Door):
    """What of a control door can be said by the public interface."""

    def __init__(self, http: ClientSession, target: ApiTarget) -> None:
        super().__init__(http, "", "")
        self._target = target

    async def get(self, path: str) -> Any:
        raise CannotPlay(_NOT_REACHED)

    async def send(self, method: str, path: str, document: Any) -> Any:
        raise CannotPlay(_NOT_REACHED)


class _Shop(_Api):
    # The highest id before the story.
    _before = 0

    async def begin(self) -> None:
        """From now on only new orders are seen."""
        for newest in await self._list(sort="-id", per_page="1"):
            self._before = newest["id"]

    async def get(self, path: str) -> Any:
        if path:
            raise CannotPlay(_NOT_REACHED)
        # Nobody logs in to it.
        return {"base_url": "", "stores": [{"id": self._target.store_id, "email": "", "password": ""}]}

    async def everything(self, path: str, name: str) -> list[dict[str, Any]]:
        """The orders since the story began."""
        if name != "orders":
            raise CannotPlay(_NOT_REACHED)
        orders: list[dict[str, Any]] = []
        while True:
            since = orders[-1]["id"] if orders else self._before
            page = await self._list(since_id=str(since), sort="id", per_page=str(_PER_PAGE))
            orders += page
            if len(page) < _PER_PAGE:
                return orders

    async def _list(self, **query: str) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._target.shop_token}"}
        address = f"{self._target.shop_api}/stores/{self._target.store_id}/orders"
        async with self._http.get(address, params=query, headers=headers) as answer:
            if answer.status != 200:
                raise CannotPlay(f"the shop answered its list of orders with HTTP {answer.status}")
            page: list[dict[str, Any]] = await answer.json()
        return page


class _Erp(_Api):
    def __init__(self, http: ClientSession, target: ApiTarget, shop: _Shop) -> None:
        super().__init__(http, target)
        self._shop = shop

    async def everything(self, path: str, name: str) -> list[dict[str, Any]]:
        """Those of the shop's orders: as the control door has them, as far as the list tells."""
        if name != "orders":
            raise CannotPlay(_NOT_REACHED)
        sold = await self._shop.everything("", "orders")
        if not sold:
            return []
        numbers = {str(order["number"]) for order in sold}
        earliest = min(datetime.fromisoformat(order["created_at"]) for order in sold).astimezone(BRASILIA)
        # The connector may write the day of its own clock.
        first = (earliest - timedelta(days=1)).strftime("%d/%m/%Y")
        found: list[dict[str, Any]] = []
        page, pages = 1, 1
        while page <= pages:
            content = await self._ask("pedidos.pesquisa.php", dataInicial=first, pagina=str(page))
            found += [await self._order(row) for row in _rows(content)]
            page, pages = page + 1, int(content.get("numero_paginas") or 1)
        # What else is there was there before, or is not the shop's.
        return [order for order in found if order["numero_ecommerce"] in numbers]

    async def _order(self, row: dict[str, Any]) -> dict[str, Any]:
        number = row.get("numero_ecommerce")
        if not number:
            # The list leaves it out at times; the order itself has it.
            whole = (await self._ask("pedido.obter.php", id=str(row["id"]))).get("pedido", {})
            number = whole.get("numero_ecommerce", "")
        return {"numero_ecommerce": str(number), "total_pedido": str(row["valor"])}

    async def _ask(self, service: str, **parameters: str) -> dict[str, Any]:
        form = {"token": self._target.erp_token, "formato": "JSON", **parameters}
        async with self._http.post(f"{self._target.erp_api}/{service}", data=form) as answer:
            try:
                content: dict[str, Any] = (await answer.json(content_type=None))["retorno"]
            except (ValueError, KeyError, TypeError):
                raise CannotPlay(f"the ERP answered {service} with HTTP {answer.status} and no document") from None
        code = str(content.get("codigo_erro", ""))
        if str(content.get("status")).lower() != "ok" and code not in _NOTHING:
            raise CannotPlay(f"the ERP refused {service} with code {code or 'none'}")
        return content


def _rows(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    rows = content.get("pedidos") or []
    # One alone comes as an object at times.
    for row in rows if isinstance(rows, list) else [rows]:
        yield row["pedido"]
