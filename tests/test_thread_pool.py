"""The pool of threads."""

import threading
import time
from contextlib import closing

import pytest

from events_archive.thread_pool import Budget, map_in_threads


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


def test_threads_wait_until_the_budget_has_what_they_need() -> None:
    budget, taken, most = Budget(10), [0], [0]
    lock = threading.Lock()

    def work(amount: int) -> None:
        with budget.reserved(amount):
            with lock:
                taken[0] += amount
                most[0] = max(most[0], taken[0])
            time.sleep(0.005)
            with lock:
                taken[0] -= amount

    assert len(list(map_in_threads(work, [3, 4, 5, 10, 2, 7], threads=6))) == 6
    assert most[0] == 10
