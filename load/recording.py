"""What a run leaves behind: what was asked for, what was sent, and how the shops were before. No secret is in it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from load import standing
from load.mistake import Mistake
from load.options import Run
from load.sender import Sender
from load.targets import Account

RUN, MESSAGES, BEFORE = "run.json", "messages.jsonl", "before.json"
PAGE, JUNIT, OUTCOME = REPORTS = "report.html", "junit.xml", "outcome.json"
# Of the command that judges: it cannot be told what became of the run.
_NOT_JUDGED = 3


def prepare(run: Run) -> None:
    """A folder for the reports without any of an earlier run, and how both sides stand. Raises Mistake."""
    folder = Path(run.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (RUN, MESSAGES, BEFORE, *REPORTS):
            (folder / name).unlink(missing_ok=True)
        before = standing.look(run.target, run.messages_command)
        (folder / BEFORE).write_text(json.dumps(before), encoding="utf-8")
    except OSError as error:
        raise Mistake(f"cannot write to the folder {folder} ({error.strerror}): give another --folder.") from None


def write(run: Run, sender: Sender, office: dict[str, int], cpu: float, stock_locust: dict[str, float]) -> None:
    """All that was sent. `office` is what was done beside it, `cpu` are the generator's seconds, `stock_locust` are
    Locust's own percentiles, in ms.
    """
    last = max((sent.ended or 0.0 for sent in sender.sent), default=0.0)
    document = {
        "shape": run.shape,
        "seconds": run.seconds,
        "model": "open" if run.is_open else "closed",
        "connections": run.connections,
        "seed": run.seed,
        "mix": asdict(run.mix),
        "noise": run.noise,
        "orders": run.orders,
        "situations": run.situations,
        "office": office,
        # What is not so, though it was asked for, is not told.
        "stall": None if sender.spoilt else run.stall,
        "budgets": run.budgets,
        "drain_within": run.drain_within,
        "messages_command": run.messages_command,
        "metrics": run.target.metrics,
        "accounts": [_account(account) for account in run.target.accounts],
        "wall": sender.wall,
        "lasted": last,
        "cpu_share": cpu / last if last > 0 else 0.0,
        "locust": stock_locust,
        "beside": run.beside,
        "spoilt": sender.spoilt,
    }
    folder = Path(run.folder)
    (folder / RUN).write_text(json.dumps(document, indent=1), encoding="utf-8")
    with (folder / MESSAGES).open("w", encoding="utf-8") as file:
        for sent in sender.sent:
            planned = sent.planned
            product = sender.accounts[planned.account].products[planned.product]
            line = {
                "number": sent.place,
                "account": planned.account,
                "kind": planned.kind,
                "code": product.code,
                "balance": sent.balance,
                "movement": sent.movement,
                "intended": planned.at,
                "lag": sent.lag,
                "started": sent.started,
                "ended": sent.ended,
                "status": sent.status,
                "error": sent.error,
                "body": sent.body.value,
            }
            file.write(json.dumps(line) + "\n")


def _account(account: Account) -> dict[str, Any]:
    return {"name": account.name, "erp": account.erp, "shop": account.shop, "products": len(account.products)}


def judge(run: Run) -> tuple[int, str]:
    """Have the run judged: the status to end with, and what is said."""
    sys.stderr.write("The load is over; waiting for the backlog …\n")
    command = [sys.executable, "-m", "load.judging", run.folder]
    ended = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    # Python itself ends with 1 where a program does not even start: only who wrote an outcome has judged.
    is_judged = ended.returncode in (0, 1) and (Path(run.folder) / OUTCOME).exists()
    return (ended.returncode if is_judged else _NOT_JUDGED), ended.stderr
