"""Near misses: what a name stands for that is written almost as it should be, and what it may stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from licences.reading.characters import fold, fold_width, take_away

_LONGEST = 120
_NUMBERING = re.compile(r"^(?:[(]?\d{1,3}(?:[)、:]|\.(?!\d))|[(]?[一二三四五六七八九十]{1,3}[)、])")
_ASIDE = re.compile(
    r"\((?:必填|选填|可选|可不填|required|optional|是/否|是或否|填是或否|y/n|yes/no|yes or no|单选|多选|可多选)\)|[*※★]"
)
_MARKS = re.compile(r"[\s?:;,.!\"'_、。“”‘’\-]+")
_BRACKETS = re.compile(r"\([^()]*\)")
_HARMLESS = re.compile(
    r"^(?:请问|贵公司|贵司|贵企业|贵平台|公司|企业|你们|您)?(?:目前|现在)?(?:是否|有无|有|是)*|(?:数量?|情况|吗)$|的|之"
)
_SHORTEST_TYPED, _SHORTEST_LONG = 5, 12  # names in which one letter, or two, may be wrong
_MOST_CHOICES, _MOST_BEGUN = 6, 3


@dataclass(frozen=True)
class Found:
    """What a name stands for; choices: where it may stand for several, which those are."""

    key: str = ""
    is_near: bool = False
    choices: tuple[str, ...] = ()


class Names:
    """Keys, each with the ways in which it is written."""

    def __init__(self, spellings: Mapping[str, Iterable[str]]) -> None:
        self._spellings = {key: tuple(filter(None, texts)) for key, texts in spellings.items()}
        self._known: dict[str, Found] = {}

    def __contains__(self, text: object) -> bool:
        """Whether a text is one of the keys, just as it is written."""
        return text in self._spellings

    def find(self, text: str) -> Found:
        """The key that a text stands for, as it is written or nearly so."""
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._find(text) if len(text) <= _LONGEST else Found()
        return known

    def find_alike(self, text: str) -> Found:
        """As ``find``, without looking for slips of the keyboard, so that any text may be held against it."""
        if len(text) > _LONGEST:
            return Found()
        exact = self._exact.get(fold(text))
        return Found(exact) if exact else self._look_up(loosen(text)) or Found()

    def _find(self, text: str) -> Found:
        alike = self.find_alike(text)
        if alike.key or alike.choices:
            return alike
        bare = loosen(text)
        typed = self._find_typed(bare) if bare.isascii() else None
        return typed or self._find_beginning(bare) or Found()

    @cached_property
    def _exact(self) -> dict[str, str]:
        return {text: keys[0] for text, keys in self._gather(fold).items() if len(keys) == 1}

    @cached_property
    def _forms(self) -> tuple[dict[str, tuple[str, ...]], ...]:
        return tuple(map(self._gather, (loosen, _strip, _reduce)))

    def _gather(self, form: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
        gathered: dict[str, dict[str, None]] = {}
        for key, texts in self._spellings.items():
            for text in texts:
                made = form(text)
                if made:
                    gathered.setdefault(made, {})[key] = None
        return {text: tuple(keys) for text, keys in gathered.items()}

    def _look_up(self, bare: str) -> Found | None:
        """What a loosened text is the same as, but for what changes no meaning."""
        for made, form in zip((bare, _strip(bare), _reduce(bare)), self._forms, strict=True):
            keys = form.get(made, ()) if made else ()
            if len(keys) == 1:
                return Found(keys[0], is_near=True)
            if keys:
                return Found(choices=keys)
        return None

    def _find_typed(self, bare: str) -> Found | None:
        """What a text is with one letter wrong, or two in a long one; nothing where another is nearly as near."""
        if len(bare) < _SHORTEST_TYPED:
            return None
        most = 2 if len(bare) >= _SHORTEST_LONG else 1
        digits = re.sub(r"\D", "", bare)
        near: dict[str, int] = {}
        for made, keys in self._forms[0].items():
            if (
                made.isascii()
                and abs(len(made) - len(bare)) <= most + 1
                and re.sub(r"\D", "", made) == digits
            ):
                distance = find_distance(made, bare)
                for key in keys:
                    if distance <= most + 1:
                        near[key] = min(distance, near.get(key, distance))
        ranked = sorted(near.items(), key=lambda one: one[1])
        if not ranked or ranked[0][1] > most:
            return None
        close = tuple(key for key, distance in ranked if distance <= ranked[0][1] + 1)
        return Found(close[0], is_near=True) if len(close) == 1 else Found(choices=close[:_MOST_CHOICES])

    def _find_beginning(self, bare: str) -> Found | None:
        """The few names that begin or end with a Chinese text; it may stand for any of them."""
        told = _reduce(bare)
        if len(told) < 2 or told.isascii():
            return None
        keys = dict.fromkeys(
            key
            for made, those in self._forms[2].items()
            if made.startswith(told) or made.endswith(told)
            for key in those
        )
        return Found(choices=tuple(keys)) if 1 < len(keys) <= _MOST_BEGUN else None


def loosen(text: str) -> str:
    """A name without what says nothing: numbering, marks, blanks, and remarks such as ``（必填）``."""
    told = fold_width(take_away(text)).strip().casefold()
    return _MARKS.sub("", _ASIDE.sub("", _NUMBERING.sub("", told)))


def _strip(text: str) -> str:
    """A name without what stands in brackets."""
    return _BRACKETS.sub("", loosen(text))


def _reduce(text: str) -> str:
    """A Chinese name without the words that change no meaning."""
    bare = _strip(text).replace("帐", "账")
    return bare if bare.isascii() else _HARMLESS.sub("", bare)


def find_distance(one: str, other: str) -> int:
    """How many letters are wrong, missing, too many or changed places between two texts."""
    older: list[int] = []
    above: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one):
        older, above, row = above, row, [at + 1]
        for place, sign in enumerate(other):
            cost = min(above[place + 1] + 1, row[place] + 1, above[place] + (letter != sign))
            if at and place and letter == other[place - 1] and one[at - 1] == sign:
                cost = min(cost, older[place - 1] + 1)
            row.append(cost)
    return row[-1]
