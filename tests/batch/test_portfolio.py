"""The portfolio's page, made as a user makes it, beside the clients' folders and in the way of none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

DAYS = ("--as-of", "2026-11-23", "--start", "2026-11-24")


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "licences", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def change(project: Path, folder: Path, old: str, new: str) -> Path:
    """Our notebook with something else in it."""
    notebook = folder / "other.ipynb"
    text = (project / "notebooks" / "portfolio.ipynb").read_text(encoding="utf-8")
    assert old in text
    notebook.write_text(text.replace(old, new), encoding="utf-8")
    return notebook


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portfolio")
    lines = ["client,name,holds,has_website,hosts_third_party_sellers,completes_transactions_online"]
    lines += ["月牙湾,月牙湾商城,营业执照,yes,yes,yes"]
    lines += ["portfolio,一家叫portfolio的客户,BUSINESS_LICENCE,yes,yes,yes", "plain,普通平台,,yes,,"]
    (folder / "clients.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = run("report", "--clients", "clients.csv", "--out", "out", *DAYS, cwd=folder)
    assert report.returncode == 0, report.stderr
    whole = run(
        "portfolio",
        "--clients",
        "clients.csv",
        "--out",
        "out",
        "--lang",
        "en",
        "--capacity",
        "3",
        *DAYS,
        cwd=folder,
    )
    assert whole.returncode == 0, whole.stderr
    assert "portfolio.html: 3 clients" in whole.stderr
    assert whole.stdout == ""
    return folder


def test_a_client_called_portfolio_keeps_its_folder(made: Path) -> None:
    names = sorted(path.name for path in (made / "out").iterdir())
    assert names == ["ledger.jsonl", "plain", "portfolio", "portfolio.html", "portfolio.ipynb", "月牙湾"]
    assert (made / "out" / "portfolio" / "report.html").is_file()


def test_a_client_of_a_chinese_id_has_a_report_and_is_up_to_date_the_next_time(made: Path) -> None:
    words = (
        "--clients",
        "clients.csv",
        "--client",
        "月牙湾商城",
        "--out",
        "cn",
        "--format",
        "html,docx,xlsx,ics",
        *DAYS,
    )
    assert run("report", *words, cwd=made).returncode == 0
    names = {path.name for path in (made / "cn" / "月牙湾").iterdir()}
    assert names >= {"report.html", "report.docx", "checklist.xlsx", "renewals.ics", "report.ipynb"}
    assert "月牙湾商城" in (made / "cn" / "月牙湾" / "report.html").read_text("utf-8")
    again = run("report", *words, cwd=made)
    assert "月牙湾: up to date" in again.stderr or "up_to_date" in again.stderr, again.stderr


def test_the_page_is_one_file_that_shows_no_code_and_no_path(made: Path, project: Path) -> None:
    page = (made / "out" / "portfolio.html").read_text(encoding="utf-8")
    trail = (made / "out" / "portfolio.ipynb").read_text(encoding="utf-8")
    assert made.name not in page
    for text in (page, trail):  # the trail names the clients file as seen from the notebook
        assert not re.search(rf"(?<!\.\.){re.escape(str(made))}", text)
        assert str(project) not in text
    assert "make_portfolio_section" not in page
    assert "default-src 'none'" in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "3 clients" in page
    assert "<title>Portfolio" in page


def test_the_trail_has_the_parameters_and_all_cells_ran(made: Path) -> None:
    trail = nbformat.read(made / "out" / "portfolio.ipynb", as_version=4)
    injected = next(cell for cell in trail.cells if "injected-parameters" in cell.metadata.get("tags", []))
    assert 'as_of = "2026-11-23"' in injected.source
    assert "capacity = 3" in injected.source
    assert all(cell.execution_count for cell in trail.cells if cell.cell_type == "code")


def test_a_notebook_that_fails_leaves_its_trace_and_the_page_of_before(made: Path, project: Path) -> None:
    before = (made / "out" / "portfolio.html").read_bytes()
    broken = change(project, made, "draw_due(portfolio)", "1 / 0")
    failed = run(
        "portfolio", "--clients", "clients.csv", "--out", "out", "--notebook", str(broken), *DAYS, cwd=made
    )
    assert failed.returncode == 1
    assert "ZeroDivisionError" in failed.stderr
    assert "portfolio-failed.ipynb" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (made / "out" / "portfolio.html").read_bytes() == before
    assert "not made" in (made / "out" / "portfolio-failed.ipynb").read_text(encoding="utf-8")
    again = run("portfolio", "--clients", "clients.csv", "--out", "out", *DAYS, cwd=made)
    assert again.returncode == 0
    assert not (made / "out" / "portfolio-failed.ipynb").exists()


def test_a_notebook_that_does_not_take_our_parameters_is_wrong_usage(made: Path, project: Path) -> None:
    other = change(project, made, 'language = \\"zh\\"', 'tongue = \\"zh\\"')
    refused = run("portfolio", "--notebook", str(other), "--out", "nowhere", cwd=made)
    assert refused.returncode == 2
    assert "language" in refused.stderr
    assert not (made / "nowhere").exists()


def test_a_wrong_clients_file_is_told_line_by_line(made: Path) -> None:
    (made / "wrong.csv").write_text("client,name,holds,has_website\nx y,X,,perhaps\n", encoding="utf-8")
    refused = run("portfolio", "--clients", "wrong.csv", "--out", "nowhere", cwd=made)
    assert refused.returncode == 1
    assert refused.stderr.count("wrong.csv:2:") == 2


def test_what_cannot_be_written_is_said_in_a_sentence(made: Path) -> None:
    (made / "taken").write_text("", encoding="utf-8")
    refused = run("portfolio", "--clients", "clients.csv", "--out", "taken", *DAYS, cwd=made)
    assert refused.returncode == 1
    assert "taken" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_same_inputs_make_the_same_page(made: Path) -> None:
    page = made / "out" / "portfolio.html"
    again = run("portfolio", "--clients", "clients.csv", "--out", "again", *DAYS, cwd=made)
    assert again.returncode == 0
    once = run("portfolio", "--clients", "clients.csv", "--out", "out", *DAYS, cwd=made)
    assert once.returncode == 0
    assert page.read_bytes() == (made / "again" / "portfolio.html").read_bytes()
    assert json.loads((made / "again" / "portfolio.ipynb").read_text(encoding="utf-8"))["nbformat"] == 4
