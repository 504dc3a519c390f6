"""E-mails to customers when their order is sent or delivered, where the integration has that switched on.

Every one is in the outbox; where the world has an SMTP address it is sent there as well.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_erp.orders import Order
    from fake_erp.worlds import ErpWorld

_SECONDS = 10
_KEPT, _NO_ADDRESS, _ON_ITS_WAY, _SENT = "na caixa de saída", "sem destinatário", "enviando", "enviado"


@dataclass(kw_only=True, slots=True)
class Mail:
    """One e-mail; `state` says in Portuguese what became of it."""

    order_id: int
    at: datetime
    to: str
    subject: str
    text: str
    state: str = _KEPT


class Postman:
    """Sends the e-mails of one world in the background."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, mail: Mail, sender: str, server: str) -> None:
        mail.state = _ON_ITS_WAY
        task = asyncio.create_task(_deliver(mail, sender, server))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def pending(self) -> int:
        return len(self._tasks)

    async def flush(self) -> None:
        """Wait until everything has left or failed."""
        await asyncio.gather(*list(self._tasks), return_exceptions=True)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self.flush()


def tell(world: ErpWorld, order: Order) -> None:
    """Write to the customer of an order that was sent or delivered, if its integration wants that."""
    integration = world.integrations.get(order.id_ecommerce)
    wanted = {
        "enviado": integration is not None and integration.email_shipped,
        "entregue": integration is not None and integration.email_delivered,
    }
    if not wanted.get(order.situacao):
        return
    mail = _written(world, order)
    world.journal.append("mail", order=order.id, situacao=order.situacao, has_address=bool(mail.to))
    world.mails.append(mail)
    if not mail.to:
        mail.state = _NO_ADDRESS
    elif world.settings.smtp:
        world.postman.send(mail, world.company.email, world.settings.smtp)


def _written(world: ErpWorld, order: Order) -> Mail:
    number = order.numero_ecommerce or str(order.numero)
    word = "enviado" if order.situacao == "enviado" else "entregue"
    lines = [f"Olá, {order.cliente['nome']}!", "", f"Seu pedido {number} foi {word}."]
    if code := order.tracking.get("codigo_rastreamento"):
        lines.append(f"Código de rastreamento: {code}")
    if address := order.tracking.get("url_rastreamento"):
        lines.append(f"Acompanhe em {address}")
    lines += ["", world.company.fantasia]
    return Mail(
        order_id=order.id,
        at=world.clock.now(),
        to=order.cliente.get("email", ""),
        subject=f"Pedido {number} {word}",
        text="\n".join(lines),
    )


async def _deliver(mail: Mail, sender: str, server: str) -> None:
    # Imported here: most worlds send nothing.
    import aiosmtplib

    message = EmailMessage()
    host, _, port = server.rpartition(":")
    try:
        message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
        message.set_content(mail.text)
        await aiosmtplib.send(message, hostname=host, port=int(port), timeout=_SECONDS)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        mail.state = f"falhou: {type(error).__name__}"
    else:
        mail.state = _SENT
