"""Names of licences: which code is meant by a short or official name, in either language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from licences.errors import UnknownNameError, find_close, quote, suggest
from licences.reading.characters import fold

_BESIDE = re.compile(r"(.+?)\((.+)\)")
_LONGEST = 200


class NoLicenceError(UnknownNameError):
    """A text names no licence of those that are allowed, or several."""

    def __init__(self, text: str, allowed: Collection[str], names: LicenceNames) -> None:
        super().__init__("licence", text, allowed)
        self.args, self.names = (text, allowed, names), names  # with these it is made anew behind a pickle

    @property
    def is_ambiguous(self) -> bool:
        """Whether several licences have the name."""
        return len(self.names.find_codes(self.name, self.known)) > 1

    def __str__(self) -> str:
        return "; ".join(self.names.explain(self.name, self.known))


@dataclass(frozen=True, eq=False)
class LicenceNames:
    """What each licence is called: by code its names, short and official, in Chinese and English, of every edition."""

    by_code: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def _codes(self) -> Mapping[str, tuple[str, ...]]:
        """The codes of a name, as ``_fold`` has it."""
        found: dict[str, dict[str, None]] = {}
        for code, names in self.by_code.items():
            for name in names:
                found.setdefault(_fold(name), {})[code] = None
        return {name: tuple(codes) for name, codes in found.items()} | {
            _fold(code): (code,) for code in self.by_code
        }

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.by_code)

    def find_code(self, text: str, codes: Collection[str] | None = None) -> str:
        """The code that a text names: as it is, by a name, or as ``NAME（CODE）``.

        codes: of which it has to be one, None for all. Raises: NoLicenceError with what is nearest.
        """
        allowed = self._known if codes is None else codes
        if text in allowed:
            return text
        found = self.find_codes(text, allowed)
        if len(found) != 1:
            raise NoLicenceError(text, allowed, self)
        return found[0]

    def explain(self, text: str, allowed: Collection[str]) -> tuple[str, str]:
        """What is wrong with a text that names no licence of some, or several, and what would be right."""
        if found := self.find_codes(text, allowed):
            return f"{quote(text)} is the name of several licences", f"write {' or '.join(found)}"
        return f"no licence {quote(text)}", self._suggest(text, allowed)

    def find_codes(self, text: str, allowed: Collection[str]) -> tuple[str, ...]:
        """The codes of some that a name may mean."""
        if len(text) > _LONGEST:
            return ()
        folded = _fold(text)
        found = [code for code in self._codes.get(folded, ()) if code in allowed]
        beside = _BESIDE.fullmatch(folded)
        if not found and beside:
            inner = self._codes.get(beside[2], ())
            found = [code for code in inner if code in allowed and self._begins(code, beside[1])]
        return tuple(found)

    def _begins(self, code: str, beginning: str) -> bool:
        """Whether a name of a licence begins so."""
        return any(_fold(name).startswith(beginning) for name in self.by_code.get(code, ()))

    def _suggest(self, text: str, allowed: Collection[str]) -> str:
        named = {name: codes for name, codes in self._codes.items() if set(codes) & set(allowed)}
        folded = _fold(text)
        if not text.isascii() and (close := find_close(folded, named)):
            code = next(one for one in named[close] if one in allowed)
            name = next((name for name in self.by_code[code] if _fold(name) == close), code)
            return f"did you mean {name!r}, which is {code}?" if name != code else f"did you mean {code!r}?"
        return suggest(text, allowed)


def make_licence_names(rows: Iterable[tuple[str, Iterable[object]]]) -> LicenceNames:
    """The names of licences by their rows, each a code and what it is called; what is not a text is passed over."""
    names: dict[str, dict[str, None]] = {}
    for code, called in rows:
        names.setdefault(code, {}).update({one: None for one in called if isinstance(one, str) and one})
    return LicenceNames({code: tuple(called) for code, called in names.items()})


def _fold(text: str) -> str:
    """A name as it is compared: whatever its width, its capitals and its blanks."""
    return re.sub(r"\s+", "", fold(text))
