"""The Word template that is used where none is given, and the one to begin an own one with.

It is built here rather than kept as a file, so that what is in it can be read.
"""

from __future__ import annotations

import io
from functools import cache

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE

from licences.render.figures.style import INK
from licences.render.lengths import PROGRESS
from licences.render.word.letter_template import write_letter
from licences.render.word.progress_template import write_progress, write_sheet
from licences.render.word.report_template import write_appendix, write_report
from licences.render.word.styles import set_page, set_styles, set_version
from licences.render.word.writer import Writer


@cache
def make_template(colour: str = "", length: str = "") -> bytes:
    """A ``.docx`` with the tags of ``docxtpl`` in it. colour: of the headings, ``#rrggbb`` or empty.

    length: of the report that it is for, one of EVERY_LENGTH; by default it is for all, with tags that choose.
    """
    document = Document()
    set_version(document)
    set_page(document)
    set_styles(document, colour or INK)
    writer = Writer(document, length)
    with writer.only_as(PROGRESS) as wanted:
        if wanted:
            write_sheet(writer)
    with writer.only_in("letter") as wanted:
        if wanted:
            write_letter(writer)
    with writer.only_in("standard") as wanted:
        if wanted:
            write_progress(writer)
            write_report(writer)
    with writer.only_in("full") as wanted:
        if wanted:
            write_appendix(writer)
    with writer.only_in("standard") as wanted:
        if wanted:
            writer.write("{{ edition }}", "Note")
    writer.only_if("disclaimer", "{{ disclaimer }}", "Note")
    about, links = document.core_properties, document.part.package.rels
    about.author, about.comments = "", ""
    for key in [key for key, link in links.items() if link.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del links[key]  # a picture of an empty page
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
