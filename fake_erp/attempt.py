"""One call with a valid token, from its record in the journal to its answer.

The order of the checks is a guess (DIFFERENCES.md): fault, account, quota, parameters, record.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from aiohttp import web

from fake_erp import codes, envelope, faults, ledger, outages, profiles
from fake_erp.deliveries import ACCOUNT, Delivery, kind_of
from fake_erp.dialects import Sent
from fake_erp.services.call import Call
from fake_erp.services.service import Service
from fake_erp.worlds import ErpWorld
from scenarios.harness.faults import Fault
from scenarios.harness.journal import JournalFull

LIMIT_HEADER = "x-limit-api"

_NEW_ORDER = kind_of(ACCOUNT, "inclusao_pedido")
# Longest wait, in the event loop's time, for a receiver that may itself be waiting for the answer.
_LEAD_SECONDS = 1.0


async def run(request: web.Request, sent: Sent, service: Service, world: ErpWorld) -> web.StreamResponse:
    """Answer the call, or do to it what was ordered. Raises JournalFull before anything has happened."""
    entry = ledger.open_entry(world.journal, "call", request, sent, service.name, service.params, world.masked_token)
    world.statistics.called(service.name, entry["at"])
    fault = world.faults.meet(service.name) or _outage(world) or profiles.trouble(world, entry["seq"])
    entry["fault"] = fault.what if fault else None
    try:
        return await _answer(request, sent, service, world, entry, fault)
    finally:
        entry["ended"] = world.clock.now().isoformat()


def _outage(world: ErpWorld) -> Fault | None:
    """What meets every call while it lasts."""
    what = world.outages.fault(world.clock.now()) if world.outages.ordered else None
    return Fault("*", what) if what else None


async def _answer(
    request: web.Request, sent: Sent, service: Service, world: ErpWorld, entry: dict[str, Any], fault: Fault | None
) -> web.StreamResponse:
    what = fault.what if fault else None
    if what == faults.CUT:
        return _cut(request)
    if fault and (gateway := faults.gateway_answer(fault)) is not None:
        ledger.answered(entry, gateway, world.settings.journal_answers)
        return gateway
    try:
        if what in faults.REFUSALS:
            raise codes.Refusal(faults.REFUSALS[what])
        _admit(world, service)
    except codes.Refusal as refusal:
        return _refused(refusal, sent, service, world, entry)
    if fault and what == faults.WRITE_LANDS_LATE:
        world.quota.leave()
        return _leave_for_later(request, sent, service, world, entry, faults.seconds_of(fault))
    try:
        if world.settings.latency:
            await world.pause(outages.latency_of(world, entry["seq"]))
        if fault and what == faults.SLOW:
            await world.pause(faults.seconds_of(fault))
        made = len(world.courier.log)
        response = _perform(request, sent, service, world, entry)
        if world.settings.notify_before_answer and len(world.courier.log) > made:
            await _tell_first(world, world.courier.log[made:])
        if what == faults.ANSWER_LOST:
            return _cut(request)
        if fault and what == faults.STALL:
            return await _stall(request, response, world, faults.seconds_of(fault))
        return response
    finally:
        world.quota.leave()


def _leave_for_later(
    request: web.Request, sent: Sent, service: Service, world: ErpWorld, entry: dict[str, Any], seconds: float
) -> web.Response:
    """The caller is cut off at once; the ERP does the work later, and on its record (decisions §2)."""

    def land() -> None:
        with contextlib.suppress(JournalFull):
            landed = world.journal.append("landed_late", service=service.name, call=entry["seq"], code=None)
            try:
                service.perform(_call(request, sent, service, world))
            except codes.Refusal as refusal:
                landed["code"] = refusal.code

    world.errands.later(seconds, land)
    return _cut(request)


def _admit(world: ErpWorld, service: Service) -> None:
    world.require_access()
    now = world.clock.now()
    world.quota.admit(now, world.calls_per_minute, batch=service.batch)
    world.statistics.admitted(now)
    world.last_call = now


def _perform(
    request: web.Request, sent: Sent, service: Service, world: ErpWorld, entry: dict[str, Any]
) -> web.Response:
    call = _call(request, sent, service, world)
    try:
        answer = service.perform(call)
    except codes.Refusal as refusal:
        return _refused(refusal, sent, service, world, entry)
    if answer.refused:
        entry["code"] = answer.refused
        world.statistics.refused(answer.refused, ordered=False)
    return _signed(envelope.success(answer, xml=call.xml), world, entry)


def _call(request: web.Request, sent: Sent, service: Service, world: ErpWorld) -> Call:
    return Call(
        world=world,
        moods=world.moods,
        params=sent.params,
        # Without it mappings are absent (transport §2.4); one connector sends it as a parameter (orders §2.1).
        developer=bool((request.headers.get("Developer-Id") or sent.params.get("Developer-Id", "")).strip()),
        xml=in_xml(sent, service),
        json_body=sent.json_body if service.json_body else b"",
    )


def in_xml(sent: Sent, service: Service) -> bool:
    """Whether a call of this service is answered in XML, whoever made it."""
    if service.json_by_default and not sent.params.get("formato"):
        return False
    return sent.wants_xml


def _refused(
    refusal: codes.Refusal, sent: Sent, service: Service, world: ErpWorld, entry: dict[str, Any]
) -> web.Response:
    entry["code"] = refusal.code
    world.statistics.refused(refusal.code, ordered=entry["fault"] in faults.REFUSALS)
    return _signed(envelope.failure(refusal, service.name, world.moods, xml=in_xml(sent, service)), world, entry)


async def _tell_first(world: ErpWorld, made: list[Delivery]) -> None:
    """The news of a new order are out before the answer of the call that inserted it (observed, Notifications)."""
    news = [delivery for delivery in made if delivery.kind == _NEW_ORDER]
    await asyncio.gather(*(world.courier.first_try(delivery, _LEAD_SECONDS) for delivery in news))


def _signed(response: web.Response, world: ErpWorld, entry: dict[str, Any]) -> web.Response:
    """With the calls per minute that the account is granted (transport §4)."""
    response.headers[LIMIT_HEADER] = str(world.calls_per_minute)
    ledger.answered(entry, response, world.settings.journal_answers)
    return response


def _cut(request: web.Request) -> web.Response:
    """The connection ends without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _stall(request: web.Request, response: web.Response, world: ErpWorld, seconds: float) -> web.StreamResponse:
    """The headers go out, then nothing for a while (transport §3.1)."""
    body = response.body if isinstance(response.body, bytes) else b""
    stalled = web.StreamResponse(headers=response.headers)
    stalled.content_length = len(body)
    await stalled.prepare(request)
    await world.pause(seconds)
    # Whoever asked may have given up meanwhile.
    with contextlib.suppress(ConnectionResetError):
        await stalled.write(body)
        await stalled.write_eof()
    return stalled
