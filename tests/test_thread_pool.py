"""The pool of threads."""

import threading
from contextlib import closing

import pytest

from events_archive.thread_pool import map_in_threads


def test_each_item_is_yielded_with_its_result() -> None:
    results = map_in_threads(lambda number: number**2, range(10), threads=3)
    assert sorted(results) == [(number, number**2) for number in range(10)]


def test_no_more_threads_work_than_allowed() -> None:
    names = map_in_threads(lambda _: threading.current_thread().name, range(50), threads=2)
    assert 1 <= len({name for _, name in names}) <= 2


def test_an_exception_ends_the_iteration() -> None:
    with pytest.raises(ZeroDivisionError):
        list(map_in_threads(lambda number: 1 // number, [1, 0, 1], threads=1))


def test_closing_calls_on_exit_and_begins_no_further_items() -> None:
    begun: list[int] = []
    released = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number:
            assert released.wait(10)

    with closing(map_in_threads(work, range(10), threads=1, on_exit=released.set)) as results:
        assert next(results) == (0, None)
    assert begun in ([0], [0, 1])
