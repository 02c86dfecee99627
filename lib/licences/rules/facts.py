"""Facts about clients: which can be told, and what each client has told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from licences.book.clients import OWN, find_id
from licences.book.garbage import keep_garbage
from licences.book.place import is_book
from licences.book.reading import read_kept
from licences.errors import (
    MAX_PROBLEMS,
    Problem,
    ProblemsError,
    UnknownNameError,
    UsageError,
    cut,
    quote,
)
from licences.reading import tables
from licences.reading.answers import NOTHING
from licences.reading.bounds import FIRST_DAY, LAST_DAY, MAX_SUGGESTIONS
from licences.reading.characters import find_garbled, fold, fold_width, is_lost
from licences.reading.days import read_day, split_expiry
from licences.reading.dictionary import (
    LANGUAGES,
    Column,
    Table,
    Understanding,
    read_dictionary,
    read_understanding,
)
from licences.reading.extent import Doubt, Extent, place
from licences.reading.own_columns import EXTRA
from licences.reading.places import find_data_folder
from licences.reading.tables import NONE, check_cells, convert_cells, find_separator, read_table
from licences.rules.case_files import add_case_files
from licences.rules.licence_names import LicenceNames, NoLicenceError
from licences.rules.stages import FROM, fold_stages, loosen

if TYPE_CHECKING:
    from licences.rules.logic import Rule

WINDOWS_DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[1-9]", re.IGNORECASE)
HELD = "held"
DENIED = "not:"  # before a code that a client says it does not hold
_DENIAL = re.compile(r"(?:not|未持有)\s*[:：]\s*(.*)", re.IGNORECASE)
_EXPIRY = re.compile(r"(.*?)\s*[@＠]\s*(.*)")
_MOST_ID_BYTES = (
    200  # of the 255 that a folder's name may have, since what is being written bears a longer one
)
RARE = "rare"
NOT_ASKED = ("group", "contact", "engaged_on", FROM)  # columns of a clients file that no form asks for
_TYPES = {"bool": "yes_no", "number": "number", "set": "set", "choice": "told_choice"}


@dataclass(frozen=True)
class Field:
    """One fact that a client can tell.

    asked_when: an expression over other facts that says of whom it is asked; empty where everybody is.
    asked_with: the question that asks it together with others alike; empty where it is one of its own.
    """

    name: str
    type: str
    group: str
    label: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    aliases: Mapping[str, str]
    unit: Mapping[str, str]
    minimum: float
    maximum: float
    help: Mapping[str, str]
    usual: str = "common"
    asked_when: str = ""
    asked_with: str = ""

    @property
    def is_rare(self) -> bool:
        """Whether only few businesses have it, so that it is asked last and together with others alike."""
        return self.usual == RARE

    @property
    def question(self) -> str:
        """The question that asks it: ``rare``, that which asks it with others, or the fact itself."""
        return RARE if self.is_rare else self.asked_with or self.name

    @property
    def none(self) -> bool | float | str:
        """The answer of a business that has nothing of it: no, 0, or the empty set."""
        return {"bool": False, "number": 0.0}.get(self.type, NONE)

    @property
    def none_cell(self) -> str:
        """``none`` as a clients file writes it."""
        return {"bool": "no", "number": "0"}.get(self.type, NONE)


@dataclass(frozen=True, eq=False)
class Fields:
    """All facts that a client can tell, in the order of a questionnaire.

    held: what expressions call the licences that a client holds; it is told by ``holds`` and never asked. names: what
    these are called, none where the catalogue is not known. rules: by their texts the expressions over these facts that were
    read so far.
    """

    every: tuple[Field, ...]
    held: Field | None = None
    names: LicenceNames = field(default_factory=LicenceNames)
    rules: dict[str, Rule] = field(init=False, repr=False, default_factory=dict)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.every}

    @cached_property
    def clients_table(self) -> Table:
        """What a clients file may hold: the columns of the dictionary, then one a profile field."""
        return _make_clients_table(self)

    def __getitem__(self, name: str) -> Field:
        if self.held and name == HELD:
            return self.held
        try:
            return self.by_name[name]
        except KeyError:
            raise UnknownNameError("profile field", name, self.by_name) from None

    def __contains__(self, name: object) -> bool:
        return name in self.by_name


def read_fields(path: Path) -> Fields:
    """The profile fields. Raises: ProblemsError, MissingFileError."""
    from licences.rules.asking import find_asking_problems  # it asks rules, which rest on facts

    table = read_dictionary(find_data_folder() / "dictionary.yaml")["profile_fields.csv"]
    rows = read_table(path, table)
    problems = [
        Problem(str(path), line, "aliases", f"{alias!r} names no value", "write it as other=value")
        for line, values, aliases in zip(rows.index, rows["values"], rows["aliases"], strict=True)
        for alias in aliases
        if alias.partition("=")[2] not in values
    ]
    problems += [
        Problem(str(path), line, "field", f"{HELD!r} stands for what a client holds", "use another name")
        for line in rows.index[rows["field"] == HELD]
    ]
    problems += [
        Problem(str(path), line, "usual", "a rare fact has to know the answer of who has none of it",
                "call a choice, and a number that cannot be 0, some or common")
        for line, usual, kind, least in zip(rows.index, rows["usual"], rows["type"], rows["minimum"], strict=True)
        if usual == RARE and (kind == "choice" or (kind == "number" and least > 0))
    ]  # fmt: skip
    if problems:
        raise ProblemsError(problems)
    fields = Fields(tuple(_make_field(row) for row in rows.to_dict("records")))  # type: ignore[arg-type]
    if wrong := find_asking_problems(fields, dict(zip(rows["field"], rows.index, strict=True)), str(path)):
        raise ProblemsError(wrong)
    return fields


def _make_field(row: Mapping[str, Any]) -> Field:
    def in_languages(name: str) -> dict[str, str]:
        return {
            language: "" if pd.isna(row[f"{name}_{language}"]) else str(row[f"{name}_{language}"])
            for language in LANGUAGES
        }

    return Field(
        name=str(row["field"]),
        type=str(row["type"]),
        group=str(row["group"]),
        label=in_languages("label"),
        values={
            value: {"zh": zh, "en": en}
            for value, zh, en in zip(row["values"], row["values_zh"], row["values_en"], strict=True)
        },
        aliases=dict(alias.split("=", 1) for alias in row["aliases"]),
        unit=in_languages("unit"),
        minimum=-float("inf") if pd.isna(row["minimum"]) else float(row["minimum"]),
        maximum=float("inf") if pd.isna(row["maximum"]) else float(row["maximum"]),
        help=in_languages("help"),
        usual=str(row["usual"]),
        asked_when="" if pd.isna(row["asked_when"]) else str(row["asked_when"]),
        asked_with="" if pd.isna(row["asked_with"]) else str(row["asked_with"]),
    )


def make_held_field(names: Mapping[str, Mapping[str, str]], label: Mapping[str, str]) -> Field:
    """What expressions know of holdings: a set of codes. names: of each code what it is called."""
    nothing = dict.fromkeys(LANGUAGES, "")
    return Field(HELD, "set", "", label, names, {}, nothing, -float("inf"), float("inf"), nothing)


def _make_clients_table(fields: Fields) -> Table:
    dictionary = find_data_folder() / "dictionary.yaml"
    table, understood = read_dictionary(dictionary)["clients.csv"], read_understanding(dictionary)
    facts = tuple(
        Column(
            name=field.name,
            type=_TYPES[field.type],
            label=field.label,
            values=field.values,
            aliases=field.aliases,
            minimum=None if field.minimum == -float("inf") else field.minimum,
            maximum=None if field.maximum == float("inf") else field.maximum,
            is_percent="%" in field.unit.values(),
            also_called=understood.get(field.name, Understanding()).also_called,
            counts_in=tuple(filter(None, field.unit.values())),
        )
        for field in fields.every
    )
    columns = tuple(replace(column, is_free=True) for column in (*table.columns, *facts))
    return Table(columns, table.key, table.means, is_free=True)


def read_profiles(path: Path, fields: Fields, codes: Collection[str] | None) -> pd.DataFrame:
    """The clients of a CSV file or a workbook, indexed by line: client, name, holds, group, contact, engaged_on, one column a field, extra, stages.

    dtypes: ``boolean``, ``Float64``, ``str`` and, for a set, ``category`` of texts such as ``a;b`` or
    ``none``; a fact that is not told is missing. ``holds`` is a tuple of ``CODE``, ``CODE@YYYY-MM-DD``
    or ``not:CODE``. ``engaged_on`` is datetime64. ``extra`` is a dict of texts by the names of the
    file's own columns, mostly empty. ``stages`` is a tuple of ``Stage``, what changes later on; mostly it is empty.
    ``codes`` are the codes that a client can hold, None where they are not known.

    Raises: ProblemsError naming every bad cell; MissingFileError.
    """
    return read_with_extent(path, fields, codes)[0]


def read_with_extent(
    path: Path, fields: Fields, codes: Collection[str] | None
) -> tuple[pd.DataFrame, Extent]:
    """As ``read_profiles``, with what was read and what was passed over."""
    profiles, problems, extent = try_to_read_profiles(path, fields, codes)
    if problems:
        raise ProblemsError(problems)
    return profiles, extent


def try_to_read_profiles(
    path: Path, fields: Fields, codes: Collection[str] | None
) -> tuple[pd.DataFrame, list[Problem], Extent]:
    """As ``read_with_extent``, but a bad cell is missing from the rows and named beside them.

    Raises: ProblemsError where the file or its header is broken; MissingFileError.
    """
    if not is_book(path):
        return _try_to_read(path, fields, codes)
    with keep_garbage():
        profiles, problems, extent = _try_to_read(path, fields, codes)
        return add_case_files(profiles, *read_kept(path)), problems, extent


def _try_to_read(
    path: Path, fields: Fields, codes: Collection[str] | None
) -> tuple[pd.DataFrame, list[Problem], Extent]:
    table = fields.clients_table
    rows, problems, extent = tables.read_unchecked(path, table)
    profiles, wrong = _gather(rows, problems, table, fields, codes, extent.file)
    placed = [place(one, extent.layouts) for one in problems + wrong]
    answers = int(profiles[list(fields.by_name)].notna().to_numpy().sum())
    doubts = find_doubts(profiles, fields)
    return profiles, placed, replace(extent, rows=len(profiles), answers=answers, doubts=doubts)


def find_doubts(profiles: pd.DataFrame, fields: Fields) -> tuple[Doubt, ...]:
    """The answers that are hardly meant as they stand, with what was probably meant; none of them is changed."""
    understood = read_understanding(find_data_folder() / "dictionary.yaml")
    doubts = []
    for name, one in understood.items():
        least, most = one.plausible
        if name not in fields or name not in profiles or (least is None and most is None):
            continue
        told = profiles[name].to_numpy(dtype=float, na_value=float("nan"))
        is_low = (told != 0) & (told < least) if least is not None else np.zeros(len(told), dtype=bool)
        is_high = told > most if most is not None else np.zeros(len(told), dtype=bool)
        for at in np.flatnonzero(is_low | is_high):
            likely = _find_likely(float(told[at]), one.probably)
            kind = one.probably if likely is not None else ""
            doubts.append(Doubt(str(profiles["client"].iloc[at]), name, float(told[at]), kind, likely))
    return tuple(doubts)


def _find_likely(told: float, probably: str) -> float | None:
    """The number that was probably meant: of a sum one in ten thousands, of a share one in percents, or a year."""
    if probably == "ten_thousands" and 0 < told < 10_000:
        return told * 10_000
    if probably == "share" and 0 < told < 1:
        return float(f"{told * 100:.15g}")
    if probably == "year" and told.is_integer() and 1949 <= told <= 2199:
        return told
    return None


def _gather(
    rows: pd.DataFrame,
    unread: Sequence[Problem],
    table: Table,
    fields: Fields,
    codes: Collection[str] | None,
    file: str,
    are_checked: bool = False,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Typed rows as one a client, with the stages beside it, and what is wrong with them."""
    _read_none(rows)
    _read_names(rows, fields.names, codes)
    _compose_ids(rows)
    profiles, further, problems = fold_stages(rows, fields.by_name, file, unread)
    if not are_checked:
        problems += check_cells(profiles, table, file, unread)
        problems += check_cells(further, loosen(table), file, unread) if len(further) else []
    return profiles, problems + _find_client_problems(profiles, codes, fields.names, file)


