"""Fuzzer of what reads files from outside: a changed file goes in, an answer or a sentence comes out.

`make fuzz` tries 5,000 inputs in three minutes at most; the tests a few of each kind. A traceback, five
seconds of work, or more than 500 MB are findings: each is printed, and its input kept. Everything is drawn by
the seed, so that ``--kind KIND --only NUMBER`` makes one input again.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, partial
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import hypothesis
import hypothesis.strategies as st
import nbformat
import pandas as pd
import psutil
import xlwt
import yaml
from rich.console import Console
from rich.table import Table

import mutations
from filled_in import make_json, make_mail, make_questionnaire
from licences.analysis.case import Case, open_case
from licences.analysis.record import find_record
from licences.batch.store import LEDGER, ReportStore
from licences.book.clients import Writing
from licences.book.events import Event
from licences.book.reading import read_kept
from licences.cli.main import main as run_command
from licences.errors import LicencesError
from licences.law.catalogue import Catalogue, read_catalogue
from licences.quality.scenarios import read_scenarios
from licences.render.brand import Brand, read_brand
from licences.render.excel.entered import read_entries
from licences.render.excel.returned import read_checklist
from licences.render.excel.workbook import make_workbook
from licences.render.ics import make_calendar
from licences.render.word.document import make_word
from licences.render.word.template import make_template
from licences.rules.answer_files import find_answers
from licences.rules.facts import list_cells, make_profiles, read_fields, read_profiles
from licences.rules.keeping import begin_book, begin_writing, record_events
from licences.rules.logic import read_rule
from licences.runner.notebooks import parse_notebook, read_notebook
from licences.runner.parameters import check_parameters

PROJECT = Path(__file__).parents[1]
CLIENT, DAY = "wander-work", "2026-11-23"
MOST_SECONDS, MOST_MIB, PATIENCE_SECONDS = 5.0, 500, 60.0
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Kind:
    """A kind of file: what it is called, how an input is made of one that is right, and what reads it."""

    name: str
    file: str
    share: int
    make: Callable[[Random], bytes]
    read: Callable[[Path], object]


@dataclass
class Tally:
    """What became of the inputs of a kind."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest_seconds: float = 0.0
    most_mib: float = 0.0


@dataclass(frozen=True)
class Finding:
    """An input that was neither answered nor refused as it should be."""

    kind: str
    number: int
    what: str
    detail: str


# What the inputs are made of.


@cache
def find_catalogue() -> Catalogue:
    return read_catalogue(PROJECT / "data" / "licences.csv")


@cache
def find_case() -> Case:
    return open_case(CLIENT, DAY, DAY, "zh")


@cache
def find_codes() -> frozenset[str]:
    return frozenset(find_catalogue().rows["code"])


@cache
def read_clients() -> bytes:
    return (PROJECT / "data" / "clients.csv").read_bytes()


@cache
def make_clients_workbook() -> bytes:
    """Six sample clients as Excel has them, with a title, a hidden row, numbers and a second sheet."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["our clients"])
    sheet.merge_cells("A1:F1")
    for row in _list_client_rows():
        sheet.append([int(cell) if cell.isdigit() else cell or None for cell in row])
    sheet.row_dimensions[4].hidden = True
    book.create_sheet("notes").append(["a note"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@cache
def make_old_workbook() -> bytes:
    """The same clients as Excel 97 has them."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("clients")
    for line, row in enumerate(_list_client_rows()):
        for at, cell in enumerate(row):
            sheet.write(line, at, cell)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@cache
def make_open_workbook() -> bytes:
    """The same clients as LibreOffice has them."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{name}="{office}:{name}:1.0"' for name in ("office", "table", "text"))
    rows = "".join(
        "<table:table-row>" + "".join(f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in _list_client_rows()
    )  # fmt: skip
    sheet = f'<table:table table:name="clients">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")
    return content.getvalue()


def _list_client_rows() -> list[list[str]]:
    return list(csv.reader(io.StringIO(read_clients().decode("utf-8-sig"))))[:7]


@cache
def list_cases() -> Sequence[bytes]:
    """A few of the scenarios, for the whole file would take seconds to read."""
    cases = yaml.safe_load((PROJECT / "tests" / "scenarios.yaml").read_text("utf-8"))
    return [yaml.safe_dump(cases[at : at + 3], allow_unicode=True).encode() for at in range(0, 60, 3)]


@cache
def make_trail() -> bytes:
    """A report's notebook, as far as the record in it goes."""
    from licences.analysis.record import MIME, make_record

    outputs = [{"data": {MIME: make_record(find_case())}}]
    return json.dumps({"cells": [{"outputs": outputs}]}).encode()


