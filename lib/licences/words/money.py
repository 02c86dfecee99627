"""Money in a reader's language: what a plan costs, what the firm asks for it, and what is at stake without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypedDict

from licences.words.labels import join_some, label_value
from licences.words.overrides import say_override
from licences.words.texts import add_note, say, say_amount, say_number

if TYPE_CHECKING:
    from licences.planning.fees import Amounts, Cost
    from licences.planning.forecast import Forecast
    from licences.planning.risk import Penalty


class CostView(TypedDict):
    """The fees of a phase in yuan, None where no amount is known; the rest names licences.

    market: least and most. The texts are for a table: each says beside its amount how much is not known.
    """

    phase: str
    fee: float | None
    yearly_fee: float | None
    market: tuple[float, float] | None
    our_fee: float | None
    unknown: list[str]
    unknown_yearly: list[str]
    unknown_market: list[str]
    estimates: list[str]
    fee_text: str
    yearly_text: str
    market_text: str
    our_text: str


class QuoteView(TypedDict):
    """What the firm asks for a licence, in yuan."""

    code: str
    short: str
    our_fee: float
    remark: str | None


class MoneyView(TypedDict):
    """All that is said of money: by phase, in total in sentences, the quotation, and what is at stake.

    not_quoted: short names of what is to be obtained and for which the firm names no fee. risk: a sentence,
    None where nothing that is required is left to obtain.
    """

    costs: list[CostView]
    totals: list[str]
    quotation: list[QuoteView]
    quotation_total: str
    not_quoted: list[str]
    risk: str | None


def view_money(forecast: Forecast) -> MoneyView:
    """What the plan costs and what is at stake without it."""
    return {
        "costs": view_costs(forecast),
        "totals": list(say_totals(forecast)),
        "quotation": view_quotation(forecast),
        "quotation_total": say_quotation_total(forecast),
        "not_quoted": find_not_quoted(forecast),
        "risk": say_risk(forecast),
    }


def view_costs(forecast: Forecast) -> list[CostView]:
    """The fees, phase by phase."""
    law = forecast.plan.law
    language = law.language

    def name(codes: Iterable[str]) -> list[str]:
        return [law.short(code) for code in codes]

    def view(cost: Cost) -> CostView:
        market, ours = find_market(cost), cost.our_fee_cny
        return {
            "phase": label_value("phase", cost.phase, language),
            "fee": cost.fee_cny,
            "yearly_fee": cost.yearly_fee_cny,
            "market": market,
            "our_fee": ours,
            "unknown": name(cost.unknown_fees),
            "unknown_yearly": name(cost.unknown_yearly_fees),
            "unknown_market": name(cost.unknown_market),
            "estimates": name(cost.estimates),
            "fee_text": _say_cell(
                None if cost.fee_cny is None else (cost.fee_cny, cost.fee_cny), cost.unknown_fees, language
            ),
            "yearly_text": _say_cell(
                None if cost.yearly_fee_cny is None else (cost.yearly_fee_cny, cost.yearly_fee_cny),
                cost.unknown_yearly_fees,
                language,
            ),
            "market_text": _say_cell(market, cost.unknown_market, language, cost.market_basis),
            "our_text": "–" if ours is None else say_number(ours),
        }

    return [view(cost) for cost in forecast.costs]


def find_market(amounts: Amounts) -> tuple[float, float] | None:
    """The least and the most of the market prices; None where none is known."""
    least, most = amounts.market_min_cny, amounts.market_max_cny
    return None if least is None or most is None else (least, most)


def _say_cell(
    known: tuple[float, float] | None, unknown: Sequence[str], language: str, basis: str | None = None
) -> str:
    """An amount for a column of yuan, with how many of which it is not known."""
    if known is None:
        return add_note(say(language, "page.unknown"), len(unknown), language) if unknown else "–"
    least, most = known
    if unknown or most:
        said = say_number(least) if least == most else f"{say_number(least)}–{say_number(most)}"
        return _label_ground(said, basis, language) + (
            say(language, "page.costs_plus", count=len(unknown)) if unknown else ""
        )
    return say(language, "money.free")


def say_totals(forecast: Forecast) -> Iterator[str]:
    """The sums over all phases, a sentence each; what a sum leaves out stands in the same one."""
    total, law = forecast.costs_total, forecast.plan.law
    language = law.language
    for key, known, unknown, basis in _list_sums(total):
        # Where no market price is known at all, a list of all that there is would say nothing.
        names = [] if key == "market" and known is None else list(map(law.short, unknown))
        yield say(language, f"money.total.{key}", told=_say_sum(known, names, basis, language))
    if total.our_fee_cny is not None:
        yield say(language, "money.total.ours", told=say_quotation_total(forecast))
    obtained = {step.code for step in forecast.plan.steps}
    yield from (say_override(one, law) for one in law.overrides if one.kind == "fee" and one.code in obtained)
    if total.estimates:
        yield say(language, "money.estimates", names=_join(map(law.short, total.estimates), language))


def say_costs_in_short(forecast: Forecast) -> Iterator[str]:
    """The same sums for a letter: what they leave out is counted and not named."""
    total, language = forecast.costs_total, forecast.plan.law.language
    for key, known, unknown, basis in _list_sums(total):
        yield say(language, f"letter.cost.{key}", told=_count_sum(known, len(unknown), basis, language))
    if total.our_fee_cny is not None:
        yield say(language, "letter.cost.ours", told=say_quotation_total(forecast))


def _list_sums(total: Amounts) -> Iterator[tuple[str, tuple[float, float] | None, Sequence[str], str | None]]:
    """Of each sum that says anything what it is of, its least and most, whose amounts it leaves out, and its ground."""
    fee, yearly = total.fee_cny, total.yearly_fee_cny
    for key, known, unknown, basis in (
        ("fee", None if fee is None else (fee, fee), total.unknown_fees, None),
        ("yearly", None if yearly is None else (yearly, yearly), total.unknown_yearly_fees, None),
        ("market", find_market(total), total.unknown_market, total.market_basis),
    ):
        if known or unknown:
            yield key, known, unknown, basis


def _count_sum(known: tuple[float, float] | None, unknown: int, basis: str | None, language: str) -> str:
    if known is None:
        return say(language, "letter.cost.unknown", count=unknown)
    if known == (0, 0) and not unknown:
        return say(language, "money.free")
    amount = _label_ground(_say_range(known, language), basis, language)
    return say(language, "letter.cost.part", amount=amount, count=unknown) if unknown else amount


def _say_sum(known: tuple[float, float] | None, unknown: list[str], basis: str | None, language: str) -> str:
    names = _join(unknown, language)
    if known is None:
        return say(language, "money.none_known", names=names) if names else say(language, "page.unknown")
    if known == (0, 0) and not unknown:
        return say(language, "money.free")
    amount = _label_ground(_say_range(known, language), basis, language)
    return say(language, "money.left_out", amount=amount, names=names) if unknown else amount


def _say_range(known: tuple[float, float], language: str) -> str:
    least, most = (say_amount(one, language) for one in known)
    return say(language, "money.amount" if least == most else "money.range", least=least, most=most)


def _label_ground(text: str, basis: str | None, language: str) -> str:
    """A text with its ground, where that is no text of a rule."""
    if basis in {None, "rule_text"}:
        return text
    return say(
        language, "page.fine.basis", fine=text, basis=label_value("days_likely_basis", basis, language)
    )


def _join(names: Iterable[str], language: str) -> str:
    return say(language, "list").join(names)


def view_quotation(forecast: Forecast) -> list[QuoteView]:
    """The firm's own fees, licence by licence; empty where it names none."""
    return [
        {
            "code": quote.code,
            "short": forecast.plan.law.short(quote.code),
            "our_fee": quote.our_fee_cny,
            "remark": quote.remark,
        }
        for quote in forecast.quotation
    ]