def make_nobody(fields: Fields, answer: str) -> pd.DataFrame:
    """A client that does not exist and answers all that is yes or no alike; ``answer`` may be empty."""
    told = {field.name: answer for field in fields.every if field.type == "bool"}
    return make_profiles([{"client": "nobody", "name": "-", **told}], fields, None, "")


def make_profiles(
    rows: Sequence[Mapping[str, str]],
    fields: Fields,
    codes: Collection[str] | None,
    file: str,
    are_checked: bool = False,
) -> pd.DataFrame:
    """Clients that are given as the cells of a clients file, typed as ``read_profiles`` says.

    A cell that is left out is empty. file: what a problem names as its place. are_checked: the cells
    went through here before and need only be typed, which takes a third of the time.

    Raises: ProblemsError naming every bad cell.
    """
    table = fields.clients_table
    own = dict.fromkeys(name for row in rows for name in row if name.startswith(OWN))
    header = [*(column.name for column in table.columns), *own]
    cells = [[row.get(name, "") for name in header] for row in rows]
    typed, problems = convert_cells(header, range(1, len(rows) + 1), cells, table, file)
    profiles, wrong = _gather(typed, problems, table, fields, codes, file, are_checked)
    if problems or wrong:
        raise ProblemsError(problems + wrong)
    return profiles