@cache
def make_ledger() -> bytes:
    entry = {"client": CLIENT, "as_of": DAY, "status": "done", "seconds": 0.1, "inputs": "ab", "outputs": ["report.html"],
             "error": None, "at": "2026-11-23T10:00:00+08:00"}  # fmt: skip
    return b"".join(json.dumps(entry | {"client": f"shop-{at}"}).encode() + b"\n" for at in range(8))


@cache
def draw_values() -> Sequence[Any]:
    """Values that JSON and YAML can hold, drawn once."""
    plain = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates().map(str)
    )
    nested = st.recursive(
        plain, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=4), one, max_size=3)
    )
    drawn: list[Any] = [None, [], {}, "", 0, -1, 1e308, [[]], [None], {"": None}, "x" * 100_000]

    @hypothesis.seed(0)
    @hypothesis.settings(max_examples=300, database=None, deadline=None, phases=[hypothesis.Phase.generate],
                         suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
    @hypothesis.given(nested)
    def keep(value: Any) -> None:
        drawn.append(value)

    keep()
    return drawn


# How an input is made of one that is right, and what reads it.


def _mutate(find: Callable[[], bytes], tokens: Sequence[str], random: Random) -> bytes:
    return mutations.mutate(find(), random, tokens)


def _mutate_archive(find: Callable[[], bytes], random: Random) -> bytes:
    return mutations.mutate_archive(find(), random, mutations.XML)


def _mutate_json(find: Callable[[], bytes], random: Random) -> bytes:
    if random.random() < 0.4:
        return mutations.mutate(find(), random, mutations.JSON)
    return mutations.mutate_tree(find(), random, draw_values())


def _make_lines(random: Random) -> bytes:
    lines = make_ledger().splitlines()
    at = random.randrange(len(lines))
    lines[at] = _mutate_json(lambda: make_ledger().splitlines()[at], random)
    return b"\n".join(lines) + random.choice((b"\n", b""))


def _make_yaml(find: Callable[[], bytes], random: Random) -> bytes:
    if random.random() < 0.6:
        return mutations.mutate(find(), random, mutations.YAML)
    tree = mutations.mutate_tree(
        json.dumps(yaml.safe_load(find()), default=str).encode(), random, draw_values()
    )
    return yaml.safe_dump(json.loads(tree), allow_unicode=True).encode("utf-8", "surrogatepass")


def _make_cells(random: Random) -> bytes:
    """The sample clients with an odd cell or two; or with odd bytes anywhere."""
    if random.random() < 0.4:
        return mutations.mutate(read_clients(), random, mutations.CSV)
    return mutations.mutate_cells(
        read_clients(), random, (*mutations.ANYWHERE, *mutations.CSV, *mutations.CELLS)
    )


def _make_expression(random: Random) -> bytes:
    """Rules of the catalogue put together, or with odd characters anywhere."""
    rules = find_catalogue().rows["applies_when"].dropna().tolist()
    first, second = (random.choice(rules) for _ in range(2))
    match random.randrange(4):
        case 0:
            return (
                f"{random.choice(('not ', ''))}({first}) {random.choice(('and', 'or'))} ({second})".encode()
            )
        case 1:
            words = (*mutations.EXPRESSION, *find_catalogue().fields.by_name)
            return "".join(random.choice(words) for _ in range(random.randrange(1, 12))).encode()
        case _:
            return mutations.mutate(first.encode(), random, mutations.EXPRESSION)


def _read_clients(path: Path) -> None:
    """Reads clients; what was read says the same when it is written and read again."""
    fields = find_catalogue().fields
    told = _list_told(read_profiles(path, fields, find_codes()))
    again = _list_told(make_profiles(told, fields, find_codes(), path.name))
    assert again == told, "read otherwise when written and read again"


def _list_told(profiles: pd.DataFrame) -> list[dict[str, str]]:
    """The cells of each client as a clients file holds them."""
    fields = find_catalogue().fields
    return [
        list_cells({str(name): value for name, value in one.items()}, fields)
        for one in profiles.to_dict("records")
    ]


def _read_expression(path: Path) -> None:
    rule = read_rule(path.read_bytes().decode("utf-8", "replace"), find_catalogue().fields)
    rule.decide(find_case().profile)


def _read_notebook(path: Path) -> None:
    parsed = parse_notebook(read_notebook(path), path.name)
    check_parameters(parsed, path.name, {"client": CLIENT})
    nbformat.from_dict(parsed)


def _read_ledger(path: Path) -> None:
    ReportStore(path.parent).close()


def _fill_template(path: Path) -> None:
    make_word(find_case(), Brand(), path.read_bytes())


def _ask(*command: str) -> Callable[[Path], None]:
    """Reads by a command; its exit status is one that is promised."""

    def ask(path: Path) -> None:
        said = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            status = run_command([*command, "--clients", str(path)])
        assert status in {0, 1, 2}
        assert status == 0 or said.getvalue().strip(), "no word of why"
        if status:
            raise RefusedError(said.getvalue())

    return ask


class RefusedError(LicencesError):
    """A command said no."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said

    def __str__(self) -> str:
        return self.said


def list_kinds() -> list[Kind]:
    """Each kind of file that comes from outside, and how many of a hundred inputs are of it."""
    data = PROJECT / "data"
    text, notebook = partial(partial, _mutate), PROJECT / "notebooks" / "client_report.ipynb"
    catalogue, fields, brand = (data / name for name in ("licences.csv", "profile_fields.csv", "brand.yaml"))
    return [
        Kind("clients.csv", "clients.csv", 18, _make_cells, _read_clients),
        Kind(
            "clients.xlsx", "clients.xlsx", 16, partial(_mutate_archive, make_clients_workbook), _read_clients
        ),
        Kind("clients.ods", "clients.ods", 3, partial(_mutate_archive, make_open_workbook), _read_clients),
        Kind("clients.xls", "clients.xls", 3, text(make_old_workbook, ()), _read_clients),
        Kind("licences.csv", "licences.csv", 4, text(catalogue.read_bytes, mutations.CSV), read_catalogue),
        Kind(
            "profile_fields.csv", "profile_fields.csv", 5, text(fields.read_bytes, mutations.CSV), read_fields
        ),
        Kind("brand.yaml", "brand.yaml", 8, partial(_make_yaml, brand.read_bytes), read_brand),
        Kind("scenarios.yaml", "scenarios.yaml", 5, _make_scenarios, _read_scenarios),
        Kind("notebook", "mine.ipynb", 10, partial(_mutate_json, notebook.read_bytes), _read_notebook),
        Kind("earlier report", "report.ipynb", 5, partial(_mutate_json, make_trail), _read_trail),
        Kind(
            "earlier checklist",
            "checklist.xlsx",
            4,
            partial(_mutate_archive, _make_checklist),
            _read_checklist,
        ),
        Kind("earlier calendar", "renewals.ics", 1, text(_make_calendar, mutations.ICS), _read_calendar),
        Kind("book", "book.sqlite", 3, text(_make_book, ()), _read_book),
        Kind("events.csv", "events.csv", 2, text(lambda: _EVENTS, mutations.CSV), _read_events),
        Kind("answers", "answers.json", 4, partial(_mutate_json, _make_answers), _read_answers),
        Kind("mail", "answers.eml", 2, text(_make_mail, ()), _read_answers),
        Kind("questionnaire", "q.xlsx", 4, partial(_mutate_archive, _make_questionnaire), _read_answers),
        Kind("ticked list", "list.xlsx", 3, partial(_mutate_archive, _make_checklist), _read_returned),
        Kind("template.docx", "template.docx", 6, partial(_mutate_archive, _make_template), _fill_template),
        Kind("ledger", LEDGER, 8, _make_lines, _read_ledger),
        Kind("expression", "rule.txt", 9, _make_expression, _read_expression),
        Kind("assess", "clients.csv", 2, _make_cells, _ask("assess", "--json")),
    ]


@cache
def _make_template() -> bytes:
    return make_template("#1f4e79")


@cache
def _make_checklist() -> bytes:
    return make_workbook(find_case())


@cache
def _make_calendar() -> bytes:
    return make_calendar(find_case(), holds="all")


_EVENTS = "client,code,event,on,number,until,note,by\n{0},EDI,submitted,2026-11-02,,,快,李\n{0},EDI,granted,2026-11-20,B2-1,2031-11-19,,\n".format(
    "corner-shop"
).encode()


@cache
def _make_book() -> bytes:
    """A book with the sample clients."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "book.sqlite"
        catalogue = find_catalogue()
        profiles = read_profiles(PROJECT / "data" / "clients.csv", catalogue.fields, find_codes())
        begin_book(place, profiles, catalogue.fields, Writing(datetime(2026, 5, 1, tzinfo=UTC), "li"))
        return place.read_bytes()


def _read_book(path: Path) -> None:
    """Reads the clients and tells one something, which is then known."""
    read_profiles(path, find_catalogue().fields, find_codes())
    event = Event("TRADEMARK", "submitted", date(2026, 11, 2), note="told")
    record_events(path, [("corner-shop", event)], find_codes(), begin_writing())
    assert any(one.note == "told" for one in read_kept(path).events["corner-shop"])


def _read_events(path: Path) -> None:
    """Records the events in a book; where that is refused, the book holds what it held."""
    book = path.with_name("book.sqlite")
    book.write_bytes(_make_book())
    before = read_kept(book).events
    with contextlib.redirect_stderr(io.StringIO()):
        status = run_command(["record", "--file", str(path), "--clients", str(book)])
    if status:
        assert read_kept(book).events == before, "something was recorded though it was refused"


@cache
def _make_answers() -> bytes:
    told = {"has_website": "yes", "own_categories": "drugs;alcohol", "registered_users": "9000"}
    return make_json("tea-shop", told, unsure=["mlps_level"], remarks={"has_app": "later"}, name="Tea")


@cache
def _make_mail() -> bytes:
    return b"Subject: a\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + make_mail(
        _make_answers(), mark="> ", width=40
    )


