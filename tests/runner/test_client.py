"""What our engine writes, held against what papermill's own engine and a kernel write for the same notebook."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from papermill.exceptions import PapermillException, PapermillExecutionError

from alike import describe, unfold
from batches import NO_PROFILES
from clock import read_clock
from licences.batch.fingerprint import hash_library
from licences.batch.forks import ForkPool
from licences.batch.kernels import KernelPool
from licences.batch.pool import BatchContext, ReportPool
from licences.batch.task import FAILURE, TRAIL, Result, Task
from licences.law.catalogue import Catalogue
from licences.runner.client import ProcessEndedError, explain_end, rebuild
from licences.runner.forkserver import Ended
from licences.runner.papermill_engine import _keep_forks

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
pytestmark = pytest.mark.usefixtures("catalogue")  # what libraries set in this process, a kernel inherits

PARAMETERS = {"x": 1, "how": "", "catalogue": "", "clients": ""}

# The state in which a notebook finds its process; what a kernel has for itself alone is left out, and how
# many processors a batch leaves to numpy.
STATE = """\
import decimal, locale, logging, os, signal, socket, sys, threading, warnings
from pandas._config import config
import pandas, numpy, plotly.io
with warnings.catch_warnings(action="ignore"):
    print({name: str(pandas.get_option(name)).lower() for name in sorted(config._registered_options)})
