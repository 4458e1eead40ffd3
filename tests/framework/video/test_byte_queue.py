import threading

import pytest

from framework.video.byte_queue import ByteQueue


def filled_by(queue, items, error=None):
    def produce():
        for item in items:
            if not queue.put(item, len(item)):
                return
        queue.finish(error)

    thread = threading.Thread(target=produce)
    thread.start()
    return thread


def test_items_come_out_in_order_and_then_none():
    queue = ByteQueue(10)
    thread = filled_by(queue, [b"1234", b"5678", b"9", b"x" * 50, b"end"])
    assert [queue.get() for _ in range(6)] == [b"1234", b"5678", b"9", b"x" * 50, b"end", None]
    thread.join()


def test_error_comes_after_the_items_before_it():
    queue = ByteQueue(10)
    filled_by(queue, [b"1"], ValueError("broken")).join()
    assert queue.get() == b"1"
    with pytest.raises(ValueError, match="broken"):
        queue.get()


def test_closing_frees_a_producer_that_waits():
    queue = ByteQueue(10)
    thread = filled_by(queue, [b"12345678"] * 5)
    queue.get()
    queue.close()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert queue.get() is None
