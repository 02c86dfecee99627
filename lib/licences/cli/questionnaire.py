"""The command that writes what is still to be asked of clients, to be sent to them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from licences.cli.language import tell
from licences.cli.options import find_as_of, find_catalogue_file, read_files, shorten
from licences.errors import MissingFileError, need_extra
from licences.law.catalogue import read_catalogue
from licences.reading.files import say_why, write_all_whole
from licences.reading.places import find_own_file

_EXTRAS = {"xlsx": "excel", "html": "notebook"}


def write_questionnaires(options: argparse.Namespace) -> int:
    """Writes a questionnaire for each client that is named, or one for a new client where none is."""
    from licences.analysis.questionnaire import make_new_questionnaire, make_questionnaires
    from licences.render.brand import read_brand

    for name in options.format:
        need_extra(_EXTRAS[name], f"--format {name}")
    as_of, brand = find_as_of(options), read_brand(find_own_file("brand.yaml"))
    if options.client or options.group:
        catalogue, profiles = read_files(options)
        made = make_questionnaires(catalogue, profiles, as_of)
    else:
        made = [make_new_questionnaire(read_catalogue(find_catalogue_file(options)), as_of)]
    out: Any = options.out
    for one in made:
        if not one.questions:
            tell(f"{one.client}: nothing is left to ask, so no questionnaire is written", options.says)
            continue
        files = {
            f"{one.file_name}.{name}": _MAKERS[name](one, options.lang, brand) for name in options.format
        }
        try:
            write_all_whole(out, files)
        except OSError as error:
            right = "make room, or name another place with --out"
            raise MissingFileError(str(out / min(files)), say_why(error), right) from None
        count = len(one.questions)
        for name in files:
            place = shorten(Path(out / name))
            tell(f"{place}: {count} {'question' if count == 1 else 'questions'}", options.says)
    return 0


def _make_workbook(*asked: Any) -> bytes:
    from licences.render.excel.questionnaire import make_questionnaire_workbook

    return make_questionnaire_workbook(*asked)


def _make_page(*asked: Any) -> str:
    from licences.render.html.questionnaire import make_questionnaire_page

    return make_questionnaire_page(*asked)


_MAKERS: Any = {"xlsx": _make_workbook, "html": _make_page}
