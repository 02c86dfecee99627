"""Belongings of a Word template besides its text: what stays, what is left behind, and what no client may get."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

from licences.errors import UsageError

# What a template is related to, by the last word of the relation's type.
_LEFT_BEHIND = {
    "attachedTemplate": "the link to the template that it was made from",
    "attachedToolbars": "toolbars",
    "extensibility": "buttons of its own",
    "keyMapCustomizations": "keys of its own",
    "mailMergeHeaderSource": "the source of its mail merge",
    "mailMergeRecipientData": "the source of its mail merge",
    "mailMergeSource": "the source of its mail merge",
    "recipientData": "the source of its mail merge",
    "vbaProject": "macros",
    "webextension": "add-ins",
    "webextensiontaskpanes": "add-ins",
    "wordVbaData": "macros",
}
_REFUSED = {
    "aFChunk": "another file in its place (altChunk)",
    "control": "an ActiveX control",
    "activeXControlBinary": "an ActiveX control",
    "frame": "a frame",
    "oleObject": "an embedded object",
    "package": "an embedded file",
    "subDocument": "a subdocument",
}


def leave_links(name: str, links: Any) -> set[str]:
    """Takes away the links of a part to what can be missed, and says what that is. Raises: UsageError."""
    gone = set()
    for link in list(links):
        kind = _name_kind(link)
        if kind in _LEFT_BEHIND:
            gone.add(_LEFT_BEHIND[kind])
            links.remove(link)
        else:
            _check_link(name, kind, link)
    return gone


def list_inner_links(name: str, links: Any) -> Iterator[tuple[str, str]]:
    """Kind and part of each link within the file."""
    folder = posixpath.dirname(posixpath.dirname(name))
    for link in links:
        if link.get("TargetMode") != "External":
            yield _name_kind(link), posixpath.normpath(posixpath.join("/", folder, link.get("Target", "")))


def leave_settings(root: Any) -> set[str]:
    """Takes away the settings that go with links that are left behind, and says what they are of."""
    gone = set()
    for kind, name in (("attachedTemplate", "attachedTemplate"), ("mailMerge", "mailMergeSource")):
        for element in list(root.iter(qn(f"w:{kind}"))):
            element.getparent().remove(element)
            gone.add(_LEFT_BEHIND[name])
    return gone


def _check_link(name: str, kind: str, link: Any) -> None:
    target = link.get("Target", "")
    if link.get("TargetMode") == "External":
        if kind != "hyperlink":
            what = "a picture" if kind == "image" else _REFUSED.get(kind, f"a part ({kind})")
            raise UsageError(
                f"--template: {what} is linked, not embedded ({target[:80]}); a client's Word would fetch it",
                "in Word, embed it: File > Info > Edit Links to Files > Break Link",
            )
        return
    is_of_chart = kind == "package" and posixpath.basename(name).startswith("chart")
    if kind in _REFUSED and not (is_of_chart and target.endswith(".xlsx")):
        raise refuse_active(_REFUSED[kind])


def check_drawings(root: Any) -> None:
    """Raises: UsageError for an old drawing that names its picture by an address."""
    for element in root.iter("{urn:schemas-microsoft-com:vml}*"):
        for name, value in element.attrib.items():
            if name.rsplit("}", 1)[-1] in {"src", "href", "althref"} and re.match(r"\w+:|\\\\|//", value):
                raise refuse_active(f"a picture that is elsewhere ({value[:80]})")


def _name_kind(link: Any) -> str:
    return str(link.get("Type", "")).rsplit("/", 1)[-1]


def refuse_active(what: str) -> UsageError:
    """What is said of a template that reaches beyond the document."""
    return UsageError(f"--template has {what}", "a client's Word would load or run it; take it out")