@cache
def _make_questionnaire() -> bytes:
    typed = {"has_website": "是", "own_categories=drugs": "√", "registered_users": 9000, "mlps_level": "?"}
    return make_questionnaire(find_catalogue().fields, "tea-shop", typed, {"has_website": "later"}, by="Wang")


def _read_answers(path: Path) -> None:
    """What was read is as a clients file has it; and each problem has its place."""
    found = find_answers(path.read_bytes(), path.name, find_catalogue().fields)
    if found:
        row = {"client": "a", "name": "a", **found.cells}
        make_profiles([row], find_catalogue().fields, None, path.name)
        assert all(one.file == path.name and one.line for one in found.problems)


def _read_returned(path: Path) -> None:
    ours = find_catalogue()
    read_checklist(path.read_bytes(), path.name, ours.fields, ours.codes, date(2026, 11, 23))


def _read_checklist(path: Path) -> None:
    """What was entered is entered again, and read as the same."""
    entered = read_entries(path.read_bytes())
    if entered and entered.entries:
        made = make_workbook(find_case(), entered=entered.entries)
        again = read_entries(made)
        assert again, "cannot be read again"
        assert make_workbook(find_case(), entered=again.entries) == made, "made otherwise when made again"


def _read_calendar(path: Path) -> None:
    """Makes a calendar that follows another one; one that follows it in turn is the same."""
    made = make_calendar(find_case(), earlier=path.read_bytes(), holds="all")
    assert make_calendar(find_case(), earlier=made, holds="all") == made, "made otherwise when made again"


