"""What the parts of a comparison share: the store, the run, and the budget of calls that it may make."""

from __future__ import annotations

from dataclasses import dataclass

from connector.clients.erp import ErpClient
from connector.core.reconcile import Topic
from connector.flows.env import Env
from connector.store import reconciles
from connector.store.reconciles import Run
from connector.store.stores import Store
from connector.store.work import Priority


@dataclass(frozen=True, kw_only=True)
class Look:
    """One step of a comparison; `run` is as it stood when the step began."""

    env: Env
    store: Store
    run: Run

    @property
    def erp(self) -> ErpClient:
        """The ERP, behind everybody else."""
        return self.env.erp(self.store, Priority.RECONCILE)

    def asks_for(self, topic: Topic) -> bool:
        return str(topic) in self.run.position["topics"]

    async def spend(self, calls: int) -> bool:
        """Take calls from the budget before they are made, so that no restart can overdraw it."""
        return await self.env.db.write(reconciles.spend, self.run.id, calls)
