"""The data files held against each other: what the catalogue may not say, and what it must."""

from __future__ import annotations

import csv
import pickle
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from licences.assessment.verdicts import NEEDED, find_verdicts
from licences.errors import ProblemsError
from licences.law.article import read_article
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.checks import find_correction_problems, find_problems, find_time_problems
from licences.law.evidence import read_evidence
from licences.law.in_force import compile_catalogue, find_law_in_force
from licences.law.rows import find_in_force, split_prerequisites

CODES = [
    "BUSINESS_LICENCE",
    "DOMAIN",
    "ICP_FILING",
    "APP_FILING",
    "PSB_FILING",
    "ICP",
    "EDI",
    "SP",
    "CODE_1069_OWN",
    "CODE_1069_SP",
    "SMS_SIGNATURE",
    "CALL_CENTRE",
    "CODE_95_ENTERPRISE",
    "CODE_95_OPERATOR",
    "IDC",
    "ISP",
    "CDN",
    "DRUG_INFO",
    "DRUG_PLATFORM",
    "DRUG_RETAIL",
    "MED_DEVICE_PLATFORM",
    "MED_DEVICE_CLASS_2",
    "MED_DEVICE_CLASS_3",
    "MED_DEVICE_ONLINE",
    "FOOD_OPERATION",
    "FOOD_PREPACKAGED",
    "FOOD_PLATFORM",
    "CATERING_PLATFORM",
    "SPECIAL_FOOD",
    "ALCOHOL",
    "FARM_PRODUCE",
    "SALT",
    "ORGANIC_PRODUCTS",
    "PET_FOOD",
    "PUBLICATION_RETAIL",
    "PUBLICATION_WHOLESALE",
    "PUBLICATION_PLATFORM",
    "COSMETICS_PLATFORM",
    "TRADEMARK",
    "PATENT_INVENTION",
    "PATENT_UTILITY",
    "PATENT_DESIGN",
    "SOFTWARE_COPYRIGHT",
    "HIGH_TECH",
    "ISO_9001",
    "ISO_14001",
    "ISO_45001",
    "ISO_27001",
    "ISO_20000",
    "MLPS_2",
    "MLPS_3",
    "TAX_PLATFORM_REPORT",
    "SAMR_PLATFORM_REPORT",
    "CULTURE_NET",
    "PERFORMANCE",
    "AV_LICENCE",
    "LIVE_COMMERCE",
    "LIVE_COMMERCE_PLATFORM",
    "LIVE_CAC_FILING",
    "LIVE_FOOD",
    "MCN_ENTRY_FILING",
    "TV_PRODUCTION",
    "NET_PUBLISHING",
    "GAME_APPROVAL",
    "NEWS_INFORMATION",
    "RELIGIOUS_INFORMATION",
    "ALGORITHM_FILING",
    "GENERATIVE_AI_FILING",
    "AI_LABELLING",
    "PAYMENT",
    "PREPAID_CARD",
    "EXPRESS",
    "CROSS_BORDER_CUSTOMS",
    "HR_SERVICE",
    "TRAVEL_AGENCY",
    "PERSONAL_INFORMATION_OFFICER",
    "PERSONAL_INFORMATION_AUDIT",
    "PI_IMPACT_ASSESSMENT",
    "MINORS_AUDIT_REPORT",
    "FACE_RECOGNITION_FILING",
    "DATA_EXPORT_ASSESSMENT",
    "DATA_EXPORT_CONTRACT",
    "DATA_EXPORT_CERTIFICATION",
    "DATA_RISK_ASSESSMENT",
    "LARGE_PLATFORM_REPORT",
    "MINORS_PLATFORM_RECOGNITION",
    "SECURITY_ASSESSMENT",
    "AV_REGISTRATION",
    "FOOD_OWN_SITE",
    "PUBLICATION_ONLINE",
    "DRUG_ONLINE_REPORT",
    "MLPS_GRADING",
    "INCIDENT_REPORT",
]


