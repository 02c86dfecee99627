"""Pictures of a Word file, put in where the template left room once the browser has drawn them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

PICTURE_MARK = b"licences figure "  # and its name, in a PNG that keeps its place
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file knows


def place_pictures(file: bytes, pictures: Mapping[str, bytes]) -> bytes:
    """A ``.docx`` with each figure's picture, a PNG, in its place; ``pictures`` by the figures' names."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("word/media/") and (found := re.search(PICTURE_MARK + rb"(\w+)", content)):
                content = pictures.get(found[1].decode(), content)
            packing = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            new.writestr(zipfile.ZipInfo(name, _EPOCH), content, packing, 6)
    return target.getvalue()
