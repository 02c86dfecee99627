"""Answers that come back: from a workbook whatever saved it, from the page, and from a mail."""

from __future__ import annotations

import io
import json
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from filled_in import make_json, make_mail, make_questionnaire, save_as_open_document
from licences.errors import LicencesError, ProblemsError
from licences.law.catalogue import Catalogue
from licences.rules.answer_files import find_answers, read_answers
from licences.rules.answer_texts import BEGIN
from licences.rules.answers import Answers
from licences.rules.facts import Fields

TYPED = {
    "has_website": "是",
    "has_app": "No",
    "sends_sms": "√",
    "mlps_level": "不清楚",
    "registered_users": "９０００",
    "foreign_share_percent": "12%",
    "province": "浙江",
    "own_categories=drugs": "√",
    "own_categories=alcohol": "✓",
    "hosted_categories=none": "√",
}
CELLS = {
    "has_website": "yes",
    "has_app": "no",
    "sends_sms": "yes",
    "registered_users": "9000",
    "foreign_share_percent": "12",
    "province": "330000",
    "own_categories": "alcohol;drugs",
    "hosted_categories": "none",
}
REMARKS = {"has_app": "明年上线", "own_categories=drugs": "只卖非处方药"}


@pytest.fixture(scope="module")
def fields(catalogue: Catalogue) -> Fields:
    return catalogue.fields


def refuse(content: bytes, fields: Fields, file: str = "a.json") -> str:
    with pytest.raises(ProblemsError) as error:
        read_answers(content, file, fields)
    return str(error.value)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_answers_in_words_of_either_language_are_read_as_a_clients_file_has_them(
    fields: Fields, language: str
) -> None:
    content = make_questionnaire(fields, "tea-shop", TYPED, REMARKS, language=language, by="王芳")
    answers = read_answers(content, "q.xlsx", fields)
    assert answers.cells == CELLS
    assert answers.unsure == ("mlps_level",)
    assert answers.remarks == {"has_app": "明年上线", "own_categories": "只卖非处方药"}
    assert (answers.client, answers.told_by, answers.edition) == ("tea-shop", "王芳", "2026-11-23")
    assert answers.problems == ()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("keys", [True, False])
def test_a_questionnaire_is_known_without_its_properties_and_without_its_hidden_column(
    fields: Fields, language: str, *, keys: bool
) -> None:
    content = make_questionnaire(
        fields, "tea-shop", TYPED, language=language, with_keys=keys, with_properties=False
    )
    answers = read_answers(content, "in/questionnaire-tea-shop (1).xlsx", fields)
    assert (answers.cells, answers.unsure, answers.client) == (CELLS, ("mlps_level",), "tea-shop")
    assert "tea-shop" in read_answers(content, "other.xlsx", fields).titles


def test_a_deleted_hidden_column_moves_the_others_and_rows_may_be_in_another_order(fields: Fields) -> None:
    book = load_workbook(io.BytesIO(make_questionnaire(fields, "tea-shop", TYPED, with_properties=False)))
    sheet = book.worksheets[0]
    sheet.delete_cols(1)
    sheet.insert_rows(5, 3)
    target = io.BytesIO()
    book.save(target)
    assert read_answers(target.getvalue(), "questionnaire-tea-shop.xlsx", fields).cells == CELLS


def test_a_questionnaire_that_was_saved_as_open_document_says_the_same(fields: Fields) -> None:
    content = make_questionnaire(fields, "tea-shop", TYPED, REMARKS, by="王芳")
    answers = read_answers(save_as_open_document(content), "back.ods", fields)
    assert (answers.cells, answers.client, answers.told_by) == (CELLS, "tea-shop", "王芳")
    assert answers.told_on == date(2026, 12, 1)  # in China it was the next day
    assert answers.problems == ()


def test_an_old_workbook_that_another_program_wrote_is_read(fields: Fields) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("问卷")
    for line, row in enumerate(
        [
            ["", "编号", "问题", "说明", "答案"],
            ["has_website", 1, "?", "", "是"],
            ["own_categories=drugs", 2, "?", "", "√"],
        ]
    ):
        for at, cell in enumerate(row):
            sheet.write(line, at, cell)
    target = io.BytesIO()
    book.save(target)
    answers = read_answers(target.getvalue(), "questionnaire-tea-shop.xls", fields)
    assert answers.cells == {"has_website": "yes", "own_categories": "drugs"}


