"""Words for a business that trades already: where others read of the launch, it reads of being complete."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from licences.words.texts import fill, read_texts


def read_texts_for(is_operating: bool | None, language: str) -> Mapping[str, Any]:
    """As ``read_texts``; for who trades already those under ``operating`` stand in their places."""
    return _read_operating(language) if is_operating else read_texts(language)


def say_for(is_operating: bool | None, language: str, key: str, **values: object) -> str:
    """As ``say``, in the words of ``read_texts_for``."""
    text: Any = read_texts_for(is_operating, language)
    for part in key.split("."):
        text = text[part]
    return fill(str(text), **values)


@cache
def _read_operating(language: str) -> Mapping[str, Any]:
    texts = read_texts(language)
    return _lay_over(texts, texts["operating"])


def _lay_over(texts: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    laid = {
        name: _lay_over(texts[name], other) if isinstance(other, dict) else other
        for name, other in others.items()
    }
    return {**texts, **laid}
