"""papermill with our engine: kernels by name, settings of the user, time that runs out, and a call that is ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from papermill.exceptions import PapermillException, PapermillExecutionError

from clock import read_clock
from licences.runner.kernelspec import find_setup


def make_notebook(*cells: str, may_fail: bool = False) -> NotebookNode:
    made = [nbformat.v4.new_code_cell(source) for source in cells]
    for cell in made:
        cell.metadata.tags = ["raises-exception"] if may_fail else []
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., NotebookNode]:
    """Runs cells with papermill: what it has written, with what it has raised beside it."""

    def run(*cells: str, engine: str = "licences", may_fail: bool = False, **named: Any) -> NotebookNode:
        monkeypatch.delenv(
            "PYTEST_CURRENT_TEST", raising=False
        )  # with it a kernel leaves the descriptors alone
        nbformat.write(make_notebook(*cells, may_fail=may_fail), tmp_path / "in.ipynb")
        raised = None
        try:
            papermill.execute_notebook(
                tmp_path / "in.ipynb", tmp_path / "out.ipynb", engine_name=engine, cwd=tmp_path,
                progress_bar=False, **named,
            )  # fmt: skip
        except (PapermillExecutionError, CellTimeoutError) as error:
            raised = error
        written = nbformat.read(tmp_path / "out.ipynb", as_version=4)
        written.cells = [cell for cell in written.cells if cell.cell_type == "code"]
        written.raised = raised
        return written

    return run


def find_text(cell: NotebookNode) -> str:
    """All that a cell has put out, as text."""
    told = [
        output.get("text")
        or output.get("data", {}).get("text/plain")
        or "\n".join(output.get("traceback", []))
        for output in cell.outputs
    ]
    return "".join(told)


def find_status(notebook: NotebookNode) -> list[str]:
    return [cell.metadata.papermill["status"] for cell in notebook.cells]


# Kernels by name.


@pytest.fixture
def add_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes a kernel.json where Jupyter finds it."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))

    def add(name: str, *argv: str, language: str = "python", **env: str) -> None:
        folder = tmp_path / "jupyter" / "kernels" / name
        folder.mkdir(parents=True)
        argv = argv or ("python", "-m", "ipykernel_launcher", "-f", "{connection_file}")
        told = {"argv": argv, "display_name": name, "language": language, "env": env}
        (folder / "kernel.json").write_text(json.dumps(told), encoding="utf-8")

    return add


def test_a_kernel_that_does_not_exist_is_refused(run: Callable[..., NotebookNode]) -> None:
    with pytest.raises(NoSuchKernel, match="nosuch"):
        run("1", kernel_name="nosuch")


def test_the_environment_and_the_arguments_of_a_kernel_are_its_notebooks(
    run: Callable[..., NotebookNode],
    add_kernel: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "there.py").write_text("WORD = 'found'", encoding="utf-8")
    monkeypatch.setenv("FIRM", "firm")
    command = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    command.append("--InteractiveShell.ast_node_interactivity=all")
    names = {"MINE": "${FIRM}-kernel", "PYTHONPATH": str(tmp_path / "elsewhere"), "OPENBLAS_NUM_THREADS": "1"}
    add_kernel("mine", *command, **names)
    threads = """import ctypes, numpy
(path,) = {line.split()[-1] for line in open("/proc/self/maps") if "numpy.libs/libscipy_openblas" in line}
ctypes.CDLL(path).scipy_openblas_get_num_threads64_()"""
    made = run(
        "import os; os.environ['MINE']\n'both'", "import there; there.WORD", threads, kernel_name="mine"
    )
    assert [find_text(cell) for cell in made.cells] == ["'firm-kernel''both'", "'found'", "1"]
    made = run("import os; os.environ.get('MINE'), os.environ.get('PYTHONPATH')", threads)
    assert [find_text(cell) for cell in made.cells] == ["(None, None)", str(len(os.sched_getaffinity(0)))]


REFUSED = {
    "another language": ((), {"language": "R"}, "runs R, and the engine 'licences' runs notebooks in Python"),
    "another Python": (
        ("/opt/other/bin/python3", "-m", "ipykernel_launcher"),
        {},
        "'/opt/other/bin/python3'",
    ),
    "another program": (("xpython", "-f", "{connection_file}"), {}, "is started with 'xpython'"),
    "another kernel": (
        ("python", "-m", "bash_kernel", "-f", "{connection_file}"),
        {},
        "not started as 'python -m",
    ),
    "other options of Python": (
        ("python", "-O", "-m", "ipykernel_launcher"),
        {},
        "takes the place of no other",
    ),
    "nothing": (("",), {}, "is started with ''"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_kernel_whose_place_a_forked_process_cannot_take_is_refused(
    kind: str, add_kernel: Callable[..., None]
) -> None:
    argv, named, said = REFUSED[kind]
    add_kernel("other", *argv, **named)
    with pytest.raises(PapermillException, match=r"choose another --engine") as caught:
        find_setup("other", {})
    assert said in str(caught.value)


def test_a_notebook_of_another_language_runs_where_a_kernel_is_named_for_it(
    tmp_path: Path,
) -> None:
    notebook = make_notebook("1 + 1")
    notebook.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    call: Callable[..., NotebookNode] = lambda **named: papermill.execute_notebook(  # noqa: E731 - for both
        tmp_path / "in.ipynb", None, engine_name="licences", progress_bar=False, **named
    )
    with pytest.raises(PapermillException, match="the notebook is written in R"):
        call()
    assert find_text(call(kernel_name="python3").cells[0]) == "2"


# Settings of the user.


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile of IPython with files that are run at the start, and settings."""
    profile = tmp_path / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00-first.py").write_text("print('not of a cell'); STARTED = 1", encoding="utf-8")
    (profile / "ipython_config.py").write_text(
        "c = get_config()\nc.InteractiveShellApp.exec_lines = ['LINE = 2']\n"
        "c.InteractiveShellApp.extensions = ['autoreload']\n"
        "c.InteractiveShell.ast_node_interactivity = 'all'\nc.InlineBackend.figure_formats = {'svg'}\n",
        encoding="utf-8",
    )
    (profile / "ipython_kernel_config.py").write_text("c.IPythonKernel.help_links = []", encoding="utf-8")
    (tmp_path / "python.py").write_text("BEGUN = 3", encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "python.py"))
    return profile


