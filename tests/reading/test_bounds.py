"""A text that asks for more than a reader gives is refused at once, with the bound in the sentence."""

from __future__ import annotations

import json

import pytest
import yaml

from licences.reading.bounds import MAX_DEPTH, MAX_YAML_BYTES, BoundError, check_count, check_yaml, read_json
from stopwatch import count_seconds

DEEP = MAX_DEPTH + 1


@pytest.mark.parametrize(
    "text", ["[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP, "[" * 1_000_000], ids=str.__len__
)
def test_json_deeper_than_the_bound_is_refused_with_the_bound(text: str) -> None:
    with pytest.raises(BoundError, match=f"nested deeper than {MAX_DEPTH} levels; at most {MAX_DEPTH}"):
        read_json(text)


@pytest.mark.parametrize("value", [["["] * 99, {"a": '"[' * 99}, [[[]] * 99]], ids=["texts", "marks", "wide"])
def test_brackets_within_texts_and_beside_each_other_are_not_deep(value: object) -> None:
    assert read_json(json.dumps(value)) == value
    assert read_json(json.dumps(value).encode()) == value


def test_a_number_too_long_or_a_text_cut_short_is_a_value_error_and_is_told_quickly() -> None:
    with count_seconds() as find_seconds:
        for text in ("9" * 5000, "[" * 60 + '"' + '\\"' * 200_000, "{"):
            with pytest.raises(ValueError):  # noqa: PT011 - of two kinds, and both are meant
                read_json(text)
        assert find_seconds() < 2


def test_yaml_is_refused_where_it_is_long_deep_or_names_a_part_of_itself() -> None:
    check_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    wrong = {
        "a: 1\nb: " + "[" * DEEP: (2, f"nested deeper than {MAX_DEPTH} levels"),
        "".join(f"{' ' * at}a:\n" for at in range(DEEP)): (DEEP, "nested deeper"),
        "a: &x [1]\nb: [*x, *x]": (1, "holds the anchor 'x'"),
        "a: 1\nb: *x": (2, "holds the anchor 'x'"),
        "x" * (MAX_YAML_BYTES + 1): (1, f"more than {MAX_YAML_BYTES:,} characters"),
    }
    for text, (line, said) in wrong.items():
        with pytest.raises(BoundError, match=said) as caught:
            check_yaml(text)
        assert caught.value.line == line
    with pytest.raises(yaml.YAMLError):
        check_yaml("[" * 100_000)


def test_a_count_within_its_bound_passes_and_one_more_does_not() -> None:
    check_count(1000, 1000, "columns")
    with pytest.raises(BoundError, match="more than 1,000 columns; at most 1,000"):
        check_count(1001, 1000, "columns")
