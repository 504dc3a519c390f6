"""A pytest plugin: the fixture `fake_erp` is a private fake of the ERP, started for the test and stopped after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fake_erp.serving import RunningErp


@pytest.fixture
def fake_erp() -> Iterator[RunningErp]:
    """A fake ERP of this test's own: `fake_erp.api`, `fake_erp.account(products=10).token`."""
    # Imported here: a run that does not use the fixture shall not pay for it.
    from fake_erp.serving import RunningErp

    with RunningErp() as running:
        yield running
