"""What a report says of the last one, and which reports a change of law makes anew."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook
from test_diff import AS_OF, change, follow

from case_files import add_files, hold
from licences.analysis.case import Case, make_case
from licences.analysis.impact import find_impacts
from licences.analysis.record import MIME, choose_since, find_record, hand_over_record, make_record
from licences.law.catalogue import Catalogue
from licences.law.diff import compare_laws
from licences.planning.forecast import PlanOptions
from licences.render.excel.workbook import make_workbook
from licences.render.html.since_last import SinceLastSection, make_since_last_section
from licences.render.word.document import make_word
from licences.rules.facts import choose_clients
from licences.words.since_last import tell_changes
from licences.words.texts import say

START = date(2026, 11, 24)
DAYS = ("--as-of", "2026-11-23", "--start", "2026-11-24", "--lang", "en")


@pytest.fixture
def look_back(sample_clients: pd.DataFrame) -> Callable[..., SinceLastSection]:
    """Makes the section of a case as a report does, after an earlier one."""

    def look(
        catalogue: Catalogue, earlier: Any = None, client: str = "wander-work", **asked: Any
    ) -> SinceLastSection:
        hand_over_record(earlier)
        try:
            return make_since_last_section(open_one(catalogue, sample_clients, client, **asked))
        finally:
            hand_over_record(None)

    return look


def open_one(catalogue: Catalogue, clients: pd.DataFrame, client: str, **asked: Any) -> Case:
    named = {"as_of": AS_OF, "start": START, "language": "en", "facts": {}} | asked
    profile = choose_clients(clients, [client]).copy()
    for name, told in named["facts"].items():
        profile[name] = pd.array([told], dtype="boolean") if isinstance(told, bool) else [told]
    return make_case(catalogue, profile, named["as_of"], PlanOptions(named["start"]), named["language"])


def read(section: SinceLastSection) -> str:
    return " ".join(re.sub("<[^>]+>", " ", section.html).split())


def test_a_report_without_an_earlier_one_or_after_the_same_says_nothing(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    first = look_back(catalogue)
    assert first.html == ""
    assert look_back(catalogue, first.record).html == ""
    other = look_back(catalogue, client="grand-bazaar")
    assert look_back(catalogue, other.record).html == ""


def test_another_day_alone_is_no_other_content(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    first = look_back(catalogue, client="jam-jar")
    again = look_back(catalogue, first.record, client="jam-jar", as_of=AS_OF + timedelta(days=1))
    assert again.html == ""


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"applies_when": "sells_call_centre_services"}, "no longer needed (it was: required)"),
        ({"fee_cny": 777.0}, "official fee: 0 CNY → 777 CNY"),
        ({"fee_cny": 777.0}, "Known official fees add up to"),
        ({"documents_en": ("one paper",)}, ": documents."),
        ({"note_en": "another note"}, ": explanations."),
        ({"eligible_when": "registered_capital_cny >= 5"}, ": conditions."),
        ({"days_likely": 88, "days_max": 99, "statutory_days": pd.NA}, "working days later"),
        ({"obligation": "recommended"}, "now recommended (it was: required)"),
    ],
)
def test_what_differs_since_the_last_report_is_said(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection], cells: dict[str, object], says: str
) -> None:
    first = look_back(catalogue)
    after = look_back(change(catalogue, "ICP", **cells), first.record)
    assert "The last report stated the law as of 23 November 2026" in read(after)
    assert says in read(after)
    assert "信息服务业务" in read(after)


def test_an_opening_date_of_other_licences_is_not_compared_and_what_blocks_is_said(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    dear = change(catalogue, "EDI", eligible_when="registered_capital_cny >= 20000000")
    before, after = look_back(catalogue, client="device-depot"), look_back(dear, client="device-depot")
    shut = read(look_back(dear, before.record, client="device-depot"))
    assert "cannot be obtained as things are: Registered capital: 5,000,000 CNY, less than" in shut
    assert "The opening date now leaves out EDI licence" in shut
    assert re.search(
        r"not compared with the last one; it is now not before \d+ \w+ 2027\*?, by usual times\.", shut
    )
    assert "% sure" not in shut
    opened = read(look_back(catalogue, after.record, client="device-depot"))
    assert re.search("As far as is known, EDI licence.* can be obtained now", opened)
    assert "The opening date no longer leaves out EDI licence" in opened
    for said in (shut, opened):
        assert "earlier" not in said
        assert "days later" not in said


def test_that_nothing_is_left_to_obtain_is_no_lost_opening_date(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    everything = tuple(sorted(set(catalogue.rows["code"])))
    for client, again in (
        ("sea-bridge", "There is an opening date again"),
        ("wander-work", "Not before which day it can open is not compared with the last one"),
    ):
        first = look_back(catalogue, client=client)
        done = look_back(catalogue, client=client, facts={"holds": everything})
        said = read(look_back(catalogue, first.record, client=client, facts={"holds": everything}))
        assert "Nothing that is required is left to obtain." in said
        assert again in read(look_back(catalogue, done.record, client=client))


def test_papers_are_news_only_to_who_has_still_to_apply(
    catalogue: Catalogue, sample_clients: pd.DataFrame, look_back: Callable[..., SinceLastSection]
) -> None:
    new = change(catalogue, "FOOD_OPERATION", documents_en=("one paper",), advice_en="another advice")
    told = {
        one.client
        for one in find_impacts(compare_laws(catalogue, new, AS_OF, "en"), sample_clients, PlanOptions(START))
    }
    for client in sample_clients["client"]:
        after = look_back(new, look_back(catalogue, client=client).record, client=client)
        assert bool(after.html) is (client in told), client
    assert "old-willow" in told


def test_other_holdings_or_another_day_are_no_other_law(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    for client, holds in (("corner-shop", ()), ("old-willow", ("BUSINESS_LICENCE", "EDI@2029-03-31")),
                          ("grand-bazaar", ("EDI",)), ("wander-work", ("ICP@2030-01-01",))):  # fmt: skip
        first = look_back(catalogue, client=client)
        other = look_back(catalogue, first.record, client=client, facts={"holds": holds})
        assert "What you hold" in read(other)
        back = look_back(catalogue, other.record, client=client)
        for said in (read(other), read(back)):
            assert "What the law says of it" not in said
            assert "Only sources" not in said
    first = look_back(catalogue, client="old-willow")
    later = look_back(
        catalogue, first.record, client="old-willow", as_of=date(2027, 1, 15), start=date(2027, 1, 18)
    )
    said = read(later)
    assert re.search(r"Food operation licence.* has expired \(31 December 2026\)", said)
    assert ": documents." not in said


def test_a_source_that_was_read_again_is_not_called_another_law(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    first = look_back(catalogue)
    for cells in (
        {"checked_on": pd.Timestamp("2026-11-24")},
        {"confidence": "low"},
        {"published_on": pd.Timestamp(AS_OF)},
    ):
        said = read(look_back(change(catalogue, "ICP", **cells), first.record))
        assert "Only sources and checks; the law is the same Commercial ICP licence" in said
        assert "What the law says of it" not in said


def test_days_are_said_in_the_unit_that_each_report_had(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    first = look_back(catalogue)
    other = change(catalogue, "ICP", days_likely=77, days_max=99, days_unit="calendar", statutory_days=pd.NA)
    said = read(look_back(other, first.record))
    assert re.search(r"time it takes: \d+ working days → 77 calendar days", said)


def test_a_licence_that_only_became_open_makes_no_opening_date_earlier(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    open_again = {"mlps_level": pd.NA}
    first = look_back(catalogue, client="device-depot")
    said = read(look_back(catalogue, first.record, client="device-depot", facts=open_again))
    assert "The opening date now leaves out Multi-Level Protection Scheme" in said
    assert "since it cannot be told whether that is needed" in said
    assert re.search(r"it is now not before \d+ \w+ 2027", said)
    assert "days earlier" not in said
    promised = look_back(catalogue, client="nine-rivers-freight")
    said = read(look_back(catalogue, promised.record, client="nine-rivers-freight", facts=open_again))
    assert "An opening date can no longer be promised, which it could last time." in said
    assert "days earlier" not in said
    assert "% sure" not in said


def test_another_set_of_what_is_left_out_is_said_though_the_dates_are_the_same(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    alone = change(catalogue, "TELECOM_NETWORK_FILING", requires="BUSINESS_LICENCE")  # waits for no EDI
    first = look_back(alone, client="fresh-basket")
    dear = change(alone, "EDI", eligible_when="registered_capital_cny >= 20000000")
    after = look_back(dear, first.record, client="fresh-basket")
    assert after.record["launch"] == first.record["launch"]
    assert "The opening date now leaves out EDI licence" in read(after)


def test_what_had_no_date_and_is_open_now_is_left_out_as_before(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    """It is not said both that the opening date no longer leaves it out and that it now does."""
    alone = change(catalogue, "TELECOM_NETWORK_FILING", requires="BUSINESS_LICENCE")
    dear = change(alone, "EDI", eligible_when="registered_capital_cny >= 20000000")
    asks = change(dear, "EDI", applies_when="sells_call_centre_services")
    facts = {"sells_call_centre_services": pd.NA}
    first = look_back(dear, client="device-depot", facts=facts)
    assert "EDI" in first.record["left_out"]
    said = read(look_back(asks, first.record, client="device-depot", facts=facts))
    assert "EDI licence" in said
    assert "leaves out" not in said
    assert "not compared" not in said


def test_what_expired_and_became_open_makes_no_opening_date_earlier(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    """It was to be obtained again, so that the last date was waiting for it."""
    for client, code, says in (
        ("nine-rivers-freight", "MLPS_3", "An opening date can no longer be promised"),
        ("grand-bazaar", "MLPS_3", "since it cannot be told whether that is needed"),
    ):
        slow = change(catalogue, code, days_min=100, days_likely=120, days_max=150, statutory_days=pd.NA)
        holds = (f"{code}@2026-01-01",)
        first = look_back(slow, client=client, facts={"holds": holds})
        assert first.record["expired"] == [code]
        facts = {"holds": holds, "mlps_level": pd.NA}
        said = read(look_back(slow, first.record, client=client, facts=facts))
        assert says in said
        assert "days earlier" not in said


def test_a_date_that_hung_on_an_answer_is_not_said_to_be_done(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    def ask(client: str, code: str, field: str, answer: object) -> tuple[str, str]:
        """What is said where the one licence left is required and then open, and the other way round."""
        held = (*sorted(set(catalogue.rows["code"]) - {code}), f"not:{code}")
        told, untold = {"holds": held, field: answer}, {"holds": held, field: pd.NA}
        needed = look_back(catalogue, client=client, facts=told)
        still_open = look_back(catalogue, client=client, facts=untold)
        there = look_back(catalogue, needed.record, client=client, facts=untold)
        return read(there), read(look_back(catalogue, still_open.record, client=client, facts=told))

    there, back = ask("nine-rivers-freight", "MLPS_3", "mlps_level", 3)
    assert "An opening date can no longer be promised" in there
    assert "Nothing that is required" not in there
    assert "An opening date can now be promised" in back
    there, back = ask("wander-work", "CALL_CENTRE", "sells_call_centre_services", True)  # never promised
    for said in (there, back):
        assert "Not before which day it can open is not compared with the last one" in said
        assert "Nothing that is required" not in said


def test_fees_of_which_one_is_not_known_in_one_report_alone_are_not_compared(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    unknown = change(change(catalogue, "ICP", fee_cny=float("nan")), "EDI", fee_cny=40.0)
    first, other = look_back(catalogue), look_back(unknown)
    for after in (look_back(unknown, first.record), look_back(catalogue, other.record)):
        said = read(after)
        assert re.search("an amount is not known in one of the two reports: Commercial ICP licence", said)
        assert f"What is known adds up to {after.record['fees_cny']:.0f} CNY now." in said
        assert "instead of" not in said
    dearer = change(unknown, "EDI", fee_cny=60.0)
    assert "add up to 60 CNY instead of 40 CNY" in read(look_back(dearer, other.record))


def test_a_record_that_kept_less_is_still_read(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    """As reports kept it that did not tell yearly fees apart."""
    dear = change(catalogue, "ICP", fee_cny=500.0, yearly_fee_cny=30.0)
    unknown = change(catalogue, "ICP", kind="code")
    first, second = (
        {name: value for name, value in look_back(law).record.items() if "yearly" not in name}
        for law in (catalogue, dear)
    )
    trail = json.dumps({"data": {MIME: first}}).encode()
    assert find_record(trail, "wander-work") == first
    assert find_record(trail.replace(b'"rows"', b'"unknown_yearly_fees": 3, "rows"'), "wander-work") is None
    assert look_back(catalogue, first).html == ""
    assert "add up to 530 CNY instead of 0 CNY" in read(look_back(dear, first))
    assert "add up to 0 CNY instead of 530 CNY" in read(look_back(catalogue, second))
    assert "in one of the two reports: Commercial ICP licence" in read(look_back(unknown, first))
    again = look_back(dear, second | {"since": first})
    assert again.record["since"] == first
    assert "530 CNY instead of 0 CNY" in read(again)


def test_a_report_of_an_earlier_day_does_not_say_since_then(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    first = look_back(catalogue)
    said = read(look_back(catalogue, first.record, as_of=date(2025, 1, 1)))
    assert "a later day than this one" in said
    assert "Since then" not in said


def test_an_expression_of_the_catalogue_is_not_shown_to_a_client(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    wider = change(catalogue, "EXPRESS", applies_when="own_couriers or issues_prepaid_cards")
    first = look_back(catalogue, client="paper-plane-post")
    said = read(look_back(wider, first.record, client="paper-plane-post"))
    assert ": who needs it." in said
    assert "own_couriers" not in said


def test_answers_holdings_and_what_is_to_come_are_said_too(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    first = look_back(catalogue)
    said = read(
        look_back(
            catalogue, first.record, facts={"sells_call_centre_services": True, "holds": ("ICP@2030-01-01",)}
        )
    )
    assert "New: Value-added telecom licence for domestic call-centre services" in said
    assert "yes (it was: no)" in said
    assert "Now held: Commercial ICP licence" in said
    coming = read(look_back(follow(catalogue, "ICP", "2027-05-01", fee_cny=5.0), first.record))
    assert re.search(
        r"From 1 May 2027: Commercial ICP licence.* changes: official fee: 0 CNY → 5 CNY\.", coming
    )
    ending = look_back(change(catalogue, "ICP", in_force_to=pd.Timestamp("2027-04-30")), first.record)
    assert re.search("From 1 May 2027: Commercial ICP licence.* is no longer in force.", read(ending))
    assert "The change announced for 1 May 2027 is no longer listed" in read(
        look_back(catalogue, ending.record)
    )


def test_the_same_report_made_again_says_the_same_and_the_next_one_does_not(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    new = change(catalogue, "ICP", fee_cny=777.0)
    first = look_back(catalogue)
    second = look_back(new, first.record)
    again = look_back(new, second.record)
    assert (again.html, again.record) == (second.html, second.record)
    assert second.html
    later = look_back(change(new, "ICP", fee_cny=778.0), second.record)
    assert "777 CNY → 778 CNY" in read(later)
    assert later.record["since"]["rows"] == second.record["rows"]
    assert "since" not in later.record["since"]


def test_after_a_report_in_another_language_only_what_languages_share_is_compared(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    first = look_back(catalogue, language="zh")
    assert look_back(catalogue, first.record).html == ""
    said = read(look_back(change(catalogue, "ICP", applies_when="sells_call_centre_services"), first.record))
    assert "in another language, so that changes of its wording are not listed" in said
    assert re.search(r"Commercial ICP licence.*\(增值电信业务经营许可证.*: no longer needed", said)
    assert "What the law says of it" not in said
    dearer = change(catalogue, "ICP", fee_cny=500.0, penalty_en="another penalty")
    said = read(look_back(dearer, first.record))
    assert "official fee: 0 CNY → 500 CNY." in said
    assert "Penalty" not in said


def test_what_a_client_typed_is_escaped(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    first = look_back(catalogue)
    nasty = json.loads(json.dumps(first.record))
    nasty["names"]["ICP"] = ["<script>", "<b>"]
    nasty["verdicts"]["GONE"], nasty["names"]["GONE"] = "required", ["<script>alert(1)", "x"]
    assert "<script>" not in look_back(catalogue, nasty).html


def test_a_record_is_found_in_the_notebook_and_nothing_else_is_taken_for_one(
    catalogue: Catalogue, look_back: Callable[..., SinceLastSection]
) -> None:
    record = look_back(catalogue).record
    whole = json.dumps({"outputs": [{"data": {MIME: record}}], "metadata": {}}, indent=1).encode()
    assert find_record(whole, "wander-work") == record
    assert find_record(whole, "grand-bazaar") is None
    said = json.dumps({"text": json.dumps({MIME: record})}).encode()
    for trail in (b"", whole[: len(whole) // 2], said, whole.replace(b'"version": 2', b'"version": 1'),
                  whole.replace(b'"rows": {', b'"lines": {'), b"\xff" + whole[:-900]):  # fmt: skip
        assert find_record(trail, "wander-work") is None


def test_a_record_is_small(catalogue: Catalogue, sample_clients: pd.DataFrame) -> None:
    for client in ("grand-bazaar", "quiet-client"):
        record = make_record(open_one(catalogue, sample_clients, client))
        assert len(json.dumps(record, ensure_ascii=False).encode()) < 70_000
        assert choose_since(record, record | {"since": None}) is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_word_file_and_a_workbook_say_what_the_page_says(
    catalogue: Catalogue,
    sample_clients: pd.DataFrame,
    look_back: Callable[..., SinceLastSection],
    language: str,
) -> None:
    new = change(catalogue, "ICP", fee_cny=777.0, applies_when="sells_call_centre_services")
    new = change(
        new, "HR_SERVICE", days_likely=188, days_max=199, statutory_days=pd.NA
    )  # it decides the launch
    case = open_one(new, sample_clients, "wander-work", language=language)
    earlier = look_back(catalogue, language=language).record
    page = make_page_texts(look_back(new, earlier, language=language).html)
    assert len(page) > 4
    assert not [text for text in page if text in read_word(case) or text in read_workbook(case)]
    hand_over_record(earlier)
    try:
        word, workbook = read_word(case), read_workbook(case)
    finally:
        hand_over_record(None)
    first = word.index(page[0], word.index(page[0]) + 1)  # after the table of contents
    assert word[first : first + len(page)] == page
    assert set(page[2:]) <= set(workbook)


def make_page_texts(html: str) -> list[str]:
    """The headings, paragraphs and points of a section, one after the other."""
    return [unescape(text) for text in re.findall(r"<(?:h2|h3|p|li)>(.*?)</", html)]


def read_word(case: Case) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(make_word(case))).paragraphs]


def read_workbook(case: Case) -> list[str]:
    """The first sheet from the heading on; nothing where there is none."""
    cover = load_workbook(io.BytesIO(make_workbook(case))).worksheets[0]
    cells = [str(cell) for row in cover.iter_rows(values_only=True) for cell in row]
    title = say(case.language, "retrospect.title")
    return cells[cells.index(title) :] if title in cells else []


def report(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "licences", "report", *DAYS, *arguments],
        cwd=cwd, capture_output=True, text=True, check=False,
    )  # fmt: skip


def read_pages(out: Path) -> dict[str, str]:
    """The pages without their edition and the table of all rules by which a reader tries other answers."""
    return {
        page.parent.name: re.sub(
            r'<script type="application/json" id="decisions">.*?</script>|<footer class="edition">.*?</footer>',
            "",
            page.read_text(encoding="utf-8"),
        )
        for page in out.glob("*/report.html")
    }


def read_done(out: Path, after: int = 0) -> list[str]:
    lines = (out / "ledger.jsonl").read_text(encoding="utf-8").splitlines()[after:]
    entries = [json.loads(line) for line in lines]
    assert {entry["status"] for entry in entries} <= {"done"}
    return [entry["client"] for entry in entries]


@pytest.fixture(scope="module")
def old_catalogue(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue before two changes: a rule that got wider, and a fee."""
    rows = pd.read_csv(project / "data" / "licences.csv", dtype=str, keep_default_na=False)
    express = (rows["code"] == "EXPRESS") & (rows["in_force_to"] == "")
    rows.loc[express, "applies_when"] = "own_couriers and issues_prepaid_cards"
    call_centre = (rows["code"] == "CALL_CENTRE") & (rows["in_force_to"] == "")
    rows.loc[call_centre, ["fee_cny", "fee_cny_basis"]] = ["12345", "estimate"]
    path = tmp_path_factory.mktemp("old") / "old.csv"
    rows.to_csv(path, index=False)
    return path


