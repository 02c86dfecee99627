"""Whatever was typed into a file of a client's folder is still there after the next report."""

from __future__ import annotations

from datetime import date

import pytest

from licences.batch.edited import MOST_COPIES, Folder, find_written, hash_content, settle_names

AS_OF, BEFORE = date(2026, 11, 28), date(2026, 11, 23)
NEW = {
    "checklist.xlsx": b"new list",
    "report.docx": b"new text",
    "renewals.ics": b"new days",
    "report.html": b"new page",
}


def settle(
    there: dict[str, bytes],
    ours: tuple[bytes, ...] = (),
    carried: bytes | None = None,
    is_open: tuple[str, ...] = (),
    own: tuple[str, ...] = (),
) -> tuple[dict[str, bytes], str]:
    """What lies in the folder afterwards, and what is said."""
    folder = Folder(
        there.get,
        is_open.__contains__,
        set(map(hash_content, ours)),
        hash_content(carried) if carried else "",
        BEFORE,
        own,
    )
    settled = settle_names(NEW, folder, AS_OF)
    assert not set(settled.copies) & set(there)
    return {**there, **settled.copies, **settled.files}, "; ".join(settled.remarks)


def test_where_nothing_lies_each_file_has_its_name() -> None:
    assert settle({}) == (NEW, "")


def test_what_we_wrote_gives_way() -> None:
    old = {name: content.replace(b"new", b"old") for name, content in NEW.items()}
    assert settle(old, ours=tuple(old.values())) == (NEW, "")


def test_an_edited_word_file_stays_and_the_new_one_has_the_day_in_its_name() -> None:
    after, said = settle({"report.docx": b"mine"})
    assert after == NEW | {"report.docx": b"mine", "report.2026-11-28.docx": b"new text"}
    assert said == "report.docx was edited and stays as it is; the new one is report.2026-11-28.docx"


def test_an_edited_calendar_stays_and_the_new_one_has_the_day_in_its_name() -> None:
    after, said = settle({"renewals.ics": b"mine"}, ours=(b"old days",))
    assert after == NEW | {"renewals.ics": b"mine", "renewals.2026-11-28.ics": b"new days"}
    assert said == "renewals.ics was edited and stays as it is; the new one is renewals.2026-11-28.ics"


def test_what_a_reader_added_to_a_checklist_is_said_to_be_in_the_copy_alone() -> None:
    after, said = settle({"checklist.xlsx": b"mine"}, carried=b"mine", own=("My notes", "File number"))
    assert after["checklist.2026-11-23.xlsx"] == b"mine"
    assert said.endswith(
        "the file as it was is checklist.2026-11-23.xlsx, which alone has what was added: My notes, File number"
    )


def test_a_checklist_whose_entries_are_carried_over_stays_as_a_copy_with_its_day() -> None:
    after, said = settle({"checklist.xlsx": b"mine"}, carried=b"mine")
    assert after == NEW | {"checklist.2026-11-23.xlsx": b"mine"}
    assert said == (
        "what was filled in in checklist.xlsx is carried over; the file as it was is checklist.2026-11-23.xlsx"
    )


@pytest.mark.parametrize("carried", [None, b"mine, an hour ago"])
def test_a_checklist_that_cannot_be_carried_over_or_was_edited_meanwhile_stays(carried: bytes | None) -> None:
    after, said = settle({"checklist.xlsx": b"mine"}, carried=carried)
    assert after == NEW | {"checklist.xlsx": b"mine", "checklist.2026-11-28.xlsx": b"new list"}
    assert "was edited and stays" in said


def test_what_a_program_has_open_stays_also_where_we_wrote_it() -> None:
    old = {"checklist.xlsx": b"old list", "report.docx": b"old text"}
    after, said = settle(old, ours=tuple(old.values()), is_open=tuple(old))
    assert after == NEW | old | {
        "checklist.2026-11-28.xlsx": b"new list",
        "report.2026-11-28.docx": b"new text",
    }
    assert said.count("is open in another program") == 2


def test_a_name_that_is_taken_is_not_taken_again_but_for_what_we_wrote() -> None:
    there = {"report.docx": b"mine", "report.2026-11-28.docx": b"mine too"}
    assert settle(there)[0] == NEW | there | {"report.2026-11-28-2.docx": b"new text"}
    there["report.2026-11-28-2.docx"] = b"old text"
    assert settle(there, ours=(b"old text",))[0] == NEW | there | {"report.2026-11-28-2.docx": b"new text"}
    lists = {"checklist.xlsx": b"mine", "checklist.2026-11-23.xlsx": b"we wrote it"}
    after, _ = settle(lists, ours=(b"we wrote it",), carried=b"mine")
    assert after == NEW | lists | {"checklist.xlsx": b"new list", "checklist.2026-11-23-2.xlsx": b"mine"}


def test_a_file_that_cannot_be_read_stays_and_a_search_for_a_name_ends() -> None:
    def look(name: str) -> bytes | None:
        if name == "report.docx":
            raise PermissionError(13, "Permission denied")
        return None

    settled = settle_names(NEW, Folder(look, lambda _: False, (), "", None), AS_OF)
    assert set(settled.files) == {"checklist.xlsx", "renewals.ics", "report.html", "report.2026-11-28.docx"}
    assert "cannot be read (Permission denied)" in settled.remarks[0]

    def fail(_name: str) -> bytes | None:
        raise OSError(5, "no answer")

    with pytest.raises(OSError, match=f"{MOST_COPIES} copies"):
        settle_names(NEW, Folder(fail, lambda _: False, (), "", None), AS_OF)


def test_the_names_of_a_report_are_found_with_and_without_a_day() -> None:
    outputs = ["checklist.xlsx", "report.2026-11-28-2.docx", "report.html"]
    assert find_written(outputs, "checklist.xlsx") == "checklist.xlsx"
    assert find_written(outputs, "report.docx") == "report.2026-11-28-2.docx"
    assert find_written(outputs, "report.pdf") is None
