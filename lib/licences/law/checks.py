"""Checks of a catalogue: read anew from its files, and every problem of these named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from licences.errors import ExpressionError, MissingFileError, Problem, ProblemsError
from licences.law.asking import find_asking_problems
from licences.law.audits import FINDINGS, find_finding_problems
from licences.law.catalogue import Catalogue, list_what_it_rests_on, recall_catalogue
from licences.law.edition import OUR_FEES, OUR_PREPARATION, Edition, hash_law
from licences.law.evidence import EVIDENCE, find_evidence_problems
from licences.law.kinds import can_be_held, find_kind_problems
from licences.law.local import find_local_problems
from licences.law.our_fees import find_our_fee_problems, find_our_fees_file
from licences.law.papers import find_name_problems, find_paper_problems, resolve_rows, try_to_read_papers
from licences.law.preparation import (
    PREPARATION,
    find_our_preparation_file,
    find_preparation_problems,
    find_row_problems,
    lay_over,
)
from licences.law.row_texts import find_text_problems
from licences.law.rows import BEGINNING, END, split_prerequisites, try_to_read_rows
from licences.reading.cache import remember
from licences.reading.dictionary import Table, read_dictionary, read_vocabulary
from licences.reading.files import read_text
from licences.reading.places import find_data_file, find_data_folder
from licences.reading.tables import convert_cells, try_to_read_table
from licences.rules.expressions import find_atoms
from licences.rules.facts import HELD, Field, Fields, make_held_field, read_fields, try_to_read_profiles
from licences.rules.licence_names import LicenceNames, make_licence_names
from licences.rules.logic import Rule, read_rule

if TYPE_CHECKING:
    from licences.reading.extent import Extent

_GROUNDS = (EVIDENCE, FINDINGS)  # what only a check looks at
_NAMES = ("short_zh", "short_en", "name_zh", "name_en")
_ORDERING = frozenset({"code", "phase", "requires", "in_force_from", "in_force_to"})


def find_problems(file: Path | None, clients: Path) -> list[Problem]:
    """Every problem of the catalogue, what it rests on, the fields and the clients, missing files too.

    Where the catalogue cannot be read, what the clients hold is not held against it.
    """
    return check_files(file, clients).problems


@dataclass(frozen=True, eq=False)
class Checked:
    """What was read, and every problem of it; what could not be read is None.

    catalogue: None also where anything is wrong with it. extent: of the clients.
    """

    problems: list[Problem]
    catalogue: Catalogue | None = None
    profiles: pd.DataFrame | None = None
    extent: Extent | None = None


def check_files(file: Path | None, clients: Path) -> Checked:
    """As ``find_problems``, with what was read."""
    data = find_data_folder()
    problems: list[Problem] = []
    catalogue, good = None, None
    try:
        catalogue, problems = recall_catalogue(file)
        good = None if problems else catalogue
        if catalogue is not None:
            problems += _recall_ground_problems(catalogue, file)
    except MissingFileError as error:
        problems.append(Problem(error.path, 0, "", error.reason, error.right))
    try:
        fields = read_fields(data / "profile_fields.csv") if catalogue is None else catalogue.fields
        codes = None if catalogue is None else catalogue.codes
        profiles, wrong, extent = try_to_read_profiles(clients, fields, codes)
    except ProblemsError as error:
        return Checked([*problems, *error.problems], good)
    except MissingFileError as error:
        return Checked([*problems, Problem(error.path, 0, "", error.reason, error.right)], good)
    return Checked(problems + wrong, good, profiles, extent)


def _recall_ground_problems(catalogue: Catalogue, file: Path | None) -> list[Problem]:
    """As ``_find_ground_problems``; that there are none is remembered."""
    find = partial(_find_ground_problems, catalogue, file or find_data_folder() / "licences.csv")
    rests_on = list_what_it_rests_on(file, *_GROUNDS)
    return remember("grounds", rests_on, find, is_good=lambda problems: not problems) if rests_on else find()


def _find_ground_problems(catalogue: Catalogue, file: Path) -> list[Problem]:
    """What only ``check`` looks at: of whom facts are asked, measured texts, sources, evidence, findings.

    A catalogue of an earlier edition, without short names, is not held against what it could not know.
    """
    data, rows = find_data_folder(), catalogue.rows
    is_own = file.resolve() != (data / "licences.csv").resolve()
    if is_own and rows["short_zh"].isna().all():
        return []
    problems = find_asking_problems(rows, catalogue.fields)
    problems += find_text_problems(rows, str(file))
    problems += find_evidence_problems(rows, file, is_own)
    if is_own:
        return problems
    table = read_dictionary(data / "dictionary.yaml")[FINDINGS]
    try:
        findings, wrong = try_to_read_table(data / FINDINGS, table)
    except ProblemsError as error:
        return [*problems, *error.problems]
    known = set(rows["code"]), catalogue.fields.by_name
    return [*problems, *wrong, *find_finding_problems(findings, *known, data / FINDINGS)]


def try_to_read_catalogue(asked: Path | None) -> tuple[Catalogue | None, list[Problem]]:
    """The catalogue as its files state it now, or what could be read of it, and every problem. Raises: MissingFileError."""
    data = find_data_folder()
    file, our_fees_file = asked or data / "licences.csv", find_our_fees_file()
    our_preparation_file = find_our_preparation_file()
    problems: list[Problem] = []
    fields: Fields | None = None
    frames: list[pd.DataFrame] = []
    tables = read_dictionary(data / "dictionary.yaml")
    try:
        fields = read_fields(data / "profile_fields.csv")
    except ProblemsError as error:
        problems += error.problems
    readers: tuple[Callable[[], tuple[pd.DataFrame, list[Problem]]], ...] = (
        lambda: try_to_read_rows(file),
        lambda: try_to_read_table(data / "contradictions.csv", tables["contradictions.csv"]),
        lambda: try_to_read_table(data / "corrections.csv", tables["corrections.csv"]),
        lambda: try_to_read_table(data / PREPARATION, tables[PREPARATION]),
        lambda: _read_optional(our_preparation_file, tables[OUR_PREPARATION]),
        lambda: _read_optional(our_fees_file, tables[OUR_FEES]),
        lambda: _read_optional(data / "local.csv", tables["local.csv"]),
        lambda: _read_optional(data / "sources.csv", tables["sources.csv"]),
        try_to_read_papers,
    )
    for read in readers:
        try:
            frame, wrong = read()
            frames.append(frame)
            problems += wrong
        except ProblemsError as error:
            problems += error.problems
    if fields is None or len(frames) < len(readers):
        return None, problems
    unresolved, contradictions, corrections, shipped, ours, our_fees, local, sources, papers = frames
    held = _make_held_field(unresolved, tables["clients.csv"]["holds"].label)
    fields = replace(fields, held=held, names=_name_licences(unresolved))
    newest = unresolved["checked_on"].max()
    edition = Edition("" if pd.isna(newest) else f"{newest:%Y-%m-%d}", hash_law(file))
    problems += find_name_problems(papers, str(find_data_file("papers.csv")))
    problems += find_paper_problems(unresolved, papers, str(file))
    rows = resolve_rows(unresolved, papers)
    catalogue = Catalogue(
        rows,
        fields,
        contradictions,
        corrections,
        lay_over(ours, shipped),
        our_fees,
        local,
        sources,
        papers,
        edition,
        asked,
    )
    named = local.dropna(subset=["province", "code", "column", "source"])
    problems += find_local_problems(named, rows, sources, papers, fields, str(data / "local.csv"))
    problems += find_rule_problems(catalogue.rows, fields, str(file))
    problems += find_kind_problems(catalogue.rows, str(file))
    unread = {
        problem.line for problem in problems if problem.file == str(file) and problem.column in _ORDERING
    }
    ordered = catalogue.rows.drop(index=list(unread))
    problems += find_phase_problems(ordered, str(file))
    problems += find_cycles(ordered, str(file))
    problems += find_time_problems(catalogue.rows, str(file))
    problems += find_correction_problems(catalogue.corrections, str(data / "corrections.csv"))
    problems += find_time_problems(catalogue.corrections, str(data / "corrections.csv"))
    is_of_another = file.resolve() != (data / "licences.csv").resolve()
    for frame, path, find_wrong in (
        (shipped, data / PREPARATION, find_preparation_problems),
        (ours, our_preparation_file, find_row_problems),
    ):
        problems += find_wrong(frame, catalogue.rows, str(path), is_of_another=is_of_another)
        problems += find_time_problems(frame, str(path))
    problems += find_our_fee_problems(
        catalogue.our_fees, catalogue.rows, str(our_fees_file), is_of_another=is_of_another
    )
    problems += _find_expression_problems(
        catalogue.contradictions["when"], fields, str(data / "contradictions.csv"), "when"
    )
    return catalogue, problems


def _read_optional(path: Path, table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    """A table that may hold no row."""
    if path.exists() and len(read_text(path).strip().splitlines()) > 1:
        return try_to_read_table(path, table)
    return convert_cells([column.name for column in table.columns], [], [], table, str(path))


def _name_licences(rows: pd.DataFrame) -> LicenceNames:
    """What the licences are called; the names of the last row of each first."""
    named = rows.dropna(subset=["code"])[["code", *_NAMES]].itertuples(index=False)
    return make_licence_names((str(code), called) for code, *called in reversed(list(named)))


def _make_held_field(rows: pd.DataFrame, label: Mapping[str, str]) -> Field:
    """What expressions can say of what is held: the codes of the catalogue, each by its latest name."""
    last = rows[can_be_held(rows)].dropna(subset=["code"]).drop_duplicates("code", keep="last")
    names = last[["code", "name_zh", "name_en"]].fillna("").itertuples(index=False)
    return make_held_field({str(code): {"zh": str(zh), "en": str(en)} for code, zh, en in names}, label)


def find_rule_problems(catalogue: pd.DataFrame, fields: Fields, file: str) -> list[Problem]:
    """Expressions that cannot be read or ask about themselves, and rows that can never apply or be obtained."""
    problems = [
        problem
        for column in ("applies_when", "eligible_when")
        for problem in _find_expression_problems(catalogue[column], fields, file, column)
    ]
    unread = {(problem.line, problem.column) for problem in problems}
    for column in ("applies_when", "eligible_when"):
        for line, code, text in catalogue[["code", column]].dropna().itertuples():
            if (line, column) not in unread and code in _find_named_codes(read_rule(text, fields)):
                wrong = f"{code} is asked about by whether {code} itself is held"
                problems.append(Problem(file, int(line), column, wrong, "name other licences only"))
    return problems


def _find_named_codes(rule: Rule) -> set[str]:
    """The licences of which an expression asks whether they are held."""
    return {str(atom.value) for atom in find_atoms(rule.node) if atom.field == HELD and atom.op == "has"}


def _find_expression_problems(texts: pd.Series, fields: Fields, file: str, column: str) -> list[Problem]:
    problems = []
    for line, text in texts.dropna().items():
        try:
            rule = read_rule(text, fields)
        except ExpressionError as error:
            problems.append(Problem(file, int(str(line)), column, error.wrong, error.right))
            continue
        if not rule.narrow({}).any():
            wrong = "no client can ever make this expression true"
            problems.append(Problem(file, int(str(line)), column, wrong, "mend it or take the row out"))
    return problems


def find_correction_problems(corrections: pd.DataFrame, file: str) -> list[Problem]:
    """Kinds of licence without a row."""
    kinds = read_vocabulary(find_data_folder() / "dictionary.yaml", "kind")
    return [
        Problem(
            file, 0, "kind", f"there is no row for {kind!r}", "add one; 0 percent where nothing is sent back"
        )
        for kind in kinds
        if kind not in set(corrections["kind"])
    ]


def find_time_problems(rows: pd.DataFrame, file: str) -> list[Problem]:
    """Rows whose shortest, likely and longest times do not ascend."""
    times = rows[["days_min", "days_likely", "days_max"]].astype("Float64")
    likely = times["days_likely"].fillna(times["days_min"])
    wrong = (times["days_min"] > likely) | (likely > times["days_max"])
    return [
        Problem(file, int(str(line)), "days_likely", "the shortest, likely and longest times do not ascend",
                "put them in order")
        for line in rows.index[wrong.fillna(False).astype(bool)]
    ]  # fmt: skip


def find_phase_problems(catalogue: pd.DataFrame, file: str) -> list[Problem]:
    """Prerequisites that we put into a later phase than what needs them, on any day when both are in force."""
    rows = list(_list_periods(catalogue))
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_code.setdefault(row["code"], []).append(row)
    problems = []
    for row in rows:
        for code in row["needs"]:
            for other in by_code.get(code, []):
                meet = other["first"] <= row["last"] and row["first"] <= other["last"]
                if meet and other["phase"] > row["phase"]:
                    wrong = (
                        f"{code} (line {other['line']}) stands in phase {other['phase']}, later than this row"
                    )
                    problems.append(Problem(file, row["line"], "requires", wrong, "move one of them"))
    return problems


def find_cycles(catalogue: pd.DataFrame, file: str) -> list[Problem]:
    """Licences that, on some day, each wait for the next; the whole circle is named."""
    rows = list(_list_periods(catalogue))
    problems: dict[str, Problem] = {}
    for day in sorted({row["first"] for row in rows}):
        in_force = {row["code"]: row for row in rows if row["first"] <= day <= row["last"]}
        needs = {code: row["needs"] & in_force.keys() for code, row in in_force.items()}
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            circle = error.args[1]
            start = circle.index(min(circle))
            name = " needs ".join(reversed([*circle[start:-1], *circle[: start + 1]]))
            line = in_force[min(circle)]["line"]
            problems.setdefault(
                name,
                Problem(
                    file, line, "requires", f"prerequisites run in a circle: {name}", "take one of them out"
                ),
            )
    return list(problems.values())


def _list_periods(catalogue: pd.DataFrame) -> Iterator[dict[str, Any]]:
    firsts, lasts = catalogue["in_force_from"].fillna(BEGINNING), catalogue["in_force_to"].fillna(END)
    columns = (catalogue.index, catalogue["code"], catalogue["phase"], catalogue["requires"], firsts, lasts)
    for line, code, phase, requires, first, last in zip(*columns, strict=True):
        needs = {needed for group in split_prerequisites(requires) for needed in group}
        yield {"line": line, "code": code, "phase": phase, "needs": needs, "first": first, "last": last}