def test_only_the_reports_are_made_anew_that_the_difference_touches(
    project: Path, old_catalogue: Path, tmp_path: Path
) -> None:
    kept, anew = tmp_path / "kept", tmp_path / "anew"
    assert report("--catalogue", str(old_catalogue), "--out", str(kept), cwd=project).returncode == 0
    assert report("--out", str(anew), cwd=project).returncode == 0
    old_pages, new_pages = read_pages(kept), read_pages(anew)
    differ = {client for client in old_pages if old_pages[client] != new_pages[client]}
    before = len(read_done(kept))
    made = report("--touched-by", str(old_catalogue), "--out", str(kept), cwd=project)
    assert made.returncode == 0, made.stderr
    assert set(read_done(kept, before)) == differ
    assert 2 < len(differ) < len(old_pages) / 2
    assert f"{len(differ)} of {len(old_pages)} clients are touched" in made.stderr
    touched = read_pages(kept)
    for client, page in touched.items():
        assert ("What has changed since your last report" in page) is (client in differ)
        without = re.sub(r'<section id="changed">.*?</section>\s*', "", page, flags=re.DOTALL)
        without = re.sub(r'<li class="standard"><a href="#changed">.*?</li>', "", without)
        assert "".join(without.split()) == "".join(new_pages[client].split())
    said = json.loads(
        subprocess.run(
            [sys.executable, "-m", "licences", "diff", str(old_catalogue), "data/licences.csv", "--json",
             "--as-of", "2026-11-23", "--lang", "en"],
            cwd=project, capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    assert {one["client"] for one in said["clients"]} == differ
    again = report("--touched-by", str(old_catalogue), "--out", str(kept), "--force", cwd=project)
    assert again.returncode == 0
    assert read_pages(kept) == touched


def test_where_nothing_differs_no_report_is_made_and_a_missing_catalogue_is_said(
    project: Path, tmp_path: Path
) -> None:
    none = report("--touched-by", "data/licences.csv", "--out", str(tmp_path / "out"), cwd=project)
    assert none.returncode == 0
    assert "0 of 26 clients are touched" in none.stderr
    assert not (tmp_path / "out").exists()
    missing = report("--touched-by", "no.csv", "--out", str(tmp_path / "out"), cwd=project)
    read, *said = missing.stderr.splitlines()
    assert read.startswith("data/clients.csv: 26 clients, ")
    assert (missing.returncode, said) == (1, ["no.csv: there is no such file; check the path"])


def test_what_we_hold_of_days_and_fees_is_no_change_of_the_law(
    catalogue: Catalogue, sample_clients: pd.DataFrame
) -> None:
    told = sample_clients[sample_clients["client"] == "grand-bazaar"]
    ours = [hold("EDI", "days", "15"), hold("EDI", "fee", "300"), hold("ICP", "verdict", "not_needed")]
    plan_options = PlanOptions(date(2026, 11, 24))
    before, after = (
        make_case(catalogue, profiles, date(2026, 11, 23), plan_options, "en")
        for profiles in (told, add_files(told, {"grand-bazaar": ours}))
    )
    said = tell_changes(after, make_record(before), make_record(after))
    assert said is not None
    titles = [title for title, _ in said["parts"]]
    assert titles == ["What is needed", "Opening date and fees"]
    assert "no longer needed (it was: required)" in said["parts"][0][1][0]
