"""Drawings in SVG that a notebook puts out, each as a file of its own."""

from __future__ import annotations

import re
from xml.etree.ElementTree import ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from licences.render.html.cleaning import Cleaned
from licences.render.html.styles import lies_inside

_BLANKS = re.compile(r"[\x00-\x20]+")


def clean_svg(svg: str) -> Cleaned | None:
    """A drawing as a file of its own, without what could run; None where it is none.

    It is shown as a picture, in which browsers run and load nothing; this is for who takes it out of the page.
    """
    try:
        root = fromstring(svg.strip())
    except (ParseError, DefusedXmlException, ValueError):
        return None
    name = "{http://www.w3.org/2000/svg}svg"
    if root.tag not in {"svg", name}:
        return None
    cleaned = Cleaned()
    for parent in list(root.iter()):
        for child in list(parent):
            if _find_local(child.tag) in {"script", "foreignObject", "handler", "iframe"}:
                cleaned.left_out["script", ""] = None
                parent.remove(child)
        for key, value in list(parent.attrib.items()):
            plain, local = _BLANKS.sub("", value).lower(), _find_local(key)
            if local.lower().startswith("on") or plain.startswith("javascript:"):
                cleaned.left_out["script", ""] = None
                del parent.attrib[key]
            elif (
                local == "href" and _find_local(parent.tag) != "a" and not lies_inside(_BLANKS.sub("", value))
            ):
                del parent.attrib[key]
    if root.tag == "svg":
        root.set("xmlns", "http://www.w3.org/2000/svg")
    cleaned.html = tostring(root, encoding="unicode")
    return cleaned


def _find_local(name: object) -> str:
    """The name of an element or attribute without its namespace; a comment has none."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""
