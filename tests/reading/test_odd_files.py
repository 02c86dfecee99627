"""Files as people make them: each is read as its maker meant it, or refused with the sentence that mends it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml

from licences.errors import ProblemsError
from licences.law.catalogue import Catalogue
from licences.rules.facts import list_cells, read_with_extent

FOLDER = Path(__file__).parents[1] / "odd_files"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "expected.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_odd_file_is_read_right_or_refused_with_the_right_sentence(
    catalogue: Catalogue, name: str
) -> None:
    expected = EXPECTED[EXPECTED[name].get("as", name)]
    try:
        profiles, extent = read_with_extent(FOLDER / name, catalogue.fields, set(catalogue.codes))
    except ProblemsError as error:
        said = [line.partition(f"{name}:")[2] for line in str(error).splitlines()]
        assert said == expected.get("refused")
        return
    cells = [
        list_cells({str(key): told for key, told in row.items()}, catalogue.fields)
        for row in profiles.to_dict("records")
    ]
    assert [{key: told for key, told in one.items() if told} for one in cells] == expected.get("clients")
    notes = [" ".join([note.kind, str(note.count), *note.items]) for note in extent.notes]
    assert notes == expected.get("notes", [])
    doubts = [f"{one.client} {one.field} {one.kind} {one.likely:.0f}" for one in extent.doubts]
    assert doubts == expected.get("doubts", [])
    assert extent.answers == sum(
        name in catalogue.fields for one in cells for name, told in one.items() if told
    )


def test_every_odd_file_has_its_expectation_and_can_be_made_again() -> None:
    spec = importlib.util.spec_from_file_location("make_odd_files", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    files = {path.name for path in FOLDER.iterdir() if path.is_file() and path.suffix not in (".py", ".yaml")}
    assert files == set(EXPECTED) == set(maker.FILES)
    assert len(files) >= 60
    assert maker.FILES["gb18030.csv"]() == (FOLDER / "gb18030.csv").read_bytes()
