"""Printing: what a browser adds to a report that is made, and what becomes of one where it fails."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Lock

from licences.batch.executors import ReportExecutor
from licences.batch.pool import complain
from licences.batch.store import ReportStore
from licences.batch.task import FIGURES, FORMATS, PAGE, Result, Task
from licences.render.browser import BrowserError
from licences.render.pdf import Printer
from licences.render.word.pictures import place_pictures
from licences.words.marks import say_mark_in_short

_PDF, _WORD = FORMATS["pdf"], FORMATS["docx"]


class PrintQueue:
    """A browser, and the threads that wait for what it makes.

    executor: makes a Word file again that goes without its figures. store: where earlier files lie.
    """

    def __init__(self, workers: int, as_of: date, executor: ReportExecutor, store: ReportStore) -> None:
        self._as_of, self._executor, self._store = as_of, executor, store
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="print")
        self._printer = Printer(workers)
        self._telling, self._is_told = Lock(), False

    def submit(self, result: Result, task: Task) -> Future[Result]:
        """Has what is to be printed of a result added to its files."""
        return self._threads.submit(self._print, result, task)

    def close(self) -> None:
        """Ends the browser, and with it what is still being printed."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._printer.close()
        self._threads.shutdown()

    def _print(self, result: Result, task: Task) -> Result:
        """The PDF of the page and the figures of the Word file; where the browser fails the rest is there all the same."""
        began = time.perf_counter()
        files, lacks = dict(result.files), dict[str, BrowserError]()
        figures = files.pop(FIGURES, b"")
        if "pdf" in task.formats:
            try:
                footer = " · ".join(filter(None, [task.name, say_mark_in_short(task.mark, task.language)]))
                files[_PDF] = self._printer.print_page(files[PAGE].decode(), footer, self._as_of, task.length)
            except BrowserError as error:
                lacks[f"no {_PDF}"] = error
        if figures:
            try:
                files[_WORD] = place_pictures(files[_WORD], self._printer.draw_figures(figures))
            except BrowserError as error:
                lacks[f"no figures in {_WORD}"] = error
                del files[_WORD]
                files |= self._make_word_without_figures(task)
        if "html" not in task.formats:
            files.pop(PAGE, None)
        made = replace(result, files=files, seconds=result.seconds + time.perf_counter() - began)
        if not lacks:
            return made
        self._tell_once()
        lacking = [result.problem, self._say_what_lacks(task.client, lacks)]
        return replace(made, status="failed", problem="; ".join(filter(None, lacking)))

    def _make_word_without_figures(self, task: Task) -> Mapping[str, bytes]:
        """The Word file as it is where there is no browser; its report is run again for that."""
        again = self._executor.submit(replace(task, formats=("docx",), has_pictures=False))
        return {name: content for name, content in again.result().files.items() if name == _WORD}

    def _tell_once(self) -> None:
        """Says that the browser is not tried any more, once that is so."""
        with self._telling:
            if self._printer.given_up and not self._is_told:
                self._is_told = True
                complain(f"no more is printed in this batch: {self._printer.given_up}")

    def _say_what_lacks(self, client: str, lacks: Mapping[str, BrowserError]) -> str:
        whys = dict.fromkeys(map(str, lacks.values()))
        said = [f"{' and '.join(what for what in lacks if str(lacks[what]) == why)}: {why}" for why in whys]
        if f"no {_PDF}" in lacks and self._store.has(client, [_PDF]):
            said.append(f"the {_PDF} that lies there is of an earlier report")
        return "; ".join(said)
