"""How fast the catalogue is read again: each product once in a window, within the calls that are left over.

A step is a few of the products that were read longest ago, and the wait until the next step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from connector.core.catalogue import Listing
from connector.core.pace import CAUTIOUS_LIMIT

# A catalogue of any size takes a step about every five minutes: fewer would come in bursts, more would cost writes.
STEP = timedelta(minutes=5)

# The share of the limit that a scan may take, when nothing else reads the account's catalogue and when something
# does. Whatever is more urgent goes first at any rate: scans have the lowest priority.
SHARE_ALONE = 0.9
SHARE_BESIDE_OTHERS = 0.25

# The part of the window in which a product that was read needs no reading, as after a pull of everything.
FRESH = 0.25

# One step at most, so that a pull of some products ends soon: a stop, a brake or a full pull need not wait for it.
MOST = 500


@dataclass(frozen=True, kw_only=True)
class Step:
    """How many products to read now, and when to take the next step."""

    products: int
    wait: timedelta


def step(
    products: int,
    calls_per_product: float,
    window: timedelta,
    limit: int | None,
    *,
    beside_others: bool,
    in_doubt: bool,
) -> Step:
    """The next step through a catalogue of `products`.

    In doubt, when it is unknown which products have changed, no window is kept: only the share.
    """
    if products == 0:
        return Step(products=0, wait=STEP)
    share = SHARE_BESIDE_OTHERS if beside_others else SHARE_ALONE
    per_minute = (limit or CAUTIOUS_LIMIT) * share / calls_per_product
    affordable = math.floor(per_minute * STEP / timedelta(minutes=1))
    wanted = affordable if in_doubt else math.ceil(products * (STEP / window))
    count = max(1, min(wanted, affordable, MOST, products))
    shortest = timedelta(minutes=1) * (count / per_minute)
    return Step(products=count, wait=shortest if in_doubt else max(shortest, window * (count / products)))


def calls_per_product(products: int, parents: int, variations: int) -> float:
    """What one product costs on average: a record and a balance; of a parent its record, and both of each variation."""
    if products == 0:
        return 2.0
    return (2 * (products - parents) + parents + 2 * variations) / products


def differs(row: Listing, before: Listing | None) -> bool:
    """Whether a row of the listing says something else than the last time; what one of both leaves open does not."""
    if before is None:
        return True
    pairs = ((row.code, before.code), (row.name, before.name), (row.price, before.price), (row.active, before.active))
    return any(new != old for new, old in pairs if new not in (None, "") and old not in (None, ""))


# While the change feed is off the listing is read more often: it shows prices and names of 100 products in one call.
_LISTINGS_WITHOUT_FEED = 8


def listing_every(window: timedelta, feed_is_off: bool) -> timedelta:
    """From the end of one reading of the whole listing to the next."""
    return window / _LISTINGS_WITHOUT_FEED if feed_is_off else window
