"""Fonts of printed pages, cut to the characters that stand there: the browser else reads 40 MB for each PDF."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uharfbuzz

FAMILY = "Noto Sans CJK SC"
"""The font that our pages ask for first."""
_WEIGHTS = {400: "regular", 700: "bold"}
_LARGE_BYTES = 2_000_000  # a smaller one is not worth the while


class SheetFonts:
    """The fonts of the pages that one process prints, one after the other; any threads may ask.

    A page's own fonts hold its characters alone, so that the same page gives the same bytes whatever was printed
    before it.
    """

    def __init__(self) -> None:
        self._gate = Lock()
        self._faces: dict[int, uharfbuzz.Face] | None = None

    def cut(self, text: str) -> dict[int, bytes]:
        """By weight the font for a page with a text; none where there is nothing to cut."""
        with self._gate:
            if self._faces is None:
                self._faces = {weight: _open_face(*found) for weight, found in _find_files().items()}
            return {weight: _cut(face, text) for weight, face in self._faces.items()}


def make_style(files: Mapping[int, Path]) -> str:
    """Style by which a page finds its fonts, by weight the files that hold them."""
    return "".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: url({file.as_uri()}), local("{FAMILY}"); }}\n'
        for weight, file in files.items()
    )


def _open_face(file: Path, index: int) -> uharfbuzz.Face:
    import uharfbuzz  # an extra

    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)), index)


def _cut(face: uharfbuzz.Face, text: str) -> bytes:
    import uharfbuzz

    wanted = uharfbuzz.SubsetInput()
    wanted.sets(uharfbuzz.SubsetInputSets.UNICODE).set(set(map(ord, text)))
    # The browser reads the whole font for each page: without ligatures and upright forms it is a quarter smaller.
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
    cut: bytes = uharfbuzz.subset(face, wanted).blob.data
    return cut


def _find_files() -> dict[int, tuple[Path, int]]:
    """By weight the file of the font and its number there; none where it is not installed, or nothing says where."""
    lister, found = shutil.which("fc-match"), {}
    if lister is None:
        return {}
    for weight, name in _WEIGHTS.items():
        asked = [lister, "--format=%{family}\t%{file}\t%{index}", f"{FAMILY}:{name}"]
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout  # noqa: S603 - no input
        with suppress(ValueError, OSError):
            family, file, index = told.split("\t")
            if FAMILY in family.split(",") and Path(file).stat().st_size > _LARGE_BYTES:
                found[weight] = Path(file), int(index)
    return found