def test_all_wrong_answers_are_named_at_once_with_sheet_cell_and_question(fields: Fields) -> None:
    typed = {
        "has_website": "也许",
        "registered_users": "-5",
        "province": "火星",
        "own_categories=drugs": "很多",
        "hosted_categories=none": "√",
        "hosted_categories=drugs": "√",
        "has_app": "是",
    }
    answers = read_answers(make_questionnaire(fields, "tea-shop", typed), "q.xlsx", fields)
    assert answers.cells == {"has_app": "yes"}
    said = "\n".join(map(str, sorted(answers.problems)))
    assert len(answers.problems) == 5
    assert "q.xlsx:5: 问卷!E5 (有网站（境内接入）): '也许' is neither yes nor no" in said
    assert "(注册用户数): '-5' is not allowed here; at least 0" in said
    assert "unknown value '火星'" in said
    assert "'很多' is no tick; write √, or leave it empty" in said
    assert "(入驻商家品类): 'drugs;none' holds both none and something" in said


def test_a_tick_that_nothing_else_is_so_answers_what_is_rare_and_left_empty_below_it(fields: Fields) -> None:
    first, second, third, *_ = [one for one in fields.every if one.is_rare and one.type == "bool"]
    typed = {first.name: "", "@rest": "√", second.name: "是", third.name: "", "has_app": ""}
    answers = read_answers(make_questionnaire(fields, "tea-shop", typed), "q.xlsx", fields)
    assert answers.cells == {second.name: "yes", third.name: "no"}
    left = read_answers(make_questionnaire(fields, "tea-shop", typed | {"@rest": ""}), "q.xlsx", fields)
    assert left.cells == {second.name: "yes"}
    assert answers.told_by == ""


def test_rows_without_a_tick_are_no_answer(fields: Fields) -> None:
    typed = {"own_categories=drugs": "", "own_categories=none": None, "has_app": "是", "has_website": "  "}
    answers = read_answers(make_questionnaire(fields, "tea-shop", typed), "q.xlsx", fields)
    assert (answers.cells, answers.unsure, answers.problems) == ({"has_app": "yes"}, (), ())


ANSWERS = {"has_website": "yes", "own_categories": "drugs;alcohol", "registered_users": "9000"}
READ = {"has_website": "yes", "own_categories": "alcohol;drugs", "registered_users": "9000"}


@pytest.mark.parametrize("mark", ["", "> ", ">> > "])
@pytest.mark.parametrize("width", [0, 13, 40, 76])
def test_answers_in_a_mail_are_read_however_it_quotes_and_wraps(
    fields: Fields, mark: str, width: int
) -> None:
    saved = make_json(
        "tea-shop", ANSWERS, unsure=["mlps_level"], remarks={"has_app": "明年上线，先做小程序"}, name="茶 铺"
    )
    answers = read_answers(make_mail(saved, mark=mark, width=width), "mail.txt", fields)
    assert (answers.cells, answers.unsure, answers.client) == (READ, ("mlps_level",), "tea-shop")
    assert answers.remarks == {"has_app": "明年上线，先做小程序"}
    assert (answers.told_by, answers.told_on) == ("王芳", date(2026, 11, 30))


@pytest.mark.parametrize("how", ["text", "html", "attached"])
def test_a_saved_mail_is_read_whatever_its_encoding(fields: Fields, how: str) -> None:
    saved, mail = make_json("tea-shop", ANSWERS), EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "问卷", "a@example.org", "b@example.org"
    text = make_mail(saved).decode()
    if how == "html":
        mail.set_content("<p>" + text.replace('"', "&quot;").replace("\n", "<br>") + "</p>", subtype="html")
    else:
        mail.set_content(text if how == "text" else "附件是问卷。", cte="base64")
    if how == "attached":
        mail.add_attachment(saved, maintype="application", subtype="json", filename="answers-tea-shop.json")
    assert read_answers(mail.as_bytes(), "mail.eml", fields).cells == READ


