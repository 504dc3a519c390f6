"""The faults that the control door can order for a call, and how each looks on the wire."""

from __future__ import annotations

from aiohttp import web

from fake_webstore.errors import ApiError
from fake_webstore.world import Platform
from scenarios.harness.faults import Fault

_PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
# A code of §12 for a bare status.
_CODES = {
    401: "invalid_token",
    402: "store_suspended",
    403: "insufficient_scope",
    404: "not_found",
    405: "method_not_allowed",
    410: "store_closed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    429: "rate_limited",
    503: "maintenance",
}


async def instead(fault: Fault | None, world: Platform, request: web.Request) -> web.Response | None:
    """What happens in place of the call, if anything does. Raises ApiError. `slow` only takes its time."""
    if fault is None:
        return None
    if fault.what == "slow":
        await world.clock.sleep(fault.with_["seconds"])
    elif fault.what == "cut":
        return cut(request)
    elif fault.what == "html_502":
        return web.Response(status=502, text=_PROXY_PAGE, content_type="text/html")
    elif fault.what == "rate_limited":
        raise ApiError(429, "rate_limited", headers=_retry_after(fault, 1))
    elif fault.what == "maintenance":
        raise ApiError(503, "maintenance", headers=_retry_after(fault, 30))
    elif fault.what == "status":
        raise _bare(fault)
    return None


def _bare(fault: Fault) -> ApiError:
    status = int(fault.with_["status"])
    headers = _retry_after(fault, 1) if status in (429, 503) else {}
    return ApiError(status, _CODES.get(status, "bad_request" if status < 500 else "internal_error"), headers=headers)


def _retry_after(fault: Fault, default: int) -> dict[str, str]:
    return {"Retry-After": str(int(fault.with_.get("retry_after", default)))}


def cut(request: web.Request) -> web.Response:
    """Close the connection without a byte of answer; the response returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
