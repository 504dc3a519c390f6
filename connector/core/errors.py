"""Failures, grouped by what happens next.

    ConnectorError
    ├── AccountBlocked    stop this account (or shop) until somebody acts
    │   └── AccountClosed known already, so that nobody was asked
    ├── Transient         try again later
    │   └── Throttled     wait as told; the attempt does not count
    │       └── QuotaUsedUp   the minute's calls were made, by us or by others with the same token
    ├── Doubtful          a write may have happened: look before repeating
    ├── Final             never again: dead letter with its reason
    │   └── Refused       the other side read it and said no
    └── ContractBroken    an answer that no contract knows: park, keep, alarm

They carry codes and short texts, never a token, an address or a body.
"""

from __future__ import annotations

from connector.core.reasons import Reason


class ConnectorError(Exception):
    """Base of all. `detail` is short and fit for a log and for an operator's page."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class AccountBlocked(ConnectorError):
    """Nothing works for this account until somebody acts."""


class AccountClosed(AccountBlocked):
    """It did not work when it was last asked, and nobody has asked it since."""


class Transient(ConnectorError):
    """Passing trouble. `retry_after` is in seconds where the other side named a time."""

    def __init__(self, reason: Reason, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason, detail)
        self.retry_after = retry_after


class Throttled(Transient):
    """Too fast: nothing was done. Wait, then go on as if it had not been tried."""


class QuotaUsedUp(Throttled):
    """The calls of the minute were used up."""


class Doubtful(ConnectorError):
    """The call was sent and its fate is unknown."""


class Final(ConnectorError):
    """It will fail the same way every time."""


class Refused(Final):
    """Read and refused. `code` is the other side's word for it."""

    def __init__(self, reason: Reason, code: str, detail: str = "") -> None:
        super().__init__(reason, f"{code}: {detail}" if detail else code)
        self.code = code


class ContractBroken(ConnectorError):
    """The answer fits no contract."""
