"""An invoice of the ERP shows on the shop's order: only a valid one, another one only where it replaces a void one."""

from __future__ import annotations

from connector.core import invoices
from connector.core.errors import Refused
from connector.core.invoices import VALID, VOID, Invoice, Paper
from connector.core.reasons import Reason
from connector.flows.env import Env
from connector.flows.outcome import Done, Outcome, Park, Snooze
from connector.store import sales, stores
from connector.store.engine import Connection
from connector.store.sales import Sale
from connector.store.stores import Store
from connector.store.work import Job, Priority


async def tell_invoice(job: Job, env: Env) -> Outcome:
    """Read it until it is authorised; then the order that it names is told."""
    store = await env.db.read(stores.by_id, job.store_id)
    if store is None or store.uninstalled_at is not None or store.erp_token is None:
        return Done()
    invoice = await env.erp(store, Priority.SITUATIONS).invoice(job.key)
    sale = await env.db.read(sales.by_erp_id, job.store_id, invoice.order_id if invoice else "")
    if invoice is None or sale is None or sale.invoice_id == job.key or invoice.state == VOID:
        return Done()
    if invoice.state != VALID:
        age = env.clock.now() - job.first_tried_at
        if invoices.is_abandoned(age):
            return Done()
        return Snooze(invoices.next_look(age).total_seconds(), Reason.INVOICE_PENDING)
    paper = invoices.paper_of(invoice)
    if isinstance(paper, str):
        return Park(Reason.INVOICE_INVALID, f"{sale.number}: {paper}")
    return await _tell(env, store, sale, invoice, paper, str(job.payload.get("url", "")))


async def _tell(env: Env, store: Store, sale: Sale, invoice: Invoice, paper: Paper, url: str) -> Outcome:
    erp = env.erp(store, Priority.SITUATIONS)
    replaces = False
    if sale.invoice_id is not None and sale.invoice_key != paper.key:
        before = await erp.invoice(sale.invoice_id)
        if before is not None and before.state != VOID:
            return Park(Reason.INVOICE_SECOND, f"{sale.number}: {before.number}, {paper.number}")
        replaces = True
    address = url or await erp.invoice_link(invoice.invoice_id)
    try:
        await env.shop(store).set_invoice(sale.order_id, paper, address, replaces=replaces)
    except Refused as error:
        if error.code != "invoice_already_set":
            raise
        # The shop has one that did not come from us, so that nobody here can say whether it is void.
        return Park(Reason.INVOICE_SECOND, f"{sale.number}: ?, {paper.number}")
    await env.db.write(note_invoice, sale, invoice)
    return Done()


def note_invoice(c: Connection, sale: Sale, invoice: Invoice) -> None:
    """The shop shows this one."""
    sales.change(c, sale.store_id, sale.order_id, invoice_id=invoice.invoice_id, invoice_key=invoice.key)
