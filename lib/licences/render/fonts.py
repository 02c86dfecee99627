"""Fonts of printed pages, cut to the characters that stand there: the browser else reads 40 MB for each PDF."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Lock

from licences.runner.temporary import find_temporary_folder

FAMILY = "Noto Sans CJK SC"
"""The font that our pages ask for first."""
_WEIGHTS = {400: "regular", 700: "bold"}
_LARGE_BYTES = 2_000_000  # a smaller one is not worth the while


class SheetFonts:
    """The fonts of the pages that one process prints, as style that names them; any threads may ask.

    They hold every character asked for so far. Each glyph keeps its number, so that the same page gives
    the same bytes whatever was printed before it.
    """

    def __init__(self) -> None:
        self._gate = Lock()
        self._characters = frozenset[str]()
        self._style = ""
        self._files: dict[int, tuple[Path, int]] | None = None

    def make_style(self, text: str) -> str:
        """Style by which a page with a text finds its fonts; empty where there is nothing to cut."""
        with self._gate:
            if self._files is None:
                self._files = _find_files()
            wanted = set(text)
            if not wanted <= self._characters and self._files:
                self._characters |= wanted
                self._style = "".join(self._cut(weight, *found) for weight, found in self._files.items())
            return self._style

    def _cut(self, weight: int, file: Path, index: int) -> str:
        import uharfbuzz  # an extra

        wanted = uharfbuzz.SubsetInput()
        wanted.sets(uharfbuzz.SubsetInputSets.UNICODE).set({ord(character) for character in self._characters})
        flags = uharfbuzz.SubsetFlags
        # A browser reads the whole font for each page: without ligatures and upright forms it is a quarter smaller.
        wanted.flags = flags.RETAIN_GIDS | flags.NO_HINTING | flags.NO_LAYOUT_CLOSURE
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)), index)
        cut = find_temporary_folder() / f"font-{weight}-{len(self._characters)}.otf"
        cut.write_bytes(uharfbuzz.subset(face, wanted).blob.data)
        return f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: url({cut.as_uri()}), local("{FAMILY}"); }}\n'


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
