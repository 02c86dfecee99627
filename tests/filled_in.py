"""Questionnaires that were filled in, for tests of what reads them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.packaging.custom import StringProperty

from licences.rules.answer_texts import BEGIN, END
from licences.rules.facts import Field, Fields

REST = "@rest"
WORDS = {
    "zh": ("序号", "问题", "说明", "回答", "单位", "谁来答", "备注", "以上都没有", "填写人"),
    "en": (
        "No.",
        "Question",
        "Help",
        "Answer",
        "Unit",
        "Who answers",
        "Remark",
        "None of these",
        "Answered by",
    ),
}


def list_keys(fields: Fields, names: Sequence[str]) -> list[tuple[str, Field]]:
    """The rows of some questions: one of a plain one, of a set one a value and one for none of them."""
    rows = []
    for name in names:
        if name == REST:
            rows.append((REST, fields.every[0]))
            continue
        field = fields[name]
        values = [*field.values, "none"] if field.type == "set" else []
        rows += [(f"{name}={value}", field) for value in values] or [(name, field)]
    return rows


def make_questionnaire(
    fields: Fields,
    client: str,
    typed: Mapping[str, Any],
    remarks: Mapping[str, str] | None = None,
    *,
    language: str = "zh",
    by: str = "",
    with_keys: bool = True,
    with_properties: bool = True,
    edition: str = "2026-11-23",
) -> bytes:
    """A questionnaire as an Excel file. typed: by key of the hidden column what stands in the column of answers."""
    number, question, explained, answer, unit, who, remark, nothing, answered_by = WORDS[language]
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "问卷" if language == "zh" else "Questionnaire"
    sheet.append(["", "某某咨询"])
    sheet.append(["", f"{client}"])
    sheet.append(["@by", "", "", answered_by, by])
    sheet.append(["", number, question, explained, answer, unit, who, remark])
    names = list(dict.fromkeys(key.partition("=")[0] for key in [*typed, *(remarks or {})]))
    above = ""
    for at, (key, field) in enumerate(list_keys(fields, names), start=1):
        _, _, value = key.partition("=")
        asked, note = f"{field.label[language]}？", (remarks or {}).get(key, "")
        if value and field.name != above:
            sheet.append(["", at, asked, field.help[language]])
        above = field.name
        label = nothing if value == "none" else field.values[value][language] if value else ""
        row = [at, asked, field.help[language]] if not value else ["", "", label]
        sheet.append([key, *row, typed.get(key), field.unit[language], "", note])
    for line, text in enumerate(("浙江", "北京", "不清楚"), start=1):
        sheet.cell(line, 10, text)  # a list to choose from
    sheet.column_dimensions["J"].hidden = True
    if with_keys:
        sheet.column_dimensions["A"].hidden = True
    else:
        for row in sheet.iter_rows(min_col=1, max_col=1):
            row[0].value = None
    if with_properties:
        for name, text in {
            "kind": "questionnaire",
            "client": client,
            "edition": edition,
            "lang": language,
        }.items():
            book.custom_doc_props.append(StringProperty(name=f"licences.{name}", value=text))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def make_answers(client: str, answers: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Answers as the page saves them."""
    return {
        "licences_answers": 1, "client": client, "name": "", "edition": "2026-11-23", "lang": "zh",
        "made_on": "2026-11-29", "answered_on": "2026-11-30", "by": "王芳", "answers": dict(answers),
        "unsure": [], "remarks": {},
    } | more  # fmt: skip


def make_json(client: str, answers: Mapping[str, Any], **more: Any) -> bytes:
    """The file that the page saves."""
    return json.dumps(make_answers(client, answers, **more), ensure_ascii=False).encode()


def make_mail(content: bytes, *, mark: str = "", width: int = 0) -> bytes:
    """The same in the text of a mail. mark: what a mail program put before each line; width: where it wrapped."""
    text = content.decode()
    if width:
        text = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    lines = ["老师好，问卷填好了。", "", BEGIN, *text.splitlines(), END, "", "王芳"]
    return "\n".join(mark + line for line in lines).encode()


def save_as_open_document(workbook: bytes) -> bytes:
    """The first sheet of a workbook of Excel as one of OpenDocument, with its own properties."""
    book = load_workbook(io.BytesIO(workbook))
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f"<table:table-cell><text:p>{escape(str(cell or ''))}</text:p></table:table-cell>" for cell in row
        )
        + "</table:table-row>"
        for row in book.worksheets[0].iter_rows(values_only=True)
    )
    noted = "".join(
        f'<meta:user-defined meta:name="{one.name}">{one.value}</meta:user-defined>'
        for one in book.custom_doc_props
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            '<o:document-content xmlns:o="o" xmlns:table="t" xmlns:text="x"><table:table table:name="S">'
            f"{rows}</table:table></o:document-content>",
        )
        archive.writestr(
            "meta.xml",
            f'<o:document-meta xmlns:o="o" xmlns:meta="m" xmlns:dc="d">{noted}<dc:date>2026-11-30T20:00:00Z</dc:date>'
            "</o:document-meta>",
        )
    return target.getvalue()