print(numpy.get_printoptions(), numpy.geterr(), plotly.io.renderers.default, plotly.io.templates.default)
print(sys.path, sys.stdin.isatty(), sys.getrecursionlimit(), sys.gettrace(), sys.excepthook)
print(logging.root.handlers, logging.root.level, logging.root.manager.disable)
print(sorted(get_ipython().user_ns_hidden), get_ipython().execution_count)
print(locale.getlocale(), decimal.getcontext(), socket.getdefaulttimeout())
print([signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD)])
print(sorted(vars(sys.modules["__main__"])), threading.current_thread() is threading.main_thread())
others = "PYDEVD_USE_FRAME_EVAL TMPDIR OPENBLAS_NUM_THREADS OMP_NUM_THREADS PYTEST_CURRENT_TEST".split()
print(sorted(set(os.environ) - set(others)))
"""

CELLS = {
    "the namespace at the start": "sorted(globals())",
    "the state of the process at the start": STATE,
    "the history of folders": "print(_dh)\n%pwd",
    "an expression": "1 + x",
    "a value that is not shown": "1;",
    "nothing": "None",
    "the last of several values": "'one'\n'two'",
    "the name of the shell": "get_ipython().__class__.__name__, __name__ == '__main__'",
    "the request for the cell": (
        "kernel = get_ipython().kernel\n"
        "kernel.get_parent()['header']['msg_type'], get_ipython().get_parent()['header']['msg_type']"
    ),
    "text between displays": (
        "import sys, time\n"
        "print('a'); print('b', file=sys.stderr); print('c'); display('d'); print('e'); print('f', file=sys.stderr)"
    ),
    "text of other alphabets and control characters": "print('许可证 é \\x00\\x1b[1m \\r \\b'); print('no end', end='')",
    "bytes that are no text": "print('\\udcff'); '\\udcff'",
    "the properties of the streams": (
        "sys.stdout.name, sys.stdout.isatty(), sys.stdout.encoding, sys.stdout.errors, sys.stdout.closed,"
        " sys.stdout.writable(), sys.stdout.write('')"
    ),
    "a display with a name": "handle = display('first', display_id='named'); display('other')",
    "an update of that display": "handle.update('second'); print('later')",
    "an update of a display in the same cell": "one = display(1, display_id=True); print('x'); one.update(2)",
    "output that is cleared": "from IPython.display import *\nprint('gone'); clear_output(); print('stays')",
    "output that is cleared when there is more": "for i in range(3):\n    clear_output(wait=True); print(i)",
    "output that is never cleared": "print('stays'); clear_output(wait=True)",
    "HTML, Markdown and others": (
        "display(HTML('<b>x</b>'), Markdown('*x*'), Latex('$x$'), JSON({'a': [1, (2, 3)]}), Javascript('1'))"
    ),
    "a picture": f"import base64\nImage(data=base64.b64decode('{PIXEL}'), width=3)",
    "plain data with metadata": "display({'text/plain': 'raw'}, raw=True, metadata={'text/plain': {'a': (1, 2)}})",
    "a plotly figure": (
        "import plotly.graph_objects as go\n"
        "go.Figure(go.Bar(x=[1, 2], y=[3, 4]), {'template': 'none'}).show(renderer='plotly_mimetype')"
    ),
    "a plotly figure as a value": "go.Figure(go.Scatter(x=[1], y=[2]), {'template': 'none'})",
    "a data frame": "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
    "a wide data frame": "pd.DataFrame([range(30)])",
    "a method that is run for its value": "get_ipython().run_cell('5').result",
    "an error in functions": "def f():\n    g()\ndef g():\n    raise ValueError('许可证')\nf()",
    "an error with a cause": "try:\n    1/0\nexcept ZeroDivisionError as error:\n    raise KeyError('k') from error",
    "an error in a module": "import failing_beside",
    "an error in code that is made": "exec('1/0')",
    "an error that is a group": "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])",
    "an error after output": "print('before'); display('shown'); raise RuntimeError",
    "an interrupt": "raise KeyboardInterrupt",
    "an interrupt by a signal": "import signal\nsignal.raise_signal(signal.SIGINT); time.sleep(1)",
    "a syntax error": "1 +",
    "a syntax error in a bracket": "int('x'",
    "an unknown magic": "%nonsense",
    "a value that cannot be shown": (
        "class Odd:\n    def _repr_html_(self): raise RuntimeError('no')\n    def __repr__(self): return 'odd'\nOdd()"
    ),
    "a cell after one that could not be shown": "2",
    "sys.exit": "import sys; sys.exit(3)",
    "output that is captured": "%%capture kept\nprint('c'); print('d', file=sys.stderr); display(1)",
    "what was captured": "kept.stdout, kept.stderr, [one.data for one in kept.outputs]",
    "a file that is written": "import tempfile; folder = tempfile.mkdtemp()",
    "a file that a cell is": "%%writefile {folder}/made.txt\nhello",
    "a command of the system": "!cat {folder}/made.txt; echo wrong >&2",
    "a command whose output is taken": "taken = !echo hi\ntaken",
    "a script in another language": "%%bash\necho said; echo wrong >&2",
    "variables of the environment": "%env HOME",
    "a variable that is set": "%env MADE=here",
    "and seen by programs": "!echo $MADE $TERM $MPLBACKEND $PAGER",
    "names that are defined": "%who int",
    "the history of cells": "%history -n 5-6",
    "storage": "%store",
    "the precision of numbers": "%precision 3\n3.14159265",
    "help": "len?",
    "a program's output between text": "print('a'); _ = os.system('echo b'); time.sleep(0.2); print('c')",
    "a program's output and errors": (
        "import subprocess\nsubprocess.run('echo out; echo wrong >&2', shell=True).returncode, time.sleep(0.2)"
    ),
    "bytes written to the descriptor": "_ = os.write(1, 'é\\n'.encode()); time.sleep(0.2)",
    "threads that print": (
        "import threading\ndef speak():\n    print('thread'); display('from a thread')\n"
        "thread = threading.Thread(target=speak); thread.start(); thread.join()"
    ),
    "a pool of threads": (
        "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\nlist(pool.map(abs, [-1]))"
    ),
    "await": "import asyncio\nawait asyncio.sleep(0.01); 'awaited'",
    "an error in await": "async def fails():\n    await asyncio.sleep(0)\n    raise ValueError('late')\nawait fails()",
    "a loop that runs already": "asyncio.run(None)",
    "a task": "async def answer():\n    return 42\ntask = asyncio.create_task(answer())",
    "a task that is done in the next cell": "task.done()",
    "a task that is awaited": "await task",
    "a task that waits": "waiting = asyncio.create_task(asyncio.sleep(0.05, 'slept')); time.sleep(0.1)",
    "and is awaited": "await waiting",
    "a setting of the context": (
        "import contextvars, decimal, numpy as np\nvariable = contextvars.ContextVar('variable', default=0)\n"
        "_ = variable.set(1); decimal.getcontext().prec = 5; _ = np.seterr(divide='raise')"
    ),
    "holds in the next cell": "variable.get(), decimal.Decimal(1) / 3, np.geterr()['divide']",
    "a setting in a cell with await": "await asyncio.sleep(0); _ = variable.set(2); variable.get()",
    "holds there alone": "variable.get()",
    "the last values": "_, __, ___, _i, _ii, _iii, In[6], Out[6], _6, _i6",
    "input": "input('asked')",
    "a secret": "import getpass; getpass.getpass()",
    "a breakpoint": "breakpoint()\n'passed'",
    "a debugger": "def stops(y):\n    import pdb; pdb.set_trace()\n    return y\nstops(1)",
    "a debugger afterwards": "%debug",
    "a widget": "import ipywidgets as widgets\nslider = widgets.IntSlider(3); slider",
    "a change of a widget": "slider.value = 7",
    "a widget with bytes": "widgets.Image(value=b'abc')",
    "a widget that takes output": (
        "taking = widgets.Output()\nwith taking:\n    print('taken'); print('too'); display('shown')\n"
        "print('outside'); print(taking.outputs); taking"
    ),
    "what it has taken": "taking.outputs",
    "a widget that takes output and clears it": "with taking:\n    clear_output(); print('new'); 1/0",
    "what it has taken then": "[one['output_type'] for one in taking.outputs]",
    "a widget that is watched": (
        "taking.observe(lambda change: print('a front end answered'), 'outputs')\nwith taking:\n    print('more')"
    ),
    "a cell after the front end has answered": "taking.unobserve_all(); len(taking.outputs)",
    "a widget's decorator": "@taking.capture(clear_output=True)\ndef shout():\n    print('captured')\nshout()",
    "a warning": "import warnings; warnings.warn('careful')",
    "a warning again": "for _ in range(2):\n    warnings.warn('once')",
    "logging": "import logging; logging.warning('logged'); logging.getLogger('mine').info('not logged')",
    "logging to a stream": "logging.basicConfig(stream=sys.stdout, force=True); logging.error('to stdout')",
    "comments": "# nothing\n# at all",
    "an empty cell": "",
    "a cell of spaces": "  \n ",
    "a cell that is skipped": "raise RuntimeError('not run')",
    "a pickled class": "import pickle\nclass Kept: pass\ntype(pickle.loads(pickle.dumps(Kept()))) is Kept",
    "a function's source": "import inspect; print(inspect.getsource(g))",
    "a module beside the notebook": "import beside; beside.WORD, beside.__file__",
    "a change of folder": "%cd -q /\n%pwd",
    "a progress bar of tqdm": "from tqdm.auto import tqdm\nlist(tqdm(range(2), disable=True)), tqdm.__mro__[1].__module__",
    "another stream in place of ours": (
        "import io\nstandard, sys.stdout = sys.stdout, io.StringIO()\nprint('hidden'); os.write(2, b'raw'); time.sleep(0.2)"
    ),
    "the stream put back": "hidden, sys.stdout = sys.stdout, standard\nhidden.getvalue()",
    "a child that prints": (
        "print('parent', flush=True)\nchild = os.fork()\nif child == 0:\n"
        "    print('child'); sys.stdout.flush(); os._exit(0)\n"
        "_ = os.waitpid(child, 0); time.sleep(0.2); print('parent again')"
    ),
    "processes of multiprocessing": (
        "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    made = pool.map(str.upper, ['a', 'b'])\nmade"
    ),
    "what a task says at once": "async def speak():\n    print('said')\ntask = asyncio.create_task(speak())",
    "luck": "import random; random.random(), np.random.random(), np.random.randint(10**9)",
    "an end": """\
