"""Typesetting: what a template sets beside a Chinese text, and what it sets beside another."""

import pytest

from licences.render.html.typesetting import typeset


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("名称: 值", "名称：值"),
        ("<b>名称</b>: 值", "<b>名称</b>：值"),
        ("<td><b>名称*</b></td>: 值", "<td><b>名称*</b></td>：值"),
        ("<b>ICP</b>: 值", "<b>ICP</b>: 值"),
        ("名称<br>: 值", "名称<br>: 值"),
        ("名称:\n值", "名称:\n值"),
        ("*: 值", "*: 值"),
        (": 值", ": 值"),
        ("</b>: 值", "</b>: 值"),
        ("名称 (说明)", "名称（说明）"),
        ("<a>“名称”</a> (EDI)", "<a>“名称”</a>（EDI）"),
        ("EDI (说明)", "EDI (说明)"),
        ("<b>名称*</b> (说明)", "<b>名称*</b> (说明)"),
        ("<i>EDI</i> (说明)", "<i>EDI</i> (说明)"),
        ("第一句。 第二句", "第一句。第二句"),
        ("<p>（样例）</p> <b>现在</b>", "<p>（样例）</p><b>现在</b>"),
        ("第一句。 ICP", "第一句。 ICP"),
        ("<code>名称: 值</code>名称: 值", "<code>名称: 值</code>名称：值"),
        ("2026年 1 November 2026", "2026年 1 November 2026"),
    ],
)
def test_marks_beside_chinese_are_chinese_ones_and_all_else_is_left(html: str, expected: str) -> None:
    assert typeset(html, "zh") == expected


def test_an_english_day_stays_on_a_line_and_marks_are_left() -> None:
    assert typeset("名称: 1 November 2026, 3 items", "en") == "名称: 1\xa0November\xa02026, 3 items"
