"""The two queues of changes, of products and of stock: what is read is taken off (contract, products §9)."""

from __future__ import annotations

from datetime import datetime


class Queue:
    """Products by the moment of their last change; one that changes again while it waits goes to the end."""

    def __init__(self) -> None:
        self.waiting: dict[int, datetime] = {}

    def put(self, product_id: int, at: datetime) -> None:
        self.waiting.pop(product_id, None)
        self.waiting[product_id] = at

    def since(self, start: datetime) -> list[int]:
        """Who changed at that moment or later, oldest change first; nothing is taken off."""
        return [product_id for product_id, at in self.waiting.items() if at >= start]

    def take(self, product_ids: list[int]) -> None:
        """Take these off the queue."""
        for product_id in product_ids:
            self.waiting.pop(product_id, None)


class Changes:
    """What changed of one account's products since it was last asked for."""

    def __init__(self) -> None:
        self.products = Queue()
        self.stock = Queue()
        # When a product last changed; reading a queue forgets nothing of this.
        self.last: dict[int, datetime] = {}

    def product_changed(self, product_id: int, at: datetime) -> None:
        self.products.put(product_id, at)
        self.last[product_id] = at

    def stock_changed(self, product_id: int, at: datetime) -> None:
        self.stock.put(product_id, at)
