"""Page for who waits for the explorer: says what is coming, and runs no script."""

from __future__ import annotations

from html import escape

from licences.render.assets import read_asset
from licences.words.texts import say

_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{coming}
</body>
</html>
"""
_COMING = """<main class="licences-coming" role="status" lang="{lang}">
<h1>{title}</h1>
<p>{coming}</p>
<p><small>{hint}</small></p>
<div class="bar" aria-hidden="true"></div>
</main>"""


def make_waiting_page(language: str) -> str:
    """A whole page, which asks for the one at its own address; that comes once it is there."""
    title, style = escape(say(language, "explorer.title")), read_asset("coming.css")
    return _PAGE.format(lang=_mark(language), title=title, style=style, coming=make_coming(language))


def make_coming(language: str) -> str:
    """What is coming, as HTML, for a page that is being loaded."""
    keys = {"title": "title", "coming": "coming", "hint": "coming_hint"}
    texts = {name: escape(say(language, f"explorer.{key}")) for name, key in keys.items()}
    return _COMING.format(lang=_mark(language), **texts)


def _mark(language: str) -> str:
    return "zh-CN" if language == "zh" else language
