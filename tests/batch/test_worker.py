"""The reports, made as a user makes them, and one of them opened in a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from batches import NO_PROFILES
from licences.batch import run
from licences.batch.forks import ask_report
from licences.batch.pool import REHEARSED
from licences.batch.store import ReportStore
from licences.batch.task import Task
from licences.law.catalogue import Catalogue
from licences.runner.channel import pack_message


def run_command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "licences", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def read_ledger(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def clients_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clients") / "clients.csv"
    path.write_text(
        "client,name,holds,has_website,hosts_third_party_sellers,completes_transactions_online,hosted_categories\n"
        'nasty,"<script>document.title=1</script>""&",BUSINESS_LICENCE,yes,yes,yes,drugs\n'
        "plain,普通平台,BUSINESS_LICENCE,yes,,,\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def reports(clients_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reports")
    made = run_command(
        "report", "--clients", str(clients_file), "--as-of", "2026-11-23", "--start", "2026-11-24",
        "--out", out.name, "--lang", "en", cwd=out.parent,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return out


def test_a_page_names_the_edition_of_the_catalogue_at_its_foot(reports: Path, catalogue: Catalogue) -> None:
    said = f"Made from edition {catalogue.edition} of the catalogue."
    for client in ("nasty", "plain"):
        page = (reports / client / "report.html").read_text(encoding="utf-8")
        assert page.partition("</main>")[0].rstrip().endswith(f'<footer class="edition">{said}</footer>')


def test_each_client_gets_a_folder_with_page_and_notebook(reports: Path) -> None:
    assert sorted(path.name for path in reports.iterdir()) == ["ledger.jsonl", "nasty", "plain"]
    for client in ("nasty", "plain"):
        assert sorted(path.name for path in (reports / client).iterdir()) == ["report.html", "report.ipynb"]


@pytest.mark.parametrize("as_of", ["1996-03-01", "2013-01-01", "2026-11-23", "2030-06-03"])
def test_a_client_without_a_launch_gets_its_report_in_every_format(
    project: Path, tmp_path: Path, catalogue: Catalogue, as_of: str
) -> None:
    """Nothing left to obtain, nothing left that has a time, nothing told."""
    shop = pd.read_csv(project / "data" / "clients.csv", dtype=str).set_index("client").loc["corner-shop"]
    everything = sorted(catalogue.codes)
    undated = ";".join(code for code in everything if code not in ("FOOD_OWN_SITE", "MLPS_GRADING"))
    rows = [
        {**shop, "client": "all-held", "holds": ";".join(everything)},
        {**shop, "client": "undated", "holds": undated},
        {"client": "silent", "name": "-", "holds": "none"},
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "clients.csv", index=False)
    made = run_command(
        "report", "--clients", "clients.csv", "--as-of", as_of, "--out", ".", "--lang", "en",
        "--start", max(as_of, "2004-01-05"), "--format", "html,docx,xlsx,ics", cwd=tmp_path,
    )  # fmt: skip
    assert {line["client"]: line["error"] for line in read_ledger(tmp_path)} == dict.fromkeys(
        ("all-held", "undated", "silent")
    ), made.stderr
    page = (tmp_path / "all-held" / "report.html").read_text(encoding="utf-8")
    assert "Nothing that is required is left to obtain." in page
    assert "No required step can be dated" not in page


def test_the_ledger_has_a_line_for_each_attempt(reports: Path) -> None:
    lines = {line["client"]: line for line in read_ledger(reports)}
    assert set(lines) == {"nasty", "plain"}
    for line in lines.values():
        keys = ["client", "as_of", "status", "seconds", "inputs", "outputs", "error", "at"]
        assert list(line) == keys
        assert line["status"] == "done"
        assert line["outputs"] == ["report.html", "report.ipynb"]


def test_the_page_shows_no_code_and_asks_no_other_machine_for_anything(reports: Path) -> None:
    html = (reports / "plain" / "report.html").read_text(encoding="utf-8")
    assert "make_section" not in html
    assert "open_case" not in html
    assert "default-src 'none'" in html
    assert len(html.encode()) < 1_500_000


def test_nothing_of_one_client_and_no_path_of_this_machine_is_in_anothers_files(
    reports: Path, project: Path
) -> None:
    for name in ("report.html", "report.ipynb"):
        text = (reports / "plain" / name).read_text(encoding="utf-8")
        assert "document.title" not in text
        assert str(project) not in text
        assert str(reports) not in text


def test_a_report_whose_inputs_have_not_changed_is_not_made_again(
    reports: Path, clients_file: Path, project: Path
) -> None:
    before = (reports / "plain" / "report.html").stat().st_mtime_ns
    order = (
        "report",
        "--clients",
        str(clients_file),
        "--start",
        "2026-11-24",
        "--out",
        str(reports),
        "--lang",
        "en",
    )
    again = run_command(*order, "--as-of", "2026-11-23", "--client", "plain", cwd=project)
    assert again.returncode == 0
    assert read_ledger(reports)[-1]["status"] == "up_to_date"
    assert (reports / "plain" / "report.html").stat().st_mtime_ns == before


@pytest.fixture(scope="module")
def make_notebook(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    def make(source: str) -> Path:
        parameters = "client = ''\nas_of = ''\nstart = ''\nlanguage = ''\ncatalogue = ''\nclients = ''"
        cells = [nbformat.v4.new_code_cell(text) for text in (parameters, source, "print('the end')")]
        cells[0].metadata["tags"] = ["parameters"]
        kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        path = tmp_path_factory.mktemp("notebook") / "own.ipynb"
        nbformat.write(notebook, path)
        return path

    return make


def test_a_failed_client_leaves_its_failure_and_its_earlier_report(
    make_notebook: Callable[[str], Path],
    reports: Path,
    clients_file: Path,
    project: Path,
) -> None:
    before = (reports / "nasty" / "report.html").read_bytes()
    order = ("report", "--clients", str(clients_file), "--out", str(reports), "--client", "nasty")
    failed = run_command(*order, "--notebook", str(make_notebook("1 / 0")), cwd=project)
    assert failed.returncode == 1
    assert "ZeroDivisionError" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (reports / "nasty" / "report.html").read_bytes() == before
    notebook = nbformat.read(reports / "nasty" / "failed.ipynb", as_version=4)
    assert "ZeroDivisionError" in notebook.cells[0].source
    assert read_ledger(reports)[-1]["status"] == "failed"


def test_a_parameter_that_the_notebook_does_not_take_is_refused_before_anything_runs(
    clients_file: Path, tmp_path: Path
) -> None:
    notebook = {"cells": [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "client = ''"}],
                "metadata": {}, "nbformat": 4, "nbformat_minor": 5}  # fmt: skip
    (tmp_path / "own.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    order = ("report", "--clients", str(clients_file), "--notebook", "own.ipynb", "--out", "out")
    made = run_command(*order, cwd=tmp_path)
    assert made.returncode == 2
    said = "licences: own.ipynb takes no parameter 'as_of'; one of client\n"
    assert made.stderr.splitlines(keepends=True)[1:] == [said]  # the first line says what was read
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "metadata",
    [
        {"language_info": {"name": "python"}},
        {"application/vnd.databricks.v1+notebook": {"language": "python"}},
    ],
)
def test_a_notebook_that_names_no_kernel_is_run_as_python(
    clients_file: Path, tmp_path: Path, metadata: dict[str, object]
) -> None:
    parameters = "client = ''  # id = the first column\nas_of = start = language = ''\ncatalogue: str = ''\nclients = None"
    cells = [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": parameters},
             {"cell_type": "code", "metadata": {}, "source": ["print('about', client)"]}]  # fmt: skip
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "own.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    order = (
        "report",
        "--clients",
        str(clients_file),
        "--notebook",
        "own.ipynb",
        "--out",
        "out",
        "--client",
        "plain",
    )
    made = run_command(*order, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "<pre>about plain\n</pre>" in (tmp_path / "out" / "plain" / "report.html").read_text(
        encoding="utf-8"
    )
    nbformat.validate(nbformat.read(tmp_path / "out" / "plain" / "report.ipynb", as_version=4))


def test_how_to_plan_is_passed_on_to_the_report_and_makes_it_anew(
    reports: Path, clients_file: Path, tmp_path: Path
) -> None:
    asked = ("report", "--clients", str(clients_file), "--client", "plain", "--as-of", "2026-11-23",
             "--start", "2026-11-24", "--lang", "en", "--out", str(tmp_path))  # fmt: skip
    assert run_command(*asked, "--include", "optional", "--capacity", "1", cwd=tmp_path).returncode == 0
    page = (tmp_path / "plain" / "report.html").read_text(encoding="utf-8")
    assert "No more than 1 application is in preparation at a time" in page
    assert "No more than" not in (reports / "plain" / "report.html").read_text(encoding="utf-8")
    one, other = read_ledger(tmp_path)[0]["inputs"], read_ledger(reports)
    assert one not in [entry["inputs"] for entry in other]


@pytest.mark.browser
def test_the_page_opened_from_disk_with_the_network_off_shows_its_figures(
    reports: Path, browser_path: str
) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update",
                  "--disable-sync", "--no-first-run"],
        )  # fmt: skip
        context = browser.new_context(offline=True, viewport={"width": 390, "height": 800})
        page = context.new_page()
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((reports / "nasty" / "report.html").as_uri())
        page.wait_for_selector("figure.chart .main-svg")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        figures = page.locator("figure.chart")
        assert (
            figures.count() == 3
        )  # of this client no date can be promised, so that none shows how sure it is
        page.wait_for_function("document.querySelectorAll('figure.chart .main-svg').length >= 6")
        bars = page.locator("figure.chart >> nth=0 >> .bars .point path").count()
        boxes = page.locator("figure.chart >> nth=1 >> .main-svg text").all_text_contents()
        dues = page.locator("figure.chart >> nth=2 >> .bars .point path").count()
        opening = page.locator("#letter .opening").inner_text()
        plan = page.locator("#steps table tbody tr").count()
        assert any("EDI" in text or "Online data" in text for text in boxes), boxes
        assert 3 < plan < bars <= 2 * plan  # a second bar where it is prepared first
        assert dues > 3
        assert "No date can be promised yet, because" in opening
        assert page.locator("#letter .head b").inner_text() == '<script>document.title=1</script>"&'
        assert page.title().endswith("Licence report")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        old = context.new_page()
        old.add_init_script("delete globalThis.DecompressionStream")
        old.goto((reports / "nasty" / "report.html").as_uri())
        old.wait_for_function("document.querySelector('.plot').textContent.length > 0")
        assert "the tables on this page say the same" in old.locator(".plot").first.inner_text()
        browser.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith("file:")] == []


@pytest.mark.parametrize(
    ("left", "code", "status", "names"),
    [
        (0, 0, "done", ["report.html"]),
        (1, -9, "timed_out", ["failed.ipynb"]),
        (4000, -9, "timed_out", ["failed.ipynb"]),
        (0, -9, "timed_out", ["failed.ipynb"]),
        (1, 0, "exited", ["failed.ipynb"]),
    ],
)
def test_a_process_that_is_killed_while_it_says_what_it_made_has_made_nothing(
    project: Path, left: int, code: int, status: str, names: list[str]
) -> None:
    said = {"channel": "result", "status": "done", "problem": None, "names": ["report.html"]}
    trace = pack_message(b'{"running": 0, "at": "2026-11-23T08:00:00+00:00"}') + pack_message(
        json.dumps(said).encode(), b"p" * 5000
    )
    ended = {"channel": "ended", "code": code, "is_late": code != 0, "is_out_of_memory": False}

    class EndedLine:
        def send(self, message: object, *files: bytes) -> None:
            """Nobody is there."""

        def is_ready(self, _within_seconds: float) -> bool:
            return True

        def receive(self) -> tuple[dict[str, object], list[bytes]]:
            return ended, [trace[: len(trace) - left]]

    task = Task("a", "-", "zh", {"client": "a"}, NO_PROFILES, timeout_seconds=1)
    notebook = project / "notebooks" / "client_report.ipynb"
    made = ask_report(EndedLine(), task, notebook)  # type: ignore[arg-type]
    assert (made.status, list(made.files)) == (status, names)
    if status == "done":
        assert made.files == {"report.html": b"p" * 5000}


def test_a_report_that_lacks_its_pdf_takes_the_place_of_the_one_made_before(tmp_path: Path) -> None:
    def note(status: str, *outputs: str) -> None:
        with closing(ReportStore(tmp_path)) as store:
            store.note({"client": "a", "status": status, "inputs": "1", "outputs": outputs})

    def find_made() -> set[str]:
        with closing(ReportStore(tmp_path)) as store:
            return set(store.made)

    note("done", "report.html", "report.ipynb", "report.pdf")
    note("failed", "failed.ipynb")
    assert find_made() == {"a"}
    note("failed", "report.html", "report.ipynb")
    assert find_made() == set()


@pytest.mark.parametrize(("count", "rehearsed"), [(0, 0), (4, 0), (5, 1), (40, 1), (41, 3), (1_000, 3)])
def test_so_many_reports_are_rehearsed_as_pay_for_themselves(count: int, rehearsed: int) -> None:
    assert run._choose_rehearsals(count) == REHEARSED[:rehearsed]
