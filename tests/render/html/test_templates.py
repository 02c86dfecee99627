"""Templates are compiled once for all processes of a user, and anew where something else would come of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment

from licences.reading.cache import OFF, PLACE
from licences.render.html.templates import KeptLoader

NAME = "decisions.html.j2"


class CountingEnvironment(Environment):
    """Counts how often it compiles."""

    count = 0

    def compile(self, *given: object, **named: object) -> object:  # type: ignore[override]
        CountingEnvironment.count += 1
        return super().compile(*given, **named)  # type: ignore[call-overload]


def load(loader: KeptLoader | None = None) -> int:
    """Loads a template in an environment that has none yet; how often that compiled it."""
    before = CountingEnvironment.count
    environment = CountingEnvironment(loader=loader or KeptLoader(), autoescape=True)
    assert "decisions" in dir(environment.get_template(NAME).module)
    return CountingEnvironment.count - before


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    assert [load(), load()] == [1, 0]
    (kept,) = tmp_path.glob("template-*.pickle")
    kept.write_bytes(kept.read_bytes()[:-1])
    assert [load(), load()] == [1, 0]
    monkeypatch.setenv(PLACE, OFF)
    assert [load(), load()] == [1, 1]


def test_another_text_is_another_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Changed(KeptLoader):
        def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, object]:  # type: ignore[override]
            source, file, is_fresh = super().get_source(environment, template)
            return source + "{# changed #}", file, is_fresh

    monkeypatch.setenv(PLACE, str(tmp_path))
    assert [load(), load(Changed()), load(Changed())] == [1, 1, 0]