def list_cells(record: Mapping[str, Any], fields: Fields) -> dict[str, str]:
    """A row of ``read_profiles`` as the cells of a clients file; a fact that is not told is empty.

    What is not asked of a client is there only where it is told; own columns are named ``extra:NAME``. Later stages are rows of their own.
    """
    cells = {"client": str(record["client"]), "name": str(record["name"]), "holds": ";".join(record["holds"])}
    told = {name: record.get(name) for name in NOT_ASKED}
    cells |= {
        name: f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
        for name, value in told.items()
        if not pd.isna(value)
    }
    own = {f"{OWN}{name}": text for name, text in (record.get(EXTRA) or {}).items()}
    return cells | {field.name: write_cell(record[field.name], field) for field in fields.every} | own


def list_extra(profiles: pd.DataFrame) -> Sequence[Mapping[str, str]]:
    """The own texts of each client by the names of their columns; mostly nothing."""
    return profiles[EXTRA].tolist() if EXTRA in profiles else [{}] * len(profiles)


def list_own_columns(profiles: pd.DataFrame) -> list[str]:
    """The names of the file's own columns, in its order."""
    return list(dict.fromkeys(name for extra in list_extra(profiles) for name in extra))


def write_cell(value: Any, field: Field) -> str:
    """A fact as the cell of a clients file; empty where it is missing."""
    if pd.isna(value):
        return ""
    if field.type == "bool":
        return "yes" if value else "no"
    return f"{float(value):.15g}" if field.type == "number" else str(value)


