"""Ctrl-C, SIGTERM and SIGHUP wait while a step passes from what can be dropped to what stands."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Holds these signals back until the end of the block, then lets the first of them do what it would have done.

    Only a program's main thread is told of any; in others this does nothing.
    """
    came: list[int] = []
    if current_thread() is not main_thread():
        yield
        return

    def remember(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {int(number): signal.signal(number, remember) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
