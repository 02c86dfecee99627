"""What a template may name and use, and that all it is handed is plain and frozen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.brand import Brand
from licences.render.word import budget, filling
from licences.render.word.context import NAMES, ClientName, describe_words
from licences.render.word.document import make_word
from licences.render.word.filters import FILTERS, METHODS, TESTS
from licences.render.word.sandbox import LOOP_NAMES, freeze, make_environment
from word_files import list_texts, make_docx

GUIDE = (Path(__file__).parents[3] / "docs" / "consultant" / "formats.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def case(catalogue: Catalogue, sample_clients: pd.DataFrame) -> Case:
    profile = sample_clients[sample_clients["client"] == "grand-bazaar"].reset_index(drop=True)
    return make_case(catalogue, profile, date(2026, 11, 23), PlanOptions(date(2026, 11, 24)), "en")


def list_kinds(value: Any) -> Iterator[type]:
    yield type(value)
    if isinstance(value, MappingProxyType):
        for key, each in value.items():
            yield from (type(key), *list_kinds(each))
    elif isinstance(value, tuple):
        for each in value:
            yield from list_kinds(each)


def find_row(begin: str) -> set[str]:
    (row,) = re.findall(rf"^\| {re.escape(begin)}.*\|(.*)\|$", GUIDE, re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", row))


def test_all_that_a_template_is_handed_is_plain_and_frozen(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[dict[str, Any]] = []
    fill = filling.Filling.fill

    def keep(file: Any, words: dict[str, Any]) -> None:
        handed.append(words)
        fill(file, words)

    monkeypatch.setattr(filling.Filling, "fill", keep)
    make_word(case, Brand(firm="Harbour"))
    kinds = {kind for value in handed[0].values() for kind in list_kinds(value)}
    assert kinds <= {str, int, float, bool, type(None), tuple, MappingProxyType, ClientName}
    assert type(handed[0]["client"].extra) is MappingProxyType
    assert set(handed[0]) == set(NAMES)


def test_nothing_else_is_frozen() -> None:
    with pytest.raises(TypeError, match="object is nothing for a template"):
        freeze({"a": [object()]})
    same = freeze({"a": [date(2026, 1, 2), {"b": 1.5}]})
    assert same == {"a": ("2026-01-02", {"b": 1.5})}
    with pytest.raises(TypeError):
        same["a"] = 1


def test_the_guide_names_what_a_template_may_use(case: Case) -> None:
    begin, end = GUIDE.index("These are the names"), GUIDE.index("| what else a tag may hold")
    assert {name for name in NAMES if f"`{name}`" not in GUIDE[begin:end]} <= {"figures"}
    assert set(describe_words(case, Brand())) | {"logo", "figures"} == set(NAMES)
    assert find_row("filters") == set(FILTERS)
    assert find_row("the same as methods") == set(METHODS)
    assert find_row("tests") == {name for name in TESTS if name.isalpha()}
    assert find_row("in a loop") == set(LOOP_NAMES)
    assert not make_environment().globals
    for number in (budget.MOST_STEPS, budget.MOST_CHARACTERS):
        assert f"{number:,}" in GUIDE


@pytest.mark.parametrize(
    ("typed", "filled"),
    [
        ("{{ client_code|upper|replace('GRAND', 'Big') }}", "Big-BAZAAR"),
        ("{{ client_code.title().replace('-', ' ').split(' ')|join('/') }}", "Grand/Bazaar"),
        ("{{ ', '.join(['a', 'b']) }} {{ [3, 1, 2]|sort|join('<') }}", "a, b 1<2<3"),
        ("{{ steps|map(attribute='code')|list|length == steps|length }}", "True"),
        ("{% for g, of in steps|groupby('on_path') %}{{ g }}{{ of|length > 0 }} {% endfor %}", None),
        ("{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{{ loop.last }}{% endfor %}", "a1True"),
        ("{% for x in 'abc' if x != 'b' %}{{ loop.cycle('-', '+') }}{{ x }}{{ loop.length }}{% else %}no{% endfor %}", "-a2+c2"),
        ("{{ {'required': 'must'}['required'] }} {{ {'a': 1}.get('b', 'none') }}", "must none"),
        ("{{ 7 // 2 + 2 ** 3 - 1.5 }} {{ 7 % 4 }} {{ -3|abs }} {{ 2.345|round(1) }}", "9.5 3 3 2.3"),
        ("{{ nothing|default('–') }} {{ nothing is defined }} {{ 4 is divisibleby(2) }}", "– False True"),
        ("{{ client_code[:5] }}{{ client_code[-1] }} {{ 'a' * 3 ~ 1 }}", "grandr aaa1"),
        ("{{ “quoted” ~ ‘too’ }} {{ '<b>'|e }}", "quotedtoo <b>"),
        ("{{ client_code if as_of < start else 'late' }}{{ page.get('x') }}", "grand-bazaar"),
        ("{{ figures.graph }}{{ figures.of_my_own }}{% if not logo %}bare{% endif %}", "bare"),
        ("{{ page.title|length > 3 and page['title'] == page.title }}", "True"),
        ("{{ 'long text here'|truncate(8) }}|{{ steps|first == steps[0] }}", "long...|True"),
        ("{% set a, b = 1, 2 %}{% with c = 3 %}{{ a + b + c }}{% endwith %}{# nothing #}", "6"),
        ("{% raw %}{{ client }}{% endraw %}", "{{ client }}"),
    ],
)  # fmt: skip
def test_what_the_guide_promises_is_filled_in(case: Case, typed: str, filled: str | None) -> None:
    texts = list_texts(make_word(case, template=make_docx(typed)))
    assert texts == [filled] if filled is not None else texts[0].endswith("True ")


@pytest.mark.parametrize(
    ("typed", "filled"),
    [
        ("{{ client.extra.phone }} {{ client.extra[“联系电话”] }}{{ client.extra.联系电话 }}", "010 <b>&{{ x }}<b>&{{ x }}"),
        ("{{ client }} {{ client|upper }} {{ client.extra.remark }}.", "三号 Shop 三号 SHOP ."),
        ("{% for name, text in client.extra.items() if text %}{{ name }}={{ text }};{% endfor %}", "phone=010;联系电话=<b>&{{ x }};"),
        ("{{ 'yes' if client.extra.phone is defined else 'no' }} {{ client.extra.get('fax', '–') }}", "yes –"),
    ],
)  # fmt: skip
def test_a_template_names_the_own_columns_of_the_client(case: Case, typed: str, filled: str) -> None:
    own = {"phone": "010", "联系电话": "<b>&{{ x }}", "remark": ""}
    told = replace(case, name="三号 Shop", extra=own)
    assert list_texts(make_word(told, template=make_docx(typed))) == [filled]


def test_an_own_column_that_the_clients_do_not_have_is_told_with_what_is_near(case: Case) -> None:
    told = replace(case, extra={"phone": "010"})
    with pytest.raises(UsageError, match="has no attribute 'phon'; did you mean 'phone'"):
        make_word(told, template=make_docx("{{ client.extra.phon }}"))
    with pytest.raises(UsageError, match="a text has no attribute 'extras'"):
        make_word(told, template=make_docx("{{ client.extras }}"))
    with pytest.raises(UsageError, match="has no attribute 'phone'"):
        make_word(case, template=make_docx("{{ client.extra.phone }}"))
    with pytest.raises(UsageError, match="a list cannot be printed"):
        make_word(told, template=make_docx("{{ client.extra }}"))


def test_a_template_that_is_fine_for_one_client_is_bounded_for_another(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = make_docx("{%p for step in steps %}", "{{ step.text }}", "{%p endfor %}")
    make_word(case, template=template)
    monkeypatch.setattr(
        budget.Budget, "__init__", lambda self: setattr(self, "steps", 5) or setattr(self, "characters", 9**9)
    )
    with pytest.raises(UsageError, match="steps; is there a loop too many"):
        make_word(case, template=template)