def _make_scenarios(random: Random) -> bytes:
    return _make_yaml(lambda: random.choice(list_cases()), random)


def _read_scenarios(path: Path) -> None:
    read_scenarios(path, find_catalogue())


def _read_trail(path: Path) -> None:
    find_record(path.read_bytes(), CLIENT)


# How they are tried: in processes of their own, which are watched.


def make_input(kind: Kind, seed: int, number: int) -> bytes:
    """The input of this number, the same each time."""
    return kind.make(Random(f"{seed}:{kind.name}:{number}"))  # noqa: S311 - it is to draw the same each time


def try_inputs(
    kinds: Sequence[Kind], numbers: Sequence[tuple[int, int]], seed: int, folder: Path, end: Connection
) -> None:
    """Tries inputs one after the other, and says of each over a connection that it begins and how it went."""
    warnings.simplefilter("ignore")
    for at, number in numbers:
        kind = kinds[at]
        path = folder / str(os.getpid()) / kind.file
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        content = make_input(kind, seed, number)
        path.write_bytes(content)
        end.send(("began", at, number))
        before, began = _forget_peak_mib(), time.process_time()
        outcome, detail = _try(kind, path)
        end.send((outcome, detail, time.process_time() - began, _find_peak_mib() - before))


def _try(kind: Kind, path: Path) -> tuple[str, str]:
    try:
        kind.read(path)
    except LicencesError as error:
        said = str(error)
        if not said.strip() or " object at 0x" in said or "Traceback (" in said or len(said) > 2_000_000:
            return "no sentence", said[:2000]
        return "refused", ""
    except Exception:  # noqa: BLE001 - that is what is looked for
        return "traceback", traceback.format_exc()[-3000:]
    return "answered", ""


