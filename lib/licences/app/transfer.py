"""Files between the consultant's browser and the kernel: one that is dropped on the page, one that is handed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from licences.render.assets import read_asset

MAX_UPLOAD_BYTES = 20_000_000
ACCEPTED = ".csv,.xlsx,.xlsm,.xls,.ods,.json,.txt,.eml"
_MAX_PIECES = 1_000


class Upload(anywidget.AnyWidget):
    """A button that takes a file; one that is dropped anywhere on the explorer is taken too.

    take: called with the name of the file, without folders, and its content. refuse: called with the name
    of one that is too large.
    """

    _esm = read_asset("upload.js")
    label = traitlets.Unicode().tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)
    accept = traitlets.Unicode(ACCEPTED).tag(sync=True)
    most_bytes = traitlets.Int(MAX_UPLOAD_BYTES).tag(sync=True)

    def __init__(self, take: Callable[[str, bytes], None], refuse: Callable[[str], None]) -> None:
        super().__init__()
        self.take, self.refuse = take, refuse
        self._pieces: list[bytes] = []
        self.on_msg(self._hear)

    def _hear(self, _widget: Any, content: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        name = str(content.get("name", "")).replace("\\", "/").rpartition("/")[2]
        if content.get("too_large"):
            self.refuse(name)
            return
        at, pieces = content.get("at"), content.get("pieces")
        if not (isinstance(at, int) and isinstance(pieces, int) and len(buffers) == 1):
            return
        self._pieces = self._pieces if at else []
        if at != len(self._pieces) or pieces > _MAX_PIECES:
            return
        self._pieces.append(bytes(buffers[0]))
        if sum(map(len, self._pieces)) > MAX_UPLOAD_BYTES:
            self._pieces = []
            self.refuse(name)
        elif len(self._pieces) == pieces:
            whole, self._pieces = b"".join(self._pieces), []
            self.take(name, whole)


class Download(anywidget.AnyWidget):
    """Hands a file to the browser, which keeps it where downloads go; nothing is to be seen of it."""

    _esm = read_asset("download.js")

    def hand(self, name: str, content: bytes, kind: str) -> None:
        """Hands over a file. kind: its media type."""
        self.send({"name": name, "type": kind}, buffers=[content])