def test_the_profile_of_ipython_is_read(run: Callable[..., NotebookNode], settings: Path) -> None:
    cells = [
        "STARTED, LINE, BEGUN",
        "'one'\n'two'",
        "%autoreload",
        "import matplotlib.pyplot as plt; plt.plot([1]); None",
        "get_ipython().kernel.help_links, get_ipython().profile_dir.location",
    ]
    made = run(*cells)
    assert [find_text(cell) for cell in made.cells[:3]] == ["(1, 2, 3)", "'one''two'", ""]
    assert "image/svg+xml" in made.cells[3].outputs[-1].data
    assert made.cells[4].outputs[0].data["text/plain"].split() == ["([],", f"{str(settings)!r})"]


def test_a_start_that_takes_too_long_is_given_up(run: Callable[..., NotebookNode], settings: Path) -> None:
    assert find_text(run("STARTED").cells[0]) == "1"  # the warm process is there now
    (settings / "startup" / "00-first.py").write_text("import time; time.sleep(60)", encoding="utf-8")
    began = read_clock()
    with pytest.raises(RuntimeError, match="Kernel didn't respond in 1 seconds"):
        run("1", start_timeout=1)
    assert read_clock() - began < 20


# What nbclient asks of a kernel.


@pytest.mark.parametrize("engine", ["nbclient", "licences"])
def test_a_cell_that_is_interrupted_as_its_time_is_over_is_followed_by_the_next(
    engine: str, run: Callable[..., NotebookNode]
) -> None:
    replies: list[dict[str, Any]] = []
    begun: list[NotebookNode] = []

    def keep(execute_reply: dict[str, Any], **_cell: Any) -> None:
        replies.append(execute_reply["content"])

    def begin(notebook: NotebookNode) -> None:
        begun.append(notebook)

    made = run(
        "import time\ntime.sleep(60)", "get_ipython().set_next_input('x'); 1", engine=engine, may_fail=True,
        execution_timeout=1, interrupt_on_timeout=True, on_cell_executed=keep, on_notebook_start=begin,
    )  # fmt: skip
    assert [cell.outputs[0].get("ename") for cell in made.cells] == ["KeyboardInterrupt", None]
    assert "time.sleep" in find_text(made.cells[0])
    assert find_status(made) == ["completed"] * 2
    assert [reply["status"] for reply in replies] == ["error", "ok"]
    assert sorted(replies[1]) == ["execution_count", "payload", "status", "user_expressions"]
    assert replies[1]["payload"] == [{"source": "set_next_input", "text": "x", "replace": False}]
    assert {"engine_info", "ename", "traceback"} < set(replies[0])
    assert len(begun) == 1


def test_a_cell_that_waits_is_interrupted_at_once(run: Callable[..., NotebookNode]) -> None:
    # A kernel hears of it when something else happens in its loop.
    made = run("import asyncio\nawait asyncio.sleep(60)", execution_timeout=1)
    assert isinstance(made.raised, CellTimeoutError)
    assert made.cells[0].outputs[0].ename == "CancelledError"
    assert "asyncio.sleep" in find_text(made.cells[0])


def test_a_cell_whose_time_is_over_may_be_given_an_error_of_ones_own(
    run: Callable[..., NotebookNode],
) -> None:
    given = {"ename": "TooLong", "evalue": "too long", "traceback": ["too long"]}
    named = {"execution_timeout": 1, "interrupt_on_timeout": True, "error_on_timeout": given}
    made = run("import time; time.sleep(60)", "1", **named)
    assert isinstance(made.raised, PapermillExecutionError)
    assert find_status(made) == ["failed", "pending"]


