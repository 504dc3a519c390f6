"""What flows work with: the database, the clock, the secrets, and clients for a store."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from connector.clients.erp import ErpClient
from connector.clients.pacer import ErpPacer, ShopPacer
from connector.clients.transport import Transport
from connector.clients.webstore import WebstoreClient, WebstoreHost
from connector.clock import Clock
from connector.core.errors import AccountClosed
from connector.core.purpose import Purpose
from connector.store.engine import Database
from connector.store.stores import Store
from connector.store.work import Priority
from connector.vault import Vault

# What calls at a priority are for, unless the caller says otherwise.
_PURPOSES = {
    Priority.ACCOUNT: Purpose.ACCOUNT,
    Priority.ORDERS: Purpose.ORDER,
    Priority.STOCK: Purpose.MESSAGE,
    Priority.SITUATIONS: Purpose.SITUATION,
    Priority.LISTING: Purpose.PRODUCT,
    Priority.CATALOGUE: Purpose.PRODUCT,
    Priority.RECONCILE: Purpose.RECONCILE,
}


@dataclass(frozen=True, kw_only=True)
class Env:
    """Belongs to one app instance. `random` spreads retries; secrets come from the operating system."""

    db: Database
    clock: Clock
    vault: Vault
    random: Random
    erp_transport: Transport
    erp_pacer: ErpPacer
    erp_url: str
    shop_transport: Transport
    shop_pacer: ShopPacer
    host: WebstoreHost
    public_url: str
    pull_every_hours: float
    reconcile_calls: int
    keep_messages: timedelta
    keep_records: timedelta

    @property
    def prune_every(self) -> timedelta:
        """How often what is older is deleted: no table holds more than a quarter, or a day's rows, beyond its age."""
        return min(timedelta(days=1), self.keep_messages / 4, self.keep_records / 4)

    def shop(self, store: Store) -> WebstoreClient:
        """The store's shop."""
        bearer = self.vault.open(store.bearer)
        return WebstoreClient(self.shop_transport, self.shop_pacer, store.api_url, bearer, store.id)

    def erp(self, store: Store, priority: Priority, purpose: Purpose | None = None) -> ErpClient:
        """The store's ERP account, once it is connected; `purpose` where it is not the usual one of the priority.

        Raises AccountClosed where it is known not to answer: each piece of work would be refused by itself.
        """
        assert store.erp_token is not None and store.company_id is not None
        if (reason := store.closed_for) is not None:
            raise AccountClosed(reason, store.detail or "")
        return self.erp_with(self.vault.open(store.erp_token), store.company_id, priority, purpose)

    def erp_with(self, token: str, company: str, priority: Priority, purpose: Purpose | None = None) -> ErpClient:
        """An ERP account by a token that may be new."""
        return ErpClient(
            self.erp_transport, self.erp_pacer, self.erp_url, token, company, priority, purpose or _PURPOSES[priority]
        )

    def door_url(self, store: Store) -> str:
        """The secret address that the merchant pastes in the ERP."""
        return f"{self.public_url}/erp/estoque/{self.vault.open(store.door)}"

    def new_secret(self) -> str:
        return new_secret()


def new_secret() -> str:
    """What nobody guesses."""
    return secrets.token_urlsafe(32)
