"""Executors for report jobs: local processes or Dask, behind one interface."""

from __future__ import annotations

import logging
import pickle
import time
import zlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Event
from typing import Any
from uuid import uuid4

from licences.batch.fingerprint import hash_library
from licences.batch.pool import BatchContext, Progress, ReportPool, borrow_pool, open_pool
from licences.batch.task import Result, Task
from licences.errors import LicencesError, LostError, UsageError, need_extra

_WAIT_SECONDS, _ANSWER_SECONDS, _CLOSE_SECONDS = 10, 1, 3
_COUNT_SECONDS = 0.5  # so long the number of threads that a scheduler told is taken as it was
# A worker that was killed is started anew by its nanny within seconds; a batch waits for one so long.
_WITHOUT_WORKERS_SECONDS = 60
_KEPT_AS = "licences"  # the first key of what the scheduler keeps for the workers
# What a batch holds at a time for each worker: one report that is made and one that waits.
_HELD = 2


@dataclass(frozen=True)
class ReportExecutor:
    """Makes reports: ``submit`` a task, ``find_room`` for how many at a time, ``close`` at the end."""

    submit: Callable[[Task], Future[Result]]
    find_room: Callable[[], int]
    close: Callable[[], None]


def open_executor(
    scheduler: str | None, context: BatchContext, workers: int, progress: Progress | None, keeps_warm: bool
) -> ReportExecutor:
    """The executor for a batch. Raises: UsageError where a cluster is asked for and cannot do it.

    Its ``submit`` and ``find_room`` raise LostError where the cluster, or each of its workers, is gone.
    """
    if scheduler:
        return _open_cluster(scheduler, context)
    lent: AbstractContextManager[ReportPool] = (
        borrow_pool(context) if keeps_warm else closing(open_pool(context))
    )
    pool = lent.__enter__()
    threads = ThreadPoolExecutor(workers, thread_name_prefix="report")

    def close() -> None:
        lent.__exit__(None, None, None)  # where that closes it, what still runs is cut off
        threads.shutdown(wait=True, cancel_futures=True)

    return ReportExecutor(
        submit=lambda task: threads.submit(pool.make_report, task, progress),
        find_room=lambda: workers * _HELD,
        close=close,
    )


def _open_cluster(scheduler: str, context: BatchContext) -> ReportExecutor:
    need_extra("cluster", "--scheduler")
    from distributed import Client

    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong we say ourselves, in a sentence
    _greet(scheduler)
    cluster = _Cluster(scheduler, Client(scheduler, timeout=_WAIT_SECONDS, set_as_default=False))
    try:
        cluster.check_workers()
        cluster.keep_context(context)
    except BaseException:
        cluster.close()
        raise
    return ReportExecutor(cluster.submit, cluster.find_room, cluster.close)


def _greet(scheduler: str) -> None:
    """Raises: UsageError where no Dask scheduler answers; a client of Dask would wait for ever for some."""
    import asyncio

    from distributed import Security, rpc

    async def ask() -> Any:
        safely = Security().get_connection_args("client")
        async with asyncio.timeout(_WAIT_SECONDS), rpc(scheduler, connection_args=safely) as there:
            return await there.identity()

    try:
        kind = asyncio.run(ask())["type"]
    except Exception as error:  # noqa: BLE001 - an address can be wrong in any way
        said = f" ({error})" if str(error) else ""
        wrong = f"no Dask scheduler answers at {scheduler}{said}"
        raise UsageError(wrong, "start 'dask scheduler', and check the address") from None
    if kind != "Scheduler":
        raise UsageError(f"at {scheduler} is no Dask scheduler but a {kind}", "name the scheduler's address")