def change(project: Path, folder: Path, **cells: dict[str, str]) -> Path:
    """The catalogue with some cells of some current rows written anew."""
    with (project / "data" / "licences.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for code, new in cells.items():
        row = next(row for row in rows if row["code"] == code and not row["in_force_to"])
        row.update(new)
    path = folder / "licences.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def find_wrong(path: Path) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        read_catalogue(path)
    return [f"{problem.column}: {problem.wrong}; {problem.right}" for problem in caught.value.problems]


def test_every_code_that_others_rely_on_is_in_the_catalogue_today(catalogue: Catalogue) -> None:
    today = find_in_force(catalogue.rows, pd.Timestamp("2026-11-23").date())
    assert set(CODES) <= set(today.index)


@pytest.mark.parametrize(
    ("code", "new", "wrong"),
    [
        ("EDI", {"requires": "BUSINESS_LICENSE"}, "did you mean 'BUSINESS_LICENCE'"),
        ("EDI", {"requires": "IDC"}, "IDC (line"),
        ("EDI", {"requires": "EDI"}, "EDI needs EDI"),
        ("EDI", {"superseded_by": "EDII"}, "no licence 'EDII'"),
        ("EDI", {"applies_when": "hosts_third_party_seller"}, "did you mean 'hosts_third_party_sellers'"),
        ("EDI", {"applies_when": "has_app and not has_app"}, "no client can ever make this expression true"),
        (
            "EDI",
            {"eligible_when": "foreign_share_percent > 100"},
            "no client can ever make this expression true",
        ),
        ("EDI", {"applies_when": "len(own_categories) > 1"}, "a call is not allowed"),
        ("EDI", {"in_force_from": "2024-10-01"}, "is already in force by line"),
        ("EDI", {"in_force_to": "2024-10-22"}, "the row ends before it begins"),
        ("EDI", {"days_likely_basis": ""}, "a value and its ground must stand together"),
        ("EDI", {"days_unit": ""}, "a number without its unit"),
        ("EDI", {"documents_en": "one;two"}, "not as long as in the other language"),
        ("EDI", {"penalty_en": ""}, "filled in one language only"),
        ("EDI", {"kind": "licens"}, "did you mean 'licence'"),
        ("EDI", {"level": "provincial;municpal"}, "did you mean 'municipal'"),
        ("EDI", {"days_likely": "soon"}, "'soon' is not a number"),
        ("EDI", {"checked_on": "23/11/2026"}, "is not a date"),
        ("EDI", {"source": ""}, "it is empty"),
        ("EDI", {"source_url": "ftp://x"}, "is not allowed here"),
        ("EDI", {"duty_windows": "13-01..03-31"}, "not a window of the year"),
        ("EDI", {"duty_windows": ".."}, "not a window of the year"),
        ("EDI", {"requires": "BUSINESS_LICENCE;"}, "requires: an item of the list is empty"),
        ("EDI", {"requires": "ICP_FILING|"}, "requires: an item of the list is empty"),
        ("EDI", {"phase": "first"}, "phase: 'first' is not a number"),
        ("EDI", {"phase": "4"}, "phase: unknown value '4'; one of 1, 2, 3"),
        ("EDI", {"days_likely": "1e30"}, "'1e30' is too large"),
        ("EDI", {"days_likely": "-1"}, "days_likely: '-1' is not allowed here; at least 0"),
        ("EDI", {"article_item": "18"}, "article_item: '18' is not allowed here; at most 17"),
        (
            "EDI",
            {"fee_cny": "5", "fee_cny_basis": ""},
            "fee_cny_basis: a value and its ground must stand together",
        ),
        ("EDI", {"validity_years": ""}, "validity_years_basis: a value and its ground must stand together"),
        (
            "EDI",
            {"days_min": "50"},
            "days_likely: the shortest, likely and longest times do not ascend; put them in",
        ),
        (
            "EDI",
            {"days_max": "44"},
            "days_likely: the shortest, likely and longest times do not ascend; put them in",
        ),
        ("EDI", {"duty_windows": "02-01..02-29"}, "'02-01..02-29' is not a window of the year"),
        ("EDI", {"duty_windows": "04-01..03-31"}, "'04-01..03-31' is not a window of the year"),
        ("EDI", {"duty_windows_basis": ""}, "duty_windows_basis: a value and its ground must stand together"),
        ("EDI", {"days_max_basis": "guess"}, "one of estimate, experience, own_cases, rule_text, secondary"),
        ("EDI", {"penalty_zh": ""}, "penalty_zh: filled in one language only"),
        ("EDI", {"superseded_by": "sp"}, "superseded_by: 'sp' is not allowed here"),
        ("EDI", {"applies_when": "False"}, "no client can ever make this expression true"),
        ("EDI", {"applies_when": "has_app and"}, "the expression breaks off"),
        ("EDI", {"applies_when": "has_app.__class__"}, "an attribute is not allowed"),
        ("EDI", {"eligible_when": "(lambda: 1)()"}, "eligible_when: a call is not allowed"),
        ("EDI", {"eligible_when": "'drugz' in own_categories"}, "did you mean 'drugs'"),
        ("EDI", {"applies_when": "'EDII' not in held"}, "no licence 'EDII'; did you mean 'EDI'?"),
        ("EDI", {"applies_when": "has_app and 'EDI' not in held"}, "whether EDI itself is held"),
        ("EDI", {"eligible_when": "'EDI' in held"}, "whether EDI itself is held"),
    ],
)
def test_a_fault_of_the_catalogue_is_named(
    project: Path, tmp_path: Path, code: str, new: dict[str, str], wrong: str
) -> None:
    said = find_wrong(change(project, tmp_path, **{code: new}))
    assert any(wrong in line for line in said), said
    assert {line.split(": ")[0] for line in said} <= {
        *new,
        "days_likely",
        "days_min",
        "days_max",
        "penalty_zh",
        *(f"{column}_basis" for column in new),
    }


def test_a_circle_of_prerequisites_is_named_in_full(project: Path, tmp_path: Path) -> None:
    path = change(
        project, tmp_path, BUSINESS_LICENCE={"requires": "PSB_FILING"}, PSB_FILING={"requires": "ICP_FILING"}
    )
    (circle,) = [line for line in find_wrong(path) if "circle" in line]
    assert "BUSINESS_LICENCE needs PSB_FILING needs ICP_FILING needs DOMAIN needs BUSINESS_LICENCE" in circle


def test_all_faults_are_named_at_once(project: Path, tmp_path: Path) -> None:
    path = change(project, tmp_path, EDI={"kind": "x", "applies_when": "has_ap"}, SP={"requires": "NO"})
    assert len(find_wrong(path)) == 3


def test_every_row_applies_to_a_sample_client_on_a_day_of_its_period(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    idle, answers = [], {}
    for code, first, last in zip(
        catalogue.rows["code"], catalogue.rows["in_force_from"], catalogue.rows["in_force_to"], strict=True
    ):
        day = first if not pd.isna(first) else last if not pd.isna(last) else pd.Timestamp("2026-11-23")
        if day not in answers:
            answers[day] = find_verdicts(catalogue, sample_clients, day.date())
        verdicts = answers[day][code]
        if not verdicts.isin([*NEEDED, "forbidden"]).any() and code != "OTHER_REGULATED":
            idle.append((code, str(day)))
    assert idle == []


def test_every_item_and_phase_of_the_article_is_carried_on(catalogue: Catalogue) -> None:
    article = read_article()
    assert list(article.index) == [*map(str, range(1, 18)), "phase_1", "phase_2", "phase_3"]
    known = set(catalogue.rows["code"])
    assert all(set(codes) <= known for codes in article["codes"])
    for code, item, phase in zip(
        catalogue.rows["code"], catalogue.rows["article_item"], catalogue.rows["article_phase"], strict=True
    ):
        if not pd.isna(item):
            assert code in article.at[str(item), "codes"]
        if not pd.isna(phase):
            assert code in article.at[f"phase_{phase}", "codes"]


def test_a_prerequisite_is_never_the_licence_itself(catalogue: Catalogue) -> None:
    for code, text in zip(catalogue.rows["code"], catalogue.rows["requires"], strict=True):
        assert all(code not in group for group in split_prerequisites(text))


def test_what_is_certain_has_a_source_a_date_and_an_address(catalogue: Catalogue) -> None:
    certain = catalogue.rows[catalogue.rows["confidence"] == "high"]
    assert len(certain) > 20
    assert certain["source"].notna().all()
    told = read_evidence()
    cited = set(told.loc[told["column"] == "applies_when", "code"])
    assert list(certain.loc[certain["source_url"].isna() & ~certain["code"].isin(cited), "code"]) == []
    assert catalogue.rows["checked_on"].notna().all()


def test_a_rule_that_ends_says_what_follows_or_that_nothing_does(catalogue: Catalogue) -> None:
    ended = catalogue.rows[catalogue.rows["in_force_to"].notna()]
    follows = ended["superseded_by"].map(bool) | ended["note_en"].notna()
    assert list(ended["code"][~follows]) == []


def test_an_expression_that_calls_something_is_named_and_never_run(project: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    call = f"__import__('os').system('touch {trace}')"
    path = change(
        project, tmp_path, EDI={"applies_when": call}, SP={"eligible_when": call}, ICP={"requires": call}
    )
    said = find_wrong(path)
    assert sum("a call is not allowed in an expression" in line for line in said) == 2
    assert sum(line.startswith("requires: no licence") for line in said) == 1
    assert not trace.exists()


def test_a_cell_that_cannot_be_read_brings_no_further_problem_of_its_making(
    project: Path, tmp_path: Path
) -> None:
    assert len(find_wrong(change(project, tmp_path, BUSINESS_LICENCE={"phase": "4"}))) == 1
    (wrong,) = find_wrong(change(project, tmp_path, EDI={"in_force_from": "2024-10-23x"}))[-1:]
    assert wrong.startswith("in_force_from: '2024-10-23x' is not a date")


def test_a_prerequisite_in_a_later_phase_counts_only_while_both_are_the_law(
    project: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    path = change(project, tmp_path, PSB_FILING={"requires": "TAX_PLATFORM_REPORT;SP"})
    said = find_wrong(path)
    periods = catalogue.rows[catalogue.rows["code"] == "SP"]
    meeting = periods[~(periods["in_force_to"] < pd.Timestamp("2023-09-01"))]
    assert len(meeting) < len(periods)
    assert [line.split(",")[0] for line in said] == [
        f"requires: SP (line {line}) stands in phase 2" for line in meeting.index
    ]


def test_the_shipped_files_hold_no_problem(project: Path) -> None:
    assert find_problems(project / "data" / "licences.csv", project / "data" / "clients.csv") == []


def test_problems_of_the_catalogue_and_of_the_clients_are_named_together(
    project: Path, tmp_path: Path
) -> None:
    catalogue = change(project, tmp_path, EDI={"kind": "x"})
    header_broken = tmp_path / "header.csv"
    header_broken.write_text("code,kinds\nEDI,licence\n", encoding="utf-8")
    clients = tmp_path / "clients.csv"
    clients.write_text("client,name,holds,has_app\na,A,NOPE,perhaps\n", encoding="utf-8")
    gone = tmp_path / "gone.csv"

    def find(catalogue: Path, clients: Path) -> list[tuple[str, int, str]]:
        return sorted(
            (Path(one.file).name, one.line, one.column) for one in find_problems(catalogue, clients)
        )

    line = next(one.line for one in find_problems(catalogue, project / "data" / "clients.csv"))
    assert find(catalogue, clients) == [
        ("clients.csv", 2, "has_app"), ("clients.csv", 2, "holds"), ("licences.csv", line, "kind")
    ]  # fmt: skip
    assert find(catalogue, gone) == [("gone.csv", 0, ""), ("licences.csv", line, "kind")]
    assert find(gone, clients) == [("clients.csv", 2, "has_app"), ("gone.csv", 0, "")]
    assert ("clients.csv", 2, "has_app") in find(header_broken, clients)
    assert ("header.csv", 1, "kinds") in find(header_broken, clients)
    assert [str(one) for one in find_problems(gone, gone)] == [
        f"{gone}: there is no such file; check the path"
    ] * 2


def test_every_text_stands_in_both_languages(catalogue: Catalogue) -> None:
    chinese = [name for name in catalogue.rows.columns if name.endswith("_zh")]
    assert len(chinese) > 10
    for name in chinese:
        other = catalogue.rows[f"{name[:-3]}_en"]
        one_sided = catalogue.rows[name].map(bool, na_action="ignore").eq(True) != other.map(
            bool, na_action="ignore"
        ).eq(True)
        assert list(catalogue.rows["code"][one_sided]) == []


def test_every_kind_of_licence_has_a_row_on_corrections_and_its_times_ascend(catalogue: Catalogue) -> None:
    rows = catalogue.corrections
    assert find_correction_problems(rows, "f") == find_time_problems(rows, "f") == []
    assert set(catalogue.rows["kind"]) <= set(rows["kind"])
    (missing,) = find_correction_problems(rows[rows["kind"] != "licence"], "f")
    assert str(missing).startswith("f: there is no row for 'licence'; ")
    mixed = rows.assign(days_min=rows["days_max"] + 1)
    assert len(find_time_problems(mixed, "f")) == len(rows)


def test_a_process_that_is_given_the_catalogue_works_out_no_chances_again(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    find_law_in_force(catalogue, date(2026, 11, 23), "zh")
    compile_catalogue(catalogue)
    assert len(catalogue.chances) > 10
    given = tmp_path / "catalogue.pickle"
    given.write_bytes(pickle.dumps(catalogue))
    code = f"""import pickle, sys
from pathlib import Path
from licences.law.durations import find_chances
catalogue = pickle.loads(Path({str(given)!r}).read_bytes())
assert all((find_chances(*times) == chances).all() for times, chances in catalogue.chances.items())
print("scipy" in sys.modules)
find_chances(1, 2, 50)
print("scipy" in sys.modules)"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]
