"""Why the demo cannot go on; the text says what to do."""


class DemoError(Exception):
    """One line for the person who started it."""