match how:
    case "kill": time.sleep(0.2); print("dying"); os.kill(os.getpid(), 9)
    case "sleep": print("slow"); time.sleep(60)
    case "sys.exit": sys.exit(0)
    case "os._exit": os._exit(3)
    case "fork": os.fork()""",
    "the end": "exit()",
}
# A kernel loses what a task prints when the cell that made it is over; chance is not the same twice.
NOT_COMPARED = {"what a task says at once", "luck"}
NAMES = {f"cell-{number}": name for number, name in enumerate(CELLS)}


def make_notebook(cells: list[str] | dict[str, str], *, may_fail: bool = False) -> NotebookNode:
    sources = list(cells.values()) if isinstance(cells, dict) else cells
    made = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    for cell in made:
        cell.metadata.tags = ["raises-exception"] if may_fail and cell.source != CELLS["an end"] else []
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})


def find(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if NAMES.get(cell.id) == name)


def run(
    folder: Path, notebook: NotebookNode, engine: str = "licences", **named: Any
) -> tuple[NotebookNode, BaseException | None]:
    """Runs a notebook with papermill in ``folder``: what was written, and what was raised."""
    nbformat.write(notebook, folder / "in.ipynb")
    out, raised = folder / f"{engine}.ipynb", None
    named = {"cwd": folder, "progress_bar": False} | named
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)  # with it a kernel leaves the descriptors alone
        try:
            papermill.execute_notebook(folder / "in.ipynb", out, engine_name=engine, **named)
        except Exception as error:  # noqa: BLE001 - it is part of what is compared
            raised = error
    return nbformat.read(out, as_version=4), raised


# One notebook with all cells, run once by each engine, and by a batch.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("engine")
    (made / "beside.py").write_text("WORD = 'beside'\n", encoding="utf-8")
    (made / "failing_beside.py").write_text("def fail():\n    return 1 / 0\n\n\nfail()\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def everything() -> NotebookNode:
    notebook = make_notebook(CELLS, may_fail=True)
    find(notebook, "a cell that is skipped").metadata.tags = ["skip-execution"]
    parameters = nbformat.v4.new_code_cell(
        "x = 0\nhow = ''", id="parameters", metadata={"tags": ["parameters"]}
    )
    text = nbformat.v4.new_markdown_cell("# Text", id="text")
    notebook.cells[2:2] = [parameters, text]
    return notebook


@pytest.fixture(scope="module")
def stock(folder: Path, everything: NotebookNode) -> NotebookNode:
    # Of a cell in which a widget takes output, nbclient may miss the reply until the time for it is over.
    def find_seconds(cell: NotebookNode) -> int:
        return 3 if "taking" in cell.source else 60

    return run(folder, everything, "nbclient", parameters=PARAMETERS, timeout_func=find_seconds)[0]


@pytest.fixture(scope="module")
def ours(folder: Path, everything: NotebookNode) -> NotebookNode:
    return run(folder, everything, parameters=PARAMETERS, execution_timeout=60)[0]


def make_context(notebook: Path, catalogue: Catalogue) -> BatchContext:
    content, days = notebook.read_bytes(), (date(2026, 11, 23), date(2026, 11, 24))
    return BatchContext(notebook.name, content, str(notebook.parent), catalogue, *days, "en", hash_library())


@pytest.fixture(scope="module")
def make_report(
    folder: Path, everything: NotebookNode, catalogue: Catalogue
) -> Iterator[Callable[[str], Result]]:
    """Has the notebook run as a batch has it: in the process itself, with no client at the other end."""
    nbformat.write(everything, folder / "all.ipynb")
    pool = ForkPool(make_context(folder / "all.ipynb", catalogue))

    def make(how: str) -> Result:
        parameters = PARAMETERS | {"how": how}
        return pool.make_report(Task("client", "Client", "en", parameters, NO_PROFILES))

    yield make
    pool.close()


@pytest.fixture(scope="module")
def reports(make_report: Callable[[str], Result]) -> list[Result]:
    with ThreadPoolExecutor(2) as both:
        return list(both.map(make_report, ["", "kill"]))


@pytest.fixture(scope="module")
def report(reports: list[Result]) -> Result:
    assert reports[0].status == "done", reports[0].problem
    return reports[0]


@pytest.fixture(scope="module")
def killed(reports: list[Result]) -> Result:
    assert reports[1].status == "killed"
    return reports[1]


@pytest.fixture(scope="module")
def kernel_report(make_report: Callable[[str], Result], folder: Path, catalogue: Catalogue) -> Result:
    """The same where a batch has stock kernels."""
    assert make_report
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)  # with it a kernel leaves the descriptors alone
        pool = KernelPool(make_context(folder / "all.ipynb", catalogue))
        result = pool.make_report(Task("client", "Client", "en", PARAMETERS, NO_PROFILES))
    assert result.status == "done", result.problem
    return result


def read_trail(result: Result) -> NotebookNode:
    (trail,) = (content for name, content in result.files.items() if name in {TRAIL, FAILURE})
    return nbformat.reads(trail.decode(), as_version=4)


COMPARED = [name for name in CELLS if name not in NOT_COMPARED]


@pytest.mark.parametrize("name", COMPARED)
def test_a_cell_comes_out_as_from_a_kernel(name: str, stock: NotebookNode, ours: NotebookNode) -> None:
    assert describe(ours, find(ours, name)) == describe(stock, find(stock, name))


@pytest.mark.parametrize("name", COMPARED)
def test_a_cell_of_a_batch_comes_out_as_from_a_kernel(name: str, stock: NotebookNode, report: Result) -> None:
    trail = read_trail(report)
    assert describe(trail, find(trail, name)) == describe(stock, find(stock, name))


@pytest.mark.parametrize("name", COMPARED)
def test_a_cell_of_a_batch_in_stock_kernels_comes_out_as_from_one(
    name: str, stock: NotebookNode, kernel_report: Result
) -> None:
    trail = read_trail(kernel_report)
    assert describe(trail, find(trail, name)) == describe(stock, find(stock, name))


def describe_whole(notebook: NotebookNode) -> Any:
    """All that a notebook holds outside of its cells' outputs, but for the times."""
    metadata = json.loads(json.dumps(notebook.metadata))
    record = metadata["papermill"]
    assert record["duration"] > 0
    assert datetime.fromisoformat(record["end_time"]) > datetime.fromisoformat(record["start_time"])
    for key in ("duration", "start_time", "end_time", "input_path", "output_path"):
        record[key] = "..."
    for widget in metadata.pop("widgets", {}).values():
        models = sorted(json.dumps(unfold(notebook, model), sort_keys=True) for model in widget.pop("state"))
        metadata.setdefault("widgets", []).append((widget, models))
    # A report that was made has no marks of an error that was allowed.
    cells = [
        cell for cell in notebook.cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    ]
    named = [cell.id if cell.id in (*NAMES, "parameters", "text") else "made" for cell in cells]
    bare = [
        describe(notebook, {**cell, "id": name, "outputs": []})
        for cell, name in zip(cells, named, strict=True)
    ]
    return {"metadata": metadata, "cells": bare, "format": (notebook.nbformat, notebook.nbformat_minor)}


