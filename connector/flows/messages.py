"""Messages of the ERP, one by one in the order in which they came: levels, questions, orders to look at."""

from __future__ import annotations

from connector.core import stock
from connector.core.errors import ContractBroken
from connector.core.purpose import Purpose
from connector.core.reasons import Reason
from connector.core.stock import LATE_WINDOW, Apply, Claim, Decision, Recheck
from connector.flows import levels, news
from connector.flows.env import Env
from connector.flows.levels import Wanted
from connector.flows.outcome import Done, Outcome
from connector.store import claims, inbox, items, stores, tally, untold, work
from connector.store.engine import Connection
from connector.store.inbox import Kept
from connector.store.stores import Store
from connector.store.work import Job, Priority
from connector.wire.erp_messages import InvoiceMessage, Message, OrderMessage, StockMessage, parse_message

_BATCH = 200


async def sort_messages(job: Job, env: Env) -> Outcome:
    """A batch; if more is waiting, another piece of work follows."""
    await env.db.write(_sort, env, job.store_id)
    return Done()


def _sort(c: Connection, env: Env, store_id: int) -> None:
    store = stores.kept_so(c, store_id)
    if store is None or store.uninstalled_at is not None:
        return
    kept = inbox.new_messages(c, store_id, _BATCH)
    read = [_read(message) for message in kept]
    # Before anything else and in one order: an answer locks its product first too, and then the store's work.
    items.hold(c, store_id, sorted({one.erp_id for one in read if isinstance(one, StockMessage)}))
    wanted, fates = Wanted(), []
    for message, what in zip(kept, read, strict=True):
        store = _learn(c, env, store, what)
        reason, detail = _deal_with(c, env, store, message, what, wanted)
        fates.append((message.id, str(reason) if reason else None, detail))
    inbox.dealt_with(c, fates)
    wanted.queue(c, env, store_id)
    tally.dealt_with(c, store_id, Purpose.MESSAGE, env.clock.now(), len(kept))
    if len(kept) == _BATCH:
        work.enqueue(c, store_id, "messages", env.clock.now(), priority=Priority.STOCK)


def _read(kept: Kept) -> Message | ContractBroken:
    try:
        return parse_message(kept.body)
    except ContractBroken as error:
        return error


def _deal_with(
    c: Connection, env: Env, store: Store, kept: Kept, message: Message | ContractBroken, wanted: Wanted
) -> tuple[Reason | None, str | None]:
    """Do what a message calls for; the reason where it changes nothing."""
    if isinstance(message, ContractBroken):
        return message.reason, message.detail
    if not isinstance(message, StockMessage | OrderMessage | InvoiceMessage):
        return Reason.MESSAGE_UNKNOWN_KIND, message.kind
    if (foreign := _is_foreign(store, message)) is not None:
        return foreign
    if isinstance(message, StockMessage):
        return _stock(c, env, store, message, kept, wanted)
    news.hear(c, env, store.id, message, kept.id)
    return None, None


def _is_foreign(store: Store, message: StockMessage | OrderMessage | InvoiceMessage) -> tuple[Reason, str] | None:
    """Another company's message, or one of another integration of the same company."""
    if store.company_id is not None and message.company != store.company_id:
        return Reason.MESSAGE_FOREIGN, f"empresa {message.company}"
    if store.integrator_id and message.integrator_id and message.integrator_id != store.integrator_id:
        return Reason.MESSAGE_FOREIGN, f"integração {message.integrator_id}"
    return None


def _learn(c: Connection, env: Env, store: Store, message: Message | ContractBroken) -> Store:
    """The first message of its stock tells the integration's number and its mode (decisions §9)."""
    if store.integrator_id or not isinstance(message, StockMessage) or _is_foreign(store, message) is not None:
        return store
    if message.integrator_id and message.kind:
        stores.change(c, store.id, integrator_id=message.integrator_id, stock_mode=message.kind)
        learned = stores.by_id(c, store.id) or store
        if learned.stock_mode != store.stock_mode:
            # The products that no message names were pulled in the other mode.
            levels.relevel(c, env, learned)
        return learned
    return store


def _stock(
    c: Connection, env: Env, store: Store, message: StockMessage, kept: Kept, wanted: Wanted
) -> tuple[Reason | None, str | None]:
    mapping = _mapping(message)
    if mapping is None:
        return Reason.MAPPING_MISTAKE, f"{message.code}: {message.parent_id or message.product_id}"
    items.know(c, store.id, message.erp_id, message.code, *mapping)
    # A message of another mode than ours, or without one, tells that something changed but not to what (decisions §24).
    is_doorbell = message.kind != store.stock_mode and not (
        message.kind is None and store.stock_mode == "physical" and store.depot is None
    )
    if is_doorbell:
        wanted.questions.add(message.erp_id)
        return None, None
    new = Claim(received_at=kept.received_at, balance=message.balance)
    earlier = claims.recent(c, store.id, message.erp_id, kept.received_at)
    level, has_place = untold.shown(c, store.id, message.erp_id)
    claims.add(c, store.id, message.erp_id, new)
    # A message that has waited for long may be older than what is kept of those before it.
    knows_window = kept.received_at - LATE_WINDOW >= env.clock.now() - env.keep_messages
    decision = stock.decide(new, earlier, level, knows_window=knows_window)
    act(c, store, message.erp_id, decision, wanted)
    return (None, None) if has_place else (Reason.NOT_LINKED, message.code)


def _mapping(message: StockMessage) -> tuple[int | None, int | None] | None:
    """Product and variant id by the message's mapping; None for an Identificador that is no number."""
    texts = [text for text in (message.parent_id, message.product_id) if text]
    if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in texts):
        return None
    numbers = [int(text) for text in texts]
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    return (numbers[0], None) if numbers else (None, None)


def act(c: Connection, store: Store, erp_id: str, decision: Decision, wanted: Wanted) -> None:
    """Show a level, or have the ERP asked; the shop is told in the batch that follows."""
    level = decision.level if isinstance(decision, Apply) else decision.now if isinstance(decision, Recheck) else None
    if level is not None:
        items.change(c, store.id, erp_id, level=level, level_kind=store.stock_mode)
        wanted.is_telling = True
    if isinstance(decision, Recheck):
        wanted.questions.add(erp_id)
