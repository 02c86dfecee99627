"""Answers as people write them: yes and no in other words and signs, what is not known, several in one cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from licences.reading.characters import fold

if TYPE_CHECKING:
    from licences.reading.near import Names

YES = frozenset({"y", "t", "有", "对", "是的", "有的", "已有", "√", "✓", "✔", "☑", "✅"})
NO = frozenset({"n", "f", "无", "没有", "没", "不是", "错", "×", "✗", "✘", "✕", "╳", "❌"})
CROSS = "x"  # a mark of those who tick with a cross, and a no of those who tick with √
NOTHING = frozenset({"无", "没有", "none", "均无", "都没有", "暂无"})
_UNSURE = frozenset({
    "不清楚", "暂不清楚", "未知", "不知道", "不确定", "待定", "待确认", "待核实", "待补充", "待填", "不详", "未定", "未提供", "说不清",
    "unknown", "not known", "not sure", "unsure", "don't know", "tbd", "tbc", "to be confirmed",
})  # fmt: skip
_BETWEEN = re.compile(r"([;；\n|]|[,，、](?![^(（]*[)）]))")
_WHEN = re.compile(r"(?:有效期|到期|截止|截至|至|valid|expir|until)", re.IGNORECASE)


def is_unsure(text: str) -> bool:
    """Whether an answer says that the answer is not known."""
    told = fold(text).strip("()。. ")
    return told in _UNSURE or (bool(told) and not told.strip("?"))


def split_items(text: str, names: Names | None) -> list[str]:
    """The items of a cell, between ; 、 , or lines; a name that holds such a mark is one item.

    names: what the items may be, None where that is not known. An empty item between others stays, to be named.
    """
    pieces = _BETWEEN.split(text)
    bare = [piece.strip() for piece in pieces[::2]]
    if names and all(piece in names for piece in bare):
        return bare
    items: list[str] = []
    at = 0
    while at < len(pieces):
        end = at + 1
        if names:
            for last in range(min(len(pieces), at + 15), at + 2, -2):
                if all(pieces[at:last:2]) and names.find_alike("".join(pieces[at:last])).key:
                    end = last
                    break
        item = "".join(pieces[at:end]).strip()
        if items and _WHEN.match(item):
            items[-1] += f" {item}"
        else:
            items.append(item)
        at = end + 1
    if len(items) > 1 and not items[-1]:
        items.pop()  # a separator may end the cell
    return items
