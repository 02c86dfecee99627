"""Issues in words: what was sent to whom, and what of it is on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypedDict

from licences.words.labels import join_some
from licences.words.texts import say

if TYPE_CHECKING:
    from licences.book.issues import Issue


class IssueJson(TypedDict):
    """What was sent to a client, and where it is frozen."""

    client: str
    number: str
    issued_on: str
    as_of: str
    language: str
    length: str
    folder: str
    files: dict[str, str]
    hash: str


class IssuedJson(TypedDict):
    """What was looked at of what a book has issued: how many, and what of it is not on this machine or not in the book."""

    count: int
    absent: list[str]
    unknown: list[str]


def describe_issue(client: str, issue: Issue) -> IssueJson:
    """An issue as JSON."""
    return {
        "client": client,
        "number": issue.number,
        "issued_on": issue.issued_on.isoformat(),
        "as_of": issue.as_of.isoformat(),
        "language": issue.language,
        "length": issue.length,
        "folder": issue.folder,
        "files": json.loads(issue.files),
        "hash": issue.hash,
    }


def list_issue_lines(issues: Sequence[IssueJson]) -> list[str]:
    """A line for each issue, in columns: number, day, files and folder."""
    cells = [(one["number"], one["issued_on"], ", ".join(one["files"]), one["folder"]) for one in issues]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


def say_issued(found: IssuedJson, language: str) -> Iterator[str]:
    """What of the issues of a book is not where they were frozen, and what lies there beside them."""
    for name in ("absent", "unknown"):
        if listed := found[name]:
            yield say(language, f"issues.{name}", count=len(listed), names=join_some(listed, language))
