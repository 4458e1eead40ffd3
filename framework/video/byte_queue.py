"""A queue between two threads that is bounded in bytes, not in items.

One frame of 1080p has 6 MB and one of 320x240 0.2 MB, so a bound in items would either take too
much memory or let the threads wait for each other.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class ByteQueue(Generic[Item]):
    """First in, first out; the producer waits for space, the consumer for items.

    Args:
        max_bytes: the most that the queue holds. One item always fits into an empty queue.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._items: deque[tuple[Item, int]] = deque()
        self._changed = threading.Condition()
        self._finished = False
        self._closed = False
        self._error: Exception | None = None

    def put(self, item: Item, n_bytes: int) -> bool:
        """Wait for space and append. False: the consumer has closed the queue."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or not self._items or self._bytes + n_bytes <= self._max_bytes
            )
            if not self._closed:
                self._items.append((item, n_bytes))
                self._bytes += n_bytes
                self._changed.notify_all()
            return not self._closed

    def get(self, timeout_s: float | None = None) -> Item | None:
        """Wait for the next item; None when the producer has finished.

        Raises:
            TimeoutError: nothing came for so long.
            Exception: whatever the producer passed to `finish`, after its last item.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._finished or self._closed, timeout_s)
            if not (self._items or self._finished or self._closed):
                raise TimeoutError
            if self._items:
                item, n_bytes = self._items.popleft()
                self._bytes -= n_bytes
                self._changed.notify_all()
                return item
            if self._error is not None:
                raise self._error
            return None

    def finish(self, error: Exception | None = None) -> None:
        """As the producer, end the queue, with an error if something failed."""
        with self._changed:
            self._finished = True
            self._error = error
            self._changed.notify_all()

    def close(self) -> None:
        """As the consumer, refuse further items and drop those in the queue."""
        with self._changed:
            self._closed = True
            # Frames are large: their memory is freed before the producer has ended.
            self._items.clear()
            self._bytes = 0
            self._changed.notify_all()
