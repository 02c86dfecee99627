"""Brand of a report: the firm, how to reach it, its disclaimer, colour and logo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from licences.errors import Problem, ProblemsError, cut, quote, suggest
from licences.reading.dictionary import LANGUAGES
from licences.reading.files import say_why
from licences.reading.yaml_files import compose

MAX_LOGO_BYTES = 300_000
MAX_LENGTHS = {"firm": 100, "contact": 200, "disclaimer": 2000}
KEYS = ("firm", "contact", "disclaimer", "colour", "logo")
_RIGHT = 'write a line a key, such as firm: "Name"'
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DRAWING = re.compile(rb"(?:\s|<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>)*<svg[\s>]", re.DOTALL)
_ACTIVE = re.compile(rb"<script|<!entity|<foreignobject|javascript:|\son[a-z]+\s*=", re.IGNORECASE)


@dataclass(frozen=True)
class Brand:
    """A firm as its reports show it; whatever is empty is left out.

    disclaimer: a text for each language, or none. colour: ``#rrggbb``. logo_type: ``image/png``,
    ``image/jpeg`` or ``image/svg+xml``.
    """

    firm: str = ""
    contact: str = ""
    disclaimer: Mapping[str, str] = field(default_factory=dict)
    colour: str = ""
    logo: bytes | None = None
    logo_type: str = ""


@dataclass(frozen=True)
class _Entry:
    """What stands behind a key of the file, and on which line."""

    line: int
    text: str | None = None
    entries: Mapping[str, _Entry] | None = None


def read_brand(path: Path) -> Brand:
    """The firm of a ``brand.yaml``; the logo lies in the same folder or below it.

    Raises: ProblemsError with all problems; MissingFileError.
    """
    problems = _Problems(str(path))
    text, node = compose(path, "put texts in quotes")
    entries = _read_entries(node, problems)
    for key, entry in entries.items():
        if key not in KEYS:
            problems.add(entry.line, key, "unknown key", suggest(key, KEYS))
    logo, logo_type = _read_logo(path.parent, entries.get("logo"), problems)
    brand = Brand(
        firm=_read_line("firm", entries.get("firm"), problems),
        contact=_read_line("contact", entries.get("contact"), problems),
        disclaimer=_read_disclaimer(entries.get("disclaimer"), problems),
        colour=_read_colour(entries.get("colour"), text, problems),
        logo=logo,
        logo_type=logo_type,
    )
    problems.complain()
    return brand


class _Problems:
    """What is wrong with the file, gathered until all of it has been looked at."""

    def __init__(self, file: str) -> None:
        self.file, self.found = file, list[Problem]()

    def add(self, line: int, key: str, wrong: str, right: str) -> None:
        self.found.append(Problem(self.file, line, key, wrong, right))

    def complain(self) -> None:
        if self.found:
            raise ProblemsError(self.found)


def _read_entries(node: yaml.Node | None, problems: _Problems) -> dict[str, _Entry]:
    if isinstance(node, yaml.MappingNode):
        return dict(_list_entries(node, problems))
    if node is not None:
        problems.add(1, "file", "is no list of keys", _RIGHT)
    return {}


def _list_entries(
    node: yaml.MappingNode, problems: _Problems, inside: str = ""
) -> Iterator[tuple[str, _Entry]]:
    seen = set()
    for key_node, value in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.add(line, f"{inside}key", "is no text", _RIGHT)
            continue
        key = cut(str(key_node.value))
        if key in seen:
            problems.add(line, inside + key, "stands twice", "keep one")
        seen.add(key)
        if isinstance(value, yaml.MappingNode) and not inside:
            yield key, _Entry(line, entries=dict(_list_entries(value, problems, f"{key}.")))
        elif isinstance(value, yaml.ScalarNode):
            is_null = value.tag == "tag:yaml.org,2002:null"
            yield key, _Entry(line, "" if is_null else str(value.value).strip())
        else:
            yield key, _Entry(line)


def _read_text(key: str, entry: _Entry | None, problems: _Problems) -> str:
    if entry is None:
        return ""
    if entry.text is None:
        problems.add(entry.line, key, "is no text", 'write one text in quotes, or ""')
        return ""
    if _CONTROLS.search(entry.text):
        problems.add(entry.line, key, "holds a character that cannot be seen", "type the text anew")
    limit = MAX_LENGTHS.get(key.partition(".")[0])
    if limit and len(entry.text) > limit:
        wrong = f"is {len(entry.text)} characters long"
        problems.add(entry.line, key, wrong, f"at most {limit}")
    return entry.text


def _read_line(key: str, entry: _Entry | None, problems: _Problems) -> str:
    return " ".join(_read_text(key, entry, problems).split())


def _read_disclaimer(entry: _Entry | None, problems: _Problems) -> dict[str, str]:
    if entry is None or entry.text == "":
        return {}
    if entry.entries is None:
        right = f"write a line each for {' and '.join(LANGUAGES)}"
        problems.add(entry.line, "disclaimer", "is not told apart by language", right)
        return {}
    for name, one in entry.entries.items():
        if name not in LANGUAGES:
            problems.add(one.line, f"disclaimer.{name}", "unknown language", suggest(name, LANGUAGES))
    texts = {
        language: _read_text(f"disclaimer.{language}", entry.entries.get(language), problems)
        for language in LANGUAGES
    }
    missing = [language for language in LANGUAGES if not texts[language]]
    if 0 < len(missing) < len(LANGUAGES):
        wrong = f"says nothing in {' and '.join(missing)}"
        problems.add(entry.line, "disclaimer", wrong, "write it in every language, or in none")
    return {language: text for language, text in texts.items() if text}


def _read_colour(entry: _Entry | None, text: str, problems: _Problems) -> str:
    colour = _read_text("colour", entry, problems)
    right = 'write it in quotes as "#1f4e79"'
    if entry is not None and not colour:
        written = text.splitlines()[entry.line - 1]
        if re.match(r"\s*['\"]?colour['\"]?\s*:\s*#[0-9a-fA-F]{3}", written):
            problems.add(entry.line, "colour", "YAML takes a bare # for a comment", right)
    elif colour and not _COLOUR.fullmatch(colour):
        problems.add(entry.line if entry else 0, "colour", f"{quote(colour)} is not a colour", right)
    return colour.lower()


def _read_logo(folder: Path, entry: _Entry | None, problems: _Problems) -> tuple[bytes | None, str]:
    name = _read_text("logo", entry, problems)
    if entry is None or not name:
        return None, ""
    content, fault = _read_image(folder, name)
    kind = _find_type(content)
    if not fault and not kind:
        fault = f"{quote(name)} is neither PNG nor JPEG nor SVG", "save it as PNG"
    if not fault and not _is_whole(content, kind):
        fault = f"{quote(name)} is damaged", "save it anew"
    if not fault and kind == "image/svg+xml" and _ACTIVE.search(content):
        fault = f"{quote(name)} holds more than a drawing", "save it as plain SVG, without scripts, or as PNG"
    if fault:
        problems.add(entry.line, "logo", *fault)
        return None, ""
    return content, kind


def _read_image(folder: Path, name: str) -> tuple[bytes, tuple[str, str] | None]:
    """The bytes of a file of the folder, or what is wrong and what would be right."""
    home = folder.resolve()
    try:
        path = (home / name).resolve()
        if not path.is_relative_to(home):
            return b"", (f"{quote(name)} lies outside {folder.name}/", "put the logo beside brand.yaml")
        if not path.is_file():
            return b"", (
                f"there is no file {quote(name)}",
                f"put it into {folder.name}/ or write an empty text",
            )
        size = path.stat().st_size
        if size > MAX_LOGO_BYTES:
            wrong = f"{quote(name)} has {size / 1000:,.0f} kB"
            return b"", (wrong, f"make it smaller, {MAX_LOGO_BYTES // 1000} kB at most")
        return path.read_bytes(), None
    except (OSError, ValueError) as error:
        why = say_why(error) if isinstance(error, OSError) else str(error)
        return b"", (f"{quote(name)} cannot be read: {why}", "check the name and its permissions")


def _find_type(content: bytes) -> str:
    """The type of an image by what it holds, whatever its name says; empty where we do not know it."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/svg+xml" if _DRAWING.match(content.removeprefix(b"\xef\xbb\xbf")) else ""


def _is_whole(content: bytes, kind: str) -> bool:
    """Whether a picture tells its size and has an end, so that all that show it can."""
    if kind == "image/png":
        return (
            content[12:16] == b"IHDR"
            and b"\0\0\0\0" not in (content[16:20], content[20:24])
            and b"IEND" in content
        )
    if kind == "image/jpeg":
        return bool(_find_jpeg_size(content)) and b"\xff\xd9" in content
    return b"</svg>" in content


def _find_jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Height and width as the frame of a JPEG says them."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker in _JPEG_FRAMES:
            height, width = (int.from_bytes(content[at + n : at + n + 2], "big") for n in (5, 7))
            return (height, width) if height and width else None
        at += 2 + length
    return None