def test_the_notebook_around_the_outputs_is_the_same(
    stock: NotebookNode, ours: NotebookNode, report: Result
) -> None:
    assert describe_whole(ours) == describe_whole(stock)
    expected, made = describe_whole(stock), describe_whole(read_trail(report))
    for whole in (expected, made):
        whole["metadata"]["papermill"].pop("environment_variables", None)
    assert made == expected
    assert "injected-parameters" in json.dumps(made)
    assert len(made["metadata"]["widgets"][0][1]) > 3


def test_text_is_kept_in_the_order_in_which_it_was_written(ours: NotebookNode, report: Result) -> None:
    # A kernel puts all of stdout before all of stderr.
    for notebook in (ours, read_trail(report)):
        written = [
            (output.get("name"), output.get("text"))
            for output in find(notebook, "text between displays").outputs
        ]
        assert written == [
            ("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c\n"), (None, None), ("stdout", "e\n"), ("stderr", "f\n"),
        ]  # fmt: skip


def test_what_a_task_says_at_once_is_kept(ours: NotebookNode, report: Result) -> None:
    # A kernel loses it: the cell that made the task is over.
    for notebook in (ours, read_trail(report)):
        (output,) = find(notebook, "what a task says at once").outputs
        assert output.text == "said\n"


def test_a_report_keeps_no_path_of_this_machine_where_a_cell_warns(
    report: Result, kernel_report: Result
) -> None:
    for made in (report, kernel_report):
        (output,) = find(read_trail(made), "a warning").outputs
        assert re.match(r"/ipykernel/\d+\.py:1: UserWarning: careful\n", output.text)


# The process starts as a cold one does; what a comparison with a kernel cannot show.


