"""Answers as text: the file that the page of a questionnaire saves, or the same pasted into a mail."""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from licences.errors import Problem, ProblemsError, cut, quote
from licences.reading.answers import is_unsure
from licences.reading.bounds import MAX_ANSWERS_CHARACTERS, BoundError, read_json
from licences.reading.dictionary import LANGUAGES
from licences.reading.tables import NO, NONE, YES
from licences.rules.answers import (
    PAGE,
    Answers,
    Place,
    check_text,
    find_unknown_field,
    read_cells,
    tidy,
)
from licences.rules.case_entries import LONGEST_NAME, LONGEST_TEXT

if TYPE_CHECKING:
    from licences.rules.facts import Field, Fields

VERSION = 1
BEGIN, END = "-----BEGIN LICENCES ANSWERS-----", "-----END LICENCES ANSWERS-----"
_MARK = "licences_answers"
_FIRST, _LAST = (
    re.compile(r"-----\s*BEGIN LICENCES ANSWERS\s*-----"),
    re.compile(r"-----\s*END LICENCES ANSWERS\s*-----"),
)
_QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_HEADERS = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]")
_KEYS = {
    "client": str, "name": str, "edition": str, "lang": str, "made_on": str, "answered_on": str, "by": str,
    "answers": dict, "unsure": list, "remarks": dict,
}  # fmt: skip
_NEEDED = (_MARK, "client", "answers")
_CODED = ("client", "edition", "lang", "made_on", "answered_on")  # in which no blank stands
_DAYS = ("made_on", "answered_on")
_AGAIN = "save the answers on the page again, and send that file"


def read_answer_text(content: bytes, file: str, fields: Fields) -> Answers | None:
    """The answers of a client in a file, None where it holds none.

    Raises: ProblemsError where they cannot be read at all; what is wrong with single answers stands in ``problems``.
    """
    found = list(dict.fromkeys(_find_blocks(content, file)))
    if not found:
        return None
    if len(found) > 1:
        wrong = f"holds the answers of {len(found)} questionnaires"
        raise ProblemsError(
            [Problem(file, 1, "file", wrong, "keep one, and put the others into files of their own")]
        )
    return _read_block(found[0], file, fields)


def _find_blocks(content: bytes, file: str) -> Iterator[str]:
    for text in _list_texts(content):
        if _FIRST.search(text):
            for part in _FIRST.split(text)[1:]:
                ended = _LAST.split(part, maxsplit=1)
                if len(ended) < 2:
                    raise ProblemsError(
                        [
                            Problem(
                                file,
                                1,
                                "file",
                                "its answers are cut short",
                                f"send them whole, down to the line {END}",
                            )
                        ]
                    )
                yield _unwrap(ended[0])
        elif text.lstrip().startswith("{") and f'"{_MARK}"' in text:
            yield text.strip()


def _list_texts(content: bytes) -> Iterator[str]:
    """The texts in a file: it as a whole, or the parts of a mail."""
    if not (
        _HEADERS.match(content)
        and re.search(rb"^(?:mime-version|content-type):", content, re.IGNORECASE | re.MULTILINE)
    ):
        yield _decode(content)
        return
    plain: list[str] = []
    marked: list[str] = []
    for part in email.message_from_bytes(content, policy=email.policy.default).walk():
        if part.is_multipart():
            continue
        try:
            told = part.get_content()
        except (LookupError, KeyError, ValueError):
            continue
        text = told if isinstance(told, str) else _decode(told) if isinstance(told, bytes) else ""
        is_page = part.get_content_type() == "text/html"
        (marked if is_page else plain).append(_strip_marks(text) if is_page else text)
    yield from plain if any(_MARK in one for one in plain) else marked


def _strip_marks(text: str) -> str:
    broken = re.sub(r"<(?:br|/p|/div)\b[^>]*>", "\n", text, flags=re.IGNORECASE)
    return html.unescape(re.sub(r"<[^>]*>", "", broken))


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _unwrap(text: str) -> str:
    """A JSON text as it was before a mail program quoted and wrapped it: no line ends within a text of it."""
    plain = (
        _QUOTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        .replace("\N{NO-BREAK SPACE}", " ")
        .strip()
    )
    pieces: list[str] = []
    is_within = False
    for line in plain.split("\n"):
        if is_within and pieces:
            # A program wraps at a space and may leave it out; between Chinese letters there was none.
            before, after = pieces[-1][-1:], line[:1]
            pieces.append(
                " "
                if before.isascii() and after.isascii() and not (before.isspace() or after.isspace())
                else ""
            )
        pieces.append(line)
        for mark in re.findall(r'\\.|"', line):
            is_within ^= mark == '"'
        if not is_within:
            pieces.append("\n")
    return "".join(pieces)


