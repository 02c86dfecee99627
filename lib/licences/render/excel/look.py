"""Look of a workbook of ours: its titles, the day of the law, and the firm that it comes from."""

from __future__ import annotations

from datetime import date

from licences.render.brand import Brand
from licences.render.excel.cells import Look
from licences.words.texts import say

_RASTER = frozenset({"image/png", "image/jpeg"})  # what a workbook can show


def make_look(
    title: str, name: str, as_of: date, brand: Brand, language: str, mark: str | None = None
) -> Look:
    """The look of a workbook. mark: what it says of itself beside its day, None for nothing."""
    return Look(
        title=title,
        name=name,
        as_of=as_of,
        dated=" · ".join(filter(None, [say(language, "workbook.header", as_of=as_of), mark])),
        page=say(language, "workbook.page"),
        firm=brand.firm,
        colour=brand.colour,
        logo=brand.logo if brand.logo_type in _RASTER else None,
    )
