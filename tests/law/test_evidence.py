"""Where the catalogue disagrees with its sources, its evidence and its audits, ``check`` says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from licences.law.checks import find_problems
from licences.law.evidence import list_facts, read_evidence
from small_law import EVIDENCE, FINDING, GUESS, GUIDE, LAW, make_law


def find(
    project: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, file: Path | None = None, **wanted: Any
) -> list[str]:
    data = make_law(project, folder, **wanted)
    monkeypatch.chdir(folder)
    return [
        f"{Path(one.file).name}:{one.line} {one.column}: {one.wrong}; {one.right}"
        for one in find_problems(file, data / "clients.csv")
    ]


def change(column: str, /, **cells: str) -> list[Mapping[str, str]]:
    return [one | cells if one["column"] == column else one for one in EVIDENCE]


def test_a_catalogue_that_agrees_with_what_it_rests_on_has_no_problem(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find(project, tmp_path, monkeypatch) == []
    evidence = read_evidence()
    assert set(evidence["source_kind"]) == {"law", "official_guide"}
    assert len(evidence) == 2 * len(EVIDENCE)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown source": (
        {"evidence": change("fee_cny", source="b-guide-2012")},
        "evidence.csv:8 source: no source 'b-guide-2012'; did you mean 'b-guide-2021'?",
    ),
    "unknown code": (
        {"evidence": [*EVIDENCE, EVIDENCE[0] | {"code": "TRADEMARC"}]},
        "evidence.csv:10 code: no licence 'TRADEMARC'; did you mean 'TRADEMARK'?",
    ),
    "unknown period": (
        {"evidence": [*EVIDENCE, EVIDENCE[0] | {"in_force_from": "2020-01-01"}]},
        "evidence.csv:10 in_force_from: TRADEMARK has no row from 2020-01-01; one of an empty cell",
    ),
    "unknown column": (
        {"evidence": [*EVIDENCE, EVIDENCE[0] | {"column": "day_likely"}]},
        "evidence.csv:10 column: no column 'day_likely'; did you mean 'days_likely'?",
    ),
    "empty cell": (
        {"evidence": [*EVIDENCE, EVIDENCE[0] | {"column": "days_max"}]},
        "evidence.csv:10 column: days_max of TRADEMARK is empty; fill the cell in licences.csv",
    ),
    "same text under two ids": (
        {"sources": [LAW, GUIDE, GUESS, LAW | {"id": "a-law"}]},
        "sources.csv:5 id: the same title and number as 'a-law-2020' in line 2; keep one",
    ),
    "repository without commit": (
        {"sources": [LAW | {"read_at": "github.com/owner/laws laws/a.md"}, GUIDE, GUESS]},
        "sources.csv:2 read_at: a repository without commit and path; write it as github.com/OWNER/REPO@",
    ),
    "repository without path": (
        {"sources": [LAW | {"read_at": "https://github.com/owner/laws@0123abc"}, GUIDE, GUESS]},
        "sources.csv:2 read_at: a repository without commit and path",
    ),
    "raw file": (
        {"sources": [LAW | {"read_at": "https://raw.githubusercontent.com/o/l/main/a.md"}, GUIDE, GUESS]},
        "sources.csv:2 read_at: a repository without commit and path",
    ),
    "nothing to look it up by": (
        {"sources": [LAW | {"number": "", "published_on": ""}, GUIDE, GUESS]},
        "sources.csv:2 number: a text in a repository that a lawyer cannot look up; write its official number",
    ),
    "text that was not read is no text of a rule": (
        {"sources": [LAW | {"how": "excerpt"}, GUIDE, GUESS]},
        "licences.csv:3 days_likely_basis: rule_text, but what it rests on (a-law-2020) makes it secondary",
    ),
    "guide is no text of a rule": (
        {"row": {"fee_cny_basis": "rule_text"}},
        "licences.csv:3 fee_cny_basis: rule_text, but what it rests on (b-guide-2021) makes it secondary",
    ),
    "practice is an estimate": (
        {"evidence": change("fee_cny", source="own-estimate")},
        "licences.csv:3 fee_cny_basis: secondary, but what it rests on (own-estimate) makes it estimate",
    ),
    "text that was read is more than an estimate": (
        {"row": {"days_likely_basis": "estimate"}},
        "licences.csv:3 days_likely_basis: estimate, but what it rests on (a-law-2020) makes it rule_text",
    ),
    "what is little sure is no text of a rule": (
        {"evidence": change("days_likely", confidence="low")},
        "licences.csv:3 days_likely_basis: rule_text, but what it rests on (a-law-2020) makes it secondary; write s",
    ),
    "surer than the text that was read": (
        {"evidence": change("applies_when", confidence="medium")},
        "licences.csv:3 confidence: high, but the evidence of applies_when is medium; write medium, or read",
    ),
    "high, though nobody read it": (
        {"sources": [LAW | {"how": "second_hand"}, GUIDE, GUESS], "row": {"days_likely_basis": "secondary"}},
        "evidence.csv:6 confidence: high, but 'a-law-2020' was not read itself; write medium or low",
    ),
    "no short name": ({"row": {"short_zh": ""}}, "licences.csv:3 short_zh: there is no short name; "),
    "long short name in Chinese": (
        {"row": {"short_zh": "增值电信业务经营许可证"}},
        "licences.csv:3 short_zh: '增值电信业务经营许可证' has 11 characters; at most 10",
    ),
    "long short name in English": (
        {"row": {"short_en": "Registered trademark (R) "[:25] + "x"}},
        "licences.csv:3 short_en: 'Registered trademark (R) x' has 26 letters; at most 24",
    ),
    "short name of another": (
        {"row": {"short_en": "short 0"}},
        "licences.csv:3 short_en: 'short 0' is what BUSINESS_LICENCE is called (line 2); tell the two apart",
    ),
    "two sentences in Chinese": (
        {"row": {"note_zh": "先确认。再办理。", "note_en": "Ask first."}},
        "licences.csv:3 note_zh: more than one sentence; one sentence for the client",
    ),
    "two sentences in English": (
        {"row": {"note_zh": "先确认。", "note_en": "Ask first (Art. 5). Then apply."}},
        "licences.csv:3 note_en: more than one sentence; ",
    ),
    "finding about an unknown code": (
        {"findings": [FINDING | {"code": "TRADEMARK;TRADEMARC"}]},
        "findings.csv:2 code: no licence 'TRADEMARC'; did you mean 'TRADEMARK'?",
    ),
    "finding about an unknown column": (
        {"findings": [FINDING | {"column": "days_likely fees"}]},
        "findings.csv:2 column: no column 'fees'; ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_each_disagreement_is_named_with_its_place_and_what_would_be_right(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    wanted, wrong = WRONG[name]
    said = find(project, tmp_path, monkeypatch, **wanted)
    assert any(line.startswith(wrong) for line in said), said


@pytest.mark.parametrize(
    "wanted",
    [
        {"evidence": [*EVIDENCE, EVIDENCE[1] | {"source": "own-estimate", "confidence": "low"}]},
        {"evidence": change("days_likely", confidence="low"), "row": {"days_likely_basis": "estimate"}},
        {"evidence": change("days_likely", confidence="low"), "row": {"days_likely_basis": "secondary"}},
        {"sources": [LAW, GUIDE, GUESS, LAW | {"id": "a-law-2026", "published_on": "2026-01-01"}]},
        {"sources": [LAW | {"read_at": "https://github.com/o/r@0123abcd 法律/甲法 (2020).md"}, GUIDE, GUESS]},
        {"row": {"note_zh": "按国务院令第1号第5条确认。", "note_en": "Ask under No. 1, Art. 5, of Order No. 292."}},
        {"findings": [FINDING | {"code": "", "column": "has_website values"}]},
    ],
    ids=[
        "the best source decides", "a doubtful text may be an estimate", "or a secondary source",
        "another version of a text", "a path with spaces", "abbreviations end no sentence", "a client's fact",
    ],
)  # fmt: skip
def test_what_is_well_founded_is_no_problem(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    assert find(project, tmp_path, monkeypatch, **wanted) == []


def test_a_catalogue_of_an_earlier_edition_is_not_asked_for_what_it_could_not_know(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_law(project, tmp_path, evidence=change("fee_cny", column="days_max"))
    monkeypatch.chdir(tmp_path)
    lines = (data / "licences.csv").read_text(encoding="utf-8-sig").splitlines()
    at = lines[0].split(",").index("short_zh")
    older = tmp_path / "older.csv"
    cut = [
        ",".join(cell for place, cell in enumerate(line.split(",")) if place not in (at, at + 1))
        for line in lines
    ]
    older.write_text("\n".join(cut) + "\n", encoding="utf-8")
    assert find_problems(older, data / "clients.csv") == []
    same = tmp_path / "same.csv"
    same.write_text("\n".join(lines).replace("secondary", "estimate") + "\n", encoding="utf-8")
    said = {(one.line, one.column) for one in find_problems(same, data / "clients.csv")}
    assert said == {(2, "fee_cny_basis")}  # that of TRADEMARK has lost its evidence
    ours = {(Path(one.file).name, one.column) for one in find_problems(None, data / "clients.csv")}
    assert ours == {("evidence.csv", "column")}


def test_a_fact_is_what_carries_a_ground_a_rule_or_a_penalty() -> None:
    facts = list_facts()
    assert {
        "applies_when",
        "eligible_when",
        "penalty_zh",
        "duty_windows",
        "penalty_closes",
        "market_min_cny",
    } < {*facts}
    assert "definition_zh" not in facts
    assert len(facts) == len(set(facts)) == 18
