"""Where the door's time goes: each step by itself, in CPU microseconds a message."""

from __future__ import annotations

import time
from collections.abc import Callable

from connector.clock import RealClock
from connector.store import inbox, work
from connector.store.engine import make_engine
from connector.store.work import Priority
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
        insert, enqueue, commit, database = _storing(url, beside)
        parts = f"insert {insert:.1f}, enqueue {enqueue:.1f}, begin and commit {commit:.1f}"
        print(f"  {name}: {parts}, the database's processes {database:.1f}")


def _each(step: Callable[[], object]) -> float:
    begun = time.process_time()
    for _ in range(10_000):
        step()
    return (time.process_time() - begun) * 100


def _storing(url: str, beside: Callable[[], float]) -> tuple[float, float, float, float]:
    """Insert, enqueue, begin and commit in this process, and the database's own processes."""
    engine, now = make_engine(url), RealClock().now()
    rows = [(7, _BODY.decode())] * _BATCH
    insert = enqueue = 0.0
    begun, before = time.process_time(), beside()
    for _ in range(_TIMES):
        with engine.begin() as c:
            start = time.process_time()
            inbox.keep_many(c, rows, now)
            middle = time.process_time()
            work.enqueue_for(c, {7}, "messages", now, priority=Priority.STOCK)
            insert, enqueue = insert + middle - start, enqueue + time.process_time() - middle
    spent, database = time.process_time() - begun, beside() - before
    engine.dispose()
    messages = _BATCH * _TIMES / 1e6
    return insert / messages, enqueue / messages, (spent - insert - enqueue) / messages, database / messages
