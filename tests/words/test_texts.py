"""Both languages say the same things, and count as their readers do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pandas as pd
import pytest

from licences.words.texts import fill, read_texts, say


def list_texts(texts: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(texts, dict):
        for name, inner in texts.items():
            yield from list_texts(inner, f"{key}.{name}")
    elif isinstance(texts, list):
        for at, inner in enumerate(texts):
            yield from list_texts(inner, f"{key}.{at}")
    else:
        yield key, str(texts)


def test_a_text_has_the_same_gaps_in_both_languages() -> None:
    gaps = [
        {key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in list_texts(read)}
        for read in map(read_texts, ("zh", "en"))
    ]
    assert gaps[0] == gaps[1]


def test_english_has_no_quotation_mark_that_a_chinese_font_draws_wide(project: Path) -> None:
    said = dict(list_texts(read_texts("en")))
    for file in (project / "data").glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        cells = table[[name for name in table if name.endswith("_en")]].melt(ignore_index=False)
        said |= {f"{file.name} {line} {name}": text for line, name, text in cells.itertuples()}
    assert len(said) > 3000
    assert not {place: text for place, text in said.items() if set(text) & set("‘’“”")}


@pytest.mark.parametrize(
    ("required", "still", "said"),
    [
        (1, 1, "1 licence is required, of which 1 is still to be obtained."),
        (8, 1, "8 licences are required, of which 1 is still to be obtained."),
        (8, 6, "8 licences are required, of which 6 are still to be obtained."),
    ],
)
def test_one_is_singular_and_any_other_count_plural(required: int, still: int, said: str) -> None:
    assert say("en", "page.answer", required=required, open=still) == said


def test_a_number_that_is_written_already_counts_too() -> None:
    assert fill("{number:year|years}", number="1") == "1 year"
    assert fill("{number:year|years}", number="10") == "10 years"
    assert fill("{number:year|years}", number="0") == "0 years"


def test_what_fills_a_gap_is_never_read_as_a_gap() -> None:
    assert fill("{a:x|y} {b}", a="{b|c}", b="{a}") == "{b|c} y {a}"
