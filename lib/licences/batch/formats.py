"""Formats that can be made on this machine, and what is missing for the others."""

from __future__ import annotations

from dataclasses import dataclass

from licences.errors import MissingExtraError, UsageError, need_extra
from licences.render.browser import find_browser, has_chinese_font

_NEEDED = {
    "docx": ("word", "a Word file"),
    "xlsx": ("excel", "a workbook"),
    "ics": ("calendar", "a calendar"),
}


@dataclass(frozen=True)
class Makeable:
    """The formats that can be made, whether there is a browser, and what is to be said of the rest."""

    formats: tuple[str, ...]
    has_browser: bool
    warnings: tuple[str, ...]


def find_makeable(asked: tuple[str, ...]) -> Makeable:
    """Of the formats asked for those that can be made here."""
    formats, has_browser, warnings = asked, True, []
    for name, (extra, task) in _NEEDED.items():
        try:
            if name in asked:
                need_extra(extra, task)
        except MissingExtraError as error:
            warnings.append(str(error))
            formats = tuple(one for one in formats if one != name)
    if not {"pdf", "docx"} & set(formats):
        return Makeable(formats, has_browser, tuple(warnings))
    try:
        find_browser()
    except UsageError as error:
        has_browser = False
        if "pdf" in formats:
            warnings.append(f"no PDF is written: {error}")
        if "docx" in formats:
            warnings.append(f"the Word files have no figures: {error}")
        formats = tuple(name for name in formats if name != "pdf")
    if has_browser and not has_chinese_font():
        wrong = "this machine has no Chinese font, and the PDF and figures will show empty boxes for Chinese"
        warnings.append(f"warning: {wrong}; apt-get install fonts-noto-cjk")
    return Makeable(formats, has_browser, tuple(warnings))
