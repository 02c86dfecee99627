"""The command line: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import Namespace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from licences.batch.task import ALL, RENEWALS
from licences.cli.arguments import CALENDARS
from licences.cli.options import find_start
from licences.law.catalogue import Catalogue
from licences.law.rows import find_in_force
from licences.law.working_days import find_working_day

BROKEN = Path(__file__).parents[1] / "broken"
KEYS = [
    "client", "code", "verdict", "because", "missing_facts", "would_change_if", "blockers", "status",
    "last_day_to_apply", "implied_by", "trading_without", "legal_basis", "source_url", "checked_on", "local",
    "overridden", "notes",
]  # fmt: skip


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "licences", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_shipped_files_hold_no_problem(project: Path) -> None:
    checked = run("check", cwd=project)
    assert (checked.returncode, checked.stdout) == (0, "")
    assert "no problem found" in checked.stderr


def test_problems_of_all_files_are_printed_at_once_and_nothing_is_written(
    project: Path, tmp_path: Path
) -> None:
    catalogue = tmp_path / "licences.csv"
    text = (project / "data" / "licences.csv").read_text(encoding="utf-8-sig")
    catalogue.write_text(
        text.replace("has_website,", "__import__('os').system('touch x'),", 1), encoding="utf-8"
    )
    before = sorted(tmp_path.rglob("*"))
    checked = run(
        "check", "--catalogue", str(catalogue), "--clients", str(BROKEN / "many_at_once.csv"), cwd=tmp_path
    )
    assert checked.returncode == 1
    assert "Traceback" not in checked.stderr
    lines = checked.stderr.splitlines()
    assert sum("many_at_once.csv:2: " in line for line in lines) == 6
    assert sum("a call is not allowed" in line for line in lines) == 1
    assert all("; " in line for line in lines[:-1])
    assert lines[-1].endswith("many_at_once.csv: 1 client, 0 answers")
    assert sorted(tmp_path.rglob("*")) == before
    reported = run("report", "--clients", str(BROKEN / "many_at_once.csv"), "--out", "out", cwd=tmp_path)
    assert reported.returncode == 1
    assert not (tmp_path / "out").exists()


def test_assess_prints_json_alone_with_the_promised_keys(project: Path) -> None:
    answered = run(
        "assess", "--client", "corner-shop", "--as-of", "2026-11-23", "--json", cwd=project / "notebooks"
    )
    assert answered.returncode == 0
    rows = json.loads(answered.stdout)
    assert {tuple(row) for row in rows} == {tuple(KEYS)}
    assert {row["client"] for row in rows} == {"corner-shop"}
    assert {row["verdict"] for row in rows} <= {
        "required",
        "recommended",
        "optional",
        "not_needed",
        "undetermined",
    }
    questions = json.loads(
        run("assess", "--client", "quiet-client", "--questions", "--json", cwd=project).stdout
    )
    assert {"client", "field", "settles", "share"} <= questions[0].keys()
    order = [(row["group"] == "rare", -row["stake"]) for row in questions]
    assert order == sorted(order)


def test_plan_prints_json_alone_and_the_same_again(project: Path) -> None:
    arguments = ("plan", "--client", "wander-work", "--client", "seven-month-lab", "--as-of", "2026-11-23",
                 "--start", "2026-11-24", "--include", "recommended,optional", "--json")  # fmt: skip
    first = run(*arguments, cwd=project / "notebooks")
    assert first.returncode == 0
    plans = json.loads(first.stdout)
    assert [plan["client"] for plan in plans] == ["wander-work", "seven-month-lab"]  # as in the file
    assert {(plan["start"], plan["as_of"]) for plan in plans} == {("2026-11-24", "2026-11-23")}
    assert plans[0]["launch"]["likely"] == "2027-05-25"
    assert run(*arguments, cwd=project).stdout == first.stdout
    other = json.loads(run(*arguments, "--seed", "1", cwd=project).stdout)
    assert other[0]["launch"]["seed"] == 1
    assert other[0]["launch"]["likely"] == "2027-05-25"
    alone = json.loads(run(*arguments, "--capacity", "1", cwd=project).stdout)
    assert alone[0]["launch"]["likely"] > "2027-05-25"
    assert alone[0]["capacity"] == 1


def test_a_plan_without_a_start_begins_on_the_next_working_day(project: Path) -> None:
    (plan,) = json.loads(run("plan", "--client", "jam-jar", "--json", cwd=project).stdout)
    begins = find_working_day(np.datetime64(date.today()) + 1)
    assert (plan["as_of"], plan["start"]) == (date.today().isoformat(), str(begins))


@pytest.mark.parametrize(("as_of", "start"), [("2030-06-30", "2030-07-01"), ("2027-02-10", "2027-02-11")])
def test_a_plan_by_the_law_of_a_later_day_begins_after_it(project: Path, as_of: str, start: str) -> None:
    (plan,) = json.loads(run("plan", "--client", "jam-jar", "--as-of", as_of, "--json", cwd=project).stdout)
    assert plan["start"] == start
    assert all(entry["renew_by"] >= as_of for entry in plan["renewals"])
    (past,) = json.loads(
        run("plan", "--client", "jam-jar", "--as-of", "2024-01-02", "--json", cwd=project).stdout
    )
    assert past["start"] > date.today().isoformat()


def test_a_difference_of_two_days_past_is_planned_for_from_when_a_plan_starts() -> None:
    options = Namespace(as_of=None, start=None)
    assert find_start(options, date(2024, 1, 2)) == find_start(options) > date.today()
    assert find_start(options, date(2040, 6, 30)) == date(2040, 7, 2)
    asked = Namespace(start=date(2026, 12, 1))
    assert find_start(asked, date(2040, 6, 30)) == asked.start


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "--max-age-days", "5"), "--max-age-days is for the deep check; add --deep"),
        (("check", "--scenarios", "tests/scenarios.yaml"), "--scenarios is for the deep check; add --deep"),
        (("report", "--form", "html"), "unrecognized arguments: --form html; did you mean --format?"),
        (("portfolio", "--client", "jam-jar"), "did you mean --clients?"),
        (("diff", "--from", "2026-01-01", "--to", "2026-02-01", "--lnag=en"), "did you mean --lang?"),
        (("plan", "--frobnicate"), "unrecognized arguments: --frobnicate\n"),
        (("plan", "--as-of", "9999-12-31"), "is out of reach; give a day from 1949-10-01 to 2199-12-31"),
        (("assess", "--as-of", "0999-01-01"), "is out of reach"),
        (
            ("portfolio", "--notebook", "notebooks/client_report.ipynb"),
            "is about one client; name one about all",
        ),
    ],
)
def test_a_slip_is_told_with_what_would_be_right(
    project: Path, arguments: tuple[str, ...], says: str
) -> None:
    failed = run(*arguments, cwd=project)
    assert failed.returncode == 2
    assert says in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("as_of", ["1949-10-01", "2199-12-31"])
@pytest.mark.parametrize("command", ["assess", "plan"])
def test_the_first_and_the_last_day_can_be_asked_for(project: Path, command: str, as_of: str) -> None:
    answered = run(command, "--as-of", as_of, "--json", cwd=project)
    assert answered.returncode == 0, answered.stderr
    assert json.loads(answered.stdout) or as_of < "1950"


def test_check_names_the_clients_whose_answers_cannot_all_be_true(project: Path, tmp_path: Path) -> None:
    clients = tmp_path / "clients.csv"
    clients.write_text(
        "client,name,sells_own_goods,own_categories\na,A,no,\nb,B,no,drugs\n", encoding="utf-8"
    )
    checked = run("check", "--clients", str(clients), cwd=project)
    assert checked.returncode == 1
    line, read = checked.stderr.splitlines()
    assert read == f"{clients}: 2 clients, 3 answers"
    assert line.startswith(f"{clients}:3: sells_own_goods, own_categories: ")
    assert "is no, yet" in line


def test_the_table_of_a_plan_names_dates_obstacles_dues_and_unknown_fees(project: Path) -> None:
    def show(client: str) -> str:
        shown = run("plan", "--client", client, "--as-of", "2026-11-23", "--start", "2026-11-24",
                    "--include", "recommended,optional", "--lang", "en", cwd=project).stdout  # fmt: skip
        return " ".join(shown.split())

    joined = show("seven-month-lab")
    for text in ("Not before 28 December 2026 by usual times, and no date can be promised yet, because ", "▶ Police filing",
                 "2027-04-23", "recurring duty", "4,720", "ISO 9001", "last day whose holidays are announced",
                 "Prepare Submit Step Done Slack Ground"):  # fmt: skip
        assert text in joined, text
    for text in ("Decides the launch", "partly estimates", "50/80/90", "%"):
        assert text not in joined, text
    joined = show("hello-hall")
    for text in ("19 April 2027* is the date to give to others: it is kept in 80% of the simulated courses.",
                 "From 30 March 2027* (50%) to 29 April 2027* (90%).", "Decides the launch: MLPS level 2", "▶ MLPS level 2",
                 "partly estimates", "Slack 50/80/90 % Ground"):  # fmt: skip
        assert text in joined, text


def test_the_table_names_each_needed_licence(project: Path) -> None:
    shown = run(
        "assess", "--client", "corner-shop", "--as-of", "2026-11-23", "--lang", "en", cwd=project
    ).stdout
    for code in ("BUSINESS_LICENCE", "APP_FILING", "FOOD_PREPACKAGED", "FOOD_OWN_SITE", "MLPS_GRADING"):
        assert code in shown
    assert "ICP_FILING" not in shown


def test_a_profile_that_contradicts_itself_is_warned_of_and_not_answered_in_silence(
    project: Path, tmp_path: Path
) -> None:
    clients = tmp_path / "clients.csv"
    clients.write_text("client,name,sells_own_goods,own_categories\na,A,no,drugs\n", encoding="utf-8")
    answered = run("assess", "--clients", str(clients), "--json", "--lang", "en", cwd=project)
    assert "sells_own_goods, own_categories" in answered.stderr
    (drugs,) = [row for row in json.loads(answered.stdout) if row["code"] == "DRUG_RETAIL"]
    assert any(text.startswith("Note: ") for text in drugs["because"])


@pytest.mark.parametrize(
    ("as_of", "in_force", "not_in_force"),
    [
        (
            "2014-06-01",
            {"OHSAS_18001", "ICP_FILING", "CULTURE_NET"},
            {"APP_FILING", "ISO_45001", "CDN", "FOOD_PLATFORM"},
        ),
        ("2026-11-23", {"ISO_45001", "APP_FILING", "CDN", "FOOD_PLATFORM"}, {"OHSAS_18001"}),
        ("2027-02-01", {"ISO_45001", "TRADEMARK"}, {"OHSAS_18001"}),
    ],
)
def test_the_day_decides_which_law_is_applied(
    project: Path, as_of: str, in_force: set[str], not_in_force: set[str]
) -> None:
    rows = json.loads(run("assess", "--client", "old-willow", "--as-of", as_of, "--json", cwd=project).stdout)
    codes = {row["code"]: row for row in rows}
    assert in_force <= codes.keys()
    assert not not_in_force & codes.keys()
    if as_of >= "2027":
        assert "2027" in codes["TRADEMARK"]["legal_basis"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("assess", "--client", "corner-shoop"),
        ("assess", "--as-of", "23.11.2026"),
        ("assess", "--as-of", "2026-02-30"),
        ("assess", "--lang", "fr"),
        ("assess", "--frobnicate"),
        ("plan", "--include", "required"),
        ("plan", "--capacity", "0"),
        ("plan", "--seed", "-1"),
        ("plan", "--start", "0001-01-01"),
        ("report", "--start", "9999-12-31"),
        ("report", "--format", "paper,html"),
        ("report", "--workers", "0"),
        ("report", "--timeout", "soon"),
        ("report", "--client", "corner-shop", "--notebook", "no-such.ipynb"),
        ("report", "--client", "corner-shop", "--notebook", "README.md"),
        (),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_status_2_and_a_sentence(project: Path, arguments: tuple[str, ...]) -> None:
    failed = run(*arguments, cwd=project)
    assert failed.returncode == 2
    assert "licences" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert failed.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("check", "--clients", "no-such.csv"), "no-such.csv: there is no such file"),
        (("check", "--clients", "data"), "data: is a folder"),
        (("check", "--catalogue", "no-such.csv"), "no-such.csv: there is no such file"),
    ],
)
def test_a_file_that_is_not_there_is_named(project: Path, arguments: tuple[str, ...], wrong: str) -> None:
    failed = run(*arguments, cwd=project)
    assert failed.returncode == 1
    assert failed.stderr.startswith(wrong)


def test_a_reader_that_stops_reading_gets_no_traceback(project: Path) -> None:
    script = f"{sys.executable} -m licences assess --json | head -c 10"
    piped = subprocess.run(["bash", "-c", script], cwd=project, capture_output=True, text=True, check=False)
    assert "Traceback" not in piped.stderr
    assert "Exception" not in piped.stderr


@pytest.mark.parametrize(
    ("as_of", "kind", "law_of_trade_marks", "apps_are_filed"),
    [
        ("2014-05-31", "licence", "2019", False),
        ("2014-06-01", "filing", "2019", False),
        ("2026-11-23", "filing", "2019", True),
        ("2027-02-01", "filing", "2027-01-01", True),
    ],
)
def test_a_shop_for_devices_gets_the_answer_of_the_day(
    project: Path, catalogue: Catalogue, as_of: str, kind: str, law_of_trade_marks: str, apps_are_filed: bool
) -> None:
    answered = run(
        "assess", "--client", "device-depot", "--as-of", as_of, "--lang", "en", "--json", cwd=project
    )
    rows = {row["code"]: row for row in json.loads(answered.stdout)}
    in_force = find_in_force(catalogue.rows, date.fromisoformat(as_of))
    assert list(rows) == list(in_force.index)
    assert rows["MED_DEVICE_CLASS_2"]["verdict"] == "required"
    assert in_force.at["MED_DEVICE_CLASS_2", "kind"] == kind
    assert in_force.at["MED_DEVICE_CLASS_2", "legal_basis_en"] == rows["MED_DEVICE_CLASS_2"]["legal_basis"]
    assert law_of_trade_marks in rows["TRADEMARK"]["legal_basis"]
    assert ("APP_FILING" in rows) is apps_are_filed


def test_a_profile_that_contradicts_itself_leaves_standard_output_to_the_json(
    project: Path, tmp_path: Path
) -> None:
    clients = tmp_path / "clients.csv"
    clients.write_text(
        "client,name,has_website,has_app,has_mini_program\na,<b>A</b>,no,no,no\n", encoding="utf-8"
    )
    answered = run("assess", "--clients", str(clients), "--json", cwd=project)
    assert answered.returncode == 0
    read, warning = answered.stderr.splitlines()
    assert read == f"{clients}: 1 client, 3 answers"
    assert warning.startswith("a: has_website, has_app, has_mini_program: ")
    assert {tuple(row) for row in json.loads(answered.stdout)} == {tuple(KEYS)}


def test_a_fault_of_the_clients_ends_every_command_with_status_1_and_its_sentence(project: Path) -> None:
    path = BROKEN / "misspelt_value.csv"
    sentence = f"{path}:2: own_categories: unknown value 'publishing'; did you mean 'publications'?\n"
    doubt = "a: Registered capital in yuan: 1 is hardly meant, probably 10,000, told in units of ten thousand (万); it was read as it stands"
    for command, read in (("check", f"{doubt}\n{path}: 1 client, 2 answers\n"), ("assess", "")):
        failed = run(command, "--clients", str(path), cwd=project)
        assert (failed.returncode, failed.stdout, failed.stderr) == (1, "", sentence + read)


def test_a_missing_file_hides_no_problem_of_another(tmp_path: Path) -> None:
    checked = run(
        "check", "--catalogue", "gone.csv", "--clients", str(BROKEN / "many_at_once.csv"), cwd=tmp_path
    )
    lines = checked.stderr.splitlines()
    assert checked.returncode == 1
    assert "gone.csv: there is no such file; check the path" in lines
    assert sum("many_at_once.csv:2: " in line for line in lines) == 5
    assert list(tmp_path.iterdir()) == []


def test_chinese_is_printed_where_the_locale_knows_only_ascii(project: Path) -> None:
    ascii_only = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for option in ("--json", "--questions"):
        answered = subprocess.run(
            [sys.executable, "-m", "licences", "assess", "--client", "quiet-client", option],
            cwd=project, capture_output=True, check=False, env=ascii_only,
        )  # fmt: skip
        assert (answered.returncode, answered.stderr.count(b"\n")) == (0, 1)  # what was read
        assert any("一" <= letter <= "鿿" for letter in answered.stdout.decode("utf-8"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_named_without_a_traceback(project: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        failed = subprocess.run(
            [sys.executable, "-m", "licences", "assess", "--client", "corner-shop", "--json"],
            cwd=project, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert failed.returncode == 1
    read, said = failed.stderr.splitlines()
    assert "clients.csv" in read
    assert said.startswith("licences: No space left on device; ")


def test_a_pipe_that_nobody_reads_ends_a_short_answer_in_peace(project: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    piped = subprocess.run(
        [sys.executable, "-m", "licences", "assess", "--client", "corner-shop", "--questions", "--json"],
        cwd=project, stdout=write_end, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(write_end)
    assert piped.returncode == 0
    (read,) = piped.stderr.splitlines()
    assert read.startswith("data/clients.csv: 26 clients, ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--ip", "0.0.0.0"], "no token"),
        (["--app", "--ip", "0.0.0.0"], "no token"),
        (["--token", "short"], "guessed"),
        (["--port", "0"], "'0' is not a number"),
        (["--client", "wander-wrok"], "wander-work"),
        (["--start", "2200-01-01"], "2200"),
        (["--as-of", "tomorrow"], "is not a date"),
    ],
)
def test_explore_refuses_what_it_cannot_serve(project: Path, arguments: list[str], says: str) -> None:
    refused = run("explore", "--no-browser", *arguments, cwd=project)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr


def test_explore_names_every_problem_of_the_clients_file(project: Path) -> None:
    refused = run("explore", "--no-browser", "--clients", str(BROKEN / "many_at_once.csv"), cwd=project)
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) >= 6


def test_a_calendar_holds_what_falls_due_unless_the_plan_is_asked_for_too(
    tmp_path: Path, project: Path
) -> None:
    assert CALENDARS == (RENEWALS, ALL)
    asked = (
        "report",
        "--client",
        "hello-hall",
        "--as-of",
        "2026-11-23",
        "--start",
        "2026-11-24",
        "--format",
        "ics",
    )
    found = []
    for more in ((), ("--ics", "renewals"), ("--ics", "all")):
        made = run(*asked, "--out", str(tmp_path / "out"), *more, cwd=project)
        assert made.returncode == 0, made.stderr
        content = (tmp_path / "out" / "hello-hall" / "renewals.ics").read_text(encoding="utf-8")
        found.append((made.stderr.count("up_to_date"), content.count("BEGIN:VEVENT")))
    (_, few), (is_same, same), (is_new, every) = found
    assert (same, bool(is_same), bool(is_new)) == (few, True, False)
    assert every > few
    assert "invalid choice" in run(*asked, "--ics", "plan", cwd=project).stderr


def test_check_says_which_own_columns_are_kept(project: Path, tmp_path: Path) -> None:
    clients = tmp_path / "c.csv"
    clients.write_text("client,name,联系电话,remark\n月牙湾,月牙湾商城,1,\n", encoding="utf-8")
    checked = run("check", "--clients", str(clients), "--json", cwd=project)
    assert json.loads(checked.stdout)["own_columns"] == ["联系电话", "remark"]
    assert checked.stderr.splitlines() == [
        "kept 2 columns of your own with the clients (联系电话, remark)",
        f"{clients}: 1 client, 0 answers",
    ]
    clients.write_text("client,name,has_webiste\na,A,yes\n", encoding="utf-8")
    checked = run("check", "--clients", str(clients), "--json", cwd=project)
    assert checked.returncode == 0
    assert "own_columns" not in json.loads(checked.stdout)
    assert "took 1 heading for the nearest column (has_webiste → has_website)" in checked.stderr
