"""Word files for tests, made by hand, as small as they can be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from html import escape

from docx import Document
from docx.oxml.ns import qn

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = f'xmlns:w="{WORD}" xmlns:r="{RELATIONS}"'
Edit = Callable[[str], str]


def make_docx(*paragraphs: str, header: str = "") -> bytes:
    """As small as a Word file can be, a paragraph a text."""
    body = "".join(f"<w:p>{put_run(text)}</w:p>" for text in paragraphs)
    section = '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/></w:sectPr>' if header else ""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/settings.xml" ContentType="{WORD_TYPE}.settings+xml"/>'
        f'<Override PartName="/word/header1.xml" ContentType="{WORD_TYPE}.header+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/settings" Target="settings.xml"/>'
        f'<Relationship Id="rId2" Type="{RELATIONS}/header" Target="header1.xml"/></Relationships>',
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}{section}</w:body></w:document>",
        "word/settings.xml": f"<w:settings {NAMESPACES}></w:settings>",
        "word/header1.xml": f"<w:hdr {NAMESPACES}><w:p>{put_run(header)}</w:p></w:hdr>",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, xml in parts.items():
            file.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}')
    return target.getvalue()


def put_run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def change(
    file: bytes, edits: dict[str, Edit] | None = None, added: dict[str, bytes | str] | None = None
) -> bytes:
    """A Word file with some of its parts edited as text, and with others added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            edit = (edits or {}).get(name)
            content = old.read(name)
            new.writestr(name, edit(content.decode()) if edit else content)
        for name, text in (added or {}).items():
            new.writestr(name, text)
    return target.getvalue()


def put_body(xml: str, *paragraphs: str) -> bytes:
    """A Word file with XML of one's own at the beginning of its body."""
    return change(
        make_docx(*paragraphs),
        {"word/document.xml": lambda text: text.replace("<w:body>", f"<w:body>{xml}", 1)},
    )


def relate(
    kind: str, target: str, *, is_external: bool = False, source: str = "word/_rels/document.xml.rels"
) -> bytes:
    """A Word file that is related to something else."""
    kind = kind if "/" in kind else f"{RELATIONS}/{kind}"
    mode = ' TargetMode="External"' if is_external else ""
    link = f'<Relationship Id="rId99" Type="{kind}" Target="{target}"{mode}/>'
    edits: dict[str, Edit] = {
        source: lambda text: text.replace("</Relationships>", f"{link}</Relationships>")
    }
    types = '<Override PartName="/word/other.bin" ContentType="application/octet-stream"/></Types>'
    edits["[Content_Types].xml"] = lambda text: text.replace("</Types>", types)
    return change(make_docx("{{ client }}"), edits, {"word/other.bin": b"other"})


def put_field(told: str) -> str:
    """The XML of a paragraph with a field."""
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"<w:p>{marks[0]}<w:r><w:instrText>{told}</w:instrText></w:r>{marks[1]}<w:r><w:t>x</w:t></w:r>{marks[2]}</w:p>"


def list_texts(content: bytes) -> list[str]:
    """All paragraphs of the body, those in tables too."""
    body = Document(io.BytesIO(content)).element.body
    return ["".join(part.text or "" for part in one.iter(qn("w:t"))) for one in body.iter(qn("w:p"))]
