"""Companies of one platform stand side by side, and what one holds changes nothing for another."""

from __future__ import annotations

import json
from datetime import date
from html import escape
from pathlib import Path

import pandas as pd
import pytest

import licences as lc
from licences.__main__ import main
from licences.analysis.group import KINDS, Group, GroupRow, make_groups
from licences.assessment.explain import Finding, explain
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.render.brand import Brand
from licences.render.html.group import make_group_page, make_group_section
from licences.rules.facts import make_profiles
from licences.words.groups import view_group

AS_OF = date(2026, 11, 23)
MARKET = {
    "client": "market", "name": "甲<b>市场</b>", "group": "lanterns", "holds": "BUSINESS_LICENCE",
    "has_website": "yes", "hosts_third_party_sellers": "yes", "completes_transactions_online": "yes",
    "own_couriers": "yes",
}  # fmt: skip
BOATS = {
    "client": "boats", "name": "Boats", "group": "lanterns", "holds": "BUSINESS_LICENCE;EXPRESS;EDI",
    "hosts_third_party_sellers": "no", "own_couriers": "no",
}  # fmt: skip
ALONE = {"client": "alone", "name": "Alone", "holds": "EXPRESS", "own_couriers": "yes"}


def find_all(catalogue: Catalogue, *cells: dict[str, str]) -> tuple[pd.DataFrame, list[Finding]]:
    profiles = make_profiles(cells, catalogue.fields, catalogue.codes, "")
    return profiles, list(explain(catalogue, profiles, AS_OF, "en", over_stages=True))


@pytest.fixture
def group(catalogue: Catalogue) -> Group:
    (made,) = make_groups(*find_all(catalogue, MARKET, ALONE, BOATS))
    return made


def find_row(group: Group, code: str) -> GroupRow:
    return next(row for row in group.rows if row.code == code)


def test_each_company_keeps_the_answer_that_it_has_alone(catalogue: Catalogue, group: Group) -> None:
    assert list(group.companies) == ["market", "boats"]
    for cells in (MARKET, BOATS):
        _, alone = find_all(catalogue, cells)
        told = {one.code: (one.verdict, one.status) for one in alone}
        for code in group.verdicts.index:
            client = cells["client"]
            assert (group.verdicts.at[code, client], group.statuses.at[code, client]) == told[code]


def test_who_holds_what_another_needs_is_named_and_nobody_is_excused(group: Group) -> None:
    express = find_row(group, "EXPRESS")
    assert (express.kind, express.lacking, express.held_by) == ("held_elsewhere", ("market",), ("boats",))
    assert group.verdicts.loc["EXPRESS"].to_dict() == {"market": "required", "boats": "not_needed"}
    assert group.statuses.loc["EXPRESS"].to_dict() == {"market": "not_held", "boats": "held"}
    assert find_row(group, "EDI").kind == "held_elsewhere"
    assert find_row(group, "BUSINESS_LICENCE").kind == "met"
    assert find_row(group, "PSB_FILING").kind == "held_by_none"
    assert [KINDS.index(str(row.kind)) for row in group.rows] == sorted(
        KINDS.index(str(row.kind)) for row in group.rows
    )


def test_what_is_held_by_one_and_needed_by_none_is_said(catalogue: Catalogue) -> None:
    (made,) = make_groups(*find_all(catalogue, MARKET | {"own_couriers": "no"}, BOATS))
    assert find_row(made, "EXPRESS").kind == "unneeded"
    law = find_law_in_force(catalogue, AS_OF, "en")
    said = {row.code: row.notes for _, _, rows in view_group(made, law).parts for row in rows}
    assert said["EXPRESS"] == ("Needed by none; held by Boats.",)
    (edi,) = said["EDI"]
    assert edi.startswith(
        "Held by Boats; still to be obtained by 甲<b>市场</b>. Whether 甲<b>市场</b> may rely on it"
    )
    assert edi.endswith("is not told by the law here: a licence is issued to one company.")


def test_what_has_expired_is_held_by_nobody(catalogue: Catalogue) -> None:
    expired = BOATS | {"holds": "EXPRESS@2026-11-22"}
    (made,) = make_groups(*find_all(catalogue, MARKET, expired))
    assert find_row(made, "EXPRESS").kind == "held_by_none"
    assert made.statuses.at["EXPRESS", "boats"] == "expired"