def _read_none(profiles: pd.DataFrame) -> None:
    """Who holds ``none`` holds nothing, as in a set; what is not held is written in one way."""
    profiles["holds"] = [
        () if len(items) == 1 and items[0].casefold() in NOTHING else tuple(map(_read_holding, items))
        for items in profiles["holds"]
    ]


def _read_names(profiles: pd.DataFrame, names: LicenceNames, codes: Collection[str] | None) -> None:
    """Puts the codes of what is held in place of names; what names none stays, to be found as a problem."""
    if codes is None:
        return
    known: dict[str, str] = {}
    for item in dict.fromkeys(chain.from_iterable(profiles["holds"])):
        denied, name, expiry = _split_holding(item)
        with suppress(NoLicenceError):
            code = name if name in codes else names.find_code(name, codes)
            known[item] = f"{denied}{code}{expiry}"
    if any(item != read for item, read in known.items()):
        profiles["holds"] = [tuple(known.get(item, item) for item in items) for items in profiles["holds"]]


def _split_holding(item: str) -> tuple[str, str, str]:
    """What is held or denied in three parts: ``not:`` or nothing, code or name, and the expiry with its mark."""
    bare = item.removeprefix(DENIED)
    found = _EXPIRY.fullmatch(bare)
    name, expiry = (found[1], f"@{fold_width(found[2])}") if found else (bare, "")
    return item[: len(item) - len(bare)], name, expiry


def _compose_ids(profiles: pd.DataFrame) -> None:
    """Ids in the one form that every system keeps apart alike; composed where a system took the letters apart."""
    for column in ("client", "group"):
        if not all(str(text).isascii() for text in profiles[column].dropna().unique()):
            profiles[column] = profiles[column].str.normalize("NFC")


def _read_holding(item: str) -> str:
    """What is held as ``CODE@YYYY-MM-DD``, however the day is written; a day that is none stays, to be named."""
    if item.isascii() and " " not in item and "/" not in item and "." not in item:
        return _read_denial(item)
    what, day = split_expiry(item)
    if not day:
        return _read_denial(what)
    try:
        return f"{what}@{read_day(day)}"
    except ValueError:
        return f"{what}@{day}"


def _read_denial(item: str) -> str:
    found = _DENIAL.fullmatch(item) if ":" in item or "：" in item else None
    return f"{DENIED}{found[1]}" if found else item


