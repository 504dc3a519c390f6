"""The merchant saved a token: read it, try it at the ERP, remember the company, start the first pull."""

from __future__ import annotations

from datetime import timedelta

from connector import texts
from connector.core.errors import AccountBlocked, ConnectorError
from connector.core.reasons import Reason
from connector.flows import reconcile, reopening
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome
from connector.store import feed, pace, stores, work
from connector.store.engine import Connection
from connector.store.stores import CONNECTED, NOT_CONNECTED, PAUSED, TOKEN_REJECTED, Store
from connector.store.work import Job, Priority
from connector.wire.erp_records import Account

# Reasons for which work was parked until the account works again.
ACCOUNT_REASONS = [
    Reason.TOKEN_MISSING,
    Reason.TOKEN_REJECTED,
    Reason.PLAN_WITHOUT_API,
    Reason.API_BLOCKED,
    Reason.COMPANY_BLOCKED,
    Reason.STORAGE_FULL,
]


# An event of the panel can be lost for good, so the settings are read again now and then.
_CHECK = {"check": True}
_CHECK_CONNECTED, _CHECK_OTHERS = timedelta(hours=1), timedelta(minutes=10)

# How often the shop is asked whether it still sends its events, and one that refused us whether it still does.
_HOURLY = timedelta(hours=1)


async def connect(job: Job, env: Env) -> Outcome:
    """Bring the connection in line with what the merchant saved in the panel (decisions §8)."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None:
        return Done()
    saved = await env.shop(store).settings()
    token = (saved.erp_token or "").strip()
    if job.payload == _CHECK and _is_known(env, store, token):
        await env.db.write(_checked, env, store.id)
        return Done()
    if saved.registration != "existing" or not token:
        reason = Reason.NO_ERP_YET if saved.registration == "none" else Reason.TOKEN_MISSING
        await env.db.write(_not_connected, env, store, reason)
        return Done()
    try:
        await _try(env, store, token)
    except AccountBlocked as error:
        await env.db.write(_refused, env, store.id, error, env.vault.mark(token))
    except ConnectorError as error:
        # The worker tries again; meanwhile the merchant reads why nothing happens.
        await env.db.write(_waiting, env, store, error)
        raise
    return Done()


def _is_known(env: Env, store: Store, token: str) -> bool:
    """Whether this token is the one that works, or the one that was refused; a pause is looked into again."""
    if not token:
        return store.erp_token is None and store.connection == NOT_CONNECTED and store.reason is not None
    mark = env.vault.mark(token)
    if store.connection == TOKEN_REJECTED:
        return mark == store.refused_mark
    return store.connection == CONNECTED and mark == store.erp_token_mark


def _checked(c: Connection, env: Env, store_id: int) -> None:
    reopening.go_on(c, env, store_id)
    check_later(c, env, store_id)


def check_now(c: Connection, env: Env, store_id: int) -> None:
    """Read the panel's settings."""
    work.enqueue(c, store_id, "connect", env.clock.now(), priority=Priority.ACCOUNT, payload=_CHECK)


def check_later(c: Connection, env: Env, store_id: int) -> None:
    """Read the panel's settings again in a while."""
    store = stores.by_id(c, store_id)
    after = _CHECK_CONNECTED if store and store.connection in (CONNECTED, PAUSED) else _CHECK_OTHERS
    work.enqueue(c, store_id, "connect", env.clock.now(), priority=Priority.ACCOUNT, payload=_CHECK, after=after)
    work.enqueue(c, store_id, "subscribe", env.clock.now(), priority=Priority.ACCOUNT, after=_HOURLY)
    if env.reconcile_calls:
        reconcile.plan_daily(c, env, store_id)


def look_again(c: Connection, env: Env, store_id: int) -> None:
    """Ask a shop that refused us again: it may be open some day without anybody telling us."""
    work.enqueue(c, store_id, "connect", env.clock.now(), priority=Priority.ACCOUNT, payload=_CHECK, after=_HOURLY)


