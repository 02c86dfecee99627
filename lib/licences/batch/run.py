"""Batch: the reports of many clients, and a ledger that is true."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from licences.analysis.mark import DRAFT, Mark
from licences.batch.edited import CHECKLIST, hash_content, hash_editable
from licences.batch.executors import ReportExecutor, open_executor
from licences.batch.fingerprint import hash_inputs, hash_issues, hash_library
from licences.batch.job import NotebookJob
from licences.batch.pool import REHEARSED, BatchContext, Progress, find_engine
from licences.batch.store import ReportStore
from licences.batch.task import (
    FAILURE,
    FORMATS,
    RENEWALS,
    TRAIL,
    PackedFrame,
    Result,
    Task,
    blame_ourselves,
    is_to_print,
    say_error,
)
from licences.book.issues import Issue
from licences.errors import LostError
from licences.law.catalogue import Catalogue
from licences.render.brand import Brand
from licences.render.excel.entered import read_entries
from licences.render.lengths import STANDARD
from licences.runner.notebooks import parse_notebook, read_notebook
from licences.runner.parameters import check_parameters
from licences.runner.temporary import sweep

if TYPE_CHECKING:
    from licences.analysis.record import Record
    from licences.batch.printing import PrintQueue

MADE = ("done", "up_to_date")
_LOOK_SECONDS = 2.0
TIMEOUT_SECONDS = 600.0
# So many reports are made sooner without a rehearsal, and so many after one of them.
_FEW, _SOME = 4, 40


@dataclass(frozen=True)
class BatchJob(NotebookJob):
    """Which reports to make, from what, and where they go.

    timeout_seconds, memory_mib: the most that one report may take; None for no limit. A process that hangs
    can be told from one that works by its time alone, so that there is a limit by default. scheduler: the
    address of a Dask cluster, None for this machine. template: of the Word files, None for ours.
    has_browser: whether figures can be drawn in them. length: of PDF and Word, one of EVERY_LENGTH.
    ics: what the calendars hold, ``renewals`` or ``all``. book: where the clients are kept, None for a file; its reports
    are drafts, and are held against what was issued last. mark: of a report that is to be issued. calendar: the one
    issued last, for such a report.
    """

    include: tuple[str, ...] = ()
    capacity: int | None = None
    prepares: bool = True
    seed: int = 0
    workers: int = 1
    timeout_seconds: float | None = TIMEOUT_SECONDS
    memory_mib: int | None = None
    scheduler: str | None = None
    force: bool = False
    formats: tuple[str, ...] = ("html",)
    brand: Brand | None = None
    template: bytes | None = None
    has_browser: bool = True
    length: str = STANDARD
    ics: str = RENEWALS
    book: Path | None = None
    mark: Mark | None = None
    calendar: bytes | None = None

    @property
    def outputs(self) -> tuple[str, ...]:
        """The files of a report that is made."""
        return tuple(sorted({TRAIL, *(FORMATS[name] for name in self.formats)}))


def write_reports(
    job: BatchJob,
    catalogue: Catalogue,
    profiles: pd.DataFrame,
    now: Callable[[], datetime],
    progress: Progress | None = None,
    keeps_warm: bool = False,
    warn: Callable[[str], None] | None = None,
) -> Generator[dict[str, Any], None, None]:
    """Makes one report a client and yields its line of the ledger as it is written.

    progress: told after each cell of each notebook how many of its cells have run, and how many it has.
    keeps_warm: the process that has imported everything stays, for a next call.
    warn: told, in a sentence, what of the ledger was passed over.

    A report whose inputs have not changed is left as it is. A failed client stops no other and
    leaves ``failed.ipynb``; its earlier report stays. Whatever ends the batch, what the ledger says is
    so, and the next one goes on from there.

    Raises: UsageError where the notebook cannot be read or does not take our parameters; MissingFileError;
    BusyError.
    """
    if not job.scheduler:
        find_engine()
    sweep()
    notebook = read_notebook(job.notebook)
    parsed = parse_notebook(notebook, str(job.notebook))
    for client in profiles["client"].head(1):
        check_parameters(parsed, str(job.notebook), _find_parameters(job, str(client)))
    context = BatchContext(
        name=job.notebook.name,
        notebook=notebook,
        folder=None if job.scheduler else str(job.notebook.resolve().parent),
        catalogue=catalogue,
        as_of=job.as_of,
        start=job.start,
        language=job.language,
        library=hash_library(),
        formats=job.formats,
        rehearsed=REHEARSED if keeps_warm else _choose_rehearsals(len(profiles)),
        template=job.template,
    )
    store = ReportStore(job.out)
    batch = _Batch(job, context, store, now, progress, keeps_warm)
    try:
        if warn and store.warning:
            warn(store.warning)
        yield from batch.run(profiles)
    finally:
        batch.close()


def _choose_rehearsals(reports: int) -> tuple[str, ...]:
    return REHEARSED[: 0 if reports <= _FEW else 1 if reports <= _SOME else None]


@dataclass(frozen=True)
class _Asked:
    """A report that is being made, and the hash of its inputs."""

    task: Task
    hashed: str


class _Batch:
    """The reports that are being made, and what is written of those that are."""

    def __init__(
        self,
        job: BatchJob,
        context: BatchContext,
        store: ReportStore,
        now: Callable[[], datetime],
        progress: Progress | None,
        keeps_warm: bool,
    ) -> None:
        self.job, self.context, self.store, self.now = job, context, store, now
        self.progress, self.keeps_warm = progress, keeps_warm
        self.running: dict[Future[Result], _Asked] = {}
        self.carried: dict[str, tuple[str, tuple[str, ...]]] = {}

    @cached_property
    def executor(self) -> ReportExecutor:
        """Called together when there is a first report to make."""
        job = self.job
        return open_executor(job.scheduler, self.context, job.workers, self.progress, self.keeps_warm)

    @cached_property
    def issued(self) -> dict[str, Issue]:
        """What was last issued to clients of a book."""
        from licences.analysis.last_issue import read_last_issues  # which knows the case

        return read_last_issues(self.job.book) if self.job.book else {}

    @cached_property
    def print_queue(self) -> PrintQueue:
        """Called together when there is a first page to print."""
        from licences.batch.printing import PrintQueue  # which knows the browser

        return PrintQueue(self.job.workers, self.job.as_of, self.executor, self.store)

    def run(self, profiles: pd.DataFrame) -> Iterator[dict[str, Any]]:
        job, context = self.job, self.context
        drawn = (job.template, job.has_browser) if "docx" in job.formats else ()
        length = (job.length,) if {"pdf", "docx"}.intersection(job.formats) else ()
        held = (job.ics,) if "ics" in job.formats and job.ics != RENEWALS else ()
        plan = (job.start, job.include, job.capacity, job.prepares, job.seed)
        asked = (*plan, job.brand, *drawn, *length, *held)
        inputs = hash_inputs(context.catalogue, profiles, job.as_of, job.language, context.notebook, asked)
        mark = DRAFT if job.book and not job.mark else job.mark
        for at, (client, own) in enumerate(inputs):
            hashed = hash_issues(own, mark, self.issued.get(client)) if job.book else own
            made = None if job.force else self.store.find_made(client, hashed, job.outputs)
            if made is not None:
                yield self._note(client, hashed, Result(client, "up_to_date", dict.fromkeys(made, b"")))
                continue
            while len(self.running) >= self.executor.find_room():
                yield from self._take_finished()
            profile = profiles.iloc[at : at + 1]  # a slice copies nothing
            task = self._follow(replace(_make_task(job, profile, self.progress), mark=mark))
            self.running[self.executor.submit(task)] = _Asked(task, hashed)
        while self.running:
            yield from self._take_finished()

    def close(self) -> None:
        """Gives up what still runs, and leaves the ledger to others."""
        try:
            if "executor" in vars(self):
                self.executor.close()
            if "print_queue" in vars(self):
                self.print_queue.close()
        finally:
            self.store.close()

    def _follow(self, task: Task) -> Task:
        """A task with what the client's folder holds of earlier reports."""
        client = task.client
        issued = self.store.read_last(client, FORMATS["ics"]) if "ics" in task.formats else None
        if self.job.mark:
            issued = self.job.calendar
        checklist = self.store.read_entered(client, CHECKLIST) if "xlsx" in task.formats else None
        entered = read_entries(checklist) if checklist else None
        if checklist and entered is not None:
            self.carried[client] = hash_content(checklist), entered.own
        entries = entered.entries if entered else ()
        return replace(task, earlier=self._find_earlier(client), issued=issued, entered=entries)

    def _find_earlier(self, client: str) -> Record | None:
        """What the client's last report said, of a client of a book what was last issued."""
        if self.job.book:
            from licences.analysis.last_issue import find_issued_record

            return find_issued_record(client, self.issued.get(client))
        trail = self.store.read(client, TRAIL)
        if trail is None:
            return None
        from licences.analysis.record import find_record  # which knows the case

        return find_record(trail, client)

    def _take_finished(self) -> Iterator[dict[str, Any]]:
        finished: set[Future[Result]] = set()
        while not finished:
            finished, _ = wait(self.running, _LOOK_SECONDS, FIRST_COMPLETED)
            self.executor.find_room()  # says so where nobody is there any more to finish one
        for future in finished:
            asked = self.running.pop(future)
            result = _find_result(asked.task.client, future)
            if is_to_print(result, asked.task.formats):
                self.running[self.print_queue.submit(result, asked.task)] = asked
            else:
                yield self._note(asked.task.client, asked.hashed, self._keep(result.settle()))

    def _keep(self, result: Result) -> Result:
        """Puts the files of a result where they belong; the result, or what became of it."""
        client = result.client
        try:
            carried = self.carried.get(client, ("", ()))
            settled = self.store.settle(client, result.files, self.job.as_of, *carried)
            self.store.put(client, {**settled.copies, **settled.files}, without=FAILURE)
        except OSError as error:
            if result.status != "done":
                return replace(result, files={})
            said = f"{self.job.out / client}: {error.strerror or error}"
            return replace(result, status="not_written", files={}, problem=said)
        return replace(result, files=settled.files, remark="; ".join(settled.remarks) or None)

    def _note(self, client: str, hashed: str, result: Result) -> dict[str, Any]:
        entry = {
            "client": client,
            "as_of": self.job.as_of.isoformat(),
            "status": result.status,
            "seconds": round(result.seconds, 3),
            "inputs": hashed,
            "outputs": sorted(result.files),
            "error": result.problem,
            "at": self.now().isoformat(timespec="seconds"),
        }
        if result.status != "up_to_date" and (hashes := hash_editable(result.files)):
            entry |= {"hashes": hashes, "filled": client in self.carried}
        if result.remark:
            entry["remark"] = result.remark
        self.store.note(entry)
        return entry