def _find_client_problems(
    profiles: pd.DataFrame, codes: Collection[str] | None, names: LicenceNames, file: str
) -> list[Problem]:
    """Holdings that nobody can have, and ids that would share a folder."""
    problems = _find_holding_problems(profiles["holds"], codes, names, file) + _find_garbled_names(
        profiles["name"], file
    )
    folded = profiles["client"].fillna("").map(fold)
    problems += [
        Problem(
            file,
            line,
            "client",
            f"{quote(profiles['client'][line])} differs from another id only in capitals",
            "use another id, since each client has a folder of its own",
        )
        for line in profiles.index[folded.duplicated() & ~profiles["client"].duplicated()][: MAX_PROBLEMS + 1]
    ]
    problems += [
        Problem(file, int(str(line)), column, *fault)
        for column in ("client", "group")
        for line, name in profiles[column].dropna().items()
        if (fault := _find_folder_fault(name))
    ]
    return problems + _find_group_problems(profiles, file) + _find_engagement_problems(profiles, file)


def _find_folder_fault(name: str) -> tuple[str, str] | None:
    """Why a system makes no folder of the name of an id, and what would be right."""
    usual = fold_width(name)
    if usual != name and re.fullmatch(r"[\w-]+", usual):
        return f"{quote(name)} holds letters of another form or width", f"write it as {usual}"
    if WINDOWS_DEVICE.fullmatch(name):
        return (
            f"{name!r} is a device on Windows, which makes no folder of that name",
            "use another id, so that the file is good on every system",
        )
    if len(name.encode(errors="replace")) > _MOST_ID_BYTES:
        return (
            f"{quote(name)} is too long for the name of a folder",
            f"use an id of at most {_MOST_ID_BYTES} letters, or {_MOST_ID_BYTES // 3} Chinese characters",
        )
    return None


def _find_engagement_problems(profiles: pd.DataFrame, file: str) -> list[Problem]:
    days = profiles["engaged_on"]
    is_out = (days < pd.Timestamp(FIRST_DAY)) | (days > pd.Timestamp(LAST_DAY))
    right = f"give a day from {FIRST_DAY} to {LAST_DAY}"
    return [
        Problem(file, int(str(line)), "engaged_on", f"{days[line]:%Y-%m-%d} is out of reach", right)
        for line in profiles.index[is_out][: MAX_PROBLEMS + 1]
    ]


def _find_group_problems(profiles: pd.DataFrame, file: str) -> list[Problem]:
    """Groups whose page would lie in the folder of a client, or of another group."""
    groups = profiles["group"].dropna()
    clients = {fold(client) for client in profiles["client"].dropna()} if len(groups) else set()
    first: dict[str, str] = {}
    problems = []
    for line, group in groups.items():
        folded = fold(group)
        if folded in clients:
            wrong = f"{quote(group)} is the id of a client too"
            right = "use another id, since each client and each group has a folder of its own"
            problems.append(Problem(file, int(str(line)), "group", wrong, right))
        elif first.setdefault(folded, group) != group:
            wrong = f"{quote(group)} differs from {quote(first[folded])} only in capitals"
            problems.append(Problem(file, int(str(line)), "group", wrong, "write a group in one way"))
    return problems[: MAX_PROBLEMS + 1]


def _find_holding_problems(
    column: pd.Series, codes: Collection[str] | None, names: LicenceNames, file: str
) -> list[Problem]:
    wrong: dict[str, tuple[str, str]] = {}
    for item in dict.fromkeys(chain.from_iterable(column)):
        found = _find_wrong_holding(item, codes, names, len(wrong) < MAX_SUGGESTIONS)
        if found:
            wrong[item] = found
    named = (
        Problem(file, int(str(line)), "holds", *wrong[item])
        for line, holds in column.items()
        for item in holds
        if item in wrong
    )
    problems = list(islice(named, MAX_PROBLEMS + 1)) if wrong else []
    both = (
        Problem(file, int(str(line)), "holds", f"{code} is held and not held", "write it once")
        for line, holds in column.items()
        for code in sorted(find_denied(holds) & split_holdings(holds).keys())
    )
    return problems or list(islice(both, MAX_PROBLEMS + 1))


