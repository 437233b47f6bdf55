"""Ctrl-C, TERM and a closed terminal at the wrong moment: a short piece of work that must not be cut in two.

Belongs here: holding the three signals back in this process. Not here: what is done then.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held() -> Iterator[None]:
    """The signals arrive when the block is over. The handlers are changed and not the mask: programs started in the block
    would inherit that. Only the main thread is ever interrupted, so elsewhere there is nothing to do."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seen: list[int] = []
    before = {number: signal.signal(number, lambda n, frame: seen.append(n)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for n in seen:
            signal.raise_signal(n)