def test_a_page_escapes_what_a_client_typed_and_bears_the_brand(catalogue: Catalogue, group: Group) -> None:
    for language in ("zh", "en"):
        view = view_group(group, find_law_in_force(catalogue, AS_OF, language))
        page = make_group_page(view, language, Brand(firm="R&D <Firm>"), ["<i>scope</i>"], "2026.11")
        assert "甲&lt;b&gt;市场&lt;/b&gt;" in page
        assert "<b>市场" not in page
        assert "R&amp;D &lt;Firm&gt;" in page
        assert "&lt;i&gt;scope" in page
        assert view.rule.replace("'", "&#39;") in page


def write_file(folder: Path) -> Path:
    path = folder / "clients.csv"
    path.write_text(
        "client,name,holds,group,from,has_website,hosts_third_party_sellers,completes_transactions_online,own_couriers\n"
        "market,市场,BUSINESS_LICENCE,lanterns,,yes,no,no,no\n"
        "market,,,,2027-04-01,,yes,yes,yes\n"
        "alone,乙,,,,no,no,no,no\n"
        "boats,Boats,EXPRESS,lanterns,,no,no,no,yes\n",
        encoding="utf-8",
    )
    return path


def test_a_command_takes_the_companies_of_a_group(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--clients", str(write_file(tmp_path)), "--as-of", "2026-11-23", "--lang", "en"]
    for command in (["assess"], ["plan", "--start", "2026-11-24"], ["what-if", "--licence", "EDI"]):
        assert main([*command, *asked, "--group", "lanterns", "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)
        assert list(dict.fromkeys(row["client"] for row in rows)) == ["market", "boats"]
    assert main(["assess", *asked, "--group", "lantern"]) == 2
    assert "no group 'lantern'; did you mean 'lanterns'?" in capsys.readouterr().err
    assert main(["assess", *asked, "--group", "lanterns"]) == 0
    table = " ".join(capsys.readouterr().out.partition("lanterns: 2 companies side by side")[2].split())
    assert "Held by one, still to be obtained by" in table
    assert "from 1 April 2027" in table
    assert main(["assess", *asked, "--client", "boats"]) == 0
    assert "side by side" not in capsys.readouterr().out


def test_a_group_has_a_page_beside_the_reports_of_its_companies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file(tmp_path)
    monkeypatch.chdir(tmp_path)
    asked = ["--clients", "clients.csv", "--as-of", "2026-11-23", "--start", "2026-11-24", "--out", "out"]
    assert main(["report", *asked, "--group", "lanterns"]) == 0
    made = {path.relative_to("out").as_posix() for path in Path("out").rglob("*.html")}
    assert made == {"market/report.html", "boats/report.html", "lanterns/group.html"}
    page = Path("out/lanterns/group.html").read_text(encoding="utf-8")
    assert "自2027年4月1日起" in page
    assert "乙" not in page


def test_an_analyst_has_the_groups_as_a_frame(catalogue: Catalogue, tmp_path: Path) -> None:
    clients = lc.read_clients(write_file(tmp_path), catalogue)
    frame = lc.assess(clients, as_of=AS_OF, language="en").groups
    express = frame[frame["code"] == "EXPRESS"].set_index("client")
    assert express["kind"].unique().tolist() == ["held_elsewhere"]
    assert express["status"].to_dict() == {"market": "not_held", "boats": "held"}
    assert express.at["market", "begins_on"] == pd.Timestamp("2027-04-01")
    assert clients.choose(groups=["lanterns"]).frame["client"].tolist() == ["market", "boats"]
    assert lc.assess(clients.choose("alone"), as_of=AS_OF).groups.empty


def test_a_page_says_short_names_and_repeats_nothing_that_its_cells_say(
    group: Group, catalogue: Catalogue
) -> None:
    law = find_law_in_force(catalogue, AS_OF, "en")
    view = view_group(group, law)
    html = make_group_section(view, "en").html
    rows = {row.code: row for kind, _, listed in view.parts for row in listed if kind == "held_by_none"}
    assert rows
    for code, row in rows.items():
        (line,) = [one for one in html.split("<tr>") if f'<span class="code">{code}</span>' in one]
        assert line.startswith(f'<th scope="row">{escape(row.short)}')
        assert escape(row.official) in line
        assert escape(row.notes[0]) not in line
    assert "Whether" in html
