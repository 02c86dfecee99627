"""Problems, errors and messages said in a language: the rooms below raise plain English, the catalogue has the Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from string import Formatter
from typing import NamedTuple

from licences.errors import MAX_LISTED, LicencesError, Problem, ProblemsError, cut
from licences.words.texts import read_words

# Who writes the English: we, the system, the standard library, the dictionary of the data.
OURS, SYSTEM, ARGPARSE, DICTIONARY = "ours", "system", "argparse", "dictionary"
_LONG_BEGINNING = 8
_LEAST_FIXED, _LEAST_FIRST = 4, 2  # letters; what has fewer would be found in almost any text
_QUOTED = re.compile(r"""(['"])(?:(?!\1).)*\1""", re.DOTALL)
_ENGLISH = re.compile("[A-Za-z]{2}")
# What is wrong with a text or a file that is named before it: ``'x' is not a number``.
_ABOUT = re.compile(
    r"""(?P<what>(?P<mark>['"])(?:(?!(?P=mark)).)*(?P=mark)|\S+) (?P<wrong>(?:is|has|holds|says|repeats) .+)""",
    re.DOTALL,
)
_NAMES = re.compile(r"\S+(?: \([^()]*\))?(?: (?:or|and) \S+(?: \([^()]*\))?)+")


class _Pattern(NamedTuple):
    begins: bool  # with a fixed part of some length, which tells it from others better than any
    fixed: int  # how many characters do not vary
    part: str  # the longest fixed part, which a text has to hold
    form: re.Pattern[str]
    said: str


@cache
def read_messages() -> Mapping[str, Mapping[str, str]]:
    """The Chinese of each English message, by who writes the English; gaps are ``{}``, or ``{0}`` in the Chinese."""
    return read_words("problems.zh")


def translate(text: str, language: str) -> str:
    """A finished English message in a language; what is not known stays as it is."""
    return text if language == "en" else "\n".join(_translate(line)[0] for line in text.split("\n"))


def say_problem(problem: Problem, language: str) -> str:
    """A problem of a file as it is printed: where, what, and what would be right."""
    if language == "en":
        return str(problem)
    cell = getattr(problem, "cell", None)
    place = f"{problem.file}:{problem.line}: {problem.column}" if problem.line else problem.file
    seen = f"{_say_cell(cell)}：" if cell else ""
    return f"{place}: {seen}{_join(problem.wrong, problem.right)}"


def _say_cell(cell: object) -> str:
    """A cell as the person sees it: sheet, address and label, of which each may be empty."""
    sheet, address, label = (cut(getattr(cell, name, "")) for name in ("sheet", "address", "label"))
    label = (f"（{label}）" if address else f"“{label}”") if label else ""
    return (f"工作表“{sheet}”" if sheet else "") + address + label


def say_error(error: BaseException, language: str) -> str:
    """What an error says, a line each where it says several things."""
    if language == "en" or not isinstance(error, LicencesError):
        return translate(str(error), language)
    if isinstance(error, ProblemsError):
        listed = [say_problem(problem, language) for problem in error.problems[:MAX_LISTED]]
        more = str(error).split("\n")[len(listed) :]
        return "\n".join([*listed, *(translate(line, language) for line in more)])
    faults = getattr(error, "faults", None)
    if faults:
        return "\n".join(say_error(fault, language) for fault in faults)
    wrong, right = (
        getattr(error, "wrong", None) or getattr(error, "reason", None),
        getattr(error, "right", None),
    )
    if not (isinstance(wrong, str) and isinstance(right, str)) or str(error).count("\n"):
        return translate(str(error), language)
    place = str(error).removesuffix(f"{wrong}; {right}")
    return place + _join(wrong, right) if place != str(error) else translate(str(error), language)


def _join(wrong: str, right: str) -> str:
    return f"{_translate(wrong)[0]}；{_translate(right)[0]}"


@lru_cache(maxsize=20_000)
def _translate(text: str) -> tuple[str, bool]:
    """A message in Chinese, and whether it is one that we know."""
    bare = text.strip()
    exact = _read_exact().get(text) or _read_exact().get(bare)
    if exact is not None:
        return exact, True
    if not _ENGLISH.search(bare) or _QUOTED.fullmatch(bare):
        return text, False
    parts = text.split("; ")
    if len(parts) > 1:
        said = [_translate(part) for part in parts]
        if all(known for _, known in said):
            return "；".join(part for part, _ in said), True
    about = _ABOUT.fullmatch(text)
    if about and about["wrong"] in _read_faults():
        return _say_gap(about["what"]) + _read_faults()[about["wrong"]], True
    for pattern in _read_patterns():
        if pattern.part in text:
            found = pattern.form.fullmatch(text)
            if found:
                return _fill(pattern.said, found.groups()), True
    return _translate_behind(text)


def _translate_behind(text: str) -> tuple[str, bool]:
    """A message behind places, which stay: ``FILE: what is wrong``."""
    at = text.find(": ")
    while at >= 0:
        said, known = _translate(text[at + 2 :])
        if known:
            return text[: at + 2] + said, True
        at = text.find(": ", at + 2)
    return text, False


def _fill(said: str, gaps: tuple[str, ...]) -> str:
    return said.format(*(_say_gap(gap) for gap in gaps))


def _say_gap(gap: str) -> str:
    """What fills a gap: a message of its own is said too, and what stands in quotes gets Chinese ones."""
    bare = gap.strip()
    if _QUOTED.fullmatch(bare):
        return f"“{bare[1:-1]}”"
    if bare.startswith("(") and bare.endswith(")"):
        return f"（{_say_gap(bare[1:-1])}）"
    said, known = _translate(gap) if " " in gap else (gap, False)  # a word is a name or a code
    if not known and _NAMES.fullmatch(bare):
        return bare.replace(" or ", "或").replace(" and ", "和").replace(" (", "（").replace(")", "）")
    return said if known else bare


@cache
def _read_exact() -> dict[str, str]:
    """The messages without a gap."""
    return {
        _unbrace(english): _unbrace(chinese)
        for kind in read_messages().values()
        for english, chinese in kind.items()
        if "{}" not in english
    }


@cache
def _read_faults() -> dict[str, str]:
    """The messages that may follow what they are about, but for those that have a form of their own there."""
    own = read_messages()[OURS]
    return {english: said for english, said in _read_exact().items() if f"{{}} {english}" not in own}


@cache
def _read_patterns() -> list[_Pattern]:
    """The messages with gaps, the most particular first."""
    patterns = []
    for kind in read_messages().values():
        for english, chinese in kind.items():
            fixed = [_unbrace(part) for part in english.split("{}")]
            letters = [len(part.strip()) for part in fixed]
            if len(fixed) == 1 or (letters[0] < _LEAST_FIRST and sum(letters) < _LEAST_FIXED):
                continue
            form = re.compile("(.*?)".join(map(re.escape, fixed)), re.DOTALL)
            patterns.append(
                _Pattern(
                    len(fixed[0]) >= _LONG_BEGINNING, sum(map(len, fixed)), max(fixed, key=len), form, chinese
                )
            )
    return sorted(patterns, key=lambda pattern: (pattern.begins, pattern.fixed), reverse=True)


def _unbrace(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")


def count_gaps(text: str) -> int:
    """How many gaps a message has; one that is filled twice counts once."""
    names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    return len(names) if "" in names else len(set(names))
