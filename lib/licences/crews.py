"""Who makes the reports of a batch: threads of this process, or a Dask cluster; both look alike."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from licences.errors import UsageError
from licences.report import Result, Task
from licences.workshop import Pack, Progress, Workshop, keep_workshop, make_report_anywhere

_WAIT_SECONDS = 10
# What a batch holds at a time for each worker: one report that is made and one that waits.
_HELD = 2


@dataclass(frozen=True)
class Crew:
    """Makes reports: ``submit`` a task, ``find_room`` for how many at a time, ``close`` at the end."""

    submit: Callable[[Task], Future[Result]]
    find_room: Callable[[], int]
    close: Callable[[], None]


def open_crew(
    scheduler: str | None, pack: Pack, workers: int, progress: Progress | None, keeps_warm: bool
) -> Crew:
    """The crew for a batch. Raises: UsageError where a cluster is asked for and cannot be reached."""
    if scheduler:
        return _open_cluster(scheduler, pack)
    workshop = keep_workshop(pack) if keeps_warm else Workshop(pack)
    threads = ThreadPoolExecutor(workers, thread_name_prefix="report")

    def close() -> None:
        if not keeps_warm:
            workshop.close()  # what still runs is cut off, and its thread comes back
        threads.shutdown(wait=True, cancel_futures=True)

    return Crew(
        submit=lambda task: threads.submit(workshop.make_report, task, progress),
        find_room=lambda: workers * _HELD,
        close=close,
    )


def _open_cluster(scheduler: str, pack: Pack) -> Crew:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "--scheduler needs Dask, which is not installed", "pip install -e '.[cluster]'"
        ) from None
    try:
        client: Any = Client(scheduler, timeout=_WAIT_SECONDS, set_as_default=False)
        client.wait_for_workers(1, timeout=_WAIT_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        wrong = f"no Dask cluster with a worker answers at {scheduler} ({error})"
        raise UsageError(wrong, "start 'dask scheduler' and 'dask worker', and check the address") from None
    shared = client.scatter(pack, broadcast=True)
    executor = client.get_executor(pure=False)
    return Crew(
        submit=partial(_submit, executor, shared),
        find_room=lambda: _HELD * max(1, sum(client.nthreads().values())),
        close=lambda: _close_cluster(client, executor),
    )


def _submit(executor: Any, shared: Any, task: Task) -> Future[Result]:
    future: Future[Result] = executor.submit(make_report_anywhere, task, shared)
    return future


def _close_cluster(client: Any, executor: Any) -> None:
    executor.shutdown(wait=False)
    client.close()
