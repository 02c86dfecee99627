"""Workbook of a client, sheet by sheet: everything to sort, filter, tick off and follow up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from licences.analysis.case import Case
from licences.assessment.verdicts import BY_WEIGHT
from licences.law.durations import find_weakest
from licences.planning.deadlines import DOUBTFUL
from licences.planning.fees import MARKET, Amounts
from licences.planning.renewals import Renewal
from licences.planning.simulation import SHARES
from licences.render.brand import Brand
from licences.render.excel.cover import DASH, join_line, make_cover, star_day
from licences.render.excel.entered import Entry
from licences.render.excel.writer import Cell, Column, Day, Estimate, Link, Look, Table, draw_book
from licences.words.cases import view_case
from licences.words.labels import label_value
from licences.words.operating import say_for
from licences.words.papers import PaperView, make_placeholder
from licences.words.plans import say_duty
from licences.words.since_last import tell_since_last
from licences.words.texts import read_texts, say, say_share

Read = Callable[[Any], Cell]
Part = tuple[Column, Read]

RASTER = frozenset({"image/png", "image/jpeg"})  # what a workbook can show
TIMES = ("days_min", "days_likely", "days_max")
FINE = ("penalty_min_cny", "penalty_max_cny", "penalty_closes")
TONES = {
    "forbidden": "forbidden",
    "required": "required",
    "undetermined": "undetermined",
    "recommended": "advised",
    "optional": "advised",
    "held": "held",
    "implied": "held",
    "expiring": "alarm",
    "expired": "alarm",
}
PROGRESS_TONES = ("required", "estimate", "advised", "held")


def make_workbook(case: Case, brand: Brand | None = None, entered: Sequence[Entry] = ()) -> bytes:
    """The workbook of a client as the bytes of an ``.xlsx`` file.

    What is not known is an empty cell or says so, never 0. Whatever a client typed is text, never a
    formula. entered: what a reader entered in the workbook before; it stands beside the same document
    again, or, where that is no longer asked for, on a sheet of its own. The same arguments give the same bytes.
    """
    brand, own = brand or Brand(), partial(say, case.language)
    author = _Author(case, entered)
    tables = {
        **author.make_changed(),
        "licences": author.make_licences(),
        "documents": author.make_documents(),
        **author.make_entered(),
        "plan": author.make_plan(),
        "costs": author.make_costs(),
        **author.make_quotation(),
        "renewals": author.make_renewals(),
        "sources": author.make_sources(),
        "not_needed": author.make_not_needed(),
    }
    look = Look(
        title=own("workbook.title"),
        name=join_line(case.name),
        as_of=case.as_of,
        header=own("workbook.header", as_of=case.as_of),
        page=own("workbook.page"),
        firm=brand.firm,
        colour=brand.colour,
        logo=brand.logo if brand.logo_type in RASTER else None,
    )
    cover = make_cover(case, brand, {key: table.name for key, table in tables.items()})
    return draw_book(own("workbook.sheets.about"), cover, list(tables.values()), look)


def _part(label: str, width: int, read: Read, marks: Mapping[str, str] | None = None) -> Part:
    return Column(label, width, marks or {}), read


class _Author:
    """Writes the tables of one case in its reader's language."""

    def __init__(self, case: Case, entered: Sequence[Entry] = ()) -> None:
        self.case, self.view, self.entered = case, view_case(case), list(entered)
        self.entries = case.plan.law.entries
        self.known = [licence for group in self.view["needed"].values() for licence in group]
        self.estimates = {label_value("days_likely_basis", "estimate", case.language): "estimate"}
        self.yes = {self.say("yes"): "alarm"}
        self.late = {self.say("yes"): "overdue"}
        self.unsure = {self.say("yes"): "estimate"}
        self.verdicts = self.tone("page.verdicts", *BY_WEIGHT[:-1])

    def say(self, key: str, **values: object) -> str:
        return say_for(self.case.is_operating, self.case.language, key, **values)

    def own(self, key: str, **values: object) -> str:
        """A text of the workbook."""
        return self.say(f"workbook.{key}", **values)

    def tone(self, texts: str, *values: str) -> dict[str, str]:
        return {self.say(f"{texts}.{value}"): TONES[value] for value in values}

    def say_yes(self, truth: bool) -> str:
        return self.say("yes" if truth else "no")

    def make_table(
        self, name: str, parts: Sequence[Part], subjects: Iterable[Any], empty: str, **how: Any
    ) -> Table:
        """A table with a row for each subject and a column for each part."""
        rows = [[read(subject) for _, read in parts] for subject in subjects]
        return Table(self.own(f"sheets.{name}"), [column for column, _ in parts], rows, empty, **how)

    def list_names(self, read: Callable[[Any], str], is_full: bool = False) -> list[Part]:
        """What the trade calls it, or with ``is_full`` its name, the official one where that is another, and the code."""
        name = self.case.name_code if is_full else self.case.short
        names = [_part(self.own("licence"), 34, lambda one: name(read(one)))]
        if self.case.language != "zh":
            names.append(_part(self.own("official"), 30, lambda one: self.entries[read(one)].row["name_zh"]))
        return [*names, _part(self.own("code"), 20, read)]

    def list_number(self, name: str, key: str, read: Callable[[Any], str]) -> list[Part]:
        """A number of the catalogue and its ground."""
        return [
            _part(self.own(key), 12, lambda one: _read_number(self.entries[read(one)].row, name)),
            _part(self.own(f"{key}_basis"), 12, lambda one: self.say_basis(read(one), name), self.estimates),
        ]

    def list_source(self) -> list[Part]:
        """Where a row comes from, how old that is and how sure."""
        doubts = {label_value("confidence", "low", self.case.language): "estimate"}
        return [
            _part(self.say("page.source"), 36, lambda one: one["source"]),
            _part(self.own("address"), 40, lambda one: _link(one["source_url"])),
            _part(self.say("page.published"), 12, lambda one: one["published_on"]),
            _part(self.say("page.checked_title"), 12, lambda one: one["checked_on"]),
            _part(self.own("age_days"), 10, lambda one: one["age_days"]),
            _part(self.say("page.confidence"), 10, lambda one: one["confidence"], doubts),
        ]

    def say_basis(self, code: str, *names: str) -> str:
        """The weakest ground of the numbers that a row states, empty where it states none of them."""
        row = self.entries[code].row
        grounds = [str(row[f"{name}_basis"]) for name in names if not pd.isna(row[name])]
        return label_value("days_likely_basis", find_weakest(grounds), self.case.language) if grounds else ""

    def say_closes(self, code: str) -> str:
        """Whether acting without it may close the business, empty where that is not known."""
        told = self.entries[code].row["penalty_closes"]
        return "" if pd.isna(told) else self.say_yes(told == "yes")

    def say_unit(self, code: str, unit: str, *names: str) -> str:
        row = self.entries[code].row
        return (
            ""
            if all(pd.isna(row[name]) for name in names)
            else label_value(unit, row[unit], self.case.language)
        )

    def make_licences(self) -> Table:
        """What is needed or open, with all that is known of it."""
        say, own, held = self.say, self.own, self.case.held
        statuses = self.tone("status", "held", "expiring", "expired")
        statuses |= {one["status_text"]: TONES["implied"] for one in self.known if one["status"] == "implied"}

        def find_code(one: Mapping[str, Any]) -> str:
            return str(one["code"])

        def number(key: str, name: str) -> Part:
            return _part(own(key), 10, lambda one: _read_number(self.entries[one["code"]].row, name))

        parts = [
            _part(own("verdict"), 12, lambda one: say(f"page.verdicts.{one['verdict']}"), self.verdicts),
            *self.list_names(find_code, is_full=True),
            _part(
                say("page.status_title"),
                10,
                lambda one: one["status_text"] if one["is_licence"] else DASH,
                statuses,
            ),
            _part(own("last_day"), 13, self.read_last_day),
            _part(own("expires"), 12, lambda one: held.get(one["code"])),
            _part(say("page.why_short"), 40, lambda one: "\n".join(one["because"])),
            _part(own("missing"), 30, lambda one: "\n".join(one["missing"]), {"*": "undetermined"}),
            _part(own("blockers"), 40, lambda one: "\n".join(one["blockers"]), {"*": "alarm"}),
            _part(say("page.advice_title"), 30, lambda one: one["advice"]),
            _part(say("page.phase"), 12, lambda one: one["phase"]),
            number("shortest", "days_min"),
            number("likely", "days_likely"),
            number("longest", "days_max"),
            _part(own("unit"), 12, lambda one: self.say_unit(one["code"], "days_unit", *TIMES)),
            _part(say("page.basis"), 12, lambda one: self.say_basis(one["code"], *TIMES), self.estimates),
            *self.list_number("statutory_days", "limit", find_code),
            _part(
                own("limit_unit"),
                12,
                lambda one: self.say_unit(one["code"], "statutory_days_unit", "statutory_days"),
            ),
            *self.list_number("validity_years", "validity", find_code),
            *self.list_number("fee_cny", "fee", find_code),
            *self.list_number("yearly_fee_cny", "yearly_fee", find_code),
            number("market_min", "market_min_cny"),
            number("market_max", "market_max_cny"),
            _part(own("market_basis"), 12, lambda one: self.say_basis(one["code"], *MARKET), self.estimates),
            _part(own("fee_note"), 44, lambda one: one["fee_note"]),
            _part(say("page.yearly_duty"), 56, lambda one: one["yearly_duty"]),
            _part(say("page.penalty"), 64, lambda one: one["penalty"]),
            number("fine_min", "penalty_min_cny"),
            number("fine_max", "penalty_max_cny"),
            _part(own("closes"), 10, lambda one: self.say_closes(one["code"]), self.yes),
            _part(own("fine_basis"), 12, lambda one: self.say_basis(one["code"], *FINE), self.estimates),
            _part(say("page.authority"), 30, lambda one: one["authority"]),
            _part(own("level"), 14, lambda one: one["level"]),
            _part(say("page.legal_basis"), 60, lambda one: one["legal_basis"]),
            *self.list_source(),
            _part(own("note"), 80, lambda one: one["note"]),
            _part(say("page.local_title"), 60, lambda one: "\n".join(one["local"])),
        ]
        return self.make_table("licences", parts, self.known, own("licences_none"), fixed=2, pages_wide=4)

    def read_last_day(self, one: Mapping[str, Any]) -> Cell:
        """By when to apply for the renewal of what is held or has expired."""
        day = one["last_day"]
        if day is None:
            return None
        return Day(day, one["last_day_text"].endswith("*"), day < self.case.as_of)

    def make_documents(self) -> Table:
        """What to prepare, in the order in which it is needed; the first columns are for the reader."""
        own, say = self.own, self.say
        unknown = [
            make_placeholder(own("no_documents"), code, short)
            for code, short in self.view["undocumented"].items()
        ]
        rows = [(paper, self.take_entry(paper)) for paper in (*self.view["papers"], *unknown)]
        tick, state = self.list_entry_columns(lambda one: one[1])
        parts: list[Part] = [
            tick,
            state,
            _part(own("document"), 44, lambda one: one[0]["name"]),
            *(
                []
                if self.case.language == "zh"
                else [_part(own("official"), 30, lambda one: one[0]["official_name"])]
            ),
            _part(say("page.documents_for"), 56, lambda one: one[0]["needed_for"]),
            _part(say("page.documents_by"), 14, lambda one: one[0]["brought_by"]),
            _part(say("page.documents_form"), 18, lambda one: one[0]["form"]),
            _part(own("needed_by"), 13, lambda one: star_day(one[0]["needed_by"])),
            _part(own("needed_latest"), 15, lambda one: star_day(one[0]["needed_latest"])),
            _part(own("note"), 44, lambda one: " ".join(filter(None, (one[0]["valid"], one[0]["remark"])))),
            _part(own("code"), 24, lambda one: one[1].code),
            _part(own("remarks"), 30, lambda one: one[1].remarks),
        ]
        return self.make_table("documents", parts, rows, own("documents_none"), fixed=3)

    def list_entry_columns(self, read: Callable[[Any], Entry]) -> tuple[Part, Part]:
        """Whether something is done, and how far it is."""
        own = self.own
        states = [str(one) for one in read_texts(self.case.language)["workbook"]["progress_of"]]
        mark = own("tick_mark")
        tick = Column(own("tick"), 8, {mark: "held"}, [mark], own("tick_hint"), is_centred=True)
        state = Column(own("progress"), 12, dict(zip(states, PROGRESS_TONES, strict=True)), states)

        def say_state(one: Any) -> Cell:
            told = read(one).state
            return told if isinstance(told, str) else states[told or 0]

        return (tick, lambda one: read(one).tick), (replace(state, hint=own("progress_hint")), say_state)

    def take_entry(self, paper: PaperView) -> Entry:
        """What was entered beside a paper in any language, or beside the document of one of its applications."""
        own = (paper["id"] or paper["codes"][0], paper["name"])
        places = {own, *zip(paper["codes"], paper["texts"], strict=True)}
        found = [
            entry
            for entry in self.entered
            if (entry.code, entry.document) in places or (paper["id"] and entry.code == paper["id"])
        ]
        for entry in found:
            self.entered.remove(entry)
        first = partial(_find_first, found)
        return Entry(*own, tick=first("tick"), state=first("state"), remarks=first("remarks"))

    def make_entered(self) -> dict[str, Table]:
        """What was entered beside documents that are no longer asked for, where there is such."""
        if not self.entered:
            return {}
        own = self.own
        tick, state = self.list_entry_columns(lambda one: one)
        parts: list[Part] = [
            tick,
            state,
            _part(own("document"), 56, lambda one: one.document),
            _part(own("licence"), 34, lambda one: self.name(one.code)),
            _part(own("code"), 20, lambda one: one.code),
            _part(own("remarks"), 60, lambda one: one.remarks),
        ]
        return {"entered": self.make_table("entered", parts, self.entered, "", fixed=3)}

    def name(self, code: str) -> str:
        """A licence's name, where the law still has it."""
        return self.case.name_code(code) if code in self.entries else ""

    def make_plan(self) -> Table:
        """The steps in the plan's order."""
        say, own = self.say, self.own

        def chance(at: int) -> Part:
            label = own("chance", share=say_share(SHARES[at]))
            return _part(
                label, 13, lambda one: star_day(one["percentiles"][at][1] if one["percentiles"] else None)
            )

        def provisional(one: Mapping[str, Any]) -> str:
            return self.say_yes(one["step"].provisional) if one["finish"] else ""

        parts = [
            *self.list_names(lambda one: str(one["code"])),
            _part(own("verdict"), 12, lambda one: say(f"page.verdicts.{one['step'].verdict}"), self.verdicts),
            *(
                [_part(say("stages.from"), 15, lambda one: one["begins_on"] or one["needed_from"])]
                if self.case.plan.is_staged
                else []
            ),
            _part(say("page.phase"), 12, lambda one: one["phase"]),
            _part(own("begin"), 13, lambda one: star_day(one["start"])),
            _part(own("submit_on"), 13, lambda one: star_day(one["submit_on"])),
            _part(own("latest_start"), 15, lambda one: star_day(one["step"].latest_start)),
            _part(own("latest_submit_on"), 15, lambda one: star_day(one["step"].latest_submit_on)),
            _part(own("finish"), 13, lambda one: star_day(one["finish"])),
            _part(own("latest_finish"), 15, lambda one: star_day(one["step"].latest_finish)),
            _part(own("slack"), 11, lambda one: one["step"].slack_days),
            *map(chance, range(len(SHARES)) if self.view["launch"] else ()),
            _part(own("on_path"), 11, lambda one: self.say_yes(one["on_path"]), self.yes),
            _part(
                say("page.basis"),
                12,
                lambda one: one["basis"] if one["step"].duration else "",
                self.estimates,
            ),
            _part(own("provisional"), 14, provisional, self.unsure),
            _part(own("blocked_by"), 36, lambda one: one["blocked_by"], {"*": "alarm"}),
            _part(own("after"), 36, lambda one: "\n".join(one["after"])),
            _part(own("queue"), 24, lambda one: "\n".join(one["queue"])),
            _part(own("open_conditions"), 30, lambda one: "\n".join(one["missing"]), {"*": "undetermined"}),
            _part(say("page.advice_title"), 30, lambda one: one["advice"]),
            _part(own("notes"), 36, lambda one: "\n".join(one["notes"])),
        ]
        return self.make_table("plan", parts, self.view["steps"], own("plan_none"), pages_wide=2)

    def make_costs(self) -> Table:
        """The fees licence by licence; below them the sums of each phase and of all, and what they leave out."""
        own, entries, language = self.own, self.entries, self.case.language
        obtained = {step.code for step in self.case.steps}
        due = {code for cost in self.case.forecast.costs for code in cost.unknown_yearly_fees}
        yearly = [
            code
            for code in self.case.plan.kept
            if code in due or not pd.isna(entries[code].row["yearly_fee_cny"])
        ]
        codes = sorted({*obtained, *yearly}, key=lambda code: (entries[code].phase, code))
        (fee, fee_basis), (rate, rate_basis) = (
            self.list_number("fee_cny", "fee", str),
            self.list_number("yearly_fee_cny", "yearly_fee", str),
        )
        unknown = {self.say("unknown"): "undetermined"}
        ours = {quote.code: quote.our_fee_cny for quote in self.case.forecast.quotation}

        def read_fee(code: str) -> Cell:
            return self.or_unknown(fee[1](code)) if code in obtained else DASH

        def price(key: str, name: str) -> Part:
            def read(code: str) -> Cell:
                return self.or_unknown(_read_number(entries[code].row, name)) if code in obtained else DASH

            return _part(own(key), 14, read, unknown)

        def read_rate(code: str) -> Cell:
            return self.or_unknown(rate[1](code)) if code in due else rate[1](code)

        def read_note(code: str) -> Cell:
            note = entries[code].row[f"fee_note_{language}"]
            return note if isinstance(note, str) else None

        parts = [
            *self.list_names(str),
            _part(
                self.say("page.phase"),
                12,
                lambda code: label_value("phase", entries[code].phase, self.case.language),
            ),
            (replace(fee[0], marks=unknown), read_fee),
            (fee_basis[0], lambda code: fee_basis[1](code) if code in obtained else ""),
            (replace(rate[0], marks=unknown), read_rate),
            rate_basis,
            *map(price, ("market_min", "market_max"), MARKET),
            _part(
                own("market_basis"),
                12,
                lambda code: self.say_basis(code, *MARKET) if code in obtained else "",
                self.estimates,
            ),
            *([_part(self.say("page.costs_ours"), 12, ours.get)] if ours else []),
            _part(own("fee_note"), 60, read_note),
        ]
        totals = self.list_totals(len(self.list_names(str)))
        return self.make_table("costs", parts, codes, own("costs_none"), totals=totals)

    def list_totals(self, at: int) -> list[list[Cell]]:
        """The sums of the phases, each amount under its column, and by name what is in none of them.

        at: the column of the phase.
        """
        forecast, own = self.case.forecast, self.own
        sums: list[tuple[str, Cell, Amounts]] = [
            (own("sum"), label_value("phase", cost.phase, self.case.language), cost)
            for cost in forecast.costs
        ]
        if sums:
            sums.append((own("sum_of_all"), None, forecast.costs_total))
        return [
            [
                label,
                *[None] * (at - 1),
                phase,
                self.say_sum(one.fee_cny, one.unknown_fees),
                None,
                self.say_sum(one.yearly_fee_cny, one.unknown_yearly_fees),
                None,
                self.say_sum(one.market_min_cny, one.unknown_market),
                self.say_sum(one.market_max_cny, one.unknown_market),
                None,
                *([one.our_fee_cny] if forecast.quotation else []),
                self.name_left_out(one),
            ]
            for label, phase, one in sums
        ]

    def name_left_out(self, amounts: Amounts) -> str:
        """What is in none of the sums of a row, by name."""
        told = {
            "not_counted": (*amounts.unknown_fees, *amounts.unknown_yearly_fees),
            "market_not_counted": amounts.unknown_market,
        }
        return "\n".join(
            self.own(key, names=self.say("list").join(map(self.case.short, dict.fromkeys(codes))))
            for key, codes in told.items()
            if codes
        )

    def make_quotation(self) -> dict[str, Table]:
        """What the firm itself asks, where it says so; the total names what is not quoted."""
        money = self.view["money"]
        if not money["quotation"]:
            return {}
        names = self.list_names(lambda one: str(one["code"]))
        parts = [
            *names,
            _part(self.say("page.costs_ours"), 14, lambda one: one["our_fee"]),
            _part(self.say("money.remark"), 60, lambda one: one["remark"]),
        ]
        left_out = self.say("list").join(money["not_quoted"])
        total: list[Cell] = [
            self.say("money.quoted"),
            *[None] * (len(names) - 1),
            self.case.forecast.costs_total.our_fee_cny,
            self.own("not_quoted", names=left_out) if left_out else None,
        ]
        return {"quotation": self.make_table("quotation", parts, money["quotation"], "", totals=[total])}

    def or_unknown(self, cell: Cell) -> Cell:
        return self.say("unknown") if cell is None else cell

    def say_sum(self, amount: float | None, unknown: Sequence[str]) -> Cell:
        return DASH if amount is None and not unknown else self.or_unknown(amount)

    def make_renewals(self) -> Table:
        """What falls due, overdue first, by its last day; then what cannot be dated because its expiry is not told."""
        case, own = self.case, self.own
        told, untold = self.say("page.told"), own("due_untold")
        events: list[Renewal | str] = [*case.forecast.due, *case.forecast.untold_expiries]

        def dated(label: str, width: int, read: Callable[[Renewal], Cell], **marks: Any) -> Part:
            return _part(label, width, lambda one: None if isinstance(one, str) else read(one), **marks)

        def is_late(event: Renewal) -> bool:
            return event.renew_by < case.as_of

        def star(day: date | None, event: Renewal) -> Cell:
            return None if day is None else Day(day, event.provisional)

        def say_doubt(event: Renewal) -> str:
            verdict = "" if event.is_planned else case.findings[event.code].verdict
            return self.say(f"deadlines.doubt.{verdict}") if verdict in DOUBTFUL else ""

        def say_basis(event: Renewal) -> str:
            return (
                told
                if event.basis == "told"
                else label_value("days_likely_basis", event.basis, case.language)
            )

        def say_what(one: Renewal | str) -> str:
            return untold if isinstance(one, str) else say_duty(one, case.language) or own("due_renewal")

        parts = [
            *self.list_names(lambda one: one if isinstance(one, str) else str(one.code)),
            _part(self.say("page.due_what"), 50, say_what, {untold: "undetermined"}),
            dated(
                self.say("deadlines.column_day"),
                14,
                lambda event: Day(event.renew_by, event.provisional, is_late(event)),
            ),
            dated(
                self.say("deadlines.column_left"),
                12,
                lambda event: float((event.renew_by - case.as_of).days),
            ),
            dated(
                self.say("deadlines.is_overdue"),
                10,
                lambda event: self.say_yes(is_late(event)),
                marks=self.late,
            ),
            dated(
                own("expires"),
                13,
                lambda event: star(event.expires_on, event) if event.is_planned else event.expires_on,
            ),
            dated(own("renew_from"), 13, lambda event: star(event.renew_from, event)),
            dated(self.say("deadlines.column_remark"), 26, say_doubt),
            dated(own("planned"), 12, lambda event: self.say_yes(event.is_planned)),
            dated(self.say("page.basis_of_dates"), 13, say_basis, marks=self.estimates),
            dated(own("provisional"), 14, lambda event: self.say_yes(event.provisional), marks=self.unsure),
        ]
        return self.make_table("renewals", parts, events, self.say("page.renewals_none"))

    def make_changed(self) -> dict[str, Table]:
        """What has changed since the client's last report, where it said something else."""
        view = tell_since_last(self.case)
        if view is None:
            return {}
        changes = [(title, sentence) for title, sentences in view["parts"] for sentence in sentences]
        parts = [
            _part(self.own("changed_what"), 24, lambda one: one[0]),
            _part(self.own("changed_how"), 110, lambda one: one[1]),
        ]
        return {"changed": self.make_table("changed", parts, changes, "")}

    def make_sources(self) -> Table:
        """On what each row of the workbook rests."""
        parts = [
            *self.list_names(lambda one: str(one["code"]), is_full=True),
            _part(self.say("page.legal_basis"), 44, lambda one: one["legal_basis"]),
            *self.list_source(),
        ]
        return self.make_table("sources", parts, self.known, self.own("licences_none"))

    def make_not_needed(self) -> Table:
        """What was judged not to be needed, and why; no more is said of it."""
        parts = [
            *self.list_names(lambda one: str(one["code"]), is_full=True),
            _part(self.own("not_needed_why"), 90, lambda one: "\n".join(one["because"])),
        ]
        return self.make_table("not_needed", parts, self.view["not_needed"], self.own("not_needed_none"))


def _find_first(entries: Sequence[Entry], name: str) -> Any:
    """The first of what was entered of one kind, None where nothing was."""
    return next((told for entry in entries if (told := getattr(entry, name)) is not None), None)


def _read_number(row: Mapping[str, Any], name: str) -> Cell:
    """A number of the catalogue, marked where it is an estimate; None where it is not known."""
    if pd.isna(row[name]):
        return None
    number = float(row[name])
    return Estimate(number) if row[f"{name}_basis"] == "estimate" else number


def _link(address: str | None) -> Cell:
    """What a reader can click, where it is an address of the web."""
    return Link(address) if address and address.startswith(("http://", "https://")) else address
