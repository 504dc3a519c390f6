"""Hostile requests at the Webstore: nothing unasked-for comes back, and no text becomes a script."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from scenarios.hostile import by_schema
from scenarios.hostile.webstore import play


@pytest.mark.slow
def test_two_thousand_hostile_requests_break_nothing() -> None:
    made_by_schema = by_schema.at_webstore(400, seed="ci")
    report = asyncio.run(play(2000 - made_by_schema.requests, seed="ci"))
    assert made_by_schema.wrong == report.wrong == []
    assert made_by_schema.requests > 200
    assert made_by_schema.requests + report.requests > 1900
    # Most kinds of answer are met: they knock where something is.
    assert {200, 201, 400, 401, 403, 404, 409, 415, 422} <= set(report.statuses)


@pytest.mark.parametrize("depth", [101, 600])
async def test_a_document_that_is_too_deep_is_malformed(shop: Any, depth: int) -> None:
    deep = b'{"name":' + b"[" * depth + b"]" * depth + b"}"
    headers = {"Content-Type": "application/json"}
    answer = await shop.call("PUT", "/products/by-code/A", headers=headers, data=deep)
    assert (answer.status, answer.code) == (400, "malformed_json")


async def test_a_call_without_a_host_is_answered(shop: Any) -> None:
    assert (await shop.call("GET", "", headers={"Host": ""})).status == 200
