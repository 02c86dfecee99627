"""Cover of a client's workbook: what it is, what came out, how to read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial

from licences.analysis.case import Case
from licences.law.working_days import read_calendar
from licences.planning.renewals import MONTHS
from licences.render.brand import Brand
from licences.render.excel.cells import Cell, Day, Line, SheetLink
from licences.words.cases import view_case
from licences.words.labels import label_value
from licences.words.marks import say_mark
from licences.words.missing import say_more
from licences.words.operating import say_for
from licences.words.since_last import tell_since_last
from licences.words.texts import join_sentences, read_texts, say

DASH = "–"  # what does not arise
NEXT_QUESTIONS = 3


def make_cover(case: Case, brand: Brand, sheets: Mapping[str, str]) -> list[Line]:
    """The lines of the first sheet; ``sheets``: the names of the others by their key."""
    return [
        *_list_names(case, brand),
        Line(None),
        *_list_deadlines(case),
        *_list_results(case),
        *_list_open(case),
        *_list_changes(case),
        Line(None),
        *_list_signs(case, sheets["plan"]),
        Line(None),
        *_list_sheets(case, sheets),
        Line(None),
        *_list_limits(case),
    ]


def _list_names(case: Case, brand: Brand) -> Iterator[Line]:
    own = partial(say, case.language)
    disclaimer = brand.disclaimer.get(case.language)
    yield Line(own("workbook.title"), style="title")
    if case.mark:
        said = say_mark(case.mark, case.language)
        yield Line(own("workbook.mark"), said, "alarm" if case.mark.is_draft else "plain")
    yield Line(own("workbook.client"), join_line(case.name))
    yield Line(own("workbook.client_code"), case.client)
    yield Line(own("workbook.as_of"), case.as_of)
    yield Line(own("workbook.start"), case.start)
    if brand.firm:
        yield Line(own("workbook.prepared_by"), brand.firm)
    if brand.contact:
        yield Line(own("workbook.contact"), brand.contact)
    yield Line(own("workbook.what"), own("workbook.purpose"))
    yield Line(None, own("workbook.not_advice"), "alarm")
    if disclaimer:
        yield Line(None, disclaimer)
    for warning in view_case(case)["warnings"]:
        yield Line(own("workbook.warning"), warning, "alarm")
    for at, remark in enumerate(view_case(case)["remarks"]):
        yield Line(None if at else own("letter.remarks_title"), remark)


def _list_deadlines(case: Case) -> Iterator[Line]:
    """What is held and runs out, or has a duty near: overdue first and in red, then by the days left."""
    own, deadlines = partial(say, case.language), view_case(case)["deadlines"]
    if not deadlines:
        return
    yield Line(own("deadlines.title"), style="heading")
    for one in deadlines:
        yield Line(one["name"], one["sentence"], "overdue" if one["is_overdue"] else "plain")
    yield Line(None, own("deadlines.intro", as_of=case.as_of))
    yield Line(None)


def _list_results(case: Case) -> Iterator[Line]:
    """How much is to do, when it can open and how sure that is."""
    own, view = partial(say, case.language), view_case(case)
    launch, promise, checked = view["launch"], view["promise"], view["checked"]
    yield Line(own("workbook.result"), style="heading")
    for licence in view["forbidden"]:
        what = [licence["name"], *licence["because"], licence["legal_basis"], licence["advice"]]
        yield Line(own("page.forbidden_title"), "\n".join(filter(None, what)), "alarm")
    for licence in view["outside"]:
        yield Line(own("page.outside_title"), f"{licence['name']}: {own('page.outside_note')}", "alarm")
    yield from _list_missing(case)
    counts = {
        "forbidden": len(view["forbidden"]),
        "required": len(view["required"]),
        "open": len(view["to_obtain"]),
        "blocked": len(view["blocked"]),
        "undetermined": len(view["open"]),
        "renew": len(view["deadlines"]),
    }
    for name, count in counts.items():
        yield Line(own(f"workbook.counts.{name}"), count)
    if promise["recommended"]:
        share, day = promise["recommended"]
        chance = own("page.chance", share=share)
        label = say_for(case.is_operating, case.language, "workbook.launch", chance=chance)
        yield Line(label, star_day(day))
        yield Line(None, promise["range_text"])
    else:
        yield Line(say_for(case.is_operating, case.language, "page.opening"), promise["sentence"])
    for stage in view["stages"]:
        text = f"{stage['summary']}\n{stage['promise']}"
        yield Line(
            stage["label"],
            "\n".join(filter(None, (text, stage["late"]))),
            "overdue" if stage["late"] else "plain",
        )
    if launch and launch["is_estimate"]:
        yield Line(own("workbook.note"), own("page.launch_estimate"))
    yield from _list_cautions(case)
    age = own("workbook.checked", oldest=checked["oldest"], age=checked["age"])
    if checked["is_old"]:
        yield Line(
            own("workbook.age"), join_sentences((age, own("page.checked_old")), case.language), "alarm"
        )
    else:
        yield Line(own("workbook.age"), age)
    yield Line(own("workbook.edition"), str(case.catalogue.edition))


def _list_missing(case: Case) -> Iterator[Line]:
    """What a client that trades is missing today, most urgent first."""
    own, view = partial(say, case.language), view_case(case)
    lines = [f"{at}. {one['text']}" for at, one in enumerate(view["missing_first"], start=1)]
    if case.is_operating and not lines:
        lines = [own("page.today.none")]
    if left := len(view["missing"]) - len(view["missing_first"]):
        lines.append(say_more(left, case.language, own("workbook.sheets.plan")))
    for at, text in enumerate(lines):
        yield Line(None if at else own("page.today.title"), text, "alarm")


def _list_cautions(case: Case) -> Iterator[Line]:
    """What is at stake, and what is held of which no row is law any more."""
    own, view = partial(say, case.language), view_case(case)
    if view["money"]["risk"]:
        yield Line(own("workbook.at_stake"), view["money"]["risk"], "alarm")
    if view["held_in_vain"]:
        names = own("list").join(view["held_in_vain"])
        yield Line(own("workbook.held_in_vain"), own("page.held_in_vain", names=names))


def _list_open(case: Case) -> Iterator[Line]:
    """What to answer next, and which changes of the law are ahead."""
    own, view = partial(say, case.language), view_case(case)
    for at, question in enumerate(view["questions"][:NEXT_QUESTIONS]):
        settled, conditions = len(question["settles"]), len(question["conditions"])
        count = own(f"page.next_{'settles' if settled else 'conditions'}", count=settled or conditions)
        yield Line(
            None if at else own("page.next_title"), join_sentences((question["label"], count), case.language)
        )
    for row in view["coming"]:
        day = own("page.coming_from", day=row["from"])
        yield Line(
            own("workbook.coming"),
            f"{join_sentences((day, row['name'], row['what']), case.language)}\n{row['note']}".strip(),
        )


def _list_changes(case: Case) -> Iterator[Line]:
    """What has changed since the client's last report, where it said something else."""
    told = tell_since_last(case)
    if told is None:
        return
    yield Line(None)
    yield Line(told["title"], style="heading")
    yield Line(None, told["intro"])
    for title, sentences in told["parts"]:
        for at, sentence in enumerate(sentences):
            yield Line(None if at else title, sentence)


