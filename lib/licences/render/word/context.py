"""Context of a Word template: plain words, nothing left to work out in Word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from licences.analysis.case import Case
from licences.planning.promise import DATES
from licences.render.brand import Brand
from licences.render.lengths import STANDARD
from licences.render.word.cards import describe_licences
from licences.render.word.letter import describe_letter
from licences.words.cases import view_case
from licences.words.marks import say_mark
from licences.words.missing import SHOWN, say_more
from licences.words.operating import read_texts_for
from licences.words.papers import PaperView
from licences.words.plans import DueRow, DueView
from licences.words.since_last import tell_since_last
from licences.words.texts import add_note, fill, join_sentences, mark_day, say, say_number

Words = dict[str, Any]
_DAYS = 2  # of what falls due more often than that
NAMES = frozenset(
    {"advised", "age", "answer", "answer_in_short", "answers", "as_of", "blockers", "chances", "changed",
     "client", "client_code", "close", "coming", "conflicts", "contact", "costs", "costs_in_short",
     "costs_totals", "dates", "deadlines", "deadlines_intro", "deadlines_title", "decided", "details",
     "disclaimer", "documents", "edition", "figures", "firm", "forbidden", "goals", "goals_by",
     "goals_note", "greeting", "groups", "has_chances", "has_progress", "held", "held_in_vain", "is_draft",
     "issued_number", "issued_on", "labels", "launch", "length", "licences", "limits", "logo", "mark",
     "missing_all", "missing_intro", "missing_more", "missing_rows",
     "missing_today", "needs", "next_questions", "not_needed", "not_needed_why", "notes", "opening",
     "outside", "page", "papers", "papers_by_who", "papers_intro", "papers_unknown", "periods",
     "plan_intro", "progress", "questions", "questions_more", "quotation", "quotation_total", "rare_note",
     "reference", "remarks",
     "renew", "renewals", "renewals_intro", "renewals_title", "rest", "risk", "scope", "scope_sentence",
     "shown", "sources_intro", "stages", "stages_title", "start", "steps", "steps_note", "subject", "texts",
     "to_obtain", "undated", "undated_steps", "undetermined", "untold_expiries", "warnings"}
)  # fmt: skip
"""What a template may name: these words, and the pictures."""


class ClientName(str):
    """The name of a client; ``extra`` has its texts in columns of the firm's own, by their names."""

    __slots__ = ("extra",)

    def __new__(cls, name: str, extra: Mapping[str, str]) -> Self:
        made = super().__new__(cls, name)
        made.extra = extra
        return made

    extra: Mapping[str, str]


def describe_words(case: Case, brand: Brand, length: str = STANDARD) -> Words:
    """Names that a template may use, each a text, a number, or a list of such with names of its own.

    The same words as on the client's page. ``page`` and ``labels`` hold the headings and labels of the language.
    length: of the report, one of EVERY_LENGTH.
    """
    return _Words(case).describe(brand) | {"length": length}


