"""A sender by intended time: prepared bytes over kept connections, each message timed from when it was due.

A message whose time has come waits for a free connection, and its wait counts. What the sender itself was late by,
while a connection was free, is kept apart, so that nobody takes its trouble for the server's.
"""

from __future__ import annotations

import resource
import selectors
import socket
import time
from dataclasses import dataclass, field

CONNECTIONS = 128


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What one run has shown. `rate`: messages answered a second; `waits`: each one's seconds from its intended time.

    `own` are the seconds that each message was sent late though a connection was free; `busy` is the share of a core
    that the sender has used. `sleeps`: how often it slept until something came, for each message; whoever answers one
    that sleeps has to wake it.
    """

    rate: float
    waits: list[float]
    own: list[float]
    busy: float
    sleeps: float


@dataclass
class _Line:
    """A kept connection: since when it is free, or the intended time of the message that is on its way over it."""

    sock: socket.socket
    free_since: float = 0.0
    intended: float = 0.0
    buffer: bytearray = field(default_factory=bytearray)


def send(port: int, requests: list[bytes], rate: float | None) -> Sent:
    """Send them all, so many a second, or all at once without a rate. Raises AssertionError for an answer but 200."""
    selector = selectors.DefaultSelector()
    free: list[_Line] = []
    for _ in range(CONNECTIONS):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        free.append(_Line(sock))
        selector.register(sock, selectors.EVENT_READ, free[-1])
    gap = 1 / rate if rate else 0.0
    waits: list[float] = []
    own: list[float] = []
    used, slept = time.process_time(), _sleeps()
    begun = time.perf_counter()
    while len(waits) < len(requests):
        now = time.perf_counter() - begun
        while free and len(own) < len(requests) and (intended := len(own) * gap) <= now:
            # The one that was free first tells how long this message could have been sent already.
            own.append(time.perf_counter() - begun - max(intended, free[0].free_since))
            line = free.pop()
            line.intended = intended
            line.sock.sendall(requests[len(own) - 1])
        pause = max(0.0, len(own) * gap - now) if free and len(own) < len(requests) else None
        for key, _ in selector.select(pause):
            line = key.data
            line.buffer += line.sock.recv(65_536)
            # The answer's body is the word ok.
            if not line.buffer.endswith(b"\r\n\r\nok"):
                continue
            assert line.buffer.startswith(b"HTTP/1.1 200"), bytes(line.buffer[:200])
            line.free_since = time.perf_counter() - begun
            waits.append(line.free_since - line.intended)
            line.buffer.clear()
            free.append(line)
    taken = time.perf_counter() - begun
    busy, sleeps = (time.process_time() - used) / taken, (_sleeps() - slept) / len(requests)
    for line in free:
        line.sock.close()
    selector.close()
    return Sent(rate=len(requests) / taken, waits=waits, own=own, busy=busy, sleeps=sleeps)


def _sleeps() -> int:
    """Of this process, until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def percentile(seconds: list[float], share: float) -> float:
    """In milliseconds."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000
