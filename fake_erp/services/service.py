"""What the API needs to know of a service: its names, its parameters, what performs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_erp.envelope import Answer
    from fake_erp.services.call import Call


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service by its documented name; `both` = it is answered with and without `.php` (observed).

    `batch` = it counts among the few batch calls of a minute, however many records it carries (transport §4).
    `json_by_default` = it answers in JSON without `formato`, where others answer in XML (transport §2.2, products §5).
    `json_body` = it reads a JSON body, which every other service ignores (transport §2.1).
    """

    name: str
    perform: Callable[[Call], Answer]
    params: frozenset[str] = frozenset()
    both: bool = False
    batch: bool = False
    json_body: bool = False
    json_by_default: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        bare = self.name.removesuffix(".php")
        return (bare, f"{bare}.php") if self.both else (self.name,)
