"""What clients and consultants read is said as people say it, in every text, row and page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from licences.analysis.case import make_case
from licences.assessment.remedies import find_remedies
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force, find_shown
from licences.planning.forecast import PlanOptions
from licences.reading.dictionary import LANGUAGES
from licences.render.html.sections import SECTIONS, make_section
from licences.rules.facts import choose_clients
from licences.words.remedies import say_aim
from licences.words.texts import continue_sentence, fill, read_texts, say, write_day, write_days

AS_OF = date(2026, 11, 23)
# A mark of the other script beside a Chinese letter, a blank behind a Chinese mark, one between the scripts.
HALF_WIDTH = re.compile(r"[一-鿿][,;!?()]|[,;!?()][一-鿿]|[一-鿿][:.](?![\da-z{])|[。，；：！？] ")
BLANK = re.compile(r"[一-鿿，。；：] [{A-Za-z0-9]|[}A-Za-z0-9%] [一-鿿]")
CODE = re.compile(r"\b[A-Z]{2,}_[A-Z0-9_]*[A-Z]\b")


def list_texts(texts: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(texts, (dict, list)):
        for name, inner in texts.items() if isinstance(texts, dict) else enumerate(texts):
            yield from list_texts(inner, f"{key}.{name}")
    else:
        yield key, str(texts)


@pytest.mark.parametrize("pattern", [HALF_WIDTH, BLANK], ids=["marks", "blanks"])
def test_chinese_texts_have_chinese_marks_and_no_blanks(pattern: re.Pattern[str]) -> None:
    found = {
        key: text
        for key, text in list_texts(read_texts("zh"))
        if pattern.search(re.sub("“[^”]*”", "", text))  # what is to be typed stands in quotation marks
    }
    assert found == {}


def list_cells(catalogue: Catalogue, language: str) -> Iterator[tuple[str, str]]:
    for row in catalogue.rows.to_dict("records"):
        for name, value in find_shown({str(key): cell for key, cell in row.items()}, language).items():
            if name.endswith(f"_{language}") and not name.startswith(
                ("name", "legal_basis")
            ):  # official titles
                texts = value if isinstance(value, (list, tuple)) else [value]
                yield from ((f"{row['code']} {name}", text) for text in texts if isinstance(text, str))


def test_rows_in_chinese_have_chinese_marks(catalogue: Catalogue) -> None:
    cells = list(list_cells(catalogue, "zh"))
    assert len(cells) > 2_000
    assert [cell for cell in cells if HALF_WIDTH.search(cell[1])] == []


def test_english_has_neither_a_plural_in_brackets_nor_two_blanks(catalogue: Catalogue) -> None:
    texts = [*list_texts(read_texts("en")), *list_cells(catalogue, "en")]
    assert [text for text in texts if "(s)" in text[1] or "  " in text[1]] == []


class Page(HTMLParser):
    """What a page shows: its texts, but for those of elements that only programs or typists read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"code", "script", "style"} or ("class", "code") in attrs:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.texts.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_every_sample_speaks_as_people_do(
    catalogue: Catalogue, sample_clients: pd.DataFrame, language: str
) -> None:
    options = PlanOptions(AS_OF, ("recommended",))
    for client in sample_clients["client"].unique():
        case = make_case(catalogue, choose_clients(sample_clients, [client]), AS_OF, options, language)
        html = "".join(make_section(case, name)._repr_html_() for name in SECTIONS)
        shown = " ".join(Page(html).texts)
        assert len(shown) > 1_000
        assert "满足方式" not in shown
        assert "Met by:" not in shown
        assert CODE.findall(shown) == [], client
        if language == "zh":
            assert [text for text in Page(html).texts if re.search("。 +(?=[一-鿿])", text)] == [], client


