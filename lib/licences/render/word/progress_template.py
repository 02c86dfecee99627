"""Progress in our Word template: a section of the report, and a sheet of its own."""

from __future__ import annotations

from docx.shared import Pt

from licences.render.word.letter_template import write_head
from licences.render.word.writer import Writer

_CELLS = ("{{ row.name }}", "{{ row.when }}", "{{ row.what }}")


def write_sheet(writer: Writer) -> None:
    """The whole of what says where a case stands."""
    write_head(writer)
    writer.write("{{ labels.progress.title }}", "Title").paragraph_format.space_before = Pt(8)
    _write_body(writer)


def write_progress(writer: Writer) -> None:
    """Where the case stands, where anything is recorded of it."""
    with writer.block("if has_progress"):
        writer.heading("{{ labels.progress.title }}", 1)
        _write_body(writer)


def _write_body(writer: Writer) -> None:
    writer.only_if("progress.intro", "{{ progress.intro }}")
    writer.only_if("not progress.tables", "{{ labels.progress.nothing }}")
    with writer.block("for part in progress.tables"):
        writer.heading("{{ part.title }}")
        writer.table(
            "row in part.rows",
            ("part.columns[0]", "part.columns[1]", "part.columns[2]"),
            _CELLS,
            (50, 28, 96),
            ("row.is_late", [(text, "Cell alarm") for text in _CELLS]),
        )