def _list_signs(case: Case, plan: str) -> Iterator[Line]:
    """What stands for an estimate, for what is not known, and for a date that may move."""
    own = partial(say, case.language)
    yield Line(own("workbook.reading"), style="heading")
    for basis in ("estimate", "secondary"):
        yield Line(label_value("days_likely_basis", basis, case.language), own(f"workbook.legend.{basis}"))
    yield Line(own("workbook.blank"), own("workbook.legend.blank"))
    yield Line(DASH, own("workbook.legend.dash"))
    yield Line("*", own("workbook.legend.star"))
    yield Line(None, own("workbook.legend.colour"))
    yield Line(plan, say_for(case.is_operating, case.language, "page.steps_note"))
    yield Line(None, own("page.launch_grounds"))


def _list_sheets(case: Case, sheets: Mapping[str, str]) -> Iterator[Line]:
    yield Line(say(case.language, "workbook.contents"), style="heading")
    for key, name in sheets.items():
        yield Line(SheetLink(name), say(case.language, f"workbook.holds.{key}", months=MONTHS))


def _list_limits(case: Case) -> Iterator[Line]:
    yield Line(say(case.language, "workbook.limits_title"), style="heading")
    view = view_case(case)
    for text in (*view["scope"], *read_texts(case.language)["workbook"]["limits"], view["local_note"]):
        yield Line(None, text)


def star_day(day: date | None) -> Cell:
    """A date, starred where it lies past the last day whose holidays are announced."""
    return None if day is None else Day(day, day > read_calendar().announced_until)


def join_line(text: str) -> str:
    """What a client typed, on one line."""
    return " ".join(text.split())
