"""Styles that a notebook puts out: those that load something, or could run, are left out."""

from __future__ import annotations

import re
from typing import Any

import tinycss2

_PICTURE = re.compile(r"data:image/(png|jpe?g|gif|webp|bmp|svg\+xml);base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
_SUSPECT = re.compile(r"\\|url|@import|@namespace|expression|binding|behaviou?r|src\(|image|<", re.IGNORECASE)
_LOADS = frozenset({"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "expression"})
_OLD_TRICKS = frozenset({"-moz-binding", "behavior", "behaviour"})


def clean_css(css: str) -> str:
    """A style sheet without the rules that load something or could run."""
    if not _SUSPECT.search(css):
        return css
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    kept: str = tinycss2.serialize([rule for rule in rules if rule.type != "error" and not _do_load([rule])])
    return "" if "<" in kept else kept


def is_reaching_out(value: str) -> bool:
    """Whether a style, or another value that may hold one, loads something."""
    if not _SUSPECT.search(value):
        return False
    return "<" in value or _do_load(tinycss2.parse_component_value_list(value))


def _do_load(nodes: list[Any]) -> bool:
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node.type == "url" and not lies_inside(node.value):
            return True
        if node.type == "at-rule" and node.lower_at_keyword in {"import", "namespace"}:
            return True
        if node.type == "ident" and node.lower_value in _OLD_TRICKS:
            return True
        if node.type == "function" and node.lower_name in _LOADS:
            texts = [one.value for one in node.arguments if one.type == "string"]
            if node.lower_name == "expression" or not all(map(lies_inside, texts)):
                return True
        for part in ("prelude", "content", "arguments"):
            waiting.extend(getattr(node, part, None) or ())
    return False


def lies_inside(address: str) -> bool:
    """Whether an address is a part of the page itself, or a picture that lies in it."""
    return address.startswith("#") or bool(_PICTURE.fullmatch(address))
