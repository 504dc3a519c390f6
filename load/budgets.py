"""What a run may at most show before it fails, from a file and the command line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from load.mistake import Mistake, brief

# Names of budgets, with what each one is about. Messages and orders lost, doubled or wrong are never allowed.
KNOWN = MappingProxyType(
    {
        "latency_p50_ms": "half of the messages are answered within, from their intended time",
        "latency_p99_ms": "99 in 100 are answered within",
        "latency_p999_ms": "999 in 1,000 are answered within",
        "error_share": "share of messages that are not answered 200",
        "freshness_p50_s": "half of the changes in the ERP stand in the shop within, on the target's clock",
        "freshness_p99_s": "99 in 100 stand in the shop within",
        "drain_s": "seconds of the target's clock from the last message until both sides are equal",
        "quota_share": "most calls in a minute, as a share of the ERP's quota",
        "blocked_calls": "calls that the ERP refused for its quota",
        "oversold_share": "share of the pieces sold that the ERP no longer had",
        "dropped_share": "share of the planned messages that the generator never sent, or the verdict is unknown",
        "generator_lag_p99_ms": "the generator itself is late by less, or the verdict is unknown",
        "generator_cpu_share": "the generator uses less of its core, or the verdict is unknown",
    }
)
# These judge the generator, not the target.
OF_GENERATOR = frozenset({"dropped_share", "generator_lag_p99_ms", "generator_cpu_share"})
USUAL = Path(__file__).with_name("budgets.yaml")

Budgets = dict[str, float]


def read_budgets(path: str | None, given: Sequence[str]) -> Budgets:
    """The usual ones, those of a file over them, and NAME=VALUE over both; `off` removes one. Raises Mistake."""
    budgets = _file(USUAL)
    if path:
        budgets |= _file(Path(path))
    for text in given:
        name, _, value = text.partition("=")
        budgets[name] = _value(name, value, "--budget")
    return {name: limit for name, limit in budgets.items() if limit is not None}


def _file(path: Path) -> dict[str, Any]:
    try:
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Mistake(f"{path} cannot be read ({error.strerror}): check the path of --budgets.") from None
    except (ValueError, YAMLError) as error:
        raise Mistake(f"{path} is no YAML in UTF-8 ({' '.join(str(error).split())}): correct it.") from None
    if not isinstance(document, dict):
        raise Mistake(f"{path} must hold names and numbers such as latency_p99_ms: 100.")
    return {str(name): _value(str(name), value, str(path)) for name, value in document.items()}


def _value(name: str, value: Any, where: str) -> float | None:
    if name not in KNOWN:
        raise Mistake(f"{where}: there is no budget {name!r}; known: {', '.join(KNOWN)}.")
    # YAML reads off as false.
    if value is False or value == "off":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = -1.0
    if not 0 <= number < math.inf or isinstance(value, bool):
        raise Mistake(f"{where}: {name} is a number from 0, or off, not {brief(value)}.")
    return number
