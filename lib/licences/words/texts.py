"""Texts in the reader's language; every sentence lies in a file a language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache, reduce
from string import Formatter
from typing import Any

from licences.errors import UnknownNameError
from licences.reading.dictionary import LANGUAGES
from licences.reading.places import find_program_folder
from licences.reading.yaml_files import recall

_TEN_THOUSAND = 10_000
_SHORT = 80  # letters
_CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(\*?)")
_WITHIN = re.compile(
    r"(?<![0-9A-Za-z_/.=-])(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\d/.=-])"
)
_MONTH = re.compile(r"\d{4}-\d{2}")


@cache
def read_texts(language: str) -> dict[str, Any]:
    """All texts of a language. Raises: UnknownNameError for a language that we do not speak."""
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, LANGUAGES)
    return read_words(language)


def read_words(name: str) -> dict[str, Any]:
    """What a YAML file beside this module says."""
    return dict(recall(find_program_folder() / "words" / f"{name}.yaml", "install licences again"))


def say(language: str, key: str, **values: object) -> str:
    """The text under a key such as ``verdict.required``, filled in."""
    return fill(_find_text(language, key), **values)


@cache
def _find_text(language: str, key: str) -> str:
    text: Any = read_texts(language)
    for part in key.split("."):
        text = text[part]
    return str(text)


def write_day(day: date, language: str) -> str:
    """A day as a sentence has it: 26 January 2027. A table has it as ``say_day`` and ``mark_day`` write it."""
    return _write("day", day, language)


def write_days(text: str, language: str) -> str:
    """A text of the data with its ISO days as a sentence has them; within an address or a number they stay."""
    return _WITHIN.sub(lambda found: write_day(date.fromisoformat(found[0]), language), text)


def _write(kind: str, day: date, language: str) -> str:
    texts = read_texts(language)
    return str(texts[kind]).format(day=day.day, month=texts["months"][day.month - 1], year=day.year)


def _write_out(value: object, language: str) -> object:
    """What fills a gap of a sentence: a day or a month as a sentence has it, be it a date or an ISO text.

    The star of ``mark_day`` stays behind the day.
    """
    text = str(value) if isinstance(value, (date, str)) else ""
    if not text[:1].isdigit():
        return value
    if _MONTH.fullmatch(text):
        return _write("month", date.fromisoformat(f"{text}-01"), language)
    found = _DAY.fullmatch(text)
    return f"{write_day(date.fromisoformat(found[1]), language)}{found[2]}" if found else value


def join_sentences(sentences: Iterable[str | None], language: str) -> str:
    """Sentences one after the other, as a language sets them."""

    def add(first: str, second: str) -> str:
        return say(language, "then", first=first, second=second)

    return reduce(add, [sentence for sentence in sentences if sentence] or [""])


class _Filler(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if str(value) == '1' else many}"


_filler = _Filler()


def fill(text: str, **values: object) -> str:
    """A text with its gaps filled in; ``{count:day|days}`` is ``1 day`` or ``2 days``.

    Days are written out, but for ``{day:table}``.
    """
    if not values:
        return text
    if ":table}" in text:
        text = text.replace(":table}", "}")
    else:
        language = _find_language(text)
        values = {name: _write_out(value, language) for name, value in values.items()}
    return _filler.format(text, **values) if "|" in text else text.format(**values)


@lru_cache(maxsize=4096)
def _find_language(text: str) -> str:
    return "zh" if _CHINESE.search(text) else "en"


def say_number(number: float) -> str:
    """A number as both languages write it: 1,000,000 or 12.5."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,}"


def say_amount(cny: float, language: str) -> str:
    """Yuan as a reader writes them: whole ten thousands are 3万 and 1.5万 in Chinese."""
    if language != "zh" or cny < _TEN_THOUSAND or cny % 1000:
        return say_number(cny)
    if cny >= _TEN_THOUSAND**2 and cny % (_TEN_THOUSAND * 1000) == 0:
        return f"{cny / _TEN_THOUSAND**2:g}亿"
    return f"{cny / _TEN_THOUSAND:,.1f}".removesuffix(".0") + "万"


def begin_sentence(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def continue_sentence(text: str) -> str:
    """A text as it goes on a sentence: without a capital at its beginning, but for abbreviations."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def add_note(what: str, note: object, language: str) -> str:
    """Something with a count or a remark in brackets behind it."""
    return say(language, "noted", what=what, note=note)


def is_short(text: str) -> bool:
    """Whether a text can stand within a sentence, Chinese counted by its width."""
    return sum(2 if _CHINESE.match(letter) else 1 for letter in text) <= _SHORT


def join_names(name: str, official: str) -> str:
    """A licence's name, and the official Chinese one in brackets where that is another."""
    return name if name == official else f"{name} ({official})"


def say_day(day: date | None) -> str:
    """A day in a table, as ISO text; a dash where there is none."""
    return "–" if day is None else day.isoformat()


def mark_day(day: date | None) -> str:
    """A day in a table, as ISO text with a star where it lies past the last one whose holidays are announced."""
    from licences.law.working_days import read_calendar  # and with it numpy, which most texts do without

    return say_day(day) + ("*" if day and day > read_calendar().announced_until else "")


def say_marked(day: date, language: str) -> str:
    """A day that stands alone in the open, as a sentence has it, with the star of ``mark_day``."""
    return f"{write_day(day, language)}{mark_day(day).removeprefix(say_day(day))}"


def say_share(share: float) -> str:
    """A share of 0 to 1 in whole percent; what rounds to all or nothing without being it says so."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"
