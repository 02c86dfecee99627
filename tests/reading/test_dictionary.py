"""A data dictionary that is none is told in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from licences.errors import ProblemsError
from licences.reading.dictionary import read_dictionary


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no data dictionary"),
        ("- a", "is no data dictionary"),
        ("files: {a: b}\nvocabularies: {}", "is no data dictionary"),
        ("files: {a.csv: {columns: {a: 1}, key: 1, means: x}}\nvocabularies: 3", "is no data dictionary"),
        ("a: *b", "holds the anchor 'b'"),
        ("[" * 100, "nested deeper than 50 levels"),
    ],
)
def test_a_dictionary_of_another_shape_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "dictionary.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsError, match=said):
        read_dictionary(tmp_path / "dictionary.yaml")
