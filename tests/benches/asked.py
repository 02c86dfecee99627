"""Lines of the bench: what is measured, in which unit, and what is asked for; CI's bounds follow from them."""

from __future__ import annotations

from dataclasses import dataclass

from benches.clock import TIMES, P

SLACK = 2  # a bound is as many times what is asked, so that a busy machine breaks no build


@dataclass(frozen=True)
class Line:
    """One line of the bench.

    unit: ``s``, ``ms``, ``MiB``, ``kB``; ``P`` is the time of ``python -c "import pandas"`` in the same run, and
    ``times`` what is named in the line itself. asked: at most, or with ``is_least`` at least; None where nothing
    was asked. reached: what is reached at present, where that is still worse than what is asked.
    """

    what: str
    unit: str
    asked: float | None = None
    reached: float | None = None
    is_least: bool = False

    @property
    def bound(self) -> float:
        """What the short bench holds it to: twice what is asked, or what is reached while that is worse."""
        known = [one for one in (self.asked, self.reached) if one is not None]
        return min(known) / SLACK if self.is_least else max(known) * SLACK

    def holds(self, figure: float) -> bool:
        """Whether a figure is as it was asked, or nothing was."""
        if self.asked is None:
            return True
        return figure >= self.asked if self.is_least else figure <= self.asked

    def is_within_bound(self, figure: float) -> bool:
        """Whether a figure is within what the short bench holds it to."""
        return figure >= self.bound if self.is_least else figure <= self.bound


LINES = {
    # A whole process each, once what it keeps on disk is there.
    "version": Line("licences --version", P, 0.2),
    "check": Line("licences check", P, 1.4),
    "assess": Line("licences assess --client", P, 1.3, reached=1.35),
    "questions": Line("licences assess --questions, of who has told nothing", P, 1.6),
    "plan": Line("licences plan --client", P, 1.6),
    "diff": Line("licences diff between two days, over the samples", P, 1.8, reached=2.4),
    "report": Line("licences report --client, html", P, 3.5),
    "portfolio": Line("licences portfolio of the samples", P, 4.5),
    "reports": Line("licences report of all samples, html", P, 7, reached=11.5),
    "report_libraries": Line("licences report --client, as against import pandas, plotly, nbformat, IPython", TIMES, 2),
    "import": Line("import licences, beyond Python itself", "s", 0.05),
    "deep": Line("licences check --deep", "s", 60),
    # Many clients at once.
    "verdicts": Line("verdicts of 100,000 clients", "s", 1),
    "verdicts_memory": Line("verdicts of 100,000 clients, memory for them", "MiB", 1024),
    "moves_of_days": Line("whom the law of 2024 to 2027 touches, of 100,000 clients", "s", 3),
    "moves_of_rule": Line("whom one changed rule touches, of 100,000 clients", "s", 3),
    "impacts": Line("how plans and fees of 10,000 clients move from 2024 to 2027", "s", 15),
    "portfolio_notebook": Line("the portfolio's notebook over 10,000 clients", "s", 15),
    "portfolio_command": Line("licences portfolio over 10,000 clients", "s"),
    "capacity": Line("all their applications spread, 1,000 prepared at a time", "s"),
    "read_csv": Line("10,000 clients read from .csv", "s", 2),
    "read_xlsx": Line("10,000 clients read from .xlsx", "s", 10),
    "read_growth": Line("1,000 clients read, as against 100", TIMES, 10),
    "book_read": Line("a book of 10,000 clients read", "s"),
    "book_assess": Line("a book of 10,000 clients read and assessed", "s", 3),
    "book_calls": Line("whom to call, of a book of 10,000 clients that is read", "s", 2),
    "book_due": Line("licences due over a book of 10,000 clients", "s"),
    "book_record": Line("one event recorded in a book of 10,000 clients", "ms", 20),
    # Plans.
    "simulation": Line("100,000 draws of a plan of 40 steps, as dates", "s", 0.3),
    "plan_one": Line("a plan that is prepared, without simulation", "ms", 5),
    "plan_stages": Line("a plan in three stages, without simulation", "ms", 8),
    "plan_many": Line("10,000 clients planned, without simulation", "s", 30),
    # The explorer.
    "toggle_kernel": Line("explorer: a toggle in the kernel, median", "ms", 100),
    "toggle_kernel_longest": Line("explorer: a toggle in the kernel, the longest", "ms", 400),
    "toggle_kernel_relative": Line("explorer: a toggle in the kernel, median", P, 0.3),
    "toggle_browser": Line("explorer: a toggle until it is drawn in the browser, median", "ms", 200),
    "toggle_browser_longest": Line("explorer: a toggle until it is drawn in the browser, the longest", "ms", 400),
    "explore_app": Line("explorer: usable as a web app, from the command on", P, 6),
    "explore_lab": Line("explorer: usable in JupyterLab, from Run All on", P, 8),
    # Batches of reports, with as many workers as there are cores.
    "batch_stock": Line("a report of a batch, as against stock papermill and nbconvert: quicker", TIMES, 40, reached=21, is_least=True),
    "batch_forks": Line("a report of a batch, as against its functions in forked processes without a notebook", TIMES, 1.5),
    "batch_bare": Line("the same, as against its functions in one process for all", TIMES),
    "batch_script": Line("the same, as against a script that reads the files for each client", TIMES),
    "batch_halves": Line("the second half of a batch, as against the first", TIMES, 1),
    "batch_memory": Line("memory of a batch at its end, as against its 100th report", TIMES, 1),
    "batch_whole": Line("the batch as a whole", "s"),
    "batch_unchanged": Line("the batch again, 1,000 clients unchanged", "s", 3),
    "batch_dask": Line("reports on two Dask workers of one thread each, as against one: quicker", TIMES, 1.8, is_least=True),
    # Formats, of each sample client; the median of what is made from a notebook that has run.
    "page": Line("the largest page, with all that its figures need", "kB", 1000),
    "html": Line("html, median", "ms", 100),
    "xlsx": Line("xlsx, median", "ms", 50),
    "ics": Line("ics, median", "ms", 50),
    "docx_letter": Line("docx, letter, median", "ms", 200),
    "docx_standard": Line("docx, median", "ms", 200),
    "docx_full": Line("docx, full, median", "ms", 200),
    "docx_figures": Line("the figures of a docx, median", "ms"),
    "pdf_letter": Line("pdf, letter, median", "ms", 300),
    "pdf_standard": Line("pdf, median", "ms", 350),
    "pdf_full": Line("pdf, full, median", "ms"),
    "batch_html": Line("html in a batch, each", "ms"),
    "batch_xlsx": Line("xlsx in a batch, each", "ms"),
    "batch_ics": Line("ics in a batch, each", "ms"),
    "batch_docx": Line("docx in a batch, each", "ms"),
    "batch_pdf": Line("pdf in a batch, each", "ms", 350),
    "pdf_browsers": Line("browsers of a batch of PDFs", "", 1),
    "pdf_memory": Line("memory of a batch of PDFs, at most", "MiB", 1024),
}  # fmt: skip