PROFILE: dict[str, Any] = {
    "has_website": True, "has_app": False, "own_couriers": True, "international_express": True,
    "registered_capital_cny": 1_500_000.0, "cross_province": False, "foreign_share_percent": 60.0,
    "sells_own_goods": True, "own_categories": "auctions", "hosted_categories": "none",
    "hosts_third_party_sellers": True, "completes_transactions_online": True, "company_age_months": 7.0,
    "owns_software": None, "sells_paid_information": False, "personal_information_count": 20_000.0,
    "state_owned_or_controlled": False, "hosts_video_programmes": True, "sole_trader": True,
    "user_video": False, "has_brand": False, "province": "zhejiang", "has_mini_program": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "aim", "english", "chinese"),
    [
        ("EXPRESS", "eligible", "raise the registered capital to at least 2,000,000 CNY", "把注册资本提高到200万元以上"),
        ("EXPRESS", "eligible", "no longer run international express", "不再经营国际快递"),
        ("EXPRESS", "not_needed", "no longer run its own couriers", "不再自营快递"),
        ("APP_FILING", "needed", "launch a mobile app", "推出App"),
        ("APP_FILING", "needed", "launch a mini-program", "推出小程序"),
        ("ICP_FILING", "not_needed", "no longer have a website hosted in mainland China", "不再有网站"),
        ("EDI", "not_needed", "no longer host third-party sellers", "不再让第三方商家入驻"),
        ("ICP", "needed", "take payment to publish or promote information", "开始有偿发布他人信息"),
        ("ICP", "needed", "let its sellers sell recruitment", "让入驻商家销售招聘求职"),
        ("AUCTION", "not_needed", "no longer sell auctions itself", "不再自营拍卖"),
        ("SOFTWARE_COPYRIGHT", "needed", "make sure that it owns software it developed", "确认有自主开发软件"),
        ("TRADEMARK", "needed", "create a brand of its own", "创立自有品牌/标识"),
        ("ISO_27701", "needed", "process personal information of at least 1,000,000 people", "使处理个人信息的人数不低于100万人"),
        ("AV_LICENCE", "eligible", "come under state ownership or control; and lower the foreign share to 0%; and raise the registered capital to at least 10,000,000 CNY", "变为国有独资或国有控股；并且把外资持股比例降到0%；并且把注册资本提高到1,000万元以上"),
    ],
)  # fmt: skip
def test_what_it_would_take_is_said_as_something_to_do(
    catalogue: Catalogue, code: str, aim: str, english: str, chinese: str
) -> None:
    profile = {**dict.fromkeys(catalogue.fields.by_name), **PROFILE}
    for language, said in (("en", english), ("zh", chinese)):
        entry = find_law_in_force(catalogue, AS_OF, language).entries[code]
        lines = say_aim(aim, find_remedies(entry, profile)[aim], profile, catalogue.fields, language)
        assert said in [line.partition(". ")[2] for line in lines], lines


def test_a_day_in_a_sentence_is_written_out_and_in_a_table_it_is_not() -> None:
    day = date(2027, 1, 26)
    assert write_day(day, "en") == "26 January 2027"
    assert write_day(day, "zh") == "2027年1月26日"
    assert say("zh", "stages.begins", day=day) == "自2027年1月26日起"
    assert say("en", "stages.begins", day="2027-01-26*") == "from 26 January 2027*"
    assert fill("Most fall in {month}.", month="2027-01") == "Most fall in January 2027."
    assert say("en", "portfolio.not_before", day="2027-01-26") == "not before 2027-01-26"
    assert write_days("自2027-01-26起", "zh") == "自2027年1月26日起"
    assert write_days("see example.cn/2027-01-26.html", "en") == "see example.cn/2027-01-26.html"


def test_what_goes_on_a_sentence_keeps_its_abbreviations() -> None:
    assert continue_sentence("Runs its own couriers") == "runs its own couriers"
    assert continue_sentence("MLPS level") == "MLPS level"


def test_no_label_of_a_fact_is_a_code(catalogue: Catalogue) -> None:
    labels = [label for field in catalogue.fields.every for label in field.label.values()]
    assert [label for label in labels if CODE.search(label) or "_" in label] == []
