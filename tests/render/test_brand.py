"""Whose name a report bears, and what is wrong with the file that says so."""

from __future__ import annotations

import pickle
import struct
import zlib
from pathlib import Path

import pytest

from licences.errors import MissingFileError, ProblemsError
from licences.render.brand import MAX_LOGO_BYTES, Brand, read_brand

PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x1f\x4e\x79")),
        (b"IEND", b""),
    )
)
JPEG = bytes.fromhex("ffd8 ffe0 0010 4a46494600 0101 01 0048 0048 0000 ffc0 000b 08 0002 0003 01 011100 ffd9")
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0"/></svg>'
WHOLE = """
firm: Harbour Lane 港巷咨询
contact: "上海 · +86 21 0000"
disclaimer:
  zh: 不承担责任。
  en: "No liability."
colour: "#1F4E79"
logo: logo.png
"""


def write(folder: Path, text: str, **files: bytes) -> Path:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    for name, content in files.items():
        (data / name.replace("_", ".")).write_bytes(content)
    path = data / "brand.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def complain(path: Path) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        read_brand(path)
    return [f"{one.line} {one.column}: {one.wrong}; {one.right}" for one in caught.value.problems]


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    brand = read_brand(write(tmp_path, WHOLE, logo_png=PNG))
    assert brand == Brand(
        firm="Harbour Lane 港巷咨询",
        contact="上海 · +86 21 0000",
        disclaimer={"zh": "不承担责任。", "en": "No liability."},
        colour="#1f4e79",
        logo=PNG,
        logo_type="image/png",
    )
    assert pickle.loads(pickle.dumps(brand)) == brand  # noqa: S301 - our own bytes; a worker gets it so


def test_the_projects_own_file_names_no_firm(project: Path) -> None:
    assert read_brand(project / "data" / "brand.yaml") == Brand()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "firm:\ncontact: ~\nlogo: ''\ndisclaimer:\ncolour: null",
        "disclaimer: {zh: '', en: ''}",
    ],
)
def test_an_empty_value_is_left_out(tmp_path: Path, text: str) -> None:
    assert read_brand(write(tmp_path, text)) == Brand()


@pytest.mark.parametrize(
    ("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (SVG, "image/svg+xml")]
)
def test_a_logo_is_known_by_what_it_holds_whatever_it_is_called(
    tmp_path: Path, content: bytes, kind: str
) -> None:
    brand = read_brand(write(tmp_path, "logo: logo.txt", logo_txt=content))
    assert (brand.logo, brand.logo_type) == (content, kind)


def test_a_logo_may_lie_in_a_folder_below(tmp_path: Path) -> None:
    path = write(tmp_path, "logo: pictures/mark.png")
    (path.parent / "pictures").mkdir()
    (path.parent / "pictures" / "mark.png").write_bytes(PNG)
    assert read_brand(path).logo == PNG


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = "frim: A\nfirm: [a, b]\ncolour: blue\nlogo: none.png\ndisclaimer:\n  zh: 有\n  de: x\nfirm: B\n"
    assert complain(write(tmp_path, text)) == [
        "1 frim: unknown key; did you mean 'firm'?",
        "3 colour: 'blue' is not a colour; write it in quotes as \"#1f4e79\"",
        "4 logo: there is no file 'none.png'; put it into data/ or write an empty text",
        "5 disclaimer: says nothing in en; write it in every language, or in none",
        "7 disclaimer.de: unknown language; one of en, zh",
        "8 firm: stands twice; keep one",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("firm: [a]", 'firm: is no text; write one text in quotes, or ""'),
        ("firm: {zh: a}", 'firm: is no text; write one text in quotes, or ""'),
        ("disclaimer: none", "disclaimer: is not told apart by language; write a line each for zh and en"),
        ("disclaimer: {zh: {a: b}, en: x}", 'disclaimer.zh: is no text; write one text in quotes, or ""'),
        ('firm: "a\\x07b"', "firm: holds a character that cannot be seen; type the text anew"),
        (f"firm: {'a' * 101}", "firm: is 101 characters long; at most 100"),
        ("colour: #1f4e79", 'colour: YAML takes a bare # for a comment; write it in quotes as "#1f4e79"'),
        ('colour: "#12345"', "colour: '#12345' is not a colour; write it in quotes as \"#1f4e79\""),
        ('colour: "#1f4e79;}</style>"', "is not a colour"),
        ("firm: a: b", "not YAML"),
        ('firm: "a', "not YAML"),
        ("- firm", "file: is no list of keys"),
        ("a", "file: is no list of keys"),
        ("firm: " + "[" * 100, "file: nested deeper than 50 levels; at most 50"),
        ("[a]: b", "key: is no text; write a line a key"),
        ("1: 2", "1: unknown key"),
        ("disclaimer: &x {zh: *x, en: a}", "file: holds the anchor 'x'; write the text out each time"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_what_would_be_right(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in line for line in complain(write(tmp_path, text)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a", "is neither PNG nor JPEG nor SVG; save it as PNG"),
        (b"", "is neither PNG nor JPEG nor SVG"),
        (b"<html><svg></svg>", "is neither PNG nor JPEG nor SVG"),
        (PNG[:30], "is damaged; save it anew"),
        (PNG[:16] + bytes(8) + PNG[24:], "is damaged"),
        (JPEG[:-2], "is damaged"),
        (JPEG[:20] + b"\xff\xd9", "is damaged"),
        (SVG[:-6], "is damaged"),
        (SVG.replace(b"<path", b"<script>alert(1)</script><path"), "holds more than a drawing"),
        (SVG.replace(b"<path", b'<path onload="x()"'), "holds more than a drawing"),
        (PNG + bytes(MAX_LOGO_BYTES), "has 300 kB; make it smaller, 300 kB at most"),
    ],
)
def test_a_logo_that_cannot_be_shown_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (line,) = complain(write(tmp_path, "logo: logo.png", logo_png=content))
    assert line.startswith("1 logo: 'logo.png' ")
    assert said in line


def test_a_logo_of_just_the_right_size_is_taken(tmp_path: Path) -> None:
    content = PNG + bytes(MAX_LOGO_BYTES - len(PNG))
    assert read_brand(write(tmp_path, "logo: logo.png", logo_png=content)).logo == content


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "pictures/../../secret.png", "link.png"])
def test_a_logo_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, f"logo: {name}")
    (tmp_path / "secret.png").write_bytes(PNG)
    (path.parent / "link.png").symlink_to(tmp_path / "secret.png")
    (line,) = complain(path)
    assert line == f"1 logo: {name!r} lies outside data/; put the logo beside brand.yaml"


def test_a_logo_that_is_a_folder_or_has_an_impossible_name_is_refused(tmp_path: Path) -> None:
    assert "there is no file '.'" in complain(write(tmp_path, "logo: ."))[0]
    assert "cannot be read" in complain(write(tmp_path, f"logo: {'a' * 300}"))[0]


def test_where_there_is_no_file_a_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no such file"):
        read_brand(tmp_path / "brand.yaml")
