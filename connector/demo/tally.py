"""What was compared and what was equal, row by row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

# As many differences as a person reads; the counts tell how many there are in all.
_MOST_DIFFERENCES = 20


@dataclass
class Tally:
    """Values compared and equal by row, and the first differences in words."""

    rows: tuple[str, ...]
    compared: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    equal: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    differences: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return all(self.is_row_equal(row) for row in self.rows)

    def is_row_equal(self, row: str) -> bool:
        """Whether all of it was equal; a row with nothing compared proves nothing."""
        return 0 < self.compared[row] == self.equal[row]

    def add(self, row: str, where: str, erp: object, shop: object) -> None:
        """Count a value that both sides ought to have."""
        self.compared[row] += 1
        if erp == shop:
            self.equal[row] += 1
        elif len(self.differences) < _MOST_DIFFERENCES:
            self.differences.append(f"{where}, {row}: ERP {erp!r}, shop {shop!r}")