def test_the_process_that_is_forked_has_one_thread(ours: NotebookNode) -> None:
    assert ours
    status = Path(f"/proc/{_keep_forks()._process.pid}/status").read_text(encoding="ascii")
    assert "\nThreads:\t1\n" in status


def test_each_process_has_its_own_luck_and_no_thread_but_the_one_that_reads_the_streams(folder: Path) -> None:
    cells = [
        "import threading; [thread.name for thread in threading.enumerate()]",
        "import random, uuid, numpy; random.random(), uuid.uuid4(), numpy.random.random()",
    ]
    drawn = []
    for _ in range(2):
        notebook, raised = run(folder, make_notebook(cells))
        assert raised is None
        threads, luck = (cell.outputs[0].data["text/plain"] for cell in notebook.cells)
        assert threads == "['MainThread', 'streams']"
        drawn += re.findall(r"[\w.]{8,}", luck)
    assert len(set(drawn)) == len(drawn) > 4


def test_a_notebook_sees_the_environment_and_the_folder_of_who_calls(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(folder, make_notebook(["1"]))[1] is None  # the warm process is there now
    monkeypatch.setenv("LICENCES_TEST", "set later")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("HOME")
    told = "os.environ['LICENCES_TEST'], 'HOME' in os.environ, time.tzname[0], tempfile.gettempdir(), os.getcwd()"
    cells = [f"import os, tempfile, time\n{told}"]
    notebook, _ = run(tmp_path, make_notebook(cells))
    expected = ("set later", False, "CST", str(tmp_path), str(tmp_path))
    assert re.sub(r"\s+", " ", notebook.cells[0].outputs[0].data["text/plain"]) == str(expected)


# Ends that are no end of a notebook. A kernel's notebook then says ``completed`` of every cell.

END = "def end():\n" + "\n".join(f"    {line}" for line in CELLS["an end"].splitlines())
MOST_SECONDS = 5  # an end is noticed at once, whatever a cell may take
ENDS = {
    "kill": ("killed", "killed by signal 9", "failed pending"),
    "os._exit": ("exited", "exit status 3", "failed pending"),
    "exit": ("exited", "exit status 0", "completed failed"),
    "sys.exit": ("exited", "ended itself with sys.exit (0)", "failed pending"),
    "sleep": ("timed_out", "longer than 1 seconds", "failed pending"),
    "fork": ("done", None, "completed completed"),
}


@pytest.fixture(scope="module")
def ending(folder: Path, catalogue: Catalogue) -> Iterator[tuple[NotebookNode, ReportPool]]:
    """A notebook that ends in one of these ways, as its parameter says."""
    cells = ["how = ''", "import os, sys, time\nprint('before'); display('shown')\n" + END]
    notebook = make_notebook([*cells, "end() if how != 'exit' else exit()", "'after'"])
    notebook.cells[0].metadata.tags = ["parameters"]
    notebook.cells[1:1] = [nbformat.v4.new_markdown_cell("# Text", id="text")]
    nbformat.write(notebook, folder / "ending.ipynb")
    pool = ForkPool(make_context(folder / "ending.ipynb", catalogue))
    yield notebook, pool
    pool.close()


def find_limit_seconds(how: str) -> int:
    """How long a cell may take: one that ends in another way does so first, on any machine."""
    return 1 if how == "sleep" else 60


def check_end(notebook: NotebookNode, how: str, statuses: str) -> None:
    by_id = {cell.id: cell for cell in notebook.cells}
    last = [by_id[name].metadata.papermill for name in ("cell-2", "cell-3")]
    assert " ".join(record["status"] for record in last) == statuses
    flags = {"failed": True, "pending": None, "completed": False}
    assert [record["exception"] for record in last] == [flags[record["status"]] for record in last]
    assert notebook.metadata.papermill["exception"] is (True if how != "fork" else None)
    for name in ("text", "cell-1"):
        assert by_id[name].metadata.papermill["status"] == "completed"
    # What was put out before is there, also where the process could not say so itself.
    assert [output.get("text", output.get("data")) for output in by_id["cell-1"].outputs] == [
        "before\n",
        {"text/plain": "'shown'"},
    ]
    if how in {"kill", "sleep"}:
        assert by_id["cell-2"].outputs[0].text == {"kill": "dying\n", "sleep": "slow\n"}[how]
    if how == "sleep":  # and in which line it was
        assert by_id["cell-2"].outputs[1].ename == "KeyboardInterrupt"
        assert "time.sleep" in "".join(by_id["cell-2"].outputs[1].traceback)
    if how == "sleep":
        assert by_id["cell-2"].metadata.papermill["duration"] >= 0.9


@pytest.mark.parametrize("how", ENDS)
def test_a_notebook_that_ends_early_says_which_cells_ran(
    how: str, ending: tuple[NotebookNode, ReportPool], tmp_path: Path
) -> None:
    _, said, statuses = ENDS[how]
    limit, began = find_limit_seconds(how), read_clock()
    notebook, raised = run(tmp_path, ending[0], parameters={"how": how}, execution_timeout=limit)
    assert read_clock() - began < MOST_SECONDS
    check_end(notebook, how, statuses)
    if how == "sleep":
        assert isinstance(raised, CellTimeoutError)
        assert "after 1 seconds.\nThe message was: Cell execution timed out" in str(raised)
    elif how in {"fork", "sys.exit"}:  # papermill takes sys.exit(0) for a success
        assert raised is None
    else:
        assert isinstance(raised, ProcessEndedError)
        assert str(said) in str(raised)


@pytest.mark.parametrize("how", ENDS)
def test_a_report_whose_notebook_ends_early_says_which_cells_ran(
    how: str, ending: tuple[NotebookNode, ReportPool]
) -> None:
    status, said, statuses = ENDS[how]
    parameters = PARAMETERS | {"how": how}
    limit, began = find_limit_seconds(how), read_clock()
    result = ending[1].make_report(
        Task("client", "Client", "en", parameters, NO_PROFILES, timeout_seconds=limit)
    )
    assert read_clock() - began < MOST_SECONDS
    assert result.status == status
    assert str(said) in str(result.problem)
    check_end(read_trail(result), how, statuses)


@pytest.mark.parametrize("how", ["os._exit", "exit", "sys.exit"])
def test_a_report_whose_notebook_ends_its_stock_kernel_says_which_cells_ran(
    how: str, ending: tuple[NotebookNode, ReportPool], folder: Path, catalogue: Catalogue
) -> None:
    status, said, statuses = ENDS[how]
    assert ending
    pool = KernelPool(make_context(folder / "ending.ipynb", catalogue))
    result = pool.make_report(Task("client", "Client", "en", PARAMETERS | {"how": how}, NO_PROFILES))
    assert result.status == status
    assert str(said) in str(result.problem)
    check_end(read_trail(result), how, statuses)


def test_a_report_draws_with_matplotlib_and_reads_no_settings_of_the_user(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-first.py").write_text("STARTED = 1\n", encoding="utf-8")
    (startup.parent / "ipython_config.py").write_text(
        "get_config().InteractiveShell.ast_node_interactivity = 'all'\n", encoding="utf-8"
    )
    (tmp_path / "python.py").write_text("BEGUN = 1\n", encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "python.py"))
    cells = [
        *("x = 0", "how = ''", "catalogue = ''", "clients = ''"),
        "'STARTED' in globals()\n'BEGUN' in globals()",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); None",
    ]
    nbformat.write(make_notebook(cells), tmp_path / "drawn.ipynb")
    pool = ForkPool(make_context(tmp_path / "drawn.ipynb", catalogue))
    result = pool.make_report(Task("client", "Client", "en", PARAMETERS, NO_PROFILES))
    pool.close()
    assert result.status == "done", result.problem
    told, drawn = (cell.outputs for cell in read_trail(result).cells[-2:])
    assert [output.data["text/plain"] for output in told] == ["False"]
    assert "image/png" in drawn[0].data


