"""A failure of ours is not told as the notebook's, nor the notebook's as ours."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest

from licences.runner.failures import explain_failure

# client: what its notebook does, the status it must get, what the ledger must say, and what is there. Each
# client has a cell, which begins with a line that asks whether it is about that client.
ENDS: dict[str, tuple[str, str, str, set[str]]] = {
    "no-workbook": (
        "import licences.render.excel.workbook as ours\nours.make_workbook = 7",
        "failed",
        "the notebook ran to its end, but checklist.xlsx could not be made: TypeError: 'int' object is not callable",
        {"report.html", "report.ipynb", "renewals.ics"},
    ),
    "no-case": (
        "import licences.batch.report as ours\nours.open_case = lambda **_named: 1 / 0",
        "failed",
        "the notebook ran to its end, but checklist.xlsx and renewals.ics could not be made: ZeroDivisionError: division by zero",
        {"report.html", "report.ipynb"},
    ),
    "no-page": (
        "import licences.batch.report as ours\ndef make_html(*_given): raise RuntimeError('no\\npage')\nours.make_html = make_html",
        "failed",
        "the notebook ran to its end, but report.html could not be made: RuntimeError: no page",
        {"report.ipynb", "renewals.ics", "checklist.xlsx"},
    ),
    "no-trail": (
        "import licences.batch.report as ours\nours._write_notebook = None",
        "failed",
        "a fault of licences itself, not of the notebook: TypeError: 'NoneType' object is not callable",
        set(),
    ),
    "gone": (
        "import os\nimport licences.render.excel.workbook as ours\nours.make_workbook = lambda *_given, **_named: os._exit(3)",
        "exited",
        "the notebook ran to its end, but not its documents: the process ended itself with exit status 3",
        set(),
    ),
    "line": ("a = 1\n\nraise ValueError('no\\nnumber')", "failed", "cell [{at}], line 4: ValueError: no number", {"failed.ipynb"}),
    "called": ("act = lambda: (\n  1 / 0\n)\n\nact()", "failed", "cell [{at}], line 6: ZeroDivisionError: division by zero", {"failed.ipynb"}),
    "cause": (
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('x') from error",
        "failed",
        "cell [{at}], line 5: KeyError: 'x'",
        {"failed.ipynb"},
    ),
    "magic": ("get_ipython().run_line_magic('nosuchmagic', '')", "failed", "cell [{at}]: UsageError: Line magic function `%nosuchmagic` not found.", {"failed.ipynb"}),
    "group": ("raise ExceptionGroup('two', [ValueError(1)])", "failed", "cell [{at}]: ExceptionGroup: two (1 sub-exception)", {"failed.ipynb"}),
    "stop": (
        "class Stop(Exception):\n    def _render_traceback_(self): pass\nraise Stop('nothing to report')",
        "exited",
        "the notebook stopped itself: Stop: nothing to report (cell [{at}])",
        {"failed.ipynb"},
    ),
    "stop-list": (
        "class StopExecution(Exception):\n    def _render_traceback_(self): return []\nraise StopExecution",
        "exited",
        "the notebook stopped itself: StopExecution (cell [{at}])",
        {"failed.ipynb"},
    ),
    "interrupt": ("a = 1\nraise KeyboardInterrupt", "exited", "the notebook stopped itself: KeyboardInterrupt (cell [{at}], line 3)", {"failed.ipynb"}),
    "exit": ("raise SystemExit('enough')", "exited", "the notebook ended itself with sys.exit (enough)", {"failed.ipynb"}),
    "odd-output": (
        "from IPython.display import display\ndisplay({'text/plain': 5, 'image/png': {'a': 1}}, raw=True)",
        "done",
        "",
        {"report.html", "report.ipynb", "checklist.xlsx", "renewals.ics"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of a batch in which each client's notebook does what it says here."""
    folder = tmp_path_factory.mktemp("ends")
    sources = ["client = as_of = start = language = catalogue = clients = ''"]
    for client, (deed, *_) in ENDS.items():
        sources.append(f"if client == {client!r}:\n" + textwrap.indent(deed, "    "))
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "ends.ipynb")
    clients = "".join(f"{client},{client}\n" for client in ENDS)
    (folder / "clients.csv").write_text(f"client,name\n{clients}", encoding="utf-8")
    words = ["report", "--clients", "clients.csv", "--notebook", "ends.ipynb", "--format", "html,xlsx,ics"]
    made = subprocess.run(
        [sys.executable, "-m", "licences", *words, "--out", "out"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 1
    read, *lines = made.stderr.splitlines()
    assert read == f"clients.csv: {len(ENDS)} clients, 0 answers"
    assert len(lines) == len(ENDS) + 1
    return folder / "out"


@pytest.mark.parametrize("client", ENDS)
def test_the_ledger_says_whose_failure_it_was(client: str, out: Path) -> None:
    _, status, said, there = ENDS[client]
    lines = [json.loads(line) for line in (out / "ledger.jsonl").read_text("utf-8").splitlines()]
    (line,) = [line for line in lines if line["client"] == client]
    at = 3 + list(ENDS).index(client)
    assert (line["status"], line["error"] or "") == (status, said.replace("{at}", str(at)))
    assert set(line["outputs"]) == there
    assert {path.name for path in (out / client).iterdir()} == there if there else not (out / client).exists()
    if "failed.ipynb" in there:
        failed = nbformat.read(out / client / "failed.ipynb", as_version=4)
        nbformat.validate(failed)
        assert failed.cells[0].source == f"# This report was not made: {status}\n\n{line['error']}"


@pytest.mark.parametrize("client", [client for client, end in ENDS.items() if "failed.ipynb" in end[3]])
def test_nothing_of_ours_is_in_the_traceback_of_a_notebook(client: str, out: Path) -> None:
    text = (out / client / "failed.ipynb").read_text("utf-8")
    assert "licences/runner" not in text
    assert "nbformat" not in text.partition('"nbformat":')[0]


def test_a_line_that_python_cannot_read_is_named() -> None:
    lines = ["\x1b[36m  Cell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[4], line 2\x1b[39m\n    b = = 2\n        ^\n"]
    output = {"output_type": "error", "ename": "SyntaxError", "evalue": "invalid syntax", "traceback": lines}
    told = {"execution_count": 4, "outputs": [output]}
    assert explain_failure(told) == ("failed", "cell [4], line 2: SyntaxError: invalid syntax")
    assert explain_failure(told | {"execution_count": 5})[1] == "cell [5]: SyntaxError: invalid syntax"
    long = {**output, "evalue": "x" * 5000}
    assert len(explain_failure(told | {"outputs": [long]})[1]) < 600
    silent = "cell [4]: it failed, and does not say how"
    assert explain_failure(told | {"outputs": []}) == ("failed", silent)
