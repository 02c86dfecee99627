"""Rules in force as data, by which a script in the page answers other answers than the report's."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from math import isfinite
from typing import Any

from licences.analysis.case import Case
from licences.assessment.contradictions import read_contradictions
from licences.law.in_force import LawInForce, Licence, find_law_in_force
from licences.reading.tables import MAX_NUMBER
from licences.render.html.sections import Section, make_environment
from licences.rules.expressions import Always, And, Atom, Node, Not, Or, Value
from licences.rules.facts import HELD, Field, split_set
from licences.words.findings import say_status
from licences.words.phrases import say_rare
from licences.words.texts import read_texts, say

DECIDING = ("logic.js", "answers.js", "decide.js")  # the scripts of the section, in this order
MAIN_FACTS = 14  # as many as each decide on at least four licences of the catalogue of 2026

Tree = list[Any]
"""An expression as JSON: ["and", …], ["or", …], ["not", …], ["is", fact] or [op, fact, value].

What always holds is an ``and`` of nothing, what never does an ``or`` of nothing.
"""


def make_decisions(case: Case) -> dict[str, Any]:
    """The decision table for one client, as plain JSON values in the reader's language.

    facts: each fact that a rule names, and ``held``, which is not asked: ``type``, ``label`` and, where there are any, ``values`` (pairs
    of value and label), ``unit``, ``min``, ``max``, ``help`` (of those that the page can ask). told: the
    client's answers; a set is a list, a fact that is not told is absent. open: the questions of the
    report, those first on which most hangs. rare: of these what only few businesses have, and what to say of it;
    None where nothing of it is open. main: the further facts that decide on most licences. rules:
    by code ``name``, ``verdict`` where it applies, ``applies`` and ``condition`` as trees, ``status``
    in words where it is held. origin: whose answers
    these are, as a file that is sent back names it. implied: the codes that are taken as held. contradictions: ``when`` and what to say then. verdicts, texts: what to
    call things.
    """
    law, language = find_law_in_force(case.catalogue, case.as_of, case.language), case.language
    contradictions = read_contradictions(case.catalogue)
    page, texts = read_texts(language)["page"], read_texts(language)["decisions"]["script"]
    named = find_named_facts(law)
    told = {field.name: case.profile[field.name] for field in named}
    asked = [str(name) for name in case.questions["field"]]
    main = [field.name for field in find_main_facts(law) if field.name not in asked]
    contradicting = {name for rule, _ in contradictions for name in rule.names}
    can_be_asked = {*asked, *main, *contradicting, *(name for name, value in told.items() if value is None)}
    ours = {code: finding.verdict for code, finding in case.findings.items() if finding.override}
    rules = {
        code: _settle(rule, ours[code]) if code in ours else rule
        for code, rule in _describe_rules(law).items()
    }
    status = {
        code: say_status(finding.status, finding.implied_by, case.short, language)
        for code, finding in case.findings.items()
        if finding.status != "not_held"
    }
    return {
        "language": language,
        "facts": {field.name: describe_fact(field, language, field.name in can_be_asked) for field in named}
        | {HELD: _describe_held(law)},
        "told": {
            field.name: describe_answer(field, value)
            for field in named
            if (value := told[field.name]) is not None
        }
        | {HELD: sorted(split_set(str(case.profile[HELD])))},
        "open": asked,
        "rare": _describe_rare(case),
        "main": main,
        "rules": {
            code: rule | ({"status": status[code]} if code in status else {}) for code, rule in rules.items()
        },
        "implied": [code for code, finding in case.findings.items() if finding.implied_by],
        "contradictions": [
            {"when": make_tree(rule.node), "message": said[language]} for rule, said in contradictions
        ],
        "origin": {
            "client": case.client,
            "name": case.name,
            "edition": case.catalogue.edition.checked_on,
            "lang": language,
            "made_on": case.as_of.isoformat(),
        },
        "verdicts": page["verdicts"],
        "texts": texts | {"contradiction": page["contradiction"]},
    }


def _settle(rule: dict[str, Any], verdict: str) -> dict[str, Any]:
    """A rule by which a verdict that we hold stands whatever is answered."""
    if verdict == "not_needed":
        return rule | {"applies": make_tree(Always(False))}
    return rule | {"applies": make_tree(Always(True)), "verdict": verdict}


def _describe_rare(case: Case) -> dict[str, Any] | None:
    return (
        {
            "names": case.rare,
            "title": say(case.language, "rare.title", count=len(case.rare)),
            "intro": say_rare(len(case.settled_by_none), case.language),
            "answer": say(case.language, "rare.answer"),
        }
        if case.rare
        else None
    )


def make_decisions_section(case: Case) -> Section:
    """The section of the page in which the answers can be changed, for the scripts and styles of ``decide``."""
    template: Any = make_environment().get_template("decisions.html.j2")
    texts = read_texts(case.language)["decisions"]
    return Section(str(template.module.decisions(texts, make_decisions_json(case))))


def make_decisions_json(case: Case) -> str:
    """The decision table as JSON that can stand inside a script element whatever texts it holds."""
    plain = json.dumps(make_decisions(case), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return plain.replace("<", "\\u003c")


@lru_cache(maxsize=8)
def find_named_facts(law: LawInForce) -> tuple[Field, ...]:
    """The facts on which the edition, or a contradiction, says something, in the order of the questionnaire."""
    names = {name for entry in law.entries.values() for name in _find_names(entry)}
    names |= {name for rule, _ in read_contradictions(law.catalogue) for name in rule.names}
    return tuple(field for field in law.catalogue.fields.every if field.name in names)


@lru_cache(maxsize=8)
def find_main_facts(law: LawInForce) -> tuple[Field, ...]:
    """The facts that decide on most licences, whether needed or obtainable, in the order of the questionnaire.

    They are MAIN_FACTS in number; among equals those that the questionnaire asks first.
    """
    decided = Counter(name for entry in law.entries.values() for name in _find_names(entry))
    fields = [field for field in law.catalogue.fields.every if decided[field.name]]
    chosen = sorted(fields, key=lambda field: -decided[field.name])[:MAIN_FACTS]
    return tuple(field for field in fields if field in chosen)


def _find_names(entry: Licence) -> set[str]:
    return {*entry.applies.names, *(entry.condition.names if entry.condition else ())}


@lru_cache(maxsize=8)
def _describe_rules(law: LawInForce) -> dict[str, dict[str, Any]]:
    """The licences in force by code, the same for every client."""
    rules = {}
    for code, entry in law.entries.items():
        rule = {
            "name": entry.name,
            "verdict": entry.row["obligation"],
            "applies": make_tree(entry.applies.node),
        }
        rules[code] = rule | ({"condition": make_tree(entry.condition.node)} if entry.condition else {})
    return rules


def make_tree(node: Node) -> Tree:
    """An expression as JSON."""
    match node:
        case Always(value):
            return ["and" if value else "or"]
        case Atom(field, op, value):
            return [op, field] if op == "is" else [op, field, _shorten(value)]
        case Not(part):
            return ["not", make_tree(part)]
        case And(parts):
            return ["and", *map(make_tree, parts)]
        case Or(parts):
            return ["or", *map(make_tree, parts)]


def describe_fact(field: Field, language: str, with_help: bool = True) -> dict[str, Any]:
    """What can be told about a fact, and how it is called."""
    unit = field.unit[language]
    described: dict[str, Any] = {
        "type": field.type,
        "label": field.label[language],
        "values": [[value, labels[language]] for value, labels in field.values.items()],
        "unit": f" {unit}" if unit and language == "en" and unit != "%" else unit,
        "help": field.help[language] if with_help else "",
    }
    if field.type == "number":
        described |= {
            "min": _shorten(field.minimum) if isfinite(field.minimum) else None,
            "max": _shorten(field.maximum) if isfinite(field.maximum) else None,
        }
    return {name: value for name, value in described.items() if value not in ("", [], None)}


@lru_cache(maxsize=8)
def _describe_held(law: LawInForce) -> dict[str, Any]:
    """What the rules say of holdings: the codes that they name, and what those are called."""
    field = law.catalogue.fields[HELD]
    rules = _describe_rules(law).values()
    trees = [tree for rule in rules for tree in (rule["applies"], rule.get("condition", ["and"]))]
    trees += [make_tree(rule.node) for rule, _ in read_contradictions(law.catalogue)]
    codes = sorted({code for tree in trees for code in _list_held(tree)})
    return describe_fact(replace(field, values={code: field.values[code] for code in codes}), law.language)


def _list_held(tree: Tree) -> Iterator[str]:
    op, *parts = tree
    if op == "has" and parts[0] == HELD:
        yield parts[1]
    for part in parts:
        if isinstance(part, list):
            yield from _list_held(part)


def describe_answer(field: Field, value: Value) -> Any:
    """An answer as JSON; a set is the sorted list of its members."""
    return sorted(split_set(str(value))) if field.type == "set" else _shorten(value)


def _shorten(value: Value) -> Value:
    """A whole number without its ``.0``."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_NUMBER:
        return int(value)
    return value
