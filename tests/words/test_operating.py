"""Who trades already reads of being complete wherever others read of the launch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from licences.words.operating import read_texts_for, say_for
from licences.words.texts import read_texts

OPENS = {
    "zh": re.compile("开业"),
    "en": re.compile(r"\b(launch|opening|can it open|open by|ready to open)", re.IGNORECASE),
}
OF_BOTH = {"launch_mixed", "launch_levelled_mixed"}  # a page about some who trade and some who do not
NO_LAUNCH = re.compile(r"decisions|what_it_takes|pilot")  # pilot areas open services, not shops


def list_texts(texts: Any, key: str = "", keeps_gaps: bool = False) -> Iterator[tuple[str, str]]:
    if isinstance(texts, dict | list):
        for name, inner in texts.items() if isinstance(texts, dict) else enumerate(texts):
            yield from list_texts(inner, f"{key}.{name}".strip("."), keeps_gaps)
    else:
        yield key, re.sub(r"\{.*?\}", lambda gap: gap[0] if keeps_gaps else "", str(texts))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_for_who_trades_speaks_of_a_launch(language: str) -> None:
    said = dict(list_texts(read_texts_for(True, language)))
    speaking = {
        key for key, text in said.items()
        if OPENS[language].search(text) and not NO_LAUNCH.search(key + text) and key.split(".")[-1] not in OF_BOTH
    }  # fmt: skip
    assert not speaking
    assert any(OPENS[language].search(text) for text in dict(list_texts(read_texts(language))).values())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_text_for_who_trades_takes_the_place_of_one_with_the_same_gaps(language: str) -> None:
    texts = read_texts(language)
    usual, own = (dict(list_texts(one, keeps_gaps=True)) for one in (texts, texts["operating"]))
    assert own.keys() <= usual.keys()
    for key, text in own.items():
        gaps = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in (text, usual[key])]
        assert gaps[0] == gaps[1], key


def test_who_does_not_trade_or_has_not_told_so_reads_the_usual_texts() -> None:
    for trades in (False, None):
        assert read_texts_for(trades, "en") is read_texts("en")
        assert say_for(trades, "en", "page.opening") == "When can it open?"
    assert say_for(True, "en", "page.opening") == "Complete by"
    assert say_for(True, "zh", "page.opening") == "何时可以办齐？"
    assert say_for(True, "en", "page.kicker") == read_texts("en")["page"]["kicker"]
