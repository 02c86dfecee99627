"""What a batch says of each report where nobody looks on."""

from __future__ import annotations

import pytest

from licences.cli.progress import follow_batch


def test_a_line_says_what_became_of_files_that_were_edited(capsys: pytest.CaptureFixture[str]) -> None:
    entry = {"client": "a", "status": "done", "seconds": 1.0, "error": None}
    with follow_batch(2) as tell:
        tell(entry)
        tell(entry | {"remark": "report.docx was edited [and] stays as it is"})
    assert capsys.readouterr().err.splitlines() == [
        "1/2 a: done, 1.0 s",
        "2/2 a: done, 1.0 s: report.docx was edited [and] stays as it is",
    ]
