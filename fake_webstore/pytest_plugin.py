"""A pytest plugin: the fixture `fake_webstore` is a private fake of the platform, there for one test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fake_webstore.serving import RunningWebstore


@pytest.fixture
def fake_webstore() -> Iterator[RunningWebstore]:
    """A fake Webstore of this test's own: `fake_webstore.platform(stores=[{"installed": True}])`."""
    # Imported here: a run that does not use the fixture shall not pay for it.
    from fake_webstore.serving import RunningWebstore

    with RunningWebstore() as running:
        yield running
