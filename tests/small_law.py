"""A folder with a law of two licences, its sources and its evidence, for tests of what rests on what."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

CODES = ("BUSINESS_LICENCE", "TRADEMARK")
FACTS = {
    "applies_when": "True", "days_likely": "10", "days_likely_basis": "rule_text", "days_unit": "working",
    "fee_cny": "300", "fee_cny_basis": "secondary", "penalty_zh": "罚款", "penalty_en": "A fine",
    "confidence": "high",
}  # fmt: skip
LAW = {
    "id": "a-law-2020", "title_zh": "甲法", "title_en": "Law A", "kind": "law", "number": "主席令第1号",
    "published_on": "2020-01-01", "read_at": "github.com/owner/laws@0123abc laws/a.md", "read_on": "2026-11-29",
    "how": "article",
}  # fmt: skip
GUIDE = LAW | {
    "id": "b-guide-2021", "title_zh": "乙指南", "title_en": "Guide B", "kind": "official_guide", "number": "",
    "read_at": "https://example.cn/b",
}  # fmt: skip
GUESS = GUIDE | {"id": "own-estimate", "title_zh": "估计", "title_en": "Estimate", "kind": "practice",
                 "how": "second_hand"}  # fmt: skip
EVIDENCE = [
    {"column": "applies_when", "source": "a-law-2020", "article": "1", "confidence": "high"},
    {"column": "days_likely", "source": "a-law-2020", "article": "2", "confidence": "medium"},
    {"column": "fee_cny", "source": "b-guide-2021", "article": "", "confidence": "medium"},
    {"column": "penalty_zh", "source": "a-law-2020", "article": "3", "confidence": "high"},
]
FINDING = {
    "finding": "audit-a1", "code": "TRADEMARK", "column": "days_likely fee_cny", "was": "1", "is": "2",
    "source": "甲法", "confidence": "high", "decided": "adopted", "decided_on": "2026-11-29",
}  # fmt: skip
Rows = Sequence[Mapping[str, str]]


def make_law(
    project: Path,
    folder: Path,
    row: Mapping[str, str] | None = None,
    sources: Rows = (LAW, GUIDE, GUESS),
    evidence: Rows = EVIDENCE,
    findings: Rows = (FINDING,),
) -> Path:
    """A folder with data of its own, of which TRADEMARK carries FACTS, but for what ``row`` says otherwise.

    The evidence is that of both licences, of which only TRADEMARK's facts are asked for.
    """
    data = folder / "data"
    data.mkdir()
    for name in (
        "dictionary.yaml",
        "profile_fields.csv",
        "contradictions.csv",
        "corrections.csv",
        "our_fees.csv",
        "brand.yaml",
    ):
        shutil.copy(project / "data" / name, data / name)
    (data / "clients.csv").write_text("client,name\na,A\n", encoding="utf-8")
    header, rows = _read(project / "data" / "licences.csv")
    kept = {"kind", "name_zh", "name_en", "phase", "obligation", "authority_zh", "authority_en", "level",
            "legal_basis_zh", "legal_basis_en", "definition_zh", "definition_en", "relevance_zh",
            "relevance_en", "source", "checked_on"}  # fmt: skip
    made = []
    for at, code in enumerate(CODES):
        old = next(one for one in rows if one["code"] == code)
        plain = {name: old[name] if name in kept else "" for name in header}
        names = {"code": code, "short_zh": f"简称{at}", "short_en": f"Short {at}"}
        made.append(plain | names | FACTS | ({} if at == 0 else dict(row or {})))
    _write(data / "licences.csv", header, made)
    told = [{"code": code, "in_force_from": ""} | dict(one) for code in CODES for one in EVIDENCE]
    asked = [{"code": CODES[1], "in_force_from": ""} | dict(one) for one in evidence]
    _write(data / "evidence.csv", _read(project / "data" / "evidence.csv")[0], told[: len(EVIDENCE)] + asked)
    _write(data / "sources.csv", _read(project / "data" / "sources.csv")[0], sources)
    _write(data / "findings.csv", _read(project / "data" / "findings.csv")[0], findings)
    header, times = _read(project / "data" / "preparation.csv")
    _write(data / "preparation.csv", header, [one for one in times if one["code"] in {"", *CODES}])
    _write(data / "local.csv", _read(project / "data" / "local.csv")[0], ())
    return data


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or ()), list(reader)


def _write(path: Path, header: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
