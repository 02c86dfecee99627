"""Section of a report on what has changed since the client's last one."""

from __future__ import annotations

from typing import Any

from licences.analysis.case import Case
from licences.analysis.record import MIME, Record, choose_since, find_earlier, make_record
from licences.render.html.sections import Section, make_environment
from licences.words.since_last import tell_changes


class SinceLastSection(Section):
    """A section that keeps in the notebook what this report says, for the next one."""

    def __init__(self, html: str, record: Record) -> None:
        super().__init__(html)
        self.record = record

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**options)
        return data | {MIME: self.record}, metadata


def make_since_last_section(case: Case) -> SinceLastSection:
    """What has changed since the client's last report; nothing where there is none that said something else."""
    record = make_record(case)
    since = choose_since(record, find_earlier(case.client))
    view = tell_changes(case, since, record)
    template: Any = make_environment().get_template("retrospect.html.j2")
    return SinceLastSection(str(template.module.retrospect(view)) if view else "", record | {"since": since})