def test_what_a_process_that_crashes_leaves_behind_on_windows_is_no_exit_of_its_own() -> None:
    crashed = Ended(0xC0000005, is_late=False, is_out_of_memory=False, trace=b"")
    assert explain_end(crashed) == ("killed", "the notebook's process crashed with the code 0xc0000005")


def test_no_cell_ran_of_a_process_that_was_gone_before_the_first() -> None:
    notebook = make_notebook(["1", "2"])
    notebook.metadata["papermill"] = nbformat.from_dict({})
    rebuild(notebook, b"")
    assert [cell.metadata.papermill["status"] for cell in notebook.cells] == ["pending", "pending"]


def test_an_exit_in_the_last_cell_is_no_failure(
    stock: NotebookNode, ours: NotebookNode, report: Result
) -> None:
    assert list(CELLS)[-1] == "the end"
    for notebook in (stock, ours, read_trail(report)):
        assert find(notebook, "the end").metadata.papermill["status"] == "completed"


@pytest.mark.parametrize("name", COMPARED[: COMPARED.index("an end")])
def test_a_cell_comes_out_the_same_where_the_process_is_killed_afterwards(
    name: str, stock: NotebookNode, killed: Result
) -> None:
    trail = read_trail(killed)
    trail.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    if "widget-view" in json.dumps(find(stock, name)):  # its state died with the process
        assert len(find(trail, name).outputs) == len(find(stock, name).outputs)
    else:
        assert describe(trail, find(trail, name)) == describe(stock, find(stock, name))


def test_each_report_has_its_own_luck(report: Result, killed: Result) -> None:
    trails = read_trail(report), read_trail(killed)
    first, second = (find(trail, "luck").outputs[0].data["text/plain"].strip("()") for trail in trails)
    assert not set(first.split(", ")) & set(second.split(", "))


def test_the_record_of_a_report_that_was_killed_has_the_times_of_its_cells(killed: Result) -> None:
    trail = read_trail(killed)
    assert find(trail, "a program's output between text").metadata.papermill["duration"] >= 0.2
    starts = [
        cell.metadata.papermill["start_time"]
        for cell in trail.cells[1:]
        if cell.metadata.papermill["start_time"]
    ]
    assert starts == sorted(starts)
    assert trail.metadata.papermill["duration"] > 1
    assert trail.metadata.papermill["start_time"] <= starts[0]


# What else papermill's own engine does.


