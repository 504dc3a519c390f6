"""The faults that can be ordered of this fake, and what each does to a call.

Refusals are business answers with a code. Gateway faults never reach the ERP. The rest touch a call
that the ERP does answer. (Contract, transport §3.1 and §3.4.) A webhook's faults are ordered under
the call `webhook:` and its kind (`estoque`, `conta:estoque`); each attempt to deliver one counts.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fake_erp import codes
from fake_erp.deliveries import PRODUCT, RETRIES
from fake_erp.services import SERVICES
from scenarios.harness.faults import Fault, Faults, UnknownFault

REFUSALS: dict[str, int] = {
    "blocked_minute": codes.TOO_MANY_A_MINUTE,
    "blocked_concurrency": codes.TOO_MANY_AT_ONCE,
    "maintenance": codes.MAINTENANCE,
    "unexpected": codes.UNEXPECTED,
}

_HTML = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr></body></html>"

# HTTP status, content type and body.
_GATEWAY: dict[str, tuple[int, str, str]] = {
    "html_502": (502, "text/html", _HTML.format("502 Bad Gateway")),
    "html_200": (200, "text/html", _HTML.format("Olist")),
    "http_503": (503, "text/html", _HTML.format("503 Service Unavailable")),
    "empty_body": (200, "text/html", ""),
}

CUT = "cut"
STALL = "stall"
SLOW = "slow"
ANSWER_LOST = "answer_lost"

# The connection is cut at once and the write happens later (decisions §2).
WRITE_LANDS_LATE = "write_lands_late"

# What an outage can be: everything that needs no argument.
LASTING = (*REFUSALS, *_GATEWAY, CUT, ANSWER_LOST)

KINDS = (*REFUSALS, *_GATEWAY, CUT, STALL, SLOW, ANSWER_LOST, WRITE_LANDS_LATE)

# What can happen to a webhook: sent twice, overtaken by the next one, held back, never sent, confirmation lost.
DUPLICATE = "duplicate"
REORDER = "reorder"
LATE = "late"
DROP = "drop"
WEBHOOK_KINDS = (DUPLICATE, REORDER, LATE, DROP, ANSWER_LOST)
_WEBHOOK = "webhook:"

# Kept back until many leave together: a delivery profile does that, no order by count.
BURST = "burst"

_WITH_SECONDS = (STALL, SLOW, WRITE_LANDS_LATE, REORDER, LATE)

# A client gives up after 12 to 30 s (transport §3.1): an order without seconds outlasts that.
DEFAULT_SECONDS = 60.0


class ErpFaults(Faults):
    """The faults ordered in one world, with the arguments of each kind checked when it is ordered."""

    # Those of webhooks are saved by themselves.
    NOT_SAVED = Faults.NOT_SAVED | {"webhooks"}

    def __init__(self) -> None:
        super().__init__(SERVICES, KINDS)
        self.webhooks = Faults([_WEBHOOK + kind for kind in RETRIES], WEBHOOK_KINDS)

    def order(self, document: dict[str, Any]) -> Fault:
        given = document.get("with", {})
        known = {"seconds"} if document.get("what") in _WITH_SECONDS else set()
        if isinstance(given, dict):
            if unknown := sorted(set(given) - known):
                takes = "'seconds'" if known else "nothing"
                raise UnknownFault(f"unknown key {unknown[0]!r} in 'with': {document.get('what')} takes {takes} there")
            seconds = given.get("seconds", 0)
            if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not 0 <= seconds <= 1e6:
                raise UnknownFault(f"seconds must be a number from 0 to 1000000, not {seconds!r}")
        if document.get("call") == _WEBHOOK + PRODUCT and document.get("what") == REORDER:
            raise UnknownFault("somebody waits for the answer to a product: nothing can overtake it")
        if str(document.get("call")).startswith(_WEBHOOK):
            fault = self.webhooks.order(document)
            # Both lists are one to whoever orders.
            self.last_number += 1
            fault.number = self.last_number
            return fault
        return super().order(document)

    def meet_webhook(self, kind: str) -> Fault | None:
        """Count one attempt to deliver a webhook and return the fault that it meets, if any."""
        return self.webhooks.meet(_WEBHOOK + kind)

    def take_back(self, number: int) -> bool:
        return super().take_back(number) or self.webhooks.take_back(number)

    def clear(self) -> None:
        super().clear()
        self.webhooks.clear()

    def as_list(self) -> list[dict[str, Any]]:
        return [*super().as_list(), *self.webhooks.as_list()]


def seconds_of(fault: Fault) -> float:
    """How long a call is held, a write is under way or a webhook kept back."""
    return float(fault.with_.get("seconds", DEFAULT_SECONDS))


def gateway_answer(fault: Fault) -> web.Response | None:
    """What a gateway in front of the ERP says, if that is the fault."""
    if fault.what not in _GATEWAY:
        return None
    status, content_type, body = _GATEWAY[fault.what]
    return web.Response(status=status, text=body, content_type=content_type)
