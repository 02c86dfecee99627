"""Sections of the client's page as HTML; whatever a client typed is escaped."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined

from licences.analysis.case import Case
from licences.render.html.templates import KeptLoader
from licences.render.html.typesetting import typeset
from licences.words.cases import view_case
from licences.words.operating import read_texts_for
from licences.words.texts import fill, join_sentences, mark_day, say, say_number

OURS = {"licences": "section"}  # what the metadata of HTML say that is ours, in which all is escaped
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
SIGNATURE = '<div class="signature"></div>'  # where the firm signs, which a notebook does not know
SECTIONS = (
    "letter",
    "progress",
    "rest",
    "plan",
    "steps",
    "licences",
    "documents",
    "renewals",
    "quotation",
    "sources",
    "missing",
    "order",
    "launch",
    "costs",
    "details",
    "profile",
    "limits",
)


class Section:
    """A piece of the page that a notebook shows as HTML."""

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/html": self.html}, {"text/html": OURS}


@cache
def make_environment() -> Environment:
    """The Jinja environment of all our templates; everything is escaped."""
    environment = Environment(
        loader=KeptLoader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fill"] = fill
    environment.filters["number"] = say_number
    environment.filters["day"] = mark_day
    environment.filters["sentences"] = join_sentences
    return environment


def make_section(case: Case, name: str) -> Section:
    """One section of SECTIONS about a client, as HTML."""
    module = make_sections(case.language, is_operating=case.is_operating)
    html = str(getattr(module, name)(view_case(case)))
    return Section(typeset(html, case.language))


@lru_cache(maxsize=8)
def make_sections(language: str, *, is_operating: bool | None = None) -> Any:
    """The macros of the client's page, in a language; a business that trades already reads of being complete."""
    texts = read_texts_for(is_operating, language)
    template = make_environment().get_template("sections.html.j2")
    return template.make_module(
        {
            "language": language,
            "gap": say(language, "then", first="", second=""),  # what stands between two sentences
            "page": texts["page"],
            "of_letter": texts["letter"],
            "words": texts["deadlines"],
            "of_stages": texts["stages"],
            "of_progress": texts["progress"],
        }
    )
