"""Where the door's time goes: each step by itself, in CPU microseconds a message."""

from __future__ import annotations

import time
from collections.abc import Callable

from connector.clock import RealClock
from connector.store import arrivals
from connector.store.engine import make_engine
from connector.vault import Vault, new_key
from connector.wire.erp_bodies import read_body

_BODY = (
    b'{"cnpj":"11222333000181","idEcommerce":8123,"tipo":"estoque","versao":"1.0.0","dados":{"tipoEstoque":"F",'
    b'"saldo":15,"idProduto":700200,"sku":"SKU-700200","skuMapeamento":"700200","skuMapeamentoPai":""}}'
)
_BATCH, _TIMES = 32, 100


def tell_parts(sqlite: str, postgres: str, family_cpu: Callable[[], float], whole: float) -> None:
    """Print a table; `whole` is what a message costs the door that stores nothing."""
    vault = Vault([new_key()])
    address, body = _each(lambda: vault.mark("segredo")), _each(lambda: read_body(_BODY))
    print(f"where it goes, µs a message (batches of {_BATCH}):")
    print(f"  address's mark {address:.1f}, parse {body:.1f}, request and answer {whole - address - body:.1f}")
    for name, url, beside in (("sqlite", sqlite, lambda: 0.0), ("postgres", postgres, family_cpu)):
        keep, commit, database = _storing(url, beside)
        parts = f"insert and enqueue {keep:.1f}, begin and commit {commit:.1f}"
        print(f"  {name}: {parts}, the database's processes {database:.1f}")


def _each(step: Callable[[], object]) -> float:
    begun = time.process_time()
    for _ in range(10_000):
        step()
    return (time.process_time() - begun) * 100


def _storing(url: str, beside: Callable[[], float]) -> tuple[float, float, float]:
    """Insert and enqueue, begin and commit in this process, and the database's own processes."""
    engine, now = make_engine(url), RealClock().now()
    if engine.dialect.name == "postgresql":
        # As the door does: its one statement needs no transaction around it.
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    rows = [(7, _BODY.decode())] * _BATCH
    keep = 0.0
    begun, before = time.process_time(), beside()
    for _ in range(_TIMES):
        with engine.begin() as c:
            start = time.process_time()
            arrivals.keep(c, rows, now)
            keep += time.process_time() - start
    spent, database = time.process_time() - begun, beside() - before
    engine.dispose()
    messages = _BATCH * _TIMES / 1e6
    return keep / messages, (spent - keep) / messages, database / messages
