"""The same work on several braces at once, where one failure never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from plumbline.errors import PartialFailure, PlumblineError

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class Outcome(Generic[Item, Result]):
    """What became of one: a result or an error."""

    item: Item
    result: Result | None = None
    error: PlumblineError | None = None


def run(
    items: Iterable[Item], work: Callable[[Item], Result], jobs: int = 4
) -> list[Outcome[Item, Result]]:
    """work(item) for each, `jobs` at once in threads; outcomes in the items' order.

    Only PlumblineErrors are outcomes; a defect, or Ctrl-C, ends everything that has not begun
    and is raised.
    """

    def one(item: Item) -> Outcome[Item, Result]:
        try:
            return Outcome(item, work(item))
        except PlumblineError as error:
            return Outcome(item, error=error)

    items = list(items)
    with ThreadPoolExecutor(max(1, min(jobs, len(items)))) as pool:
        futures = [pool.submit(one, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def check(outcomes: list[Outcome]) -> None:
    """Raises the error of a lone failure, PartialFailure when there were several items."""
    failed = [o for o in outcomes if o.error]
    if not failed:
        return
    if len(outcomes) == 1:
        raise failed[0].error
    raise PartialFailure(
        f"{len(failed)} of {len(outcomes)} braces failed", "Each line above says what to do"
    )
