"""What a cell's source is translated to is what IPython makes of it, however often it is asked."""

from __future__ import annotations

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from licences.runner.application import CellTransformer

CELLS = ["x = 1", "%time x = 1\n!ls\ny = 2", "\n    x?", "x = (", ""]
BROKEN = "if x:\n    y\n  z"


@pytest.mark.parametrize("source", CELLS)
def test_a_cell_is_translated_as_ipython_does_it_and_but_once(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    transformer, expected = CellTransformer(), TransformerManager().transform_cell(source)
    assert transformer.transform_cell(source) == expected
    transformer.learn([BROKEN, *CELLS])
    monkeypatch.delattr(TransformerManager, "do_token_transforms")
    assert transformer.transform_cell(source) == expected
    with pytest.raises(AttributeError, match="do_token_transforms"):
        transformer.transform_cell(f"{source}\nother")


def test_a_cell_that_cannot_be_translated_fails_when_it_is_run() -> None:
    transformer = CellTransformer()
    transformer.learn([BROKEN])
    with pytest.raises(IndentationError, match="unindent does not match"):
        transformer.transform_cell(BROKEN)


def test_a_notebook_that_changes_how_cells_are_translated_has_its_way() -> None:
    transformer = CellTransformer()
    transformer.learn(["x = 1"])
    transformer.cleanup_transforms.append(lambda lines: [line.replace("x", "z") for line in lines])
    assert transformer.transform_cell("x = 1") == "z = 1\n"