def test_what_a_notebook_leaves_open_is_written_before_papermill_returns(tmp_path: Path) -> None:
    cells = [
        "import atexit, pathlib, threading, time\nleft = open('left.txt', 'w'); left.write('kept')",
        "ring = open('ring.txt', 'w'); ring.write('kept, too'); ring.itself = ring",
        "_ = atexit.register(pathlib.Path('goodbye').touch)",
        "def work():\n    time.sleep(0.2); pathlib.Path('worked').touch()\nthreading.Thread(target=work).start()",
        "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\nlist(pool.map(abs, [-1]))",
        "import subprocess\nprocess = subprocess.Popen(['sleep', '60']); process.pid",
    ]
    began = read_clock()
    notebook, raised = run(tmp_path, make_notebook(cells))
    assert raised is None
    assert (tmp_path / "left.txt").read_text(encoding="utf-8") == "kept"
    assert (tmp_path / "ring.txt").read_text(encoding="utf-8") == "kept, too"
    assert (tmp_path / "goodbye").exists()
    assert (tmp_path / "worked").exists()
    assert not Path("/proc", notebook.cells[-1].outputs[0].data["text/plain"]).exists()
    assert read_clock() - began < 4


@pytest.mark.parametrize("engine", ["nbclient", "licences"])
def test_options_of_nbclient_are_handed_on(engine: str, tmp_path: Path) -> None:
    notebook = make_notebook(["1/0", "import ipywidgets; ipywidgets.IntSlider()", "'after'"])
    notebook, raised = run(tmp_path, notebook, engine, allow_errors=True, store_widget_state=False)
    assert isinstance(raised, PapermillExecutionError)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.metadata.papermill["status"] for cell in cells] == ["completed"] * 3
    assert "widgets" not in notebook.metadata


@pytest.mark.parametrize("name", ["python", None, "R"])
def test_a_notebook_in_another_language_is_refused(name: str | None, tmp_path: Path) -> None:
    notebook = make_notebook(["1"])
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "-"}}
    if name:
        notebook.metadata["kernelspec"]["language"] = name
    nbformat.write(notebook, tmp_path / "in.ipynb")
    run_it = lambda: papermill.execute_notebook(  # noqa: E731 - for both branches
        tmp_path / "in.ipynb", None, engine_name="licences", progress_bar=False
    )
    if name == "R":
        with pytest.raises(PapermillException, match="runs notebooks in Python"):
            run_it()
    else:
        assert run_it().cells[0].outputs[0].data["text/plain"] == "1"


def test_a_notebook_is_written_to_where_papermill_would_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    monkeypatch.chdir(tmp_path)
    nbformat.write(make_notebook(["import os; os.kill(os.getpid(), 9)"]), "in.ipynb")
    with pytest.raises(ProcessEndedError):
        papermill.execute_notebook(
            "in.ipynb", "out.ipynb", engine_name="licences", cwd="runs", progress_bar=False
        )
    assert not list((tmp_path / "runs").iterdir())
    assert nbformat.read("out.ipynb", as_version=4).cells[0].metadata.papermill["status"] == "failed"


def test_a_warm_process_that_was_killed_is_started_anew(tmp_path: Path) -> None:
    assert run(tmp_path, make_notebook(["1"]))[1] is None
    os.kill(_keep_forks()._process.pid, signal.SIGKILL)
    _keep_forks()._process.wait()
    notebook, raised = run(tmp_path, make_notebook(["2"]))
    assert raised is None
    assert notebook.cells[0].outputs[0].data["text/plain"] == "2"


@pytest.mark.parametrize("delay_seconds", [0.1, 0.13, 0.16, 0.19])
def test_a_process_that_is_killed_while_it_speaks_is_not_waited_for(
    tmp_path: Path, delay_seconds: float
) -> None:
    killing = f"sleep {delay_seconds}; kill -9 $PPID"
    cells = [
        "import subprocess\nfrom IPython.display import display",
        f"""subprocess.Popen(['sh', '-c', {killing!r}])
while True:
    display({{'text/plain': 'x' * 9_000_000}}, raw=True)""",
    ]
    began = read_clock()
    _, raised = run(tmp_path, make_notebook(cells), execution_timeout=60)
    assert read_clock() - began < MOST_SECONDS
    assert str(raised) == "the notebook's process was killed by signal 9"


def test_a_cell_can_be_interrupted_where_papermill_is_not(tmp_path: Path) -> None:
    _keep_forks()._process.kill()
    _keep_forks()._process.wait()
    held = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell starts what is to run in the background
    try:
        notebook, _ = run(tmp_path, make_notebook(["import signal; signal.raise_signal(signal.SIGINT)"]))
    finally:
        signal.signal(signal.SIGINT, held)
    (output,) = next(cell for cell in notebook.cells if cell.cell_type == "code").outputs
    assert output.ename == "KeyboardInterrupt"


def test_text_in_great_amounts_is_one_output(tmp_path: Path) -> None:
    cells = [
        "for number in range(200_000):\n    print(number)",
        "import os\nos.system('seq 200000') and None",
    ]
    notebook, raised = run(tmp_path, make_notebook(cells))
    assert raised is None
    expected = "".join(f"{number}\n" for number in range(200_001))
    (printed,), (said, _) = (cell.outputs for cell in notebook.cells)
    assert printed.text == expected.removesuffix("200000\n")
    assert said.text == expected.removeprefix("0\n")


