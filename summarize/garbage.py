"""How often Python looks for cyclic garbage, in processes that are ours alone."""

from __future__ import annotations

import gc

_OBJECTS_BETWEEN_COLLECTIONS = 100_000


def collect_rarely() -> None:
    """Look for cyclic garbage after 100,000 new objects instead of 700.

    Articles and hypotheses are many objects without cycles: looking through them took a tenth of the time
    of all that isn't the model, and a third of what a wide beam search does beside it.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
