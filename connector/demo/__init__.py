"""`connector demo`: both fakes and the connector as processes on a scaled clock, from installation to comparison.

Talks to the fakes over HTTP alone, as a stranger would; imports neither of them.
"""

from connector.demo.errors import DemoError
from connector.demo.run import run

__all__ = ["DemoError", "run"]
