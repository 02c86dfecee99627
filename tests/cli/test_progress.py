"""What a batch says of each report where nobody looks on."""

from __future__ import annotations

import time

import pytest

from licences.cli.progress import follow_batch


def test_a_line_says_what_became_of_files_that_were_edited(capsys: pytest.CaptureFixture[str]) -> None:
    entry = {"client": "a", "status": "done", "seconds": 1.0, "error": None}
    with follow_batch(2, began=time.monotonic() - 60) as tell:
        tell(entry)
        tell(entry | {"remark": "report.docx was edited [and] stays as it is"})
    assert capsys.readouterr().err.splitlines() == [
        "1/2 a: done, 60.0 s",
        "2/2 a: done, 60.0 s: report.docx was edited [and] stays as it is",
    ]


def test_the_lines_are_said_in_chinese_too(capsys: pytest.CaptureFixture[str]) -> None:
    failed = {"client": "b", "status": "timed_out", "seconds": 9.0, "error": "it took longer than 8 seconds"}
    with follow_batch(2, "zh", time.monotonic() - 60) as tell:
        tell({"client": "a", "status": "done", "seconds": 0.2})
        tell(failed)
    assert capsys.readouterr().err == "1/2 a: 已完成, 60.0 s\n2/2 b: 超时, 60.0 s: 用时超过8秒\n"
