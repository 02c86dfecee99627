"""Papers of a plan: each once, for which applications, and by when the first of them needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from licences.law.papers import DOCUMENTS

if TYPE_CHECKING:
    from licences.law.in_force import LawInForce
    from licences.planning.schedule import Plan


@dataclass(frozen=True)
class PaperUse:
    """One application that asks for a paper. text: what it says of the paper, in the reader's language."""

    code: str
    text: str


@dataclass(frozen=True)
class NeededPaper:
    """A paper to bring, once.

    paper: its id in ``papers.csv``, None for a text of a row's own. uses: the applications that ask for it, by
    the day on which they are submitted. needed_by: the first of these days, None where none of them has one.
    needed_latest: the day on which the first of them has to be submitted so that nothing is delayed.
    """

    paper: str | None
    uses: tuple[PaperUse, ...]
    needed_by: date | None
    needed_latest: date | None

    @property
    def text(self) -> str:
        """What the first application says of it; for a text of a row's own the text."""
        return self.uses[0].text


def find_papers(plan: Plan, codes: Iterable[str] = ()) -> tuple[NeededPaper, ...]:
    """The papers of all steps of a plan that the authority does not have yet, and of ``codes``, by the day on which they are needed; no paper twice."""
    submissions = {step.code: step.submit_on for step in plan.steps if not step.is_submitted}
    wanted = sorted(dict.fromkeys([*codes, *submissions]), key=lambda code: submissions.get(code) or date.max)
    uses: dict[str, list[PaperUse]] = {}
    ids: dict[str, str | None] = {}
    for code in wanted:
        row = plan.law.entries[code].row
        texts = row[f"{DOCUMENTS}_{plan.law.language}"]
        for paper, text in zip(row["papers"], texts, strict=False):
            key = paper or text
            ids[key] = paper
            uses.setdefault(key, []).append(PaperUse(code, text))
    latest = {step.code: step.latest_submit_on for step in plan.steps}
    found = [
        NeededPaper(
            paper=ids[key],
            uses=tuple(ours),
            needed_by=submissions.get(ours[0].code),
            needed_latest=min((day for use in ours if (day := latest.get(use.code))), default=None),
        )
        for key, ours in uses.items()
    ]
    return tuple(sorted(found, key=lambda one: one.needed_by or date.max))


def find_undocumented(law: LawInForce, codes: Iterable[str]) -> list[str]:
    """The codes of which no list of documents is known."""
    return [code for code in codes if not law.entries[code].row[f"{DOCUMENTS}_{law.language}"]]