def test_answers_in_gb18030_and_utf16_are_read(fields: Fields) -> None:
    saved = make_json("tea-shop", ANSWERS)
    for encoding in ("gb18030", "utf-16", "utf-8-sig"):
        answers = read_answers(saved.decode().encode(encoding), "a.json", fields)
        assert (answers.cells, answers.told_by) == (READ, "王芳")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"licences_answers": 2}, "of a newer version (2); update licences"),
        ({"licences_answers": True}, "licences_answers: is no version of the format; it has to be 1"),
        ({"hint": "x"}, "hint: is not known"),
        ({"client": 5}, "client: is a number; it has to be a text"),
        ({"answers": ["has_app"]}, "answers: is a list; it has to be an object"),
        ({"answers": {"has_app": True}}, "answers: holds a truth value; each has to be a text"),
        ({"answers": {"has_app": {"x": "y"}}}, "answers: holds an object; each has to be a text"),
        ({"unsure": [1]}, "unsure: holds a number; each has to be a text"),
        ({"answered_on": "yesterday"}, "answered_on: 'yesterday' is not a date; write it as 2026-11-23"),
        ({"lang": "fr"}, "lang: is 'fr'; one of zh, en"),
        ({"by": "x" * 101}, "by: has 101 characters; write at most 100"),
        ({"by": "a\u0000b"}, "by: holds U+0000"),
    ],
)
def test_what_is_not_the_format_is_refused_with_a_sentence(
    fields: Fields, change: dict[str, Any], said: str
) -> None:
    told = json.loads(make_json("tea-shop", ANSWERS)) | change
    assert said in refuse(json.dumps(told).encode(), fields)


def test_texts_that_are_cut_or_too_deep_or_too_long_or_twice_are_refused(fields: Fields) -> None:
    saved = make_json("tea-shop", ANSWERS)
    mail = make_mail(saved)
    assert "its answers are cut short" in refuse(mail[: len(mail) // 2], fields)
    assert "cannot be read as JSON" in refuse(saved[:-20], fields)
    deep = b'{"licences_answers": 1, "answers": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    assert "nested deeper than 50 levels" in refuse(deep, fields)
    long = make_json("tea-shop", ANSWERS, remarks={"has_app": "x" * 1_000_001})
    assert "more than 1,000,000 characters" in refuse(long, fields)
    both = mail + b"\n" + make_mail(make_json("other-shop", ANSWERS))
    assert "the answers of 2 questionnaires" in refuse(both, fields)
    assert read_answers(mail + b"\n\n" + make_mail(saved, mark="> "), "m.txt", fields).cells == READ


def test_values_are_held_against_the_same_rules_as_those_of_a_clients_file(fields: Fields) -> None:
    told = {
        "has_app": "maybe",
        "own_categories": "tea",
        "registered_users": "1e99",
        "no_such": "yes",
        "has_website": "yes",
    }
    answers = read_answers(make_json("tea-shop", told, unsure=["has_website"]), "a.json", fields)
    said = "\n".join(map(str, answers.problems))
    assert "answers.has_app: 'maybe' is neither yes nor no" in said
    assert "answers.own_categories: unknown value 'tea'" in said
    assert "answers.registered_users: '1e99' is too large" in said
    assert "answers.no_such: no question 'no_such' is known" in said
    assert "unsure.has_website: is answered, and said to be not sure" in said


def test_what_is_no_such_file_is_named(fields: Fields) -> None:
    assert find_answers(b"client,name\na,b\n", "mine.csv", fields) is None
    assert "holds no answers" in refuse(b"hello", fields)
    assert "is a PDF" in refuse(b"%PDF-1.7", fields)
    assert "cut short or damaged" in refuse(b"PK\x03\x04xl/workbook.xml", fields)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_changed_file_is_answered_or_refused(project: Path, noise: bytes, at: int) -> None:
    fields = _read_fields(project)
    saved = make_json("tea-shop", ANSWERS)
    for content in (saved[:at] + noise + saved[at:], BEGIN.encode() + noise, noise + make_mail(saved)[at:]):
        try:
            found = find_answers(content, "a.json", fields)
        except LicencesError:
            continue
        assert found is None or isinstance(found, Answers)


def _read_fields(project: Path) -> Fields:
    from licences.rules.facts import read_fields

    return read_fields(project / "data" / "profile_fields.csv")
