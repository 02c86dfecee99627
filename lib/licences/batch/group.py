"""Pages of groups, written beside the folders of their companies."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from licences.analysis.group import make_groups
from licences.analysis.mark import Mark
from licences.assessment.explain import explain
from licences.errors import MissingFileError
from licences.law.catalogue import Catalogue
from licences.law.in_force import find_law_in_force
from licences.reading.files import say_why, write_all_whole
from licences.render.brand import Brand
from licences.render.html.group import make_group_page
from licences.words.groups import view_group
from licences.words.scope import say_scope

PAGE = "group.html"


@dataclass(frozen=True)
class GroupJob:
    """For which day and in which language, from which firm, the folder of the reports, and what the pages say of themselves."""

    out: Path
    as_of: date
    language: str
    brand: Brand | None = None
    mark: Mark | None = None


def write_groups(
    job: GroupJob, catalogue: Catalogue, profiles: pd.DataFrame, names: Collection[str] | None = None
) -> Iterator[Path]:
    """Writes the page of each group, whole or not at all, and tells where it lies; names: only of these.

    Raises: MissingFileError where nothing can be written.
    """
    law = find_law_in_force(catalogue, job.as_of, job.language)
    found = explain(catalogue, profiles, job.as_of, job.language, over_stages=True)
    for group in make_groups(profiles, found, names):
        view, scope = view_group(group, law), say_scope(catalogue, job.as_of, job.language, False)
        page = make_group_page(view, job.language, job.brand, scope, str(catalogue.edition), job.mark)
        place: Any = job.out
        folder = place / group.name
        try:
            write_all_whole(folder, {PAGE: page})
        except OSError as error:
            right = "make room, or name another place with --out"
            raise MissingFileError(str(folder / PAGE), say_why(error), right) from None
        yield folder / PAGE