def _read_block(text: str, file: str, fields: Fields) -> Answers:
    def refuse(wrong: str, right: str = _AGAIN) -> ProblemsError:
        return ProblemsError([Problem(file, 1, "file", wrong, right)])

    if len(text) > MAX_ANSWERS_CHARACTERS:
        raise refuse(
            f"its answers have more than {MAX_ANSWERS_CHARACTERS:,} characters",
            f"at most {MAX_ANSWERS_CHARACTERS:,}",
        )
    try:
        told = read_json(text)
    except BoundError as error:
        raise refuse(error.wrong, error.right) from None
    except ValueError as error:
        raise refuse(f"its answers cannot be read as JSON ({error})") from None
    if not isinstance(told, dict):
        raise refuse("its answers are no object of JSON")
    told = {_squeeze(key): value for key, value in told.items()}
    told |= {key: _squeeze(told[key]) for key in _CODED if isinstance(told.get(key), str)}
    version = told.get(_MARK)
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise refuse(f"its answers are of a newer version ({version})", "update licences")
    problems = list(_find_shape_problems(told, file))
    if problems:
        raise ProblemsError(problems)
    return _make_answers(told, file, fields)


def _find_shape_problems(told: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """Keys and types that are not those of the format."""
    report = partial(Problem, file, 1)
    if told.get(_MARK) != VERSION or isinstance(told.get(_MARK), bool):
        yield report(_MARK, "is no version of the format", f"it has to be {VERSION}")
    yield from (report(key, "is missing", _AGAIN) for key in _NEEDED if key not in told)
    for key, value in told.items():
        if key != _MARK and (wrong := _find_type_fault(key, value)):
            yield report(cut(key), *wrong)
    if told.get("lang", LANGUAGES[0]) not in LANGUAGES:
        yield report("lang", f"is {quote(str(told['lang']))}", f"one of {', '.join(LANGUAGES)}")
    texts = {key: value for key, value in told.items() if isinstance(value, str) and value}
    for key in {"edition", *_DAYS} & texts.keys():
        if _read_day(texts[key]) is None:
            yield report(key, f"{quote(texts[key])} is not a date", "write it as 2026-11-23")
    for key, longest in (("client", LONGEST_NAME), ("name", LONGEST_TEXT), ("by", LONGEST_NAME)):
        if wrong := check_text(texts.get(key, ""), longest):
            yield report(key, *wrong)


def _find_type_fault(key: str, value: Any) -> tuple[str, str] | None:
    """What is wrong with a part of the format by its name and type, None where nothing is."""
    if key not in _KEYS:
        return "is not known", _AGAIN
    if not isinstance(value, _KEYS[key]):
        return f"is {_name_type(value)}", f"it has to be {_name_type(_KEYS[key]())}"
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    wrong = [item for item in items if not isinstance(item, str)]
    return (f"holds {_name_type(wrong[0])}", "each has to be a text") if wrong else None


def _name_type(value: object) -> str:
    names = {str: "a text", dict: "an object", list: "a list", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    except ValueError:
        return None


def _make_answers(told: Mapping[str, Any], file: str, fields: Fields) -> Answers:
    problems: list[Problem] = []
    answers = {_squeeze(name): text for name, text in told["answers"].items()}
    listed = [_squeeze(name) for name in told.get("unsure", [])]
    noted = {_squeeze(name): tidy(text) for name, text in told.get("remarks", {}).items()}
    for part, names in (("answers", answers), ("unsure", listed), ("remarks", noted)):
        problems += [
            Problem(file, 1, f"{part}.{name}"[:100], *find_unknown_field(name[:60], fields))
            for name in names
            if name not in fields
        ]
    for name, text in noted.items():
        if wrong := check_text(text, LONGEST_TEXT):
            problems.append(Problem(file, 1, f"remarks.{name}"[:100], *wrong))
    for name in listed:
        if answers.get(name):
            problems.append(
                Problem(file, 1, f"unsure.{name}"[:100], "is answered, and said to be not sure", _AGAIN)
            )
    known = {name: _mend(text, fields[name]) for name, text in answers.items() if name in fields}
    unsure = [*listed, *(name for name, text in known.items() if is_unsure(text))]
    places = {name: Place(1, f"answers.{name}") for name in known}
    plain = {name: text for name, text in known.items() if not is_unsure(text)}
    cells, wrong_cells = read_cells(plain, places, fields, file)
    return Answers(
        file,
        PAGE,
        told["client"],
        tidy(told.get("name", "")),
        cells=cells,
        unsure=tuple(name for name in dict.fromkeys(unsure) if name in fields),
        remarks={name: text for name, text in noted.items() if name in fields and text},
        told_by=tidy(told.get("by", "")),
        told_on=_read_day(told.get("answered_on", "")),
        edition=told.get("edition", ""),
        problems=(*problems, *wrong_cells),
    )


def _squeeze(name: str) -> str:
    """A name or a code as it was before a mail program wrapped it."""
    return "".join(name.split())


def _mend(text: str, field: Field) -> str:
    """An answer as it was before a mail program wrapped it, where that makes codes of it."""
    squeezed = _squeeze(text)
    if field.type == "number" or squeezed.casefold() in YES | NO:
        return squeezed
    is_coded = all(item in field.values or item == NONE for item in squeezed.split(";"))
    return squeezed if field.values and is_coded else text