class _Cluster:
    """A Dask cluster, used through the interface of ``concurrent.futures`` that Dask offers."""

    def __init__(self, scheduler: str, client: Any) -> None:
        self.scheduler, self.client = scheduler, client
        self.executor = client.get_executor(pure=False)
        self.kept_as = _KEPT_AS, uuid4().hex
        self._alone_since: float | None = None
        self._counted: tuple[float, int] | None = None

    def check_workers(self) -> None:
        """Raises: UsageError where there is no worker, or one that would make other reports."""
        try:
            self.client.wait_for_workers(1, timeout=_WAIT_SECONDS)
        except TimeoutError:
            wrong = f"no worker has joined the Dask scheduler at {self.scheduler}"
            raise UsageError(wrong, f"start 'dask worker {self.scheduler}' on each machine") from None
        answers = self.client.run(hash_library, on_error="return")
        for worker, answer in answers.items():
            if isinstance(answer, OSError) or answer == hash_library():
                continue
            wrong = f"the Dask worker at {worker} has another version of licences, or of its data dictionary"
            if isinstance(answer, Exception):
                wrong = f"the Dask worker at {worker} cannot make reports ({type(answer).__name__}: {answer})"
            raise UsageError(wrong, "install the same one on each machine, and start its workers anew")

    def keep_context(self, context: BatchContext) -> None:
        """Gives the scheduler what all reports are made with, for workers to fetch. Raises: LostError."""
        try:
            self._keep(zlib.compress(pickle.dumps(context)))
        except (OSError, TimeoutError):
            raise self._miss() from None

    def _keep(self, packed: bytes | None) -> None:
        keep = self.client.scheduler.set_metadata
        self.client.sync(keep, keys=list(self.kept_as), value=packed, callback_timeout=_CLOSE_SECONDS)

    def submit(self, task: Task) -> Future[Result]:
        """Has a report made by some worker. Raises: LostError."""
        self._check()
        future: Future[Result] = self.executor.submit(make_report_there, task, self.kept_as)
        return future

    def find_room(self) -> int:
        """How many reports the cluster is given at a time. Raises: LostError."""
        threads = self._count_threads()
        now = time.monotonic()
        self._alone_since = None if threads else self._alone_since or now
        if self._alone_since is not None and now - self._alone_since > _WITHOUT_WORKERS_SECONDS:
            raise LostError(
                f"no worker is left at the Dask scheduler at {self.scheduler}",
                "start workers again, and then the same batch: it goes on from its ledger",
            )
        return _HELD * max(1, threads)

    def _count_threads(self) -> int:
        """The threads of all workers, of late. Raises: LostError."""
        self._check()
        now = time.monotonic()
        if self._counted is None or now - self._counted[0] >= _COUNT_SECONDS:
            self._counted = now, self._ask_for_threads()
        return self._counted[1]

    def _ask_for_threads(self) -> int:
        """The threads of all workers. Raises: LostError.

        A scheduler that is killed while it is asked does not answer any more, and that it is gone is known by then.
        """
        for _ in range(_WAIT_SECONDS):
            self._check()
            try:
                told = self.client.nthreads(callback_timeout=_ANSWER_SECONDS)
            except TimeoutError:
                continue
            except OSError:
                break
            return int(sum(told.values()))
        raise self._miss()

    def close(self) -> None:
        """Gives up what still runs; its workers cut it off."""
        with suppress(OSError, TimeoutError):
            if self.client.status == "running":
                self.executor.shutdown(wait=False)
                self._keep(None)
            self.client.close(timeout=_CLOSE_SECONDS)

    def _check(self) -> None:
        if self.client.status != "running":
            raise self._miss()

    def _miss(self) -> LostError:
        return LostError(
            f"the Dask scheduler at {self.scheduler} is gone",
            "start it again, and then the same batch: it goes on from its ledger",
        )


def make_report_there(task: Task, kept_as: tuple[str, ...]) -> Result:
    """Makes a report in a thread of a Dask worker, and stops where nobody waits for it any more.

    kept_as: by which keys the scheduler keeps what it is made with. A task that says nothing of memory gets the
    worker's, divided by its threads.
    """
    from distributed import Reschedule, get_worker

    worker: Any = get_worker()
    key, is_given_up = worker.get_current_task(), Event()

    def is_wanted() -> bool:
        known = worker.state.tasks.get(key)
        if known is None or known.state == "cancelled":
            is_given_up.set()
        return not is_given_up.is_set()

    memory_bytes = worker.memory_manager.memory_limit
    if task.memory_mib is None and memory_bytes:
        task = replace(task, memory_mib=memory_bytes // worker.state.nthreads // 1024 // 1024)
    try:
        with borrow_pool(_fetch(kept_as)) as pool:
            result = pool.make_report(task, is_wanted=is_wanted)
    except (LicencesError, OSError, RuntimeError) as error:  # one may come later, and not be as the others
        why = str(error).strip().rpartition("\n")[2]
        return Result(task.client, "failed", {}, f"the Dask worker at {worker.address}: {why}")
    if is_given_up.is_set():
        raise Reschedule  # should somebody want it again, it is made anew
    return result


@lru_cache(maxsize=2)
def _fetch(kept_as: tuple[str, ...]) -> BatchContext:
    """What all reports of a batch are made with, as the scheduler keeps it: it comes to each worker once."""
    from distributed import get_worker
    from distributed.utils import sync

    worker: Any = get_worker()
    packed = sync(worker.loop, worker.scheduler.get_metadata, keys=list(kept_as), default=None)
    if packed is None:
        raise RuntimeError("the batch is over")
    context: BatchContext = pickle.loads(zlib.decompress(packed))  # noqa: S301 - Dask itself would unpickle it
    return context
