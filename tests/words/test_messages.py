"""What a change of law says to the consultant: the command, its tables and its sentences."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console, Group
from test_diff import AS_OF, change, follow

from licences.analysis.differences import open_difference
from licences.analysis.impact import MATTERS, find_impacts
from licences.assessment.verdicts import find_verdicts
from licences.errors import UnknownNameError, UsageError
from licences.law.catalogue import Catalogue
from licences.law.diff import compare_days, compare_laws
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.render.terminal_diff import draw_difference
from licences.words.messages import (
    find_messages,
    find_profiles,
    make_clients_table,
    make_messages_table,
    make_rows_table,
    say_reach,
    tell,
)

WISH = PlanOptions(date(2026, 11, 24))


def run(*arguments: str, cwd: Path, columns: int = 200) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "licences", "diff", *arguments],
        cwd=cwd, capture_output=True, text=True, check=False, env={"COLUMNS": str(columns), "PATH": ""},
    )  # fmt: skip


def list_sentences(
    catalogue: Catalogue, new: Catalogue, clients: pd.DataFrame, language: str
) -> dict[str, list[str]]:
    difference = compare_laws(catalogue, new, AS_OF, language)
    touched = find_impacts(difference, clients, WISH)
    told = find_profiles(difference, clients, touched)
    return {one.client: tell(difference, one, told[one.client]) for one in touched}


def test_each_kind_of_change_is_told_in_a_sentence(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    wider = change(catalogue, "EXPRESS", applies_when="own_couriers or own_warehouse")
    said = list_sentences(catalogue, wider, sample_clients, "en")
    name = "Express delivery business licence (快递业务经营许可证)"
    new = [one for one in said.values() if one[0].startswith(f"New duty: {name}, for what they do today")]
    assert new
    assert all("Has its own warehouse" in one[0] or "arehouse" in one[0] for one in new)
    asked = [
        one
        for one in said.values()
        if one[0].startswith(f"It cannot be told yet whether {name} is now needed; ask:")
    ]
    assert asked
    back = list_sentences(wider, catalogue, sample_clients, "en")
    assert sum(f"No longer needed: {name}." in one for one in back.values()) == len(new)
    assert sum(any("can now be judged: not needed" in text for text in one) for one in back.values()) == len(
        asked
    )
    dearer = list_sentences(
        catalogue, change(catalogue, "EXPRESS", fee_cny=900.0, note_en="x"), sample_clients, "en"
    )
    assert any("Official fees rise by" in text for one in dearer.values() for text in one)
    assert all(any(text.startswith(f"{name} stays") for text in one) for one in dearer.values())
    coming = list_sentences(
        catalogue, follow(catalogue, "EXPRESS", "2027-03-01", fee_cny=9.0), sample_clients, "en"
    )
    assert all(
        one == [f"From 1 March 2027: {name} changes: official fee: 0 CNY → 9 CNY."] for one in coming.values()
    )
    gone = replace(catalogue, rows=catalogue.rows[catalogue.rows["code"] != "EXPRESS"])
    line = catalogue.rows.index[(catalogue.rows["code"] == "EXPRESS") & catalogue.rows["in_force_to"].isna()][
        0
    ]
    row = catalogue.rows.loc[[line]].assign(in_force_from=pd.Timestamp("2027-03-01"))
    begins = replace(catalogue, rows=pd.concat([gone.rows, row]))
    begun = list_sentences(gone, begins, sample_clients, "en")
    verdicts = find_verdicts(begins, sample_clients, date(2027, 3, 1))["EXPRESS"]
    assert {client for client, one in begun.items() if 'is then "required"' in one[0]} == set(
        verdicts.index[verdicts == "required"]
    )
    assert all(
        "cannot be told yet whether it is needed; ask: Runs its own couriers" in begun[client][0]
        for client in verdicts.index[verdicts == "undetermined"]
    )
    shut = follow(catalogue, "EXPRESS", "2027-03-01", eligible_when="registered_capital_cny >= 900000000")
    held = list_sentences(catalogue, shut, sample_clients, "en")
    assert "cannot be obtained then" not in held["nine-rivers-freight"][0]  # it holds it
    then = list_sentences(catalogue, shut, sample_clients.assign(holds=[()] * len(sample_clients)), "en")
    assert "It cannot be obtained then as things are: Registered capital" in then["nine-rivers-freight"][0]
    assert "cannot be obtained then" not in then["paper-plane-post"][0]  # nor can it today
    ending = change(catalogue, "EXPRESS", in_force_to=pd.Timestamp("2027-02-28"))
    ends = list_sentences(catalogue, ending, sample_clients, "en")
    assert ends
    assert all(one == [f"From 1 March 2027: {name} is no longer in force."] for one in ends.values())
    called_off = list_sentences(
        follow(catalogue, "EXPRESS", "2027-03-01", fee_cny=9.0), catalogue, sample_clients, "en"
    )
    assert all(one == [f"{name}: a change announced earlier will not come."] for one in called_off.values())


def make_periods(catalogue: Catalogue, code: str, *periods: tuple[str, str, dict[str, object]]) -> Catalogue:
    """The law in which the row in force is followed by others: first day, last day or empty, what differs."""
    line = catalogue.rows.index[(catalogue.rows["code"] == code) & catalogue.rows["in_force_to"].isna()][0]
    rows, later = catalogue.rows.copy(), []
    for at, (first, last, cells) in enumerate(periods):
        days = {"in_force_from": pd.Timestamp(first), "in_force_to": pd.Timestamp(last) if last else pd.NaT}
        later.append(rows.loc[[line]].assign(**days, **cells).set_axis([9000 + at]))
    return replace(catalogue, rows=pd.concat([rows, *later]))


def test_periods_ahead_are_each_held_against_the_one_before(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    name = "Express delivery business licence (快递业务经营许可证)"
    until = change(catalogue, "EXPRESS", in_force_to=pd.Timestamp("2027-02-28"))

    def told(*periods: tuple[str, str, dict[str, object]]) -> list[str]:
        said = list_sentences(catalogue, make_periods_after(until, *periods), sample_clients, "en")
        return said.get("nine-rivers-freight", [])

    def make_periods_after(ended: Catalogue, *periods: tuple[str, str, dict[str, object]]) -> Catalogue:
        whole = make_periods(catalogue, "EXPRESS", *periods)
        rows = whole.rows.copy()
        line = ended.rows.index[ended.rows["in_force_to"] == pd.Timestamp("2027-02-28")][0]
        rows.at[line, "in_force_to"] = pd.Timestamp("2027-02-28")
        return replace(whole, rows=rows)

    assert told(("2027-03-01", "", {})) == []  # the same again is no change
    assert told(("2027-06-01", "", {})) == [
        f"From 1 March 2027: {name} is no longer in force.",
        f'From 1 June 2027: {name} is in force again and is then "required".',
    ]
    assert told(("2027-03-01", "2027-05-31", {"obligation": "recommended"}), ("2027-06-01", "", {})) == [
        f'From 1 March 2027: {name} is then "recommended" (until then: "required").',
        f'From 1 June 2027: {name} is then "required" (until then: "recommended").',
    ]


def test_what_was_announced_and_has_come_early_is_not_called_off(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    later = follow(catalogue, "EXPRESS", "2027-01-01", fee_cny=9.0)
    sooner = follow(catalogue, "EXPRESS", "2026-11-01", fee_cny=9.0)
    difference = compare_laws(later, sooner, AS_OF, "en")
    assert {row.change for row in difference.rows} == {"changed"}
    said = list_sentences(later, sooner, sample_clients, "en")
    assert said
    for sentences in said.values():
        assert any("what was announced for later is in force already" in one for one in sentences)
        assert not any("will not come" in one for one in sentences)


def test_what_another_licence_replaces_names_it_and_its_last_day(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    ends = change(catalogue, "EXPRESS", in_force_to=pd.Timestamp("2027-02-28"), superseded_by=("DOMAIN",))
    said = list_sentences(catalogue, ends, sample_clients, "en")
    assert all("is no longer in force; instead: Domain name registration" in one[0] for one in said.values())
    rows = [(row.field, row.old, row.new) for row in compare_laws(catalogue, ends, AS_OF).rows]
    assert rows == [("superseded_by", ["EXPRESS"], ["DOMAIN"]), ("in_force_to", None, "2027-02-28")]
    gone = change(catalogue, "EXPRESS", in_force_to=pd.Timestamp("2026-10-31"))
    for sentences in list_sentences(catalogue, gone, sample_clients, "en").values():
        assert sentences[0] == "Express delivery business licence (快递业务经营许可证) is no longer in force."


def test_a_unit_alone_is_a_change_that_is_shown(catalogue: Catalogue) -> None:
    new = change(catalogue, "ICP", days_unit="calendar")
    rows = make_rows_table(compare_laws(catalogue, new, AS_OF, "en"))
    assert list(rows[["field", "old", "new"]].itertuples(index=False, name=None)) == [
        ("Unit of the times", "working days", "calendar days")
    ]
    checked = make_rows_table(
        compare_laws(catalogue, change(catalogue, "ICP", days_likely_basis="rule_text"), AS_OF, "en")
    )
    assert len(checked) == 1
    other = change(catalogue, "ICP", days_likely=5, days_unit="calendar")
    table = make_rows_table(
        compare_laws(catalogue, other, date(2020, 1, 1), "en")
    )  # of a row not yet in force
    assert "5 days" in set(table["new"])


@pytest.mark.parametrize(
    ("cells", "fields", "is_said"),
    [
        ({"penalty_en": "x", "source_url": "https://example.org/a"}, ["Penalty"], True),
        ({"penalty_en": "x", "research_note_en": "read again"}, ["Penalty"], True),
        ({"penalty_en": "x"}, ["Penalty"], False),
        ({"source_url": "https://example.org/a"}, ["Source address"], False),
    ],
)
def test_what_a_row_rests_on_is_left_out_where_more_has_changed_and_that_is_said(
    catalogue: Catalogue, cells: dict[str, object], fields: list[str], is_said: bool
) -> None:
    difference = compare_laws(catalogue, change(catalogue, "ICP", **cells), AS_OF, "en")
    assert list(make_rows_table(difference)["field"]) == fields
    printed = Console(width=200, record=True, file=io.StringIO())
    printed.print(Group(*draw_difference(difference, [], pd.DataFrame())))
    assert ("are left out where more has changed" in printed.export_text()) is is_said


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_in_the_readers_language_and_hold_every_client(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    difference = compare_days(catalogue, date(2024, 1, 1), date(2027, 1, 1), language)
    touched = find_impacts(difference, sample_clients, WISH)
    rows, clients = make_rows_table(difference), make_clients_table(difference, touched, sample_clients)
    assert list(clients["client"]) == [one.client for one in touched]
    assert all(clients["tell"])
    assert {"PERSONAL_INFORMATION_OFFICER", "TRADEMARK"} <= set(rows["code"])
    penalty = "罚则" if language == "zh" else "Penalty"
    assert penalty in set(rows["field"])
    assert not rows["field"].str.contains("（英）" if language == "zh" else "(zh)", regex=False).any()
    kind = rows[(rows["code"] == "DRUG_INFO") & (rows["field"] == ("类别" if language == "zh" else "Kind"))]
    assert list(kind["new"]) == (["备案"] if language == "zh" else ["filing"])


def test_clients_that_are_told_the_same_stand_together_and_none_is_lost(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    difference = compare_days(catalogue, date(2025, 6, 1), date(2025, 8, 1), "en")
    touched = find_impacts(difference, sample_clients, WISH)
    messages = find_messages(difference, touched, sample_clients)
    assert len(messages) < len(touched)
    together = [one for message in messages for one in message.touched]
    assert sorted(one.client for one in together) == sorted(one.client for one in touched)
    told = find_profiles(difference, sample_clients, touched)
    for message in messages:
        for one in message.touched:
            assert list(message.sentences) == tell(difference, one, told[one.client])
            assert one.matter == message.matter
    matters = [MATTERS.index(message.matter) for message in messages]
    assert matters == sorted(matters)
    table = make_messages_table(difference, messages)
    assert list(table["count"]) == [len(message.touched) for message in messages]
    for client in (one.client for one in touched):
        assert table["clients"].str.contains(f"({client})", regex=False).sum() == 1


def test_whom_a_change_concerns_is_said_in_the_reader_s_language(project: Path) -> None:
    said = {}
    for language in LANGUAGES:
        days = {"first": "2025-07-17", "last": "2025-07-18", "start": "2026-11-24", "language": language}
        found = open_difference(**days, clients=str(project / "data" / "clients.csv"))
        said[language] = say_reach(found.difference, found.touched, found.profiles)
        (ahead, names) = said[language].split("\n")
        assert all(one.client in names for one in found.touched if one.duties)
        assert {"8", "26"} <= set(re.findall(r"\d+", ahead))
        assert say_reach(found.difference, [], found.profiles).count("\n") == 0
    assert said["en"].startswith("The law differs in 1 place. That concerns 8 of 26 clients.\nFor 7 of them ")
    assert said["zh"].startswith("法律有1处变化，涉及26位客户中的8位。\n其中7位现有业务因此有新的义务：")


def test_the_command_lists_each_client_once_below_what_it_is_told(project: Path) -> None:
    shown = run("--from", "2025-05-31", "--to", "2026-06-01", "--lang", "en", cwd=project).stdout
    said = json.loads(run("--from", "2025-05-31", "--to", "2026-06-01", "--json", cwd=project).stdout)
    assert f"\n{len(said['clients'])} of 26 clients touched" in shown
    listed = shown.partition("clients touched")[2]
    lines = [line.split()[-1] for line in listed.splitlines() if line.startswith(" " * 6)]
    assert sorted(lines) == sorted(one["client"] for one in said["clients"])
    counts = [int(count) for count in re.findall(r"^\S.*\((\d+)\)\s*$", listed, re.MULTILINE)]
    assert len(counts) > 1
    assert sum(counts) == len(lines)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("columns", [40, 80, 200])
def test_however_narrow_the_terminal_each_sentence_is_printed_whole(
    project: Path, columns: int, language: str
) -> None:
    asked = ("--from", "2025-05-31", "--to", "2027-01-01", "--lang", language)
    shown = "".join(run(*asked, cwd=project, columns=columns).stdout.split())
    said = json.loads(run(*asked, "--json", cwd=project).stdout)
    sentences = {"".join(sentence.split()) for one in said["clients"] for sentence in one["tell"]}
    assert len(sentences) > 20
    assert not [sentence for sentence in sentences if sentence not in shown]


def test_days_are_said_to_be_working_or_calendar_days_and_money_is_money(catalogue: Catalogue) -> None:
    new = change(catalogue, "ICP", days_likely=50, fee_cny=500.0, validity_years=1)
    rows = make_rows_table(compare_laws(catalogue, new, AS_OF, "en"))
    told = dict(zip(rows["field"], zip(rows["old"], rows["new"], strict=True), strict=True))
    assert told["Likely time"][1] == "50 working days"
    assert told["Official fee"] == ("0 CNY", "500 CNY")
    assert told["Validity"] == ("5 years", "1 year")


def test_the_json_has_the_promised_keys_and_only_the_clients_touched(project: Path) -> None:
    days = ("--from", "2025-07-17", "--to", "2025-07-18", "--json")
    answered = run(*days, cwd=project)
    assert (answered.returncode, answered.stderr.count("\n")) == (0, 1)  # what was read
    said = json.loads(answered.stdout)
    assert list(said) == ["rows", "clients"]
    assert said["rows"] == [
        {"code": "PERSONAL_INFORMATION_OFFICER", "change": "added", "field": "in_force_from",
         "old": None, "new": "2025-07-18"}
    ]  # fmt: skip
    keys = ["client", "gained", "lost", "changed", "launch_moved_days", "fees_moved_cny"]
    for one in said["clients"]:
        assert list(one)[:6] == keys
        assert one["gained"] or one["changed"]
        assert any("个人信息保护负责人信息报送" in sentence for sentence in one["tell"])
    assert "corner-shop" not in {one["client"] for one in said["clients"]}
    assert run(*days, cwd=project).stdout == answered.stdout


def test_two_files_are_compared_as_of_a_day(project: Path, tmp_path: Path) -> None:
    new = project / "data" / "licences.csv"
    text = new.read_text(encoding="utf-8")
    old = tmp_path / "old.csv"
    old.write_text(text.replace("own_couriers,", "own_couriers and issues_prepaid_cards,"), encoding="utf-8")
    assert old.read_text(encoding="utf-8") != text
    said = json.loads(run(str(old), str(new), "--as-of", "2026-11-23", "--json", cwd=project).stdout)
    assert {(row["code"], row["change"], row["field"]) for row in said["rows"]} == {
        ("EXPRESS", "changed", "applies_when")
    }
    assert said["clients"][0]["gained"] == ["EXPRESS"]
    shown = run(str(old), str(new), "--as-of", "2026-11-23", "--lang", "en", cwd=project)
    assert shown.returncode == 0
    assert "New duty: Express delivery business licence (快递业务经营许可证)" in " ".join(
        shown.stdout.split()
    )
    same = run(str(new), str(new), "--as-of", "2026-11-23", cwd=project)
    assert (same.returncode, "没有变化" in same.stdout) == (0, True)
    assert json.loads(run(str(new), str(new), "--json", cwd=project).stdout) == {"rows": [], "clients": []}


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ((), 2, "give either --from DATE --to DATE, or OLD.csv NEW.csv"),
        (("a.csv", "b.csv", "--to", "2026-01-01"), 2, "not both"),
        (("--from", "2026-01-01"), 2, "--to is missing"),
        (("--to", "2026-01-01"), 2, "--from is missing"),
        (("--from", "2027-01-01", "--to", "2026-01-01"), 2, "2027-01-01 lies after 2026-01-01"),
        (("--from", "1.1.2026", "--to", "2026-01-01"), 2, "is not a date; write it as"),
        (
            ("--from", "2026-01-01", "--to", "2026-02-01", "--as-of", "2026-01-01"),
            2,
            "--as-of is for two files",
        ),
        (("a.csv",), 2, "two catalogues are compared, not 1"),
        (("a.csv", "b.csv", "--catalogue", "c.csv"), 2, "--catalogue is for two days"),
        (("a.csv", "b.csv"), 1, "b.csv: there is no such file; check the path"),
        (("README.md", "data/licences.csv"), 1, "README.md:1"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    project: Path, arguments: tuple[str, ...], status: int, says: str
) -> None:
    refused = run(*arguments, cwd=project)
    assert refused.returncode == status
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_a_notebook_compares_two_files_or_two_days_and_not_both(project: Path, tmp_path: Path) -> None:
    new = project / "data" / "licences.csv"
    old = tmp_path / "old.csv"
    text = new.read_text(encoding="utf-8")
    old.write_text(text.replace("own_couriers,", "own_couriers and issues_prepaid_cards,"), encoding="utf-8")
    days = {"as_of": "2026-11-23", "start": "2026-11-24", "language": "en"}
    found = open_difference(old=str(old), **days)
    assert list(make_rows_table(found.difference)["code"]) == ["EXPRESS"]
    clients = make_clients_table(found.difference, found.touched, found.profiles)
    assert clients["tell"].str.startswith("New duty: Express delivery business licence").sum() == 1
    two_days = open_difference(first="2025-07-17", last="2025-07-18", **days)
    clients = make_clients_table(two_days.difference, two_days.touched, two_days.profiles)
    assert clients["client"].is_unique
    messages = find_messages(two_days.difference, two_days.touched, two_days.profiles)
    assert make_messages_table(two_days.difference, messages)["count"].sum() == len(clients)
    with pytest.raises(UnknownNameError, match="no language 'fr'"):
        open_difference(old=str(old), **days | {"language": "fr"})
    for named in ({}, {"first": "2025-07-17", "last": "2025-07-18", "old": str(old)}):
        with pytest.raises(UsageError, match="give first and last, or old and new"):
            open_difference(**named, **days)
