"""Mutations of files: bytes of a text, members of an archive, nodes of a tree; each drawn by a seeded generator."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from random import Random
from typing import Any

ANYWHERE = (
    "\0",
    "\ufeff",
    "\u200b",
    "\u202e",
    "\u2028",
    "\x0b",
    "\x1b[31m",
    "_x000D_",
    "\ud800",
    "９",
    "，",
    "\xa0",
)
CSV = (
    ",",
    '"',
    '""',
    "\n",
    "\r",
    "\r\n",
    ";",
    "\t",
    "=1+1",
    "sep=;\n",
    "client",
    "none",
    "1e999",
    "9" * 400,
    "'",
)
CELLS = ("yes", "no", "none", "是", "a;b", "a;a", "; ;", "-1", "1e15", "12345678901234567", "60%", "2026-02-30", "１２", "1,000",
         "x" * 40_000, "EDI@2029-03-31", "EDI@", "@", "shop/../x", "con", "NA", "nan", "None", "0.0000001", "TRUE")  # fmt: skip
EXPRESSION = (" and ", " or ", " not ", "(", ")", "<", ">=", "==", " in ", "'", '"', ".", "__class__", "lambda: 0",
              "1" * 5000, "(" * 400, "not " * 400, "[", "{", ";", "#", "0x", "1e400", "always", "¬")  # fmt: skip
YAML = ("&a ", "*a", "<<: *a", "!!python/object/apply:os.system ", "- " * 300, "{" * 300, "[" * 300, "? ", ": ", "|\n",
        "---\n", "\t", "~", "2026-13-40", "1" * 5000, ".inf", "!!binary ", "%YAML 9.9\n", "'", "#", "null", "12:30:45",
        "!!set {", "!!timestamp ", "0b11", "=")  # fmt: skip
JSON = ("[" * 3000, '{"a":' * 3000, "NaN", "-Infinity", "1e999", "1" * 5000, "null", "true", '"\\ud800"', "{}", "[]",
        ",", ":", '"', "\n", "-1", "0.1")  # fmt: skip
XML = ("<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "&amp;", "<", "/>", "{{ client }}", "{{ client", "{%", "{% for a in shown %}",
       "{% endfor %}", "{{ [1] * 10**9 }}", "{{ client.__class__ }}", "<w:del/>", "<t/>", 'r="A1048577"', "&#0;", "<![CDATA[",
       "{% set a = client %}", "{{ logo }}", "{%tr if 1 %}", "1E999")  # fmt: skip
ICS = ("\r\n ", "BEGIN:VEVENT\r\n", "END:VCALENDAR\r\n", "UID:\r\n", "SEQUENCE:x\r\n", "DTSTART:99999999\r\n", "\\", ";", ":",
       "=", '"', "SEQUENCE:" + "9" * 5000 + "\r\n")  # fmt: skip


def mutate(content: bytes, random: Random, tokens: Sequence[str], times: int | None = None) -> bytes:
    """The bytes with one to six changes: some lost, doubled, moved, turned, or a token put in."""
    changed = bytearray(content)
    for _ in range(times or random.choice((1, 1, 1, 2, 3, 6))):
        first = random.randrange(len(changed) + 1)
        last = min(len(changed), first + random.choice((1, 1, 2, 8, 64, 1024)))
        part = bytes(changed[first:last])
        match random.randrange(8):
            case 0 | 1 | 2:
                token = random.choice((*ANYWHERE, *tokens, *tokens))
                changed[first : random.choice((first, last))] = token.encode("utf-8", "surrogatepass")
            case 3:
                del changed[first:last]
            case 4:
                changed[first:first] = part * random.choice((1, 2, 50, 2000))
            case 5:
                to = random.randrange(len(changed) + 1)
                changed[to:to] = part
            case 6 if part:
                changed[first] ^= 1 << random.randrange(8)
            case _:
                del changed[random.choice((first, len(changed) // 2)) :]
        del changed[4_000_000:]
    return bytes(changed)


def mutate_cells(content: bytes, random: Random, cells: Sequence[str]) -> bytes:
    """A CSV text in which one to three cells, of the header too, are others."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for _ in range(random.choice((1, 1, 2, 3))):
        row = random.choice(rows[random.choice((0, 1, 1, 1, 1)) :])
        row[random.randrange(len(row))] = random.choice(cells)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def mutate_archive(content: bytes, random: Random, tokens: Sequence[str]) -> bytes:
    """An archive with one of its members changed, lost, doubled or under another name; rarely its bytes themselves."""
    if random.random() < 0.1:
        return mutate(content, random, tokens)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(member.filename, archive.read(member)) for member in archive.infolist()]
    at = random.randrange(len(members))
    name, inside = members[at]
    match random.randrange(10):
        case 0:
            del members[at]
        case 1:
            members[at] = (name, members[random.randrange(len(members))][1])
        case 2:
            members[at] = (
                mutate(name.encode(), random, ("../", "/", "\\")).decode("utf-8", "replace"),
                inside,
            )
        case _:
            members[at] = (name, mutate(inside, random, tokens))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in members:
            archive.writestr(name.replace("\0", "") or "nameless", inside)
    return made.getvalue()


def mutate_tree(content: bytes, random: Random, values: Sequence[Any]) -> bytes:
    """A JSON text in which one to three nodes are another value, are lost, or have another name."""
    tree = json.loads(content)
    for _ in range(random.choice((1, 1, 2, 3))):
        holder, key = random.choice(list(_list_places(tree)) or [([tree], 0)])
        value = random.choice(values)
        match random.randrange(4):
            case 0 | 1:
                holder[key] = value
            case 2:
                del holder[key]
            case _ if isinstance(holder, dict):
                holder[str(value)[:40]] = holder.pop(key)
            case _:
                holder.append(value)
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _list_places(tree: Any) -> list[tuple[Any, Any]]:
    places: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        places += [(node, key) for key in keys]
        waiting += [node[key] for key in keys]
    return places