def find_not_quoted(forecast: Forecast) -> list[str]:
    """Short names of what is to be obtained and for which the firm names no fee; empty where it names none at all."""
    quoted = {quote.code for quote in forecast.quotation}
    steps = forecast.plan.steps if quoted else ()
    return [forecast.plan.law.short(step.code) for step in steps if step.code not in quoted]


def say_quotation_total(forecast: Forecast) -> str:
    """The sum of the firm's own fees, with what it leaves out; empty where the firm names none."""
    ours, language = forecast.costs_total.our_fee_cny, forecast.plan.law.language
    if ours is None:
        return ""
    amount, not_quoted = _say_range((ours, ours), language), find_not_quoted(forecast)
    if not not_quoted:
        return amount
    return say(language, "money.not_quoted", amount=amount, names=_join(not_quoted, language))


def say_risk(forecast: Forecast) -> str | None:
    """What is at stake today: the highest single fine, where closing is possible, and what is not known."""
    risk, law = forecast.risk, forecast.plan.law
    language = law.language
    if not risk.licences:
        return None

    def name_closing(one: Penalty) -> str:
        return _label_ground(law.short(one.code), one.closes_basis, language)

    parts = [_say_highest(risk.highest, forecast)]
    if risk.closing:
        names = [name_closing(one) for one in risk.licences if one.closes]
        parts.append(say(language, "money.risk.closing", names=join_some(names, language)))
    if risk.unknown and risk.highest:
        names = [law.short(code) for code in risk.unknown]
        parts.append(say(language, "money.risk.unknown", names=join_some(names, language)))
    return say(language, "money.risk.whole", told=say(language, "money.risk.and").join(parts))


def _say_highest(highest: Penalty | None, forecast: Forecast) -> str:
    law = forecast.plan.law
    amount = highest.amount_cny if highest else None
    if highest is None or amount is None:
        return say(law.language, "money.risk.none")
    kind = "from" if highest.max_cny is None else "up_to"
    said = say(law.language, f"money.risk.{kind}", amount=_say_range((amount, amount), law.language))
    said = _label_ground(said, highest.fine_basis, law.language)
    return say(law.language, "money.risk.highest", fine=said, name=law.short(highest.code))