class _Words:
    def __init__(self, case: Case) -> None:
        self.case, self.view = case, view_case(case)
        self.page: Mapping[str, Any] = read_texts_for(case.is_operating, case.language)["page"]

    def describe(self, brand: Brand) -> Words:
        case, view, page = self.case, self.view, self.page
        told = describe_licences(case)
        return {
            "page": page,
            "client": ClientName(case.name, case.extra),
            "client_code": case.client,
            "as_of": str(case.as_of),
            "start": str(case.start),
            "dates": self.fill("dates", as_of=case.as_of, start=case.start),
            "firm": brand.firm,
            "contact": brand.contact,
            "disclaimer": brand.disclaimer.get(case.language, ""),
            "mark": say_mark(case.mark, case.language),
            "is_draft": case.mark is not None and case.mark.is_draft,
            "issued_number": case.mark.number if case.mark else "",
            "issued_on": str((case.mark and case.mark.issued_on) or ""),
            "scope": view["scope"],
            "limits": [*view["scope"], *page["limits"], view["local_note"]],
            "edition": self.fill("edition", edition=case.catalogue.edition),
            "warnings": view["warnings"],
            "remarks": view["remarks"],
            **describe_letter(case),
            "has_progress": view["has_progress"],
            "progress": {
                "intro": join_sentences(
                    (view["progress"]["begun"], view["progress"]["launch"]), case.language
                ),
                "tables": [
                    {**table, "columns": list(table["columns"]), "rows": [dict(row) for row in table["rows"]]}
                    for table in (view["progress"]["tables"] if view["has_progress"] else [])
                ],
            },
            **self._describe_summary(),
            **self._describe_rest(told),
            "changed": self._describe_changed(),
            "groups": [
                {
                    "title": add_note(page["verdicts"][verdict], len(group), case.language),
                    "verdict": verdict,
                    "licences": [told[licence["code"]] for licence in group],
                }
                for verdict, group in view["needed"].items()
                if group and verdict not in {"undetermined", "forbidden"}
            ],
            "forbidden": [told[licence["code"]] for licence in view["forbidden"]],
            "undetermined": [told[licence["code"]] for licence in view["needed"]["undetermined"]],
            "outside": [told[licence["code"]] for licence in view["outside"]],
            "not_needed": self.fill("not_needed", count=len(view["not_needed"]))
            if view["not_needed"]
            else "",
            "missing_intro": self.fill("missing_intro", count=len(view["open"])),
            "questions": [self._describe_question(question) for question in view["questions"]],
            "rare_note": self._say_rare(),
            "notes": [f"{step['name']}: {note}" for step in view["steps"] for note in step["notes"]],
            **self._describe_plan(),
            "launch": list(self._describe_launch()),
            "renewals_title": self.fill("renewals_title", months=view["months"]),
            "renewals_intro": say(case.language, "word.renewals_intro"),
            "untold_expiries": self._name("untold_expiries", view["untold_expiries"]),
            "renewals": [self._describe_due(row) for row in view["dues"]],
            "costs": [self._describe_cost(cost) for cost in view["money"]["costs"]],
            "costs_totals": view["money"]["totals"],
            "quotation": [
                {
                    "code": quote["code"],
                    "name": quote["short"],
                    "our_fee_cny": say_number(quote["our_fee"]),
                    "remark": quote["remark"] or "–",
                }
                for quote in view["money"]["quotation"]
            ],
            "quotation_total": self.fill("quotation_total", told=view["money"]["quotation_total"]),
            "risk": view["money"]["risk"] or "",
            "papers": [self._describe_paper(paper) for paper in view["papers"]],
            "papers_intro": self.fill("documents_intro", count=len(view["papers"]), **view["papers_of"])
            if view["papers"]
            else "",
            "papers_by_who": [
                {
                    "who": who,
                    "title": add_note(page["documents_of"][who], len(papers), case.language),
                    "papers": [self._describe_paper(paper) for paper in papers],
                }
                for who, papers in view["papers_by"].items()
            ],
            "papers_unknown": self._name("documents_unknown", list(view["undocumented"].values())),
            "documents": [told[licence["code"]] for licence in view["to_obtain"] if licence["documents"]],
            "shown": [told[licence["code"]] for licence in view["shown"]],
            "licences": [told[licence["code"]] for licence in view["shown"]],
            "sources_intro": self.fill(
                "sources_intro", oldest=view["checked"]["oldest"], newest=view["checked"]["newest"]
            ),
            "answers": [
                {
                    "label": label,
                    "heading": say(case.language, "word.label", label=label),
                    "told": answer,
                }
                for label, answer in view["profile"]
            ],
            "texts": [
                {
                    "number": text["number"],
                    "said": text["said"],
                    "address": text["address"] or "",
                    "is_of_plan": text["number"] <= view["texts_of_plan"],
                }
                for text in view["texts"]
            ],
        }

    def fill(self, key: str, **values: object) -> str:
        return fill(str(self.page[key]), **values)

    def join(self, texts: Iterable[str]) -> str:
        return str(self.page["list"]).join(texts)

    def _name(self, key: str, names: list[str]) -> str:
        return self.fill(key, names=self.join(names)) if names else ""

    def _describe_summary(self) -> Words:
        view, page = self.view, self.page
        undated, forbidden = view["undated"], view["forbidden"]
        required, still = len(view["required"]), len(view["to_obtain"])
        answer = [
            self.fill("answer_forbidden", count=len(forbidden)) if forbidden else "",
            self.fill("answer", required=required, open=still)
            if still
            else self.fill("answer_done", required=required),
            self.fill("answer_undated", count=len(undated)) if undated else "",
            view["open_text"],
            page["answer_outside"] if view["outside"] else "",
        ]
        launch, promise, checked = view["launch"], view["promise"], view["checked"]
        age = [
            self.fill("checked", oldest=checked["oldest"], age=checked["age"]),
            page["checked_old"] if checked["is_old"] else "",
            page["limits_short"],
        ]
        return {
            "missing_today": [one["text"] for one in view["missing_first"]]
            or ([page["today"]["none"]] if self.case.is_operating else []),
            "missing_more": say_more(len(view["missing"]) - SHOWN, self.case.language),
            "missing_all": [one["text"] for one in view["missing"]] if view["missing_more"] else [],
            "answer": join_sentences(answer, self.case.language),
            "chances": [promise["sentence"]] if launch or promise["kind"] != DATES else [],
            "decided": self._say_decided(launch) if launch else "",
            "stages": [dict(stage) for stage in view["stages"]],
            "stages_title": say(self.case.language, "stages.title"),
            "advised": [licence for licence in view["to_obtain"] if licence["advice"]],
            "blockers": [
                say(self.case.language, "deadlines.line", name=licence["name"], sentence=blocker)
                for licence in view["blocked"]
                for blocker in licence["blockers"]
            ],
            **self._describe_deadlines(),
            "held_in_vain": self._name("held_in_vain", view["held_in_vain"]),
            "next_questions": [self._say_question(question) for question in view["questions"][:3]],
            "age": join_sentences(age, self.case.language),
        }

    def _describe_changed(self) -> Words | None:
        """What has changed since the last report: a title, an intro, and parts with a title and sentences."""
        view = tell_since_last(self.case)
        if view is None:
            return None
        parts = [{"title": title, "sentences": sentences} for title, sentences in view["parts"]]
        return view | {"parts": parts}

    def _say_decided(self, launch: Mapping[str, Any]) -> str:
        page = self.page
        parts = [
            f"{self.fill('decided', share=launch['decider_share'])} {launch['decider']}{page['stop']}",
            page["launch_estimate"] if launch["is_estimate"] else "",
            f"* {page['provisional']}" if launch["provisional"] else "",
        ]
        return join_sentences(parts, self.case.language)

    def _describe_deadlines(self) -> Words:
        """What is held and runs out, or has a duty near, overdue first; ``renew``: the renewals as sentences."""
        language, views = self.case.language, self.view["deadlines"]
        told = [
            {
                "code": one["code"],
                "name": one["name"],
                "short": one["short"],
                "about": "\n".join(filter(None, (one["remark"], "" if one["expires_on"] else one["what"]))),
                "day": f"{one['last_day']}{'*' if one['is_provisional'] else ''}"
                + ("" if one["expires_on"] else f"\n{one['last_day_label']}"),
                "expires": str(one["expires_on"] or "–")
                + (f"\n{say(language, 'deadlines.is_expired')}" if one["deadline"].is_expired else ""),
                "sentence": say(language, "deadlines.line", name=one["name"], sentence=one["sentence"]),
                "last_day": str(one["last_day"]),
                "left": one["left"],
                "expires_on": str(one["expires_on"] or ""),
                "is_overdue": one["is_overdue"],
            }
            for one in views
        ]
        return {
            "deadlines_title": say(language, "deadlines.title"),
            "deadlines_intro": say(language, "deadlines.intro", as_of=self.case.as_of),
            "deadlines": told,
            "renew": [one["sentence"] for one, view in zip(told, views, strict=True) if view["expires_on"]],
        }

    def _describe_rest(self, told: Mapping[str, Words]) -> Words:
        """What is in hand, what is advised, and what cannot be told yet, a line each; and the cards of it."""
        view, page = self.view, self.page
        held = [told[licence["code"]] for licence in view["held"]]
        groups = [
            (
                add_note(page["held_title"], len(held), self.case.language),
                [(one["short"], self._say_held(one)) for one in held],
            )
        ]
        for verdict in ("recommended", "optional"):
            advised = [told[licence["code"]] for licence in view["needed"][verdict]]
            lines = [
                (one["short"], one["status_text"] if one["status"] != "not_held" else "") for one in advised
            ]
            groups.append((add_note(page["verdicts"][verdict], len(lines), self.case.language), lines))
        waiting = [(one["short"], self.join(one["missing"])) for one in view["open"]]
        groups.append((self.fill("undetermined_list", count=len(waiting)), waiting))
        outside = [(one["short"], self.join(one["because"])) for one in view["outside"]]
        groups.append((page["outside_title"], outside))
        named = [*view["held"], *view["advised"], *view["needed"]["undetermined"]]
        return {
            "held": held,
            "to_obtain": [told[licence["code"]] for licence in view["to_obtain"]],
            "details": [told[licence["code"]] for licence in named],
            "rest": [
                {"title": title, "lines": [self._head(name, text) for name, text in lines]}
                for title, lines in groups
                if lines
            ],
            "not_needed_why": [
                self._head(licence["short"], self.join(licence["because"])) for licence in view["not_needed"]
            ],
        }

    def _head(self, name: str, text: str) -> Words:
        """A line that begins with a name; ``heading`` has the colon."""
        heading = say(self.case.language, "word.label", label=name) if text else name
        return {"name": name, "heading": heading, "text": text}

    def _say_held(self, licence: Words) -> str:
        return self.join(filter(None, (licence["status_text"], licence["expires"])))

    def _say_question(self, question: Mapping[str, Any]) -> str:
        kind = "settles" if question["settles"] else "conditions"
        return f"{question['asked']} {self.fill(f'next_{kind}', count=len(question[kind]))}"

    def _say_rare(self) -> str:
        rare = self.view["rare"]
        if rare is None:
            return ""
        labels = self.join(question["label"] for question in rare["questions"])
        return say(self.case.language, "rare.note", intro=rare["intro"], labels=labels)

    def _describe_question(self, question: Mapping[str, Any]) -> Words:
        conditions = self._name("conditions_of", question["conditions"])
        return {
            "text": "\n".join(filter(None, (question["label"], question["help"]))),
            "decides": "\n".join(filter(None, (self.join(question["settles"]), conditions))),
            "share": question["share"] if question["settles"] else "",
        }

    def _describe_plan(self) -> Words:
        view, page = self.view, self.page
        capacity = self.fill("plan_capacity", capacity=view["capacity"]) if view["capacity"] else ""
        launch = view["launch"]
        starred = f"* {page['provisional']}" if launch and launch["provisional"] else ""
        intro = [
            page["plan_intro"],
            page["plan_marks"] if launch else "",
            "" if view["prepares"] else page["plan_complete"],
            capacity,
        ]
        note = [page["steps_note"], page["sure_note"] if launch else "", starred]
        return {
            "plan_intro": join_sentences(intro, self.case.language),
            "conflicts": view["conflicts"],
            "steps": [self._describe_step(step) for step in view["dated"]],
            "has_chances": bool(launch),
            "steps_note": join_sentences(note, self.case.language),
            "undated": [f"{step['name']}: {step['blocked_by']}" for step in view["undated"]],
            "undated_steps": [self._head(step["short"], self._say_undated(step)) for step in view["undated"]],
            "coming": [
                f"{self.fill('coming_from', day=row['from'])} {row['name']} {row['what']}{page['stop']} {row['note']}".strip()
                for row in view["coming"]
            ],
        }

    def _say_undated(self, step: Mapping[str, Any]) -> str:
        """Why a step has no date; where its condition is not met, its card says what would meet it."""
        obstacle = step["step"].obstacle
        if obstacle is not None and obstacle.failed:
            return say(self.case.language, "word.unmet")
        return step["blocked_by"] or ""

    def _describe_step(self, step: Mapping[str, Any]) -> Words:
        small = [
            step["phase"],
            step["advice"],
            step["needed_from"] if step["begins_on"] else "",
            self._name("condition_open", step["missing"]),
            step["standing"],
            step["late"],
            step["blocked_by"],
            step["waits"],
        ]
        remarks = [small[3], step["needed_from"] if step["begins_on"] else "", *small[4:]]
        return {
            "code": step["code"],
            "name": step["name"],
            "short": step["short"],
            "remarks": "\n".join(filter(None, remarks)),
            "on_path": step["on_path"],
            "text": ("▶ " if step["on_path"] else "")
            + "\n".join((step["short"], " · ".join(filter(None, small)))),
            "after": self.join(step["after"]) or "–",
            "start": mark_day(step["start"]),
            "finish": mark_day(step["finish"]),
            "submit_on": mark_day(step["submit_on"]),
            "dates": "\n".join(
                f"{self.page[label]} {mark_day(step[day])}"
                for label, day in (
                    ("prepare_from", "start"),
                    ("submit_on", "submit_on"),
                    ("done_on", "finish"),
                )
            ),
            "slack_days": step["step"].slack_days,
            "sure": "\n".join(f"{share} {mark_day(day)}" for share, day in step["percentiles"]),
            "basis": step["basis"],
        }

    def _describe_paper(self, paper: PaperView) -> Words:
        small = " · ".join(filter(None, (paper["form"], paper["valid"], paper["remark"])))
        return {
            "text": "\n".join(filter(None, (f"☐ {paper['name']}", small))),
            "name": paper["name"],
            "due": self.fill("documents_due", day=mark_day(paper["needed_by"])) if paper["needed_by"] else "",
            "about": " · ".join(filter(None, (paper["used_by"], small))),
            "needed_for": paper["needed_for"],
            "brought_by": paper["brought_by"] or "–",
            "needed_by": mark_day(paper["needed_by"]),
        }

    def _describe_launch(self) -> Iterator[str]:
        view, page, launch = self.view, self.page, self.view["launch"]
        if launch is None:
            yield view["promise"]["sentence"]
            return
        yield self.fill("launch_likely", likely=mark_day(launch["likely"]), path=" → ".join(launch["path"]))
        shares = [(launch["decider"], launch["decider_share"]), *launch["others"]]
        last = self.join(add_note(name, share, self.case.language) for name, share in shares)
        yield f"{self.fill('launch_draws', draws=say_number(launch['draws']))} {last}{page['stop']}"
        if launch["one_sided"]:
            yield self._name("one_sided", launch["one_sided"])
        yield page["launch_grounds"]

    def _describe_due(self, row: DueRow) -> Words:
        """What falls due, a line a licence; where there are several, their days stand below their names."""
        page, parts = self.page, row["parts"]

        def list_when(days: int | None) -> str:
            named = len(parts) > 1
            return "\n".join(
                line
                for part in parts
                for line in (*([part["short"]] if named else []), *self._list_days(part, days))
            )

        names = ((part["short"], page["due_planned"] if part["is_planned"] else "") for part in parts)
        return {
            "code": parts[0]["code"],
            "when_in_short": list_when(_DAYS),
            "name": "\n".join(line for lines in names for line in lines if line),
            "what": self.fill("due_renewal", day=parts[0]["events"][0][0].expires_on)
            if row["is_renewal"]
            else row["duty"],
            "when": list_when(None),
            "basis": "\n".join(dict.fromkeys(part["basis"] for part in parts)),
        }

    def _list_days(self, due: DueView, most: int | None) -> Iterator[str]:
        """The days of what falls due of a licence, ``most`` of them at most, and how many more there are."""
        events = due["events"]
        for event, overdue in events[:most]:
            begin = f"{event.renew_from} – " if event.renew_from else ""
            late = f" {self.page['overdue']}" if overdue else ""
            yield f"{begin}{event.renew_by}{'*' if event.provisional else ''}{late}"
        if most is not None and len(events) > most:
            yield self.fill("due_more", count=len(events) - most)

    def _describe_cost(self, cost: Mapping[str, Any]) -> Words:
        unknown = self.join(dict.fromkeys((*cost["unknown"], *cost["unknown_yearly"]))) or "–"
        return {
            "phase": cost["phase"],
            "fee_cny": cost["fee_text"],
            "yearly_fee_cny": cost["yearly_text"],
            "market_cny": cost["market_text"],
            "our_fee_cny": cost["our_text"],
            "unknown": "\n".join(filter(None, (unknown, self._name("costs_estimates", cost["estimates"])))),
        }