def _find_result(client: str, future: Future[Result]) -> Result:
    try:
        return future.result()
    except LostError:
        raise  # with what makes the reports, and not with one client
    except CancelledError:
        return Result(client, "killed", {}, "the cluster gave the report up")
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one client stops no other
        if type(error).__name__ == "KilledWorker":
            return Result(client, "killed", {}, say_error(error))
        return blame_ourselves(client, error)


def _make_task(job: BatchJob, profile: pd.DataFrame, progress: Progress | None) -> Task:
    client = str(profile["client"].iloc[0])
    return Task(
        client=client,
        name=str(profile["name"].iloc[0]),
        language=job.language,
        parameters=_find_parameters(job, client),
        profiles=PackedFrame.pack(profile.reset_index(drop=True)),
        formats=job.formats,
        brand=job.brand,
        template=job.template,
        has_pictures=job.has_browser,
        length=job.length,
        ics=job.ics,
        timeout_seconds=job.timeout_seconds,
        memory_mib=job.memory_mib,
        is_watched=progress is not None,
    )


def _find_parameters(job: BatchJob, client: str) -> Mapping[str, str | int]:
    """The notebook's parameters; paths as seen from the folder where it runs.

    How to plan is passed on only where it is asked for, so that a notebook need not take it.
    """
    asked = {"include": ",".join(job.include), "capacity": job.capacity, "seed": job.seed}
    complete = {} if job.prepares else {"prepares": False}
    told = {name: value for name, value in asked.items() if value}
    return {"client": client, **job.parameters, **told, **complete}
