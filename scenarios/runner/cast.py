"""Who takes part in a story: the people of each shop, and which of them a step is about."""

from __future__ import annotations

from collections.abc import Iterator

from connector.demo.merchant import Merchant
from scenarios.runner.scene import Memory, Scene
from scenarios.runner.story import Step, Story
from scenarios.runner.theatre import Theatre


class Cast:
    """A scene for each shop, in the order of the story; all share one memory."""

    def __init__(self, scenes: dict[str, Scene], memory: Memory) -> None:
        self._scenes = scenes
        self.memory = memory

    @classmethod
    async def meet(cls, theatre: Theatre, story: Story, seed: int) -> Cast:
        """Find the shops and their owners by the doors alone."""
        platform = await theatre.shop.get("")
        memory, began = Memory(), theatre.clock.now()
        scenes = {}
        pairs = list(zip(story.shops.items(), platform["stores"], strict=True))
        for (name, shop), store in pairs:
            beside = [other["id"] for (_, its), other in pairs if its.account == shop.account and other is not store]
            owner = Merchant(theatre.http, platform["base_url"], store["id"], store["email"], store["password"])
            scenes[name] = Scene(
                theatre=theatre,
                account=shop.account,
                name=name,
                memory=memory,
                seed=seed,
                began=began,
                store_id=store["id"],
                neighbour_ids=tuple(beside),
                merchant=owner,
            )
        return cls(scenes, memory)

    def __iter__(self) -> Iterator[Scene]:
        return iter(self._scenes.values())

    def points_not_reached(self) -> list[str]:
        """Where the connector was to die and did not."""
        return next(iter(self)).theatre.connector.points

    def of(self, step: Step) -> Scene:
        """The shop that a step names, or whose order it names, or the first one of the account that it names."""
        if step.shop is not None:
            return self._scenes[step.shop]
        if step.account is not None:
            return next(scene for scene in self if scene.account == step.account)
        if known := self.memory.orders.get(str(step.given.get("order"))):
            return self._scenes[known[0][0]]
        return next(iter(self))
