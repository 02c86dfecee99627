"""Markdown of a notebook's cells as HTML, still to be cleaned."""

from __future__ import annotations

from typing import Any

from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath


class _Renderer(IPythonRenderer):
    """A picture that the cell speaks of and does not have is left to the cleaning, which names it."""

    def _embed_image_or_attachment(self, src: str) -> str:
        try:
            return str(super()._embed_image_or_attachment(src))
        except InvalidNotebook:
            return src


def write_markdown(source: str, attachments: Any = None) -> str:
    """A text in Markdown as HTML; formulas stand in it as they are written."""
    renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=attachments)
    return str(MarkdownWithMath(renderer=renderer).render(source))
