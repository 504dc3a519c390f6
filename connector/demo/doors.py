"""The control doors of the two fakes, as far as the demo uses them."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession

from connector.demo.errors import DemoError

ERP_WORLD = "empresa"
SHOP_WORLD = "loja"


class Door:
    """One fake's control door."""

    def __init__(self, http: ClientSession, url: str, world: str) -> None:
        self._http = http
        self._base = f"{url}/__fake__/worlds"
        self._world = world

    @property
    def address(self) -> str:
        """The world's."""
        return f"{self._base}/{self._world}"

    async def create(self, **settings: Any) -> dict[str, Any]:
        """Make the world."""
        made: dict[str, Any] = await self._call("POST", self._base, {"name": self._world, **settings})
        return made

    async def get(self, path: str) -> Any:
        return await self._call("GET", f"{self.address}{path}")

    async def send(self, method: str, path: str, document: Any) -> Any:
        return await self._call(method, f"{self.address}{path}", document)

    async def all_products(self, path: str) -> list[dict[str, Any]]:
        """Every product behind a paged listing of the door."""
        return await self.everything(path, "products")

    async def everything(self, path: str, name: str) -> list[dict[str, Any]]:
        """Every record behind a paged listing of the door, which has them under this name."""
        records: list[dict[str, Any]] = []
        while True:
            page = await self.get(f"{path}?offset={len(records)}&limit=500")
            records += page[name]
            if len(records) >= page["total"] or not page[name]:
                return records

    async def _call(self, method: str, address: str, document: Any = None) -> Any:
        async with self._http.request(method, address, json=document) as answer:
            if answer.status >= 400:
                raise DemoError(f"the control door refused {method}: {(await answer.text())[:300]}")
            return await answer.json()