def _forget_peak_mib() -> float:
    """Forgets how much memory this process has had at most; how much it has now."""
    with contextlib.suppress(OSError):  # only Linux can; elsewhere the peak is that of all inputs so far
        Path("/proc/self/clear_refs").write_text("5")
    return _find_peak_mib()


def _find_peak_mib() -> float:
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Watch:
    """A process that tries inputs, and what it is doing."""

    def __init__(
        self, kinds: Sequence[Kind], numbers: Sequence[tuple[int, int]], seed: int, folder: Path
    ) -> None:
        self.numbers, self.kinds, self.seed, self.folder = list(numbers), kinds, seed, folder
        self.start()

    def start(self) -> None:
        context = multiprocessing.get_context("fork")
        self.end, theirs = context.Pipe()
        asked = (self.kinds, self.numbers, self.seed, self.folder, theirs)
        self.process = context.Process(target=try_inputs, args=asked, daemon=True)
        self.process.start()
        theirs.close()
        self.began_cpu, self.began_at = 0.0, time.monotonic()

    def find_cpu_seconds(self) -> float:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.process.pid).cpu_times()
            return float(times.user + times.system)
        return 0.0

    def take(self) -> Iterator[tuple[str, int, int, str, float, float]]:
        """What has become of inputs since the last look: outcome, kind, number, detail, seconds, MiB."""
        while self.numbers and self.end.poll(0):
            said = self._receive()
            if said is None:
                self.process.join()
                said = f"exit status {self.process.exitcode}"
                yield "died", *self._give_up(), said, 0.0, 0.0
            elif said[0] == "began":
                self.began_cpu, self.began_at = self.find_cpu_seconds(), time.monotonic()
            else:
                at, number = self.numbers.pop(0)
                yield said[0], at, number, *said[1:]
        worked = self.find_cpu_seconds() - self.began_cpu
        if self.numbers and (worked > MOST_SECONDS or time.monotonic() - self.began_at > PATIENCE_SECONDS):
            yield "hang", *self._give_up(), "", worked, 0.0

    def _receive(self) -> Any:
        """What the process says next, None where it has ended."""
        try:
            return self.end.recv()
        except EOFError:
            return None

    def _give_up(self) -> tuple[int, int]:
        self.process.kill()
        self.process.join()
        given_up = self.numbers.pop(0)
        if self.numbers:
            self.start()
        return given_up