def _find_wrong_holding(
    item: str, codes: Collection[str] | None, names: LicenceNames, is_suggested: bool
) -> tuple[str, str] | None:
    is_denied = item.startswith(DENIED)
    code, at, expiry = item.removeprefix(DENIED).partition("@")
    if is_denied and at:
        return (
            f"{quote(item)} names a day, and what is not held does not expire",
            f"write it as {DENIED}{cut(code)}",
        )
    if codes is not None and code not in codes:
        if not is_suggested:
            return f"no licence {quote(code)}", "as above"
        if mark := find_separator(code):
            return f"no licence {quote(code)}", mark
        return names.explain(code, codes)
    if at:
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", expiry, re.ASCII):
                raise ValueError
            date.fromisoformat(expiry)
        except ValueError:
            return f"{quote(expiry)} is not a date", f"write it as {cut(code)}@2029-03-31"
    return None


def _find_garbled_names(names: pd.Series, file: str) -> list[Problem]:
    """Names whose Chinese was lost when a file in UTF-8 was opened as something else, and saved."""
    garbled = find_garbled(names.fillna("").tolist())
    lost = [(line, name) for line, name in names.dropna().items() if is_lost(name)]
    return [
        Problem(
            file,
            int(str(line)),
            "name",
            f"{quote(name)} stands where Chinese was lost when the file was saved",
            "go back to the file as it was before, and save it as CSV UTF-8 or .xlsx",
        )
        for line, name in lost[: MAX_PROBLEMS + 1]
    ] + [
        Problem(
            file,
            int(names.index[at]),
            "name",
            f"{quote(names.iloc[at])} is Chinese in UTF-8 that was taken for another encoding",
            "go back to the file as it was before, and open it as UTF-8",
        )
        for at in garbled[: MAX_PROBLEMS + 1]
    ]


def split_holdings(holds: Iterable[str]) -> dict[str, date | None]:
    """What a client holds: code to the day on which it expires, or None where no expiry is told.

    Of a code that is named twice the later expiry counts. What it says it does not hold is left out.
    """
    held: dict[str, date | None] = {}
    for item in holds:
        if item.startswith(DENIED):
            continue
        code, _, expiry = item.partition("@")
        ends = date.fromisoformat(expiry) if expiry else None
        known = held.get(code, date.min)
        if known is not None:
            held[code] = None if ends is None else max(known, ends)
    return held


def find_denied(holds: Iterable[str]) -> frozenset[str]:
    """The codes that a client says it does not hold, though something that it holds may have required them."""
    return frozenset(item.removeprefix(DENIED) for item in holds if item.startswith(DENIED))


def join_held(holds: Iterable[str], as_of: date) -> str:
    """What is held on a day as the members of a set; what has expired is not held."""
    held = split_holdings(holds)
    return ";".join(sorted(code for code, ends in held.items() if ends is None or ends >= as_of)) or NONE


def is_held(code: str, profile: Mapping[str, Any]) -> bool:
    """Whether a client of a profile holds a licence, which has not expired."""
    return code in split_set(str(profile.get(HELD) or NONE))


def choose_clients(
    profiles: pd.DataFrame, clients: Collection[str], groups: Collection[str] = ()
) -> pd.DataFrame:
    """The rows of the named clients and of all of the named groups, all where none is named.

    A client is named by its id, or by its name. Raises: UnknownNameError, and UsageError where a group is named and the file has none.
    """
    if not clients and not groups:
        return profiles
    wanted = list(find_client_ids(clients, profiles["client"].tolist(), profiles["name"].tolist()))
    known = set(profiles["group"].dropna()) if groups else set()
    asked = [unicodedata.normalize("NFC", name) for name in groups]
    for name in asked:
        if not known:
            raise UsageError(
                f"no client has a group, so there is no {name!r}", "tell it in the column 'group'"
            )
        if name not in known:
            raise UnknownNameError("group", name, known)
    is_asked = profiles["client"].isin(wanted)
    return profiles[is_asked | profiles["group"].isin(asked)] if groups else profiles[is_asked]


def find_client_ids(asked: Iterable[str], ids: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """The ids of clients that are named by an id or by a name. names: of each id.

    Raises: UnknownNameError; UsageError where several clients have the name.
    """
    known = set(ids)
    for text in asked:
        found = text if text in known else find_id(text, ids, names)
        if found is None:
            raise UnknownNameError("client", text, known if text.isascii() else known.union(names))
        yield found


def split_set(told: str) -> frozenset[str]:
    """The members of a told set: ``a;b`` has two, ``none`` has none."""
    return frozenset() if told == NONE else frozenset(told.split(";"))
