"""The bench: its parts work on tiny sizes, so that none is found broken on the day when it is wanted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from pyinstrument.session import Session

import bench
import bench_growth
import profile_commands
from benches import catalogues, growth, law, plans, portfolio, reading
from benches.asked import LINES, Line
from benches.clients import list_rows, make_clients, read_clients, write_clients
from benches.clock import P, find_memory_mib, weigh_process
from benches.growth import Job, Weighed, fit_exponent, make_table
from benches.measured import Figures, Measured
from licences.law.catalogue import read_catalogue
from processes import read_command

TESTS = Path(__file__).parent


# What is measured


def test_made_up_clients_are_those_that_the_reader_gives_of_their_file(tmp_path: Path) -> None:
    made = make_clients(30)
    read = read_clients(write_clients(tmp_path / "clients.csv", made))
    assert read["client"].is_unique
    assert read.dtypes.astype(str).to_dict() == made.dtypes.astype(str).to_dict()
    assert list_rows(read).equals(list_rows(made))


@pytest.mark.parametrize("times", [1, 3])
def test_a_made_up_catalogue_is_one_that_can_be_read_and_needs_its_own_copies(
    times: int, tmp_path: Path
) -> None:
    ours = read_catalogue()
    made = read_catalogue(catalogues.write_catalogue(tmp_path / "licences.csv", times))
    assert len(made.rows) == times * len(ours.rows)
    assert len(made.codes) == times * len(ours.codes)
    copied = made.rows[made.rows["code"].str.endswith("_COPY3")]["requires"].dropna()
    assert len(copied) == (ours.rows["requires"].notna().sum() if times == 3 else 0)
    assert copied.str.contains("_COPY3").all()


MEASURES = {
    "plans": lambda: plans.measure(20),
    "verdicts": lambda: law.measure_verdicts(50),
    "changes": lambda: law.measure_changes(50),
    "files": lambda: reading.measure_files(20),
    "book": lambda: reading.measure_book(10),
    "portfolio": lambda: portfolio.measure(5),
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_gives_a_figure_for_each_of_its_lines(name: str) -> None:
    figures: Figures = MEASURES[name]()
    taken = list(figures)
    assert taken
    for measured in taken:
        assert measured.line in LINES
        assert measured.figure >= 0


def test_every_measure_lies_where_the_bench_looks_for_it() -> None:
    for module, function in bench.MEASURES.values():
        assert callable(getattr(import_module(f"benches.{module}"), function))


# What is held against it


@pytest.mark.parametrize(
    ("line", "bound"),
    [
        (Line("quick", P, 1.5), 3),
        (Line("slow today", P, 1.5, reached=2), 4),
        (Line("better today", P, 1.5, reached=1), 3),
        (Line("times as fast", P, 40, is_least=True), 20),
        (Line("times as fast, not yet", P, 40, reached=30, is_least=True), 15),
    ],
)
def test_a_bound_is_twice_what_is_asked_or_reached_where_that_is_worse(line: Line, bound: float) -> None:
    assert line.bound == bound
    assert line.is_within_bound(bound)
    assert not line.is_within_bound(bound / 1.01 if line.is_least else bound * 1.01)


def test_the_bench_prints_median_and_range_beside_what_was_asked_and_what_was_before() -> None:
    taken = {"version": [Measured("version", figure) for figure in (0.31, 0.1, 0.25)]}
    table = bench.make_table(taken, {"version": [0.5, 0.6, 0.4]})
    cells = [next(iter(column.cells)) for column in table.columns]
    assert cells == ["licences --version", "0.5 P", "0.4 to 0.6", "0.25 P", "0.1 to 0.31", "0.2 P", ""]


def test_a_measure_that_fails_is_told_and_keeps_no_other_from_being_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setitem(bench.MEASURES, "broken", ("commands", "nothing_of_the_kind"))
    assert bench.take("broken", 3, said.append) == {}
    assert "nothing_of_the_kind" in said[-1]


def test_the_library_of_another_checkout_can_be_measured(tmp_path: Path) -> None:
    (tmp_path / "lib" / "licences").mkdir(parents=True)
    (tmp_path / "lib" / "licences" / "__init__.py").write_text("", encoding="utf-8")
    code = f"import sys; sys.path[:0] = [{str(tmp_path / 'lib')!r}, {str(TESTS)!r}]; from benches.clock import PROJECT; print(PROJECT)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(tmp_path)


# How it grows


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_the_exponent_is_that_of_what_comes_on_top_of_the_fixed_cost(power: float) -> None:
    sizes = (10, 100, 1_000, 10_000)
    taken = [3 + 0.5 * (size - 10) ** power for size in sizes]
    assert fit_exponent(sizes, taken) == pytest.approx(power)


def test_no_exponent_is_told_where_the_fixed_cost_is_nearly_all() -> None:
    assert fit_exponent((10, 100, 1_000), (3.0, 3.01, 3.1)) is None


def test_a_size_that_would_take_too_long_is_left_out_and_so_are_larger_ones(tmp_path: Path) -> None:
    course = growth.weigh_clients(Job(("plan", *growth.DAYS)), (2, 2_000_000, 4_000_000), 60, tmp_path)
    assert [one is None for one in course] == [False, True, True]
    assert course[0]
    assert 20 < course[0].mib < 2_000
    assert make_table("clients", ["2", "2,000,000", "4,000,000"], {"plan": course})[-1].endswith(
        " MiB | – | – | –, – |"
    )


def test_how_it_grows_is_put_between_the_marks_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{bench_growth.BEGIN}\nold\n{bench_growth.END}\nafter\n", encoding="utf-8")
    lines = make_table("clients", ["10"], {"diff": [Weighed(10, 1.25, 100)]})
    text = bench_growth.put_between(page.read_text("utf-8"), lines)
    assert text.startswith(f"before\n{bench_growth.BEGIN}\n\n| clients |")
    assert "| diff | 1.2 s, 100 MiB | –, – |" in text
    assert text.endswith(f"{bench_growth.END}\nafter\n")
    assert "old" not in text
    with pytest.raises(ValueError, match="growth: begin"):
        bench_growth.put_between("no marks", lines)


def test_memory_is_that_of_a_process_and_all_that_it_starts() -> None:
    code = "import subprocess, sys, time; here = bytearray(60 << 20); subprocess.run([sys.executable, '-c', 'import time; there = bytearray(60 << 20); time.sleep(2)'])"
    weight = weigh_process(("-c", code), count=lambda process: "there" in "".join(read_command(process)[-1:]))
    assert 120 < weight.mib < 200
    assert weight.most == 2
    assert find_memory_mib() > 50


# Where it goes


@pytest.mark.parametrize(
    ("stack", "part"),
    [
        (["main\0/lib/licences/cli/main.py\0001", "reach\0/lib/licences/rules/logic.py\0001"], "rules"),
        (
            ["draw\0/lib/licences/planning/simulation.py\0001", "sum\0/pandas/core/frame.py\0001"],
            "simulation",
        ),
        (["make\0/lib/licences/planning/schedule.py\0001"], "plan"),
        (
            [
                "main\0/lib/licences/cli/main.py\0001",
                "_load\0<frozen importlib._bootstrap>\0001",
                "f\0/lib/licences/rules/a.py\0001",
            ],
            "imports",
        ),
        (["run\0/lib/licences/runner/client.py\0001", "poll.poll\0<built-in>\0000"], "waiting"),
        (
            ["<module>\0/ipykernel/1.py\0001", "draw\0/lib/licences/render/figures/plan.py\0001"],
            "figures",
        ),
        (["parse\0/python/argparse.py\0001"], "other"),
    ],
)
def test_a_moment_belongs_to_the_innermost_frame_of_ours(stack: list[str], part: str) -> None:
    assert profile_commands.find_part(stack) == part


def test_a_profile_shows_the_command_and_the_process_in_which_its_notebook_runs(tmp_path: Path) -> None:
    words = ["report", "--client", "corner-shop", "--out", str(tmp_path / "out"), *growth.DAYS]
    folder = tmp_path / "profiles"
    folder.mkdir()
    sessions = profile_commands.profile(words, folder)
    rows = dict(profile_commands.list_rows(sessions))
    assert next(iter(rows)) == "the command itself"
    assert len(rows) == 2
    own, further = (dict(zip((*profile_commands.PARTS, "s"), cells, strict=True)) for cells in rows.values())
    assert own["imports"] != "0%"
    assert further["notebook"] != "0%"
    assert any("run_cells" in frame for session in sessions[1:] for frame in _list_frames(session))
    page = profile_commands.make_page("report", words, sessions)
    assert page.count("<iframe") == 2
    assert "Not seen" in page


def _list_frames(session: Session) -> set[str]:
    return {frame for stack, _ in session.frame_records for frame in stack}


def test_processes_keep_what_they_compile_while_they_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    bench.keep_bytecode()
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_figures_that_were_kept_stand_beside_those_of_a_later_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.json"
    monkeypatch.setitem(bench.MEASURES, "tiny", ("plans", "measure"))
    monkeypatch.setattr(plans, "measure", lambda: iter([Measured("plan_one", 4.0)]))
    bench.main(["tiny", "--save", str(kept)])
    assert json.loads(kept.read_text("utf-8")) == {"plan_one": [4.0, 4.0, 4.0]}
    monkeypatch.setattr(plans, "measure", lambda: iter([Measured("plan_one", 2.0)]))
    bench.main(["tiny", "--before", str(kept), "--runs", "1"])
    assert "4 to 4" in capsys.readouterr().out.splitlines()[-2]
