"""A pool of threads for work that waits or releases the interpreter lock."""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def map_in_threads(
    function: Callable[[_Item], _Result],
    items: Iterable[_Item],
    *,
    threads: int,
    on_exit: Callable[[], None] = lambda: None,
) -> Generator[tuple[_Item, _Result]]:
    """Yield each of ``items`` with what ``function`` returns for it, as soon as it is there.

    What the function raises ends the iteration. When the iteration ends, or the generator is
    closed, ``on_exit`` is called, no further items are begun, and running ones are waited for.
    """
    # Costs 10 ms, which a run without such work need not spend.
    from concurrent.futures import ThreadPoolExecutor, as_completed  # noqa: PLC0415

    pool = ThreadPoolExecutor(max(1, threads))
    try:
        tasks = {pool.submit(function, item): item for item in items}
        for task in as_completed(tasks):
            yield tasks[task], task.result()
    finally:
        on_exit()
        pool.shutdown(cancel_futures=True)


class Budget:
    """An amount that threads share; each waits until what it needs is free."""

    def __init__(self, total: int) -> None:
        self._free = total
        self._changed = threading.Condition()

    @contextmanager
    def reserved(self, amount: int) -> Iterator[None]:
        """Reserve ``amount``, at most the total, for the block; wait until so much is free."""
        with self._changed:
            self._changed.wait_for(lambda: self._free >= amount)
            self._free -= amount
        try:
            yield
        finally:
            with self._changed:
                self._free += amount
                self._changed.notify_all()