def test_the_line_that_hung_is_named(run: Callable[..., NotebookNode]) -> None:
    made = run(
        "import time\nprint('begun')\nfor row in range(9):\n    time.sleep(30)", "1", execution_timeout=1
    )
    assert isinstance(made.raised, CellTimeoutError)
    said, where = made.cells[0].outputs
    assert (said.text, where.ename) == ("begun\n", "KeyboardInterrupt")
    assert "----> 4" in "\n".join(where.traceback).replace("\x1b[32m", "").replace("\x1b[39m", "")
    assert find_status(made) == ["failed", "pending"]


def test_a_cell_that_hears_no_interrupt_is_ended_all_the_same(run: Callable[..., NotebookNode]) -> None:
    deaf = "import time\nprint('deaf')\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass"
    began = read_clock()
    made = run(deaf, execution_timeout=1)
    assert isinstance(made.raised, CellTimeoutError)
    assert find_text(made.cells[0]) == "deaf\n"
    assert read_clock() - began < 15


def test_an_error_that_cannot_be_told_fails_its_cell(run: Callable[..., NotebookNode]) -> None:
    # A kernel never answers: its client waits for ever.
    odd = "class Odd(Exception):\n    def __str__(self): raise RuntimeError('no words')\nraise Odd"
    made = run(odd, "1", execution_timeout=20)
    assert isinstance(made.raised, PapermillExecutionError)
    assert find_status(made) == ["failed", "pending"]


def test_a_notebook_runs_in_the_folder_that_its_resources_name(
    run: Callable[..., NotebookNode], tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    made = run("import os; os.getcwd()", resources={"metadata": {"path": str(tmp_path / "there")}})
    assert find_text(made.cells[0]) == repr(str(tmp_path / "there"))


def test_what_c_code_writes_under_wurlitzer_is_in_the_notebook(run: Callable[..., NotebookNode]) -> None:
    # A stock kernel has it go to the terminal of who called papermill.
    made = run(
        "%load_ext wurlitzer",
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.puts(b'from C'); libc.fflush(None)",
    )
    assert "from C" in find_text(made.cells[1])


# A call that is ended.

ENDED = """import os, pathlib, time
for number in range(6):
    print(number); time.sleep(0.25)
pathlib.Path(f"ready-{NAME}").write_text(str(os.getpid()))
time.sleep(60)"""
ENDINGS = [
    ("nbclient", signal.SIGTERM),
    ("licences", signal.SIGTERM),
    ("licences", signal.SIGHUP),
    ("licences", signal.SIGKILL),
    ("licences", signal.SIGINT),
]


@pytest.fixture(scope="module")
def ended(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[tuple[str, signal.Signals], tuple[int, NotebookNode, bool]]:
    """papermill ended in each way: its exit status, what it left, and whether its notebook's process is gone."""
    folder = tmp_path_factory.mktemp("ended")
    with ThreadPoolExecutor(2) as pool:
        left = pool.map(lambda ending: end_papermill(folder, *ending), ENDINGS)
        return dict(zip(ENDINGS, left, strict=True))


def end_papermill(folder: Path, engine: str, how: signal.Signals) -> tuple[int, NotebookNode, bool]:
    name = f"{engine}-{how.name}"
    cells = ["print('first')", f"NAME = {name!r}\n" + ENDED, "1"]
    nbformat.write(make_notebook(*cells), folder / f"{name}.ipynb")
    command = ["-m", "papermill", "--engine", engine, "--autosave-cell-every", "1", "--no-progress-bar"]
    process = subprocess.Popen(
        [sys.executable, *command, f"{name}.ipynb", f"{name}-out.ipynb"], cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        ready, until = folder / f"ready-{name}", time.monotonic() + 120
        while not (ready.exists() and ready.read_text(encoding="utf-8")) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(how)
        status = process.wait(timeout=60)
    finally:
        process.kill()
        process.wait()
    kernel, until = Path("/proc") / ready.read_text(encoding="utf-8"), time.monotonic() + 30
    while kernel.exists() and time.monotonic() < until:
        time.sleep(0.05)
    return status, nbformat.read(folder / f"{name}-out.ipynb", as_version=4), not kernel.exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_call_that_is_ended_leaves_what_was_saved_as_with_a_stock_kernel(
    how: signal.Signals, ended: dict[tuple[str, signal.Signals], tuple[int, NotebookNode, bool]]
) -> None:
    _, stock, _ = ended["nbclient", signal.SIGTERM]
    status, ours, is_gone = ended["licences", how]
    assert status == -how
    assert is_gone
    for notebook in (stock, ours):
        assert find_status(notebook) == ["completed", "running", "pending"]
        assert find_text(notebook.cells[0]) == "first\n"
        assert find_text(notebook.cells[1]).startswith("0\n1\n")


def test_ctrl_c_leaves_all_that_was_put_out(
    ended: dict[tuple[str, signal.Signals], tuple[int, NotebookNode, bool]],
) -> None:
    status, ours, is_gone = ended["licences", signal.SIGINT]
    assert status == 1
    assert is_gone
    assert find_text(ours.cells[1]) == "".join(f"{number}\n" for number in range(6))
    assert find_status(ours) == [
        "completed",
        "failed",
        "pending",
    ]  # papermill's own says ``completed`` of all
