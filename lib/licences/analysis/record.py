"""What a report said, kept in its notebook, so that the next one can say what has changed since."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from licences.analysis.compare import Fees, Launch, find_fees
from licences.assessment.holdings import DONE
from licences.assessment.verdicts import NEEDED
from licences.law.diff import OF_APPLYING, OF_NEEDED, is_of_sources
from licences.law.in_force import Licence, find_shown
from licences.law.rows import make_plain
from licences.rules.facts import HELD

if TYPE_CHECKING:
    from licences.analysis.case import Case

VERSION = 2  # a record of another one is passed over
MIME = "application/vnd.licences.record+json"
_LONGEST = 60  # a text is kept up to this length, of a longer one only its hash
_END = "end"  # of a change ahead by which a rule ends
REST, SOURCES = "rest", "sources"  # what else a row says, and on what it rests, each as one hash
_KEPT = frozenset(
    {"obligation", "kind", "name", "applies_when", "eligible_when", "conditions", "documents", "requires",
     "yearly_duty", "duty_windows", "statutory_days", "days_min", "days_likely", "days_max",
     "validity_years", "renewal_lead_days", "fee_cny", "yearly_fee_cny", "penalty", "authority",
     "foreign_rule", "legal_basis", "advice", "article_phase", "published_on", "days_unit", "statutory_days_unit",
     "renewal_days_unit"}
)  # fmt: skip
# How a report was asked for and issued; that another day was asked for is no change in what it says.
_ASKED = frozenset({"as_of", "start", "since", "issued"})

Record = Mapping[str, Any]
"""What a report said, as JSON; see ``make_record``."""


def make_record(case: Case) -> dict[str, Any]:
    """What a report on a case says, as plain JSON values.

    version, client, language, as_of, start; verdicts: by code, but for what is not needed; names: of
    these and of what is held, with the official one; rows: by code the cells that matter, a long text
    as its hash, and all else as one, as is all that is said of what is undetermined; facts: what is
    told; held: by code the expiry; implied: by code what of that required it; coming: code, first day and a hash, or _END; launch: the three days, or None;
    left_out; blocked: codes whose condition is failed; expired: codes; fees_cny, unknown_fees: one-off and
    yearly together; yearly_fees_cny, unknown_yearly_fees: what of these is yearly; of a client told in stages also stages and from.
    """
    used = [code for code in case.law.entries if code in case.held or _is_open(case, code)]
    costs, fees = case.forecast.costs, find_fees(case.forecast)
    return {
        "version": VERSION,
        "client": case.client,
        "language": case.language,
        "as_of": case.as_of.isoformat(),
        "start": case.start.isoformat(),
        "verdicts": {code: case.findings[code].verdict for code in used if _is_open(case, code)},
        "names": {code: [case.name_code(code), case.law.entries[code].row["name_zh"]] for code in used},
        "rows": {code: _pack_row(case, code) for code in used},
        "facts": {
            name: make_plain(told) for name, told in case.profile.items() if told is not None and name != HELD
        },
        "held": {code: None if day is None else day.isoformat() for code, day in case.held.items()},
        "implied": {
            code: list(finding.implied_by) for code, finding in case.findings.items() if finding.implied_by
        },
        "coming": [
            [
                change.entry.code,
                change.day.isoformat(),
                _END if change.kind == "end" else _hash_entry(change.entry, case.language),
            ]
            for change in case.coming
        ],
        "launch": [day.isoformat() for day in case.launch] if case.launch else None,
        "likely": case.plan.launch.isoformat() if case.plan.launch else None,
        "is_promised": case.forecast.is_promised,
        "left_out": list(case.forecast.left_out),
        "blocked": _find_blocked(case),
        "expired": [code for code, status in case.plan.statuses.items() if status == "expired"],
        "fees_cny": fees.known_cny,
        "unknown_fees": [code for cost in costs for code in (*cost.unknown_fees, *cost.unknown_yearly_fees)],
        "yearly_fees_cny": fees.yearly_fee_cny or 0.0,
        "unknown_yearly_fees": list(fees.unknown_yearly_fees),
        **_record_stages(case),
    }


def _record_stages(case: Case) -> dict[str, dict[str, str]]:
    """Of a client told in stages the day to give to others, or the likely one, by the first day of each; from: by code when it is needed."""
    stages = {one.begins_on.isoformat(): one.done_on for one in case.forecast.stages if one.begins_on}
    if not stages:
        return {}
    begun = {code: one.begins_on for code, one in case.findings.items() if one.begins_on}
    return {
        "stages": {day: done_on.isoformat() for day, done_on in stages.items() if done_on},
        "from": {code: day.isoformat() for code, day in begun.items()},
    }


def _is_open(case: Case, code: str) -> bool:
    return case.findings[code].verdict != "not_needed"


def _pack_row(case: Case, code: str) -> dict[str, Any]:
    verdict, status = case.findings[code].verdict, case.plan.statuses.get(code, "not_held")
    unsaid: frozenset[str] = frozenset()
    if verdict not in {*NEEDED, "forbidden"}:
        unsaid |= OF_NEEDED
    if verdict not in NEEDED or status in DONE:
        unsaid |= OF_APPLYING
    is_undetermined = verdict == "undetermined" and code not in case.held
    plain, licence = case.law.plain, case.findings[code].licence
    if plain is not None and any(one.code == code for one in case.law.overrides):
        licence = plain.entries[code]  # what we hold of it is not what the law says of it
    return _pack_entry(licence, case.language, unsaid, is_undetermined)


def _find_blocked(case: Case) -> list[str]:
    """What is needed and not held, and whose condition the client fails."""
    return [
        code
        for code, finding in case.findings.items()
        if finding.verdict in NEEDED and finding.status not in DONE and finding.failed_conditions
    ]


@lru_cache(maxsize=4096)
def _pack_entry(entry: Licence, language: str, unsaid: frozenset[str], as_one: bool) -> dict[str, Any]:
    """What a row says, the same for every client, without the columns ``unsaid``; ``as_one``, as a hash over all of it."""
    start = make_plain(entry.row["in_force_from"])
    told = ((name, value) for name, value in _list_cells(entry, language) if name not in unsaid)
    # An empty cell of these is kept, since to be left out means that the report does not speak of it.
    cells = {
        name: value for name, value in told if value not in (None, []) or name in OF_APPLYING | OF_NEEDED
    }
    if as_one:
        return {REST: f"#{_hash([start, cells])}"}
    kept = {name for name in cells if name.removesuffix(f"_{language}") in _KEPT}
    rest, sources = (
        [value for name, value in cells.items() if name not in kept and is_of_sources(name) is is_source]
        for is_source in (False, True)
    )
    said = {name: _pack(value) for name, value in cells.items() if name in kept}
    return {"in_force_from": start} | said | {REST: f"#{_hash(rest)}", SOURCES: f"#{_hash(sources)}"}


@lru_cache(maxsize=1024)
def _hash_entry(entry: Licence, language: str) -> str:
    return _hash(list(_list_cells(entry, language)))


def _list_cells(entry: Licence, language: str) -> Iterator[tuple[str, Any]]:
    for name, value in find_shown(entry.row, language).items():
        yield name, make_plain(value)


def _pack(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= _LONGEST else f"#{_hash(text)}"


def is_packed(value: Any) -> bool:
    """Whether of a cell only the hash is kept."""
    return isinstance(value, str) and re.fullmatch(r"#[0-9a-f]{12}", value) is not None


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:12]


def choose_since(record: Record, earlier: Record | None) -> Record | None:
    """The report against which a record is held: the last one that said something else; None where there is none.

    Where the last one said just this of just this day, it is made again, and is held against what
    that one was held against, so that the same inputs make the same report. One that was issued has its number and
    day under ``issued``; it is held against as often as a draft is made.
    """
    if earlier is None:
        return None
    before = {name: value for name, value in earlier.items() if name != "since"}
    now = {name: value for name, value in record.items() if name in before}  # an earlier one may keep less
    if before == now:
        return cast("Record | None", earlier.get("since"))
    told = [{name: value for name, value in one.items() if name not in _ASKED} for one in (before, now)]
    return before if told[0] != told[1] else None


def find_recorded_launch(record: Record) -> Launch:
    """The launch that a report told, and which licences it is of."""
    verdicts, days = record["verdicts"], record["launch"]
    held = {*record["held"], *record.get("implied", ())} - set(record["expired"])
    later = record.get("from", {})
    still = {code: verdict for code, verdict in verdicts.items() if code not in held and code not in later}
    p50, p80, p90 = map(date.fromisoformat, days) if days else (None, None, None)
    return Launch(
        days=(p50, p80, p90) if p50 and p80 and p90 else None,
        likely=date.fromisoformat(likely) if (likely := record.get("likely")) else None,
        is_promised=bool(record.get("is_promised", True)),
        undated=tuple(record["left_out"]),
        awaited=tuple(code for code, verdict in still.items() if verdict == "required"),
        undetermined=tuple(code for code, verdict in still.items() if verdict == "undetermined"),
    )


def find_recorded_fees(old: Record, new: Record) -> tuple[Fees, Fees]:
    """The fees that two reports told; all of them as one-off where a report did not keep what is yearly."""
    is_split = all("unknown_yearly_fees" in record for record in (old, new))
    return _find_fees(old, is_split), _find_fees(new, is_split)


def _find_fees(record: Record, is_split: bool) -> Fees:
    if not is_split:
        return Fees(record["fees_cny"], None, tuple(record["unknown_fees"]))
    yearly, unknown_yearly = record["yearly_fees_cny"], tuple(record["unknown_yearly_fees"])
    unknown = Counter[str](record["unknown_fees"]) - Counter[str](unknown_yearly)
    return Fees(record["fees_cny"] - yearly, yearly, tuple(unknown.elements()), unknown_yearly)


def find_record(trail: bytes, client: str) -> Record | None:
    """The record of a client in the notebook of its report; None where there is none that can be read."""
    found = re.search(rb'"' + re.escape(MIME.encode()) + rb'":\s*(?=\{)', trail)
    if found is None:
        return None
    try:
        record, _ = json.JSONDecoder().raw_decode(trail[found.end() :].decode())
    except ValueError:
        return None
    return _choose_own(record, client)


def read_record(text: str, client: str) -> Record | None:
    """The record of a client that a book keeps as JSON; None where it is none that can be read."""
    try:
        record = json.loads(text)
    except ValueError:
        return None
    return _choose_own(record, client)


def _choose_own(record: Any, client: str) -> Record | None:
    return record if _is_whole(record) and record["client"] == client else None


def _is_whole(record: Any) -> bool:
    """Whether it is a record as we make them, and so is what it was held against."""
    if not isinstance(record, dict) or record.get("version") != VERSION or not _KINDS.keys() <= record.keys():
        return False
    if not all(isinstance(record[name], kinds) for name, kinds in _KINDS.items()):
        return False
    if not all(isinstance(record[name], kinds) for name, kinds in _LATER_KINDS.items() if name in record):
        return False
    since = record.get("since")
    return since is None or _is_whole(since)


_KINDS: dict[str, tuple[type, ...]] = {
    "client": (str,),
    "language": (str,),
    "as_of": (str,),
    "start": (str,),
    "verdicts": (dict,),
    "names": (dict,),
    "rows": (dict,),
    "facts": (dict,),
    "held": (dict,),
    "coming": (list,),
    "launch": (list, type(None)),
    "left_out": (list,),
    "blocked": (list,),
    "expired": (list,),
    "fees_cny": (int, float),
    "unknown_fees": (list,),
}
# What records did not keep from the beginning.
_LATER_KINDS: dict[str, tuple[type, ...]] = {
    "stages": (dict,),
    "from": (dict,),
    "yearly_fees_cny": (int, float),
    "unknown_yearly_fees": (list,),
    "implied": (dict,),
    "issued": (dict,),
}

_earlier: list[Record] = []


def hand_over_record(record: Record | None) -> None:
    """Lets the report that this process makes say what has changed since an earlier one."""
    _earlier[:] = [] if record is None else [record]


def find_earlier(client: str) -> Record | None:
    """What was handed over for a client."""
    return next((record for record in _earlier if record["client"] == client), None)
