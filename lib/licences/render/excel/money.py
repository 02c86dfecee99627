"""Sheet of the money of a workbook: fees, market prices, the quotation, and what is at stake; the sums below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from licences.planning.fees import MARKET, Amounts
from licences.render.excel.cells import Cell, Table, Wide
from licences.render.excel.cover import DASH
from licences.render.excel.parts import Author, Part, join_lines, part, read_number
from licences.words.cases import view_licence
from licences.words.labels import label_value

AMOUNT = 11  # the width of one


def make_money(author: Author) -> Table:
    """The fees licence by licence; below them the sums of each phase and of all, and what they leave out."""
    own, entries = author.own, author.entries
    obtained = {step.code for step in author.case.steps}
    due = {code for cost in author.case.forecast.costs for code in cost.unknown_yearly_fees}
    yearly = [
        code
        for code in author.case.plan.kept
        if code in due or not pd.isna(entries[code].row["yearly_fee_cny"])
    ]
    codes = sorted({*obtained, *yearly}, key=lambda code: (entries[code].phase, code))
    unknown = {author.say("unknown"): "undetermined"}
    ours = {quote.code: quote for quote in author.case.forecast.quotation}

    def amount(key: str, name: str, marks: dict[str, str] = unknown) -> Part:
        def read(code: str) -> Cell:
            return _or_unknown(author, read_number(entries[code].row, name)) if code in obtained else DASH

        return part(own(key), AMOUNT, read, marks)

    def read_rate(code: str) -> Cell:
        rate = read_number(entries[code].row, "yearly_fee_cny")
        return _or_unknown(author, rate) if code in due else rate

    def read_note(code: str) -> Cell:
        note, quote = view_licence(author.case, code)["fee_note"], ours.get(code)
        remark = own("our_remark", remark=quote.remark) if quote and quote.remark else None
        return join_lines((remark, note))

    quoted = [
        part(
            author.say("page.costs_ours"),
            AMOUNT,
            lambda code: ours[code].our_fee_cny if code in ours else None,
        )
    ]
    parts: list[Part] = [
        part(own("licence"), 22 if ours else 24, author.case.short),
        amount("fee", "fee_cny"),
        part(own("yearly_fee"), AMOUNT, read_rate, unknown),
        amount("market_min", MARKET[0], {}),
        amount("market_max", MARKET[1], {}),
        *(quoted if ours else []),
        part(
            own("grounds"),
            16 if ours else 18,
            lambda code: join_lines(_list_grounds(author, code, is_due=code in obtained)),
        ),
        part(own("fee_note"), 26 if ours else 30, read_note),
        part(own("stake"), 21 if ours else 24, lambda code: view_licence(author.case, code)["fine"]),
        author.make_code(str),
    ]
    totals = _list_totals(author, is_quoted=bool(ours))
    return author.make_table("money", parts, codes, own("money_none"), totals=totals)


def _list_grounds(author: Author, code: str, *, is_due: bool) -> Iterator[str]:
    named = {"fee": ("fee_cny",), "yearly_fee": ("yearly_fee_cny",), "market": MARKET}
    for key, names in named.items():
        basis = author.say_basis(code, *names)
        if basis and (is_due or key == "yearly_fee"):
            yield author.own(f"ground_of.{key}", basis=basis)


def _list_totals(author: Author, *, is_quoted: bool) -> list[list[Cell]]:
    """The sums of the phases, each amount under its column, and by name what is in none of them; last what is at stake."""
    forecast, own, language = author.case.forecast, author.own, author.case.language
    sums: list[tuple[str, Amounts]] = [
        (own("sum", phase=label_value("phase", cost.phase, language)), cost) for cost in forecast.costs
    ]
    if sums:
        sums.append((own("sum_of_all"), forecast.costs_total))
    rows: list[list[Cell]] = [
        [
            label,
            _say_sum(author, one.fee_cny, one.unknown_fees),
            _say_sum(author, one.yearly_fee_cny, one.unknown_yearly_fees),
            _say_sum(author, one.market_min_cny, one.unknown_market),
            _say_sum(author, one.market_max_cny, one.unknown_market),
            *([one.our_fee_cny] if is_quoted else []),
            None,
            Wide(_name_left_out(author, one, is_last=one is forecast.costs_total)),
        ]
        for label, one in sums
    ]
    if risk := author.view["money"]["risk"]:
        rows.append([own("at_stake"), Wide(risk)])
    return rows


def _name_left_out(author: Author, amounts: Amounts, *, is_last: bool) -> str:
    """What is in none of the sums of a row, by name."""
    told = {
        "not_counted": [*amounts.unknown_fees, *amounts.unknown_yearly_fees],
        "market_not_counted": list(amounts.unknown_market),
    }
    lines = [
        author.own(key, names=author.join_some(list(map(author.case.short, dict.fromkeys(codes)))))
        for key, codes in told.items()
        if codes
    ]
    if is_last and (names := author.view["money"]["not_quoted"]):
        lines.append(author.own("not_quoted", names=author.join(names)))
    return join_lines(lines)


def _or_unknown(author: Author, cell: Cell) -> Cell:
    return author.say("unknown") if cell is None else cell


def _say_sum(author: Author, amount: float | None, unknown: Sequence[str]) -> Cell:
    return DASH if amount is None and not unknown else _or_unknown(author, amount)
