"""An expression is a short list of forms; whatever else stands there is refused and never run."""

from __future__ import annotations

from pathlib import Path

import pytest

from licences.errors import ExpressionError
from licences.law.catalogue import Catalogue
from licences.rules.expressions import Always, And, Atom, Not, Or, read_expression


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("True", Always(True)),
        ("has_app", Atom("has_app", "is")),
        ("not has_app", Not(Atom("has_app", "is"))),
        ("has_app == False", Not(Atom("has_app", "is"))),
        ("mlps_level >= 3", Atom("mlps_level", ">=", 3.0)),
        ("3 <= mlps_level", Atom("mlps_level", ">=", 3.0)),
        ("mlps_level != 2", Not(Atom("mlps_level", "==", 2.0))),
        ("mlps_level > -1", Atom("mlps_level", ">", -1.0)),
        ("2 <= mlps_level < 4", And((Atom("mlps_level", ">=", 2.0), Atom("mlps_level", "<", 4.0)))),
        ("'drugs' in own_categories", Atom("own_categories", "has", "drugs")),
        ("'drugs' not in own_categories", Not(Atom("own_categories", "has", "drugs"))),
        ("own_categories != 'none'", Not(Atom("own_categories", "==", "none"))),
        ("province == '110000'", Atom("province", "==", "110000")),
        (
            "province in ('110000', '310000')",
            Or((Atom("province", "==", "110000"), Atom("province", "==", "310000"))),
        ),
        ("'FOOD_OPERATION' in held", Atom("held", "has", "FOOD_OPERATION")),
        ("'FOOD_OPERATION' not in held", Not(Atom("held", "has", "FOOD_OPERATION"))),
        ("held == 'none'", Atom("held", "==", "none")),
        ("has_app or (has_website)", Or((Atom("has_app", "is"), Atom("has_website", "is")))),
    ],
)
def test_what_may_be_said_is_understood(catalogue: Catalogue, text: str, meaning: object) -> None:
    assert read_expression(text, catalogue.fields) == meaning


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("__import__('os').system('touch {mark}')", "a call"),
        ("open('{mark}', 'w')", "a call"),
        ("has_app and len(own_categories) > 1", "a call"),
        ("has_app.real", "an attribute"),
        ("own_categories[0] == 'drugs'", "a subscript"),
        ("[x for x in own_categories]", "a comprehension"),
        ("any(x for x in own_categories)", "a call"),
        ("lambda: has_app", "a lambda"),
        ("f'{has_app}'", "a formatted text"),
        ("mlps_level + 1 > 2", "arithmetic"),
        ("mlps_level > 1 + 1", "arithmetic"),
        ("has_app if has_website else has_app", "a condition"),
        ("(x := has_app)", "an assignment"),
        ("has_app is True", "'is' is not allowed"),
        ("~has_app", "not allowed"),
        ("has_ap", "no profile field 'has_ap'"),
        ("__class__", "no profile field"),
        ("'drug' in own_categories", "no value 'drug'"),
        ("'drugs' in has_app", "is no set"),
        ("'FOOD_OPERATON' in held", "no licence 'FOOD_OPERATON'"),
        ("held", "not a yes or no"),
        ("held == 'EDI'", "use in"),
        ("held in ('EDI', 'ICP')", "use in"),
        ("held('EDI')", "a call"),
        ("'EDI' in held()", "a call"),
        ("held >= 1", "has no order"),
        ("mlps_level", "not a yes or no"),
        ("own_categories", "not a yes or no"),
        ("mlps_level > '2'", "is a number"),
        ("mlps_level > True", "is a number"),
        ("has_app > 1", "has no order"),
        ("has_app == 'yes'", "is a yes or no"),
        ("own_categories == 'drugs'", "use in"),
        ("1 < 2", "names no field"),
        ("mlps_level < registered_capital_cny", "no literal"),
        ("'text'", "not allowed"),
        ("1", "not allowed"),
        ("has_app and", "breaks off"),
        ("has_app; has_website", "breaks off"),
        ("import os", "breaks off"),
        ("", "breaks off"),
        ("has_app\0", "breaks off"),
        ("(" * 500 + "has_app" + ")" * 500, "re"),
        ("not " * 600 + "has_app", "characters"),
        ("has_app or " * 300 + "has_app", "characters"),
    ],
)
def test_whatever_else_stands_there_is_refused_and_not_run(
    catalogue: Catalogue, tmp_path: Path, text: str, wrong: str
) -> None:
    mark = tmp_path / "mark"
    with pytest.raises(ExpressionError) as caught:
        read_expression(text.replace("{mark}", str(mark)), catalogue.fields)
    assert wrong in str(caught.value)
    assert caught.value.right
    assert not mark.exists()


def test_a_misspelt_name_is_met_with_the_right_one(catalogue: Catalogue) -> None:
    with pytest.raises(ExpressionError, match="did you mean 'has_website'"):
        read_expression("has_websit", catalogue.fields)
    with pytest.raises(ExpressionError, match="did you mean 'publications'"):
        read_expression("'publication' in own_categories", catalogue.fields)
