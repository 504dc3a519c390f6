"""What people can do in a story and what can go wrong by itself.

Each returns what it did, in words that hold no secret. A new step is one function in the module of its actor.
"""

from __future__ import annotations

from scenarios.runner.deeds import connector, hook, merchant, operator, shopper, trouble
from scenarios.runner.vocabulary import Vocabulary

DEEDS = Vocabulary(merchant.DEEDS, shopper.DEEDS, operator.DEEDS, trouble.DEEDS, connector.DEEDS, hook.DEEDS)