def fuzz(kinds: Sequence[Kind], count: int, seed: int, most_seconds: float, folder: Path,
         workers: int = 2) -> tuple[dict[str, Tally], list[Finding]]:  # fmt: skip
    """Tries that many inputs of the kinds by their shares; what became of them, and what was found."""
    for kind in kinds:
        make_input(kind, seed, 0)  # what all inputs are made of is there before the processes are forked
    shares = [at for at, kind in enumerate(kinds) for _ in range(kind.share)]
    Random(seed).shuffle(shares)  # noqa: S311 - as above
    seen: Counter[int] = Counter()
    numbers = []
    for turn in range(count):
        at = shares[turn % len(shares)]
        numbers.append((at, seen[at]))
        seen[at] += 1
    until = time.monotonic() + most_seconds
    watches = [Watch(kinds, numbers[first::workers], seed, folder) for first in range(workers)]
    tallies, findings = {kind.name: Tally() for kind in kinds}, list[Finding]()
    while time.monotonic() < until and any(watch.numbers for watch in watches):
        time.sleep(_LOOK_SECONDS)
        for watch in watches:
            for outcome, at, number, detail, seconds, mib in watch.take():
                name, tally = kinds[at].name, tallies[kinds[at].name]
                tally.outcomes[outcome] += 1
                tally.slowest_seconds = max(tally.slowest_seconds, seconds)
                tally.most_mib = max(tally.most_mib, mib)
                slow = outcome != "hang" and seconds > MOST_SECONDS
                if outcome not in {"answered", "refused"} or slow or mib > MOST_MIB:
                    what = (
                        outcome
                        if outcome not in {"answered", "refused"}
                        else "too slow"
                        if slow
                        else "too much memory"
                    )
                    findings.append(Finding(name, number, what, detail))
    for watch in watches:
        watch.process.kill()
    return tallies, findings


def print_tallies(console: Console, tallies: dict[str, Tally]) -> None:
    table = Table("kind", "inputs", "answered", "refused", "slowest s", "most MiB")
    for name, tally in tallies.items():
        counts = (tally.outcomes.total(), tally.outcomes["answered"], tally.outcomes["refused"])
        table.add_row(name, *map(str, counts), f"{tally.slowest_seconds:.1f}", f"{tally.most_mib:.0f}")
    console.print(table)


def main() -> int:
    """Exit status: 0 where all inputs were tried and nothing was found."""
    parser = argparse.ArgumentParser(description="Tries changed files on everything that reads one.")
    parser.add_argument("--inputs", type=int, default=5000, metavar="N")
    parser.add_argument("--seconds", type=float, default=180.0, help="the most that it may take")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--kind", action="append", metavar="NAME", help="only this kind, such as clients.xlsx"
    )
    parser.add_argument(
        "--only", type=int, metavar="NUMBER", help="with --kind: this one input, in this process"
    )
    options = parser.parse_args()
    kinds = [kind for kind in list_kinds() if options.kind is None or kind.name in options.kind]
    folder = Path(tempfile.mkdtemp(prefix="licences-fuzz-"))
    if options.only is not None:
        return _try_only(kinds[0], options.seed, options.only, folder)
    began = time.monotonic()
    tallies, findings = fuzz(kinds, options.inputs, options.seed, options.seconds, folder)
    console = Console(width=110)
    print_tallies(console, tallies)
    for finding in findings:
        print(f"{finding.kind} {finding.number}: {finding.what}\n{finding.detail}")
    tried = sum(tally.outcomes.total() for tally in tallies.values())
    counts = Counter(finding.what for finding in findings)
    said = ", ".join(
        f"{counts[what]} {what}" for what in sorted({"traceback", "hang", "too much memory", *counts})
    )
    print(
        f"{tried} of {options.inputs} inputs in {time.monotonic() - began:.0f} s, seed {options.seed}: {said}"
    )
    shutil.rmtree(folder, ignore_errors=True)
    return 0 if tried == options.inputs and not findings else 1


def _try_only(kind: Kind, seed: int, number: int, folder: Path) -> int:
    path = folder / kind.file
    path.write_bytes(make_input(kind, seed, number))
    print(path)
    try:
        kind.read(path)
    except LicencesError as error:
        print(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
