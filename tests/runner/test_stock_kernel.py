"""A stock kernel is started, read whole, limited and ended, with no law anywhere."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from licences.runner import stock_kernel, temporary
from licences.runner.client import NotebookError
from licences.runner.stock_kernel import KernelJob, run_in_kernel

LIB = Path(stock_kernel.__file__).parents[2]
STARTER = """
import os, sys
from licences.runner.kernel_app import serve_kernel

def prepare(given):
    if given == b"end":
        sys.exit("it does not like it")
    import builtins
    builtins.GIVEN = given, hasattr(builtins, "get_ipython")

if __name__ == "__main__":
    serve_kernel(prepare)
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., NotebookNode]:
    """Runs cells in a kernel that a module of the test's own starts."""
    (tmp_path / "starter.py").write_text(STARTER, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(LIB)]))

    def run(
        *cells: str,
        module: str = "starter",
        given: bytes = b"this",
        is_wanted: Callable[[], bool] = lambda: True,
        **limits: Any,
    ) -> NotebookNode:
        # With it a kernel leaves the descriptors alone.
        monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
        made = [nbformat.v4.new_code_cell(source) for source in cells]
        notebook = nbformat.v4.new_notebook(cells=made, metadata={"papermill": {}})
        for cell in notebook.cells:
            cell.metadata.papermill = nbformat.from_dict({"status": "pending", "exception": None})
        run_in_kernel(notebook, KernelJob(module, given, tmp_path, **limits), is_wanted=is_wanted)
        return notebook

    return run


def find_text(notebook: NotebookNode, at: int = 0) -> str:
    return "".join(
        output.get("text", output.get("data", {}).get("text/plain", ""))
        for output in notebook.cells[at].outputs
    )


def test_a_kernel_has_what_it_was_given_before_its_first_cell(
    run: Callable[..., NotebookNode], tmp_path: Path
) -> None:
    notebook = run("import os, sys; print((GIVEN, os.getcwd(), sys.argv[1:]))")
    assert find_text(notebook) == f"{((b'this', True), str(tmp_path), [])}\n"
    assert notebook.metadata.language_info.name == "python"


def test_a_kernel_that_ends_before_it_is_ready_says_why(run: Callable[..., NotebookNode]) -> None:
    with pytest.raises(
        NotebookError, match="its kernel did not start: SystemExit: it does not like it"
    ) as caught:
        run("1", given=b"end")
    assert caught.value.status == "failed"
    with pytest.raises(NotebookError, match=r"its kernel did not start: .*No module named nowhere"):
        run("1", module="nowhere")


def test_more_output_than_is_taken_fails_the_notebook_even_where_its_cells_ran(
    run: Callable[..., NotebookNode],
) -> None:
    with pytest.raises(NotebookError, match="its cells put out more than 32 MiB") as caught:
        run("print('x' * 40_000_000)", "1")
    assert caught.value.status == "failed"


def test_of_great_amounts_of_output_none_is_lost_and_text_is_one(run: Callable[..., NotebookNode]) -> None:
    notebook = run(
        "for number in range(20_000):\n    print(number)",
        # It waits until all has been read, a little at a time: a machine that stands still takes no more than one.
        "import os, time; _ = os.system('seq 20000')\nfor _ in range(50): time.sleep(0.01)",
        "for number in range(3_000):\n    display({'text/plain': 'x' * 200}, raw=True)",
        is_wanted=lambda: time.sleep(0.5) is None,  # meanwhile nothing is read
    )
    expected = "".join(f"{number}\n" for number in range(20_000))
    (printed,), (said,), shown = (cell.outputs for cell in notebook.cells)
    assert printed.text == expected
    assert said.text == "".join(f"{number}\n" for number in range(1, 20_001))
    assert len(shown) == 3_000


def test_the_replies_to_cells_with_output_widgets_are_not_missed(run: Callable[..., NotebookNode]) -> None:
    takes = "with taking:\n    print('taken'); display('shown')"
    cells = ["import ipywidgets; taking = ipywidgets.Output()", *[takes] * 60, "len(taking.outputs)"]
    notebook = run(*cells, timeout_seconds=30)
    assert int(find_text(notebook, -1)) > 60


def test_a_kernel_sees_no_settings_of_the_user_and_leaves_none(
    run: Callable[..., NotebookNode], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "one.py").write_text("mine = 1\n", encoding="utf-8")
    (tmp_path / "python.py").write_text("mine = 2\n", encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "python.py"))
    notebook = run("'mine' in globals(), get_ipython().history_manager.enabled")
    assert find_text(notebook) == "(False, False)"
    assert sorted(path.name for path in (tmp_path / "ipython").rglob("*")) == [
        "one.py",
        "profile_default",
        "startup",
    ]


def test_a_kernel_writes_in_its_temporary_folder_alone_which_goes_with_it(
    run: Callable[..., NotebookNode], tmp_path: Path
) -> None:
    told = "import os, tempfile; place = tempfile.mkdtemp(); open(place + '/x', 'w').close(); open(os.devnull, 'w'); place"
    place = Path(find_text(run(told)).strip("'"))
    assert place.parent.parent == temporary.find_temporary_folder()
    assert not place.parent.exists()
    with pytest.raises(NotebookError, match=r"PermissionError: .*writes in its temporary folder alone"):
        run("open('here.txt', 'w')")
    assert not (tmp_path / "here.txt").exists()
    with pytest.raises(NotebookError) as caught:
        run("hoard = [bytearray(10_000_000) for _ in range(1000)]", memory_mib=700)
    assert caught.value.status == "out_of_memory"


def test_a_folder_whose_name_is_too_long_for_sockets_does_no_harm(
    run: Callable[..., NotebookNode], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    monkeypatch.setattr(temporary, "_own", None)
    notebook = run(
        "import json; from ipykernel.connect import get_connection_info; json.loads(get_connection_info())['transport']"
    )
    assert find_text(notebook) == "'tcp'"
    monkeypatch.undo()
    (ours,) = deep.iterdir()
    assert [left.name for left in ours.iterdir()] == ["in-use"]
