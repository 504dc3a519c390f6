"""The markers of an account: one record for each description (contract, orders §7)."""

from __future__ import annotations

FIRST_MARKER_ID = 9001
_COLOURS = ("#808080", "#1f77b4", "#2ca02c", "#d62728", "#9467bd", "#ff7f0e")


class Markers:
    """Markers by their ids. A description that is not known becomes a new one."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}

    def known(self, text: str) -> int | None:
        """The id of a description, in any case."""
        folded = text.casefold()
        return next((number for number, name in self.names.items() if name.casefold() == folded), None)

    def id_of(self, text: str) -> int:
        """The id of a description, which is made if there is none."""
        number = self.known(text)
        if number is None:
            number = FIRST_MARKER_ID + len(self.names)
            self.names[number] = text
        return number

    @staticmethod
    def colour(number: int) -> str:
        return _COLOURS[number % len(_COLOURS)]