def test_bytes_and_text_are_kept_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    cells = ["import os\nfor number in range(100):\n    print(number); os.write(1, b'-\\n')"]
    notebook, _ = run(tmp_path, make_notebook(cells))
    assert notebook.cells[0].outputs[0].text == "".join(f"{number}\n-\n" for number in range(100))


def test_a_task_goes_on_while_papermill_is_busy(tmp_path: Path) -> None:
    cells = ["import asyncio\ntask = asyncio.create_task(asyncio.sleep(0.01))", "task.done()"]
    notebook, _ = run(tmp_path, make_notebook(cells), on_cell_start=lambda **_cell: time.sleep(0.2))
    assert notebook.cells[1].outputs[0].data["text/plain"] == "True"


def test_a_character_that_a_program_writes_in_two_parts_is_one(tmp_path: Path) -> None:
    # A kernel makes two signs of it, neither of them a letter.
    cells = ["import os, time\nos.write(1, b'\\xe8\\xae'); time.sleep(0.15); os.write(1, b'\\xb8') and None"]
    notebook, _ = run(tmp_path, make_notebook(cells))
    assert notebook.cells[0].outputs[0].text == "许"


# As a user calls papermill.


def call_papermill(folder: Path, engine: str, name: str, *options: str) -> subprocess.Popen[str]:
    env = {key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"}
    return subprocess.Popen(
        [sys.executable, "-m", "papermill", "--engine", engine, f"{name}.ipynb", f"{engine}-{name}.ipynb", *options],
        cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@dataclass
class Call:
    """What came of a call: the lines of the error output without the bars of progress, and those."""

    status: int
    out: str
    lines: list[str]
    progress: list[str]


@pytest.fixture(scope="module")
def calls(folder: Path) -> dict[str, Call]:
    head = ["x = 0", "import sys\nprint('out'); print('wrong', file=sys.stderr); display('shown'); x"]
    tails = {
        "good": ["'after'"],
        "bad": ["1/0", "'after'"],
        "slow": ["import time; time.sleep(60)", "'after'"],
    }
    for name, tail in tails.items():
        notebook = make_notebook([*head, *tail])
        notebook.cells[0].metadata.tags = ["parameters"]
        nbformat.write(notebook, folder / f"{name}.ipynb")
    told = ("-p", "x", "1", "--log-output", "--progress-bar")
    running = {
        "stock": call_papermill(folder, "nbclient", "bad", *told),
        "bad": call_papermill(folder, "licences", "bad", *told),
        "good": call_papermill(folder, "licences", "good", *told),
        "slow": call_papermill(folder, "licences", "slow", *told, "--execution-timeout", "1"),
    }
    ended = {}
    for name, process in running.items():
        out, errors = process.communicate(timeout=60)
        bar = r"\r?Executing: +(\d+%)\|[^\]]*\]"
        lines = [line for line in re.sub(bar, "\n", errors).splitlines() if line.strip()]
        ended[name] = Call(process.returncode, out, lines, re.findall(bar, errors))
    return ended


def test_papermill_called_by_a_user_says_the_same_of_a_notebook_that_fails(
    calls: dict[str, Call], folder: Path
) -> None:
    ours, stock = calls["bad"], calls["stock"]
    # We have no kernel to name, and none that warns of its transport or of its end.
    noise = ("Executing notebook with kernel", "[IPKernelApp]", "Output Notebook")
    kept = [[line for line in call.lines if not line.startswith(noise)] for call in (ours, stock)]
    assert kept[0] == kept[1]
    assert "ZeroDivisionError: division by zero" in ours.lines
    assert "wrong" in ours.lines
    assert (
        (ours.status, ours.out, ours.progress[-1])
        == (stock.status, stock.out, stock.progress[-1])
        == (1, "", "80%")
    )
    written = [
        nbformat.read(folder / f"{engine}-bad.ipynb", as_version=4) for engine in ("licences", "nbclient")
    ]
    marked = [[cell.source for cell in notebook.cells] for notebook in written]
    assert marked[0] == marked[1]
    assert "An Exception was encountered at" in marked[0][0]
    for mine, theirs in zip(*(notebook.cells for notebook in written), strict=True):
        if mine.cell_type == "code":
            assert describe(written[0], {**mine, "id": ""}) == describe(written[1], {**theirs, "id": ""})


def test_papermill_called_by_a_user_ends_well_where_a_notebook_does(
    calls: dict[str, Call], folder: Path
) -> None:
    call = calls["good"]
    assert (call.status, call.out, call.progress[-1]) == (0, "", "100%")
    assert "'after'" in call.lines
    notebook = nbformat.read(folder / "licences-good.ipynb", as_version=4)
    assert notebook.cells[2].outputs[-1].data["text/plain"] == "1"
    assert notebook.metadata.papermill.parameters == {"x": 1}


def test_papermill_called_by_a_user_ends_a_cell_that_takes_too_long(
    calls: dict[str, Call], folder: Path
) -> None:
    call = calls["slow"]
    assert (call.status, call.progress[-1]) == (1, "80%")
    assert "The message was: Cell execution timed out." in call.lines
    notebook = nbformat.read(folder / "licences-slow.ipynb", as_version=4)
    statuses = [cell.metadata.papermill["status"] for cell in notebook.cells]
    assert statuses == [*["completed"] * 3, "failed", "pending"]