async def _try(env: Env, store: Store, token: str) -> None:
    mark = env.vault.mark(token)
    company = await env.db.read(stores.company_of_token, mark) or f"token:{mark}"
    account = await env.erp_with(token, company, Priority.ACCOUNT).account()
    await env.db.write(_connected, env, store.id, token, company, account)


def _connected(c: Connection, env: Env, store_id: int, token: str, company: str, account: Account) -> None:
    now = env.clock.now()
    # A company is known by its document, so that two shops on one account share its quota (decisions §12).
    known = account.document or company
    if known != company:
        pace.move(c, company, known, account.name)
    before = stores.by_id(c, store_id)
    # After a pause or with a new token it is still the account that all orders since then went to.
    goes_on = before is not None and before.erp_token is not None and before.company_id == known
    stores.change(
        c,
        store_id,
        connection=CONNECTED,
        reason=None,
        detail=None,
        erp_token=env.vault.seal(token),
        erp_token_mark=env.vault.mark(token),
        company_id=known,
        connected_at=before.connected_at if before is not None and goes_on else now,
    )
    work.revive(c, store_id, now, work.PARKED, [str(reason) for reason in ACCOUNT_REASONS])
    reopening.go_on(c, env, store_id)
    work.enqueue(c, store_id, "report", now, priority=Priority.ACCOUNT)
    # Saved again, told of twice, or closed to new orders alone: what works already is not pulled anew.
    if before is None or not before.answers or before.company_id != known:
        work.enqueue(c, store_id, "pull", now, priority=Priority.LISTING)
    elif before.connection != CONNECTED:
        # It is read of a connected account alone, and a pull would have begun it again.
        work.enqueue(c, store_id, feed.WORK, now, priority=Priority.SITUATIONS)
    work.enqueue(c, store_id, "orders", now, priority=Priority.ORDERS)
    work.enqueue(c, store_id, "situations", now, priority=Priority.SITUATIONS)
    check_later(c, env, store_id)


def _not_connected(c: Connection, env: Env, store: Store, reason: Reason) -> None:
    stores.change(
        c, store.id, connection=NOT_CONNECTED, reason=str(reason), detail=None, erp_token=None, erp_token_mark=None
    )
    work.enqueue(c, store.id, "report", env.clock.now(), priority=Priority.ACCOUNT)
    check_later(c, env, store.id)


def _refused(c: Connection, env: Env, store_id: int, error: AccountBlocked, mark: str) -> None:
    stores.change(c, store_id, refused_mark=mark)
    block(c, env, store_id, error)


def _waiting(c: Connection, env: Env, store: Store, error: ConnectorError) -> None:
    if store.connection != CONNECTED and store.reason != str(error.reason):
        stores.change(c, store.id, reason=str(error.reason), detail=error.detail)
        work.enqueue(c, store.id, "report", env.clock.now(), priority=Priority.ACCOUNT)


def block(c: Connection, env: Env, store_id: int, error: AccountBlocked) -> None:
    """The ERP account does not work any more: say so, and look again in a while."""
    now = env.clock.now()
    rejected = error.reason in (Reason.TOKEN_REJECTED, Reason.TOKEN_MISSING)
    stores.change(
        c,
        store_id,
        connection=TOKEN_REJECTED if rejected else PAUSED,
        reason=str(error.reason),
        detail=error.detail,
    )
    work.enqueue(c, store_id, "report", now, priority=Priority.ACCOUNT)
    # A plan may be changed or a block lifted without anybody telling us.
    check_later(c, env, store_id)


async def report(job: Job, env: Env) -> Outcome:
    """Tell the panel how the connection stands, in the merchant's words (webstore-api §4.2)."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None:
        return Done()
    message = texts.connection(store.connection, store.reason, store.company_name)
    await env.shop(store).report(
        {
            "connection": store.connection,
            "message": message[:300],
            "stock_webhook_url": env.door_url(store),
            "last_sync_at": store.last_sync_at.isoformat() if store.last_sync_at else None,
        }
    )
    return Done()
