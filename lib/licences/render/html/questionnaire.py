"""Questionnaire as a page: one file that opens offline, asks what the answers call for, and hands them back."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any

from licences.analysis.questionnaire import Questionnaire
from licences.render.assets import read_asset
from licences.render.brand import Brand
from licences.render.html.decide import describe_fact, make_tree
from licences.render.html.sections import HTML_LANGUAGES, make_environment
from licences.words.questionnaire import AskedFact, AskedQuestion, say_questions, say_title
from licences.words.texts import read_texts, say

SCRIPTS = ("logic.js", "answers.js", "questionnaire.js")  # in this order
SHEETS = ("page.css", "questionnaire.css")
_TEXTS = (
    "yes", "no", "not_sure", "none_of_these", "choose_all", "choose_one", "by", "name", "remark", "what_counts",
    "ask", "progress", "progress_label", "all_done", "rare_intro", "rare_rest", "back_title",
    "back_intro", "save", "copy", "clear", "clear_sure", "cleared", "mail_text", "mail", "mail_new", "saved",
    "copied", "by_hand", "not_kept", "kept", "wrong_number", "wrong_least", "wrong_range", "means_number",
    "new_questions", "list",
)  # fmt: skip


def make_questionnaire_page(questionnaire: Questionnaire, language: str, brand: Brand | None = None) -> str:
    """The questionnaire as an HTML page, the same for the same arguments; it asks nothing of any network.

    It holds the questions, of which what hangs on others says when it is asked, and nothing of what the client
    has told or of what follows from it.
    """
    brand = brand or Brand()
    colour = f":root {{ --firm: {brand.colour}; }}" if brand.colour else ""
    style = "".join(map(read_asset, SHEETS)) + colour
    script = "".join(map(read_asset, SCRIPTS))
    logo = f"data:{brand.logo_type};base64,{b64encode(brand.logo).decode('ascii')}" if brand.logo else ""
    page = {
        "html_language": HTML_LANGUAGES[language],
        "title": say_title(questionnaire, language),
        "made": say(language, "questionnaire.made_page", day=questionnaire.made_on),
        "how": say(language, "questionnaire.how_page"),
        "no_script": say(language, "questionnaire.no_script"),
        "policy": f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "questions": make_questions_json(questionnaire, language),
        "firm": brand.firm,
        "contact": brand.contact,
        "logo": logo,
    }
    return str(make_environment().get_template("questionnaire.html.j2").render(page))


def _hash(content: str) -> str:
    """By what a policy knows a script or a style that stands in the page, and lets no other in."""
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode('ascii')}'"


def make_questions_json(questionnaire: Questionnaire, language: str) -> str:
    """The questions as JSON that can stand inside a script element whatever texts it holds."""
    plain = json.dumps(
        make_questions(questionnaire, language), ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return plain.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def make_questions(questionnaire: Questionnaire, language: str) -> dict[str, Any]:
    """What the script needs: origin, the texts of the page, and the questions in their order."""
    texts = read_texts(language)["questionnaire"]
    return {
        "origin": {
            "client": questionnaire.client,
            "name": questionnaire.name,
            "edition": questionnaire.edition,
            "lang": language,
            "made_on": questionnaire.made_on.isoformat(),
        },
        "texts": {name: texts[name] for name in _TEXTS},
        "questions": [
            _describe(asked, questionnaire, language) for asked in say_questions(questionnaire, language)
        ],
    }


def _describe(asked: AskedQuestion, questionnaire: Questionnaire, language: str) -> dict[str, Any]:
    """One question, with what it asks."""
    facts = [_describe_fact(fact, questionnaire, language) for fact in asked.facts]
    told = {"title": asked.title, "who": asked.who, "rare": asked.is_rare, "facts": facts}
    return {name: value for name, value in told.items() if value}


def _describe_fact(asked: AskedFact, questionnaire: Questionnaire, language: str) -> dict[str, Any]:
    """One fact; when: the tree of its condition; gates: see ``Questionnaire``; left out where it is always asked."""
    field = asked.field
    when = questionnaire.conditions.get(field.name)
    described = {"name": field.name} | describe_fact(field, language, with_help=False)
    del described["label"]
    told = {
        "asked": asked.asked,
        "help": asked.help,
        "who": asked.who,
        "unit": asked.unit,
        "when": when and make_tree(when),
        "gates": list(questionnaire.gates.get(field.name, ())),
        "listed": asked.is_listed,
    }
    return described | {name: value for name, value in told.items() if value}
