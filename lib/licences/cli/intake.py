"""Intake: what clients sent back, shown beside what is known, and then kept."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from licences.analysis.intake import (
    OURS,
    THEIRS,
    Intake,
    Known,
    add_contradictions,
    compare_answers,
    list_notes,
    list_told,
)
from licences.assessment.interview import find_gates
from licences.book.clients import Writing, find_client, list_facts
from licences.book.events import Event, list_events
from licences.book.notes import list_notes as list_kept_notes
from licences.book.place import is_book
from licences.book.store import read_book
from licences.cli.language import tell
from licences.cli.options import find_as_of, find_catalogue_file, find_clients_file
from licences.errors import LicencesError, Problem, ProblemsError, UnknownNameError, UsageError
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.kinds import can_be_held
from licences.reading.characters import fold_width
from licences.reading.dictionary import read_dictionary
from licences.reading.files import read_bytes
from licences.reading.places import find_data_folder
from licences.reading.rows import read_table_rows
from licences.rules.answer_files import WHAT, find_answers
from licences.rules.answers import EVENTS, QUESTIONNAIRE, Answers
from licences.rules.client_files import Change, find_all_saved, write_clients
from licences.rules.event_files import read_event_rows
from licences.rules.facts import make_profiles, read_profiles
from licences.rules.keeping import EventsError, begin_writing, check_fields

# What may be typed at the terminal, in either language; a full-width letter is one too.
CHOICES = {
    THEIRS: ("t", "theirs", "采", "采用", "采用对方", "采用客户", "采用客户的", "对方", "客户"),
    OURS: ("o", "ours", "保", "保留", "保留原值", "保留已有", "保留已有的", "原值", "已有"),
    "": ("s", "stop", "停", "停止"),
}


def take_in(options: argparse.Namespace) -> int:
    """Shows what files of clients tell beside what is known, and writes it: all of it, or nothing."""
    place: Path = options.into or find_clients_file(options)
    catalogue = read_catalogue(find_catalogue_file(options))
    writing = begin_writing()
    answers = _read_files(options, place, catalogue, writing)
    intakes = _compare(options, place, catalogue, answers)
    if not options.json:
        _show(options, catalogue, intakes)
    decided = intakes if options.take is None else [one.decide(options.take) for one in intakes]
    if options.take is None and not options.dry_run and not any(one.conflicts for one in intakes):
        decided = _ask(decided, catalogue, options.says)
    wrong = _find_obstacle(decided)
    is_written = wrong is None and not options.dry_run
    if is_written:
        _write(place, catalogue, decided, writing)
    if options.json:
        from licences.words.intake import describe_intake

        said = describe_intake(decided, str(place), options.asked or "en", is_written=is_written)
        print(json.dumps(said, ensure_ascii=False, indent=1))
    tell(wrong or _say_done(decided, place, is_written=is_written), options.says)
    return 1 if wrong else 0


def _read_files(
    options: argparse.Namespace, place: Path, catalogue: Catalogue, writing: Writing
) -> list[Answers]:
    """What the files tell, the problems of all of them told at once; each client by its id as it is known."""
    told: list[Answers] = []
    problems: list[Problem] = []
    for path in dict.fromkeys(options.files):
        try:
            told += _read_file(path, catalogue, place, writing)
        except ProblemsError as error:
            problems += error.problems
    problems += [fault for one in told for fault in one.problems]
    named: list[Answers] = []
    known = _list_known(place, catalogue) if told else {}
    for one in told:
        try:
            whose = _name_client(one, known, options.client or "")
            if whose.client not in known:  # its id and its name have to be such as can be kept
                make_profiles(
                    [{"client": whose.client, "name": whose.name}], catalogue.fields, None, one.file
                )
            named.append(whose)
        except ProblemsError as error:
            problems += error.problems
        except LicencesError as error:
            wrong, _, right = str(error).partition("; ")
            problems.append(Problem(one.file, 1, "client", wrong, right))
    if options.client:
        problems += [
            Problem(one.file, 1, "client", f"is of {one.client!r}", f"name a file of {options.client!r}")
            for one in named
            if one.client != options.client
        ]
    if problems:
        raise ProblemsError(problems)
    return [replace(one, told_by=options.by) for one in named] if options.by else named


def _read_file(path: Path, catalogue: Catalogue, place: Path, writing: Writing) -> list[Answers]:
    """What one file tells, known by what it holds. Raises: ProblemsError, UsageError, MissingFileError."""
    from licences.render.excel.returned import read_checklist

    content, file, fields = read_bytes(path), str(path), catalogue.fields
    codes = set(catalogue.rows.loc[can_be_held(catalogue.rows), "code"])
    checklist = read_checklist(content, file, fields, codes, date.today())
    if checklist:
        return [checklist]
    found = find_answers(content, file, fields)
    if found:
        return [_add_following(found, catalogue) if found.kind == QUESTIONNAIRE else found]
    if not _is_events_file(path):
        right = f"name {WHAT}, a checklist, or a file of events"
        raise ProblemsError([Problem(file, 1, "file", "holds nothing that can be taken in", right)])
    if not is_book(place):
        raise UsageError(
            f"{file} holds events, which {place} cannot keep",
            f"make a book of it: licences book init book.sqlite --from {place}",
        )
    return _read_events(path, codes, writing)


def _add_following(one: Answers, catalogue: Catalogue) -> Answers:
    """The same with what follows from a no, 0 or none, which a form leaves empty and the page of a questionnaire sends."""
    fields = catalogue.fields
    following = {
        name: fields[name].none_cell
        for name, gates in find_gates(catalogue).items()
        if name not in one.cells
        and name not in one.unsure
        and any(one.cells.get(gate) == fields[gate].none_cell for gate in gates)
    }
    return replace(one, cells={**one.cells, **following})


def _read_events(path: Path, codes: set[str], writing: Writing) -> list[Answers]:
    told, lines = read_event_rows(path, writing.by)
    by_client: dict[str, list[Event]] = {}
    problems: list[Problem] = []
    for (client, event), line in zip(told, lines, strict=True):
        try:
            check_fields(event, codes)
        except LicencesError as error:
            wrong, _, right = str(error).partition("; ")
            problems.append(Problem(str(path), line, "event", wrong, right))
        by_client.setdefault(client, []).append(event)
    if problems:
        raise ProblemsError(problems)
    return [Answers(str(path), EVENTS, client, events=tuple(events)) for client, events in by_client.items()]


def _is_events_file(path: Path) -> bool:
    table = read_dictionary(find_data_folder() / "dictionary.yaml")["events.csv"]
    try:
        return table.wanted <= set(read_table_rows(path, table.wanted, table.spellings).header)
    except ProblemsError:
        return False


def _list_known(place: Path, catalogue: Catalogue) -> dict[str, str]:
    """The ids of the clients that are known, to their names; nothing where there is no file yet."""
    if not is_book(place) and not place.exists():
        return {}
    try:
        profiles = read_profiles(place, catalogue.fields, catalogue.codes)
    except LicencesError:
        if is_book(place):
            with read_book(place):  # there is a book, and it may be empty
                return {}
        raise
    return dict(zip(profiles["client"], profiles["name"], strict=True))


def _name_client(one: Answers, known: dict[str, str], asked: str) -> Answers:
    """The same with the client's id as it is known: by what the file says, or else by the name at its head.

    asked: whose the files are said to be; that of one that names nobody.
    """
    folded = {client.casefold(): client for client in known}
    if one.client or asked:
        told = one.client or asked
        client = folded.get(told.casefold(), told)
        if client not in known and not one.name:
            raise UnknownNameError("client", told, set(known))
        return replace(one, client=client)
    titles = {*one.titles, *([one.name] if one.name else [])}
    found = [client for client, name in known.items() if titles & {client, name}]
    found = found or [
        client for client, name in known.items() if len(name) > 1 and any(name in title for title in titles)
    ]
    if len(found) != 1:
        raise UsageError(
            "does not say whose answers they are",
            "say it with --client ID; a new client gets that id",
        )
    return replace(one, client=found[0])


def _compare(
    options: argparse.Namespace, place: Path, catalogue: Catalogue, answers: Sequence[Answers]
) -> list[Intake]:
    by_client: dict[str, list[Answers]] = {}
    for one in answers:
        by_client.setdefault(one.client, []).append(one)
    clients = list(by_client)
    saved = find_all_saved(place, catalogue.fields, catalogue.codes, clients)
    edition = str(catalogue.edition)[:10]
    found = [
        compare_answers(
            client, by_client[client], _find_known(place, client, cells), catalogue.fields, edition
        )
        for client, cells in zip(clients, saved, strict=True)
    ]
    return add_contradictions(found, catalogue, catalogue.codes, find_as_of(options), options.lang)


def _find_known(place: Path, client: str, cells: dict[str, str] | None) -> Known:
    if not is_book(place):
        return Known(cells)
    with read_book(place) as connection:
        whose = find_client(connection, client)
        if whose is None:
            return Known(None, {})
        facts = {fact.field: fact for fact in list_facts(connection, whose) if fact.from_on is None}
        events = list_events(connection, whose).get(whose, ())
        return Known(cells, facts, events, list_kept_notes(connection, whose).get(whose, ()))


def _show(options: argparse.Namespace, catalogue: Catalogue, intakes: Sequence[Intake]) -> None:
    from licences.render.terminal import show
    from licences.render.terminal_intake import draw_intake

    show(draw_intake(intakes, catalogue.fields, _name_licences(catalogue, options.lang), options.lang))


def _name_licences(catalogue: Catalogue, language: str) -> dict[str, str]:
    rows = catalogue.rows
    return dict(zip(rows["code"], rows[f"name_{language}"], strict=True))


def _ask(intakes: Sequence[Intake], catalogue: Catalogue, language: str) -> list[Intake]:
    """Asks of each difference whose value counts, where somebody sits at a terminal; who stops decides nothing."""
    if not sys.stdin.isatty():
        return list(intakes)
    from licences.words.intake import name_item, say_item
    from licences.words.texts import say

    names, fields = _name_licences(catalogue, language), catalogue.fields
    decided = []
    for one in intakes:
        taken: dict[str, str] = {}
        for item in one.open:
            old, new = (say_item(told, item, fields, language) for told in (item.old, item.new))
            question = name_item(item, fields, names, language)
            sentence = say(language, "intake.ask", question=question, old=old, new=new)
            answer = _read_choice(sentence)
            if answer is None:
                return list(intakes)
            taken[item.name] = answer
        decided.append(one.decide(taken))
    return decided


def _read_choice(sentence: str) -> str | None:
    """Theirs or ours, None where one stops."""
    while True:
        print(sentence, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        typed = fold_width(line).strip().casefold()
        meant = next((choice for choice, words in CHOICES.items() if typed in words), None)
        if not line or meant is not None:
            return meant or None


def _find_obstacle(intakes: Sequence[Intake]) -> str | None:
    """Why nothing is written; None where nothing speaks against it."""
    conflicts = [f"{one.client}: {item.name}" for one in intakes for item in one.conflicts]
    if conflicts:
        said = ", ".join(conflicts[:10])
        return f"nothing is written: the files differ in {said}; leave out the file that is not right"
    count = sum(len(one.open) for one in intakes)
    if count:
        return (
            f"nothing is written: {count} {'answer differs' if count == 1 else 'answers differ'} from what is "
            "known; look at what differs, and take the client's answers with --take theirs, "
            "or keep what is known with --take ours"
        )
    return None


def _write(place: Path, catalogue: Catalogue, intakes: Sequence[Intake], writing: Writing) -> None:
    today = date.today()
    changes = []
    for one in intakes:
        if not one.changes_something:
            continue
        told = [
            (cells, replace(writing, told_by=source.by, told_on=source.on, how=source.how or "told"))
            for cells, source in list_told(one)
        ]
        notes = [note._replace(by=note.by or writing.by) for note in list_notes(one, catalogue.fields, today)]
        events = [event._replace(by=event.by or writing.by) for event, _ in one.events]
        changes.append(Change(one.make_cells(), one.known.cells, told, events, notes))
    try:
        write_clients(place, catalogue.fields, catalogue.codes, changes, writing)
    except EventsError as errors:
        files = [(one.client, file) for one in intakes if one.changes_something for _, file in one.events]
        problems = []
        for at, error in errors.errors:
            (client, file), (wrong, _, right) = files[at], str(error).partition("; ")
            problems.append(Problem(file, 1, client, wrong, right))
        raise ProblemsError(problems) from None


def _say_done(intakes: Sequence[Intake], place: Path, *, is_written: bool) -> str:
    count = sum(one.changes_something for one in intakes)
    if not count:
        return "nothing changes"
    if is_written:
        return f"{place}: {count} {'client' if count == 1 else 'clients'} changed"
    return f"{place}: nothing is written; {count} {'client' if count == 1 else 'clients'} would change"
