"""The command that opens the explorer: in JupyterLab, or as a web app."""

from __future__ import annotations

import argparse

from licences.cli.language import tell
from licences.cli.options import read_files
from licences.errors import UsageError, need_extra
from licences.reading.places import find_shipped_file, find_work_folder


def open_explorer(options: argparse.Namespace) -> int:
    need_extra("app" if options.app else "notebook", "the explorer")
    if options.hidden:
        raise UsageError(
            "the explorer shows what a file shows", "leave --hidden out, or show what is hidden in the file"
        )
    from licences.app.serve import (
        choose_address,
        find_lab_path,
        hand_over,
        keep_notebook,
        serve_app,
        serve_lab,
    )
    from licences.planning.schedule import find_beginning

    options.client = [options.client] if options.client else []
    read_files(options)
    if options.start:
        find_beginning(options.start)
    address = choose_address(options.ip, options.port, options.token)
    paths = {"catalogue": options.catalogue, "clients": options.clients, "out": options.out}
    days = {"as_of": options.as_of, "start": options.start}
    hand_over(
        {"client": "".join(options.client), "language": options.lang, "work": str(find_work_folder())}
        | {name: str(path.resolve()) if path else "" for name, path in paths.items()}
        | {name: day.isoformat() if day else "" for name, day in days.items()}
    )
    notebook = find_shipped_file("notebooks/explore.ipynb")
    if not options.app:
        notebook = keep_notebook(notebook, find_work_folder())
    page = address.find_page("" if options.app else find_lab_path(notebook))
    tell(f"The explorer is at {page}", options.says)
    tell("Stop it with Ctrl-C.", options.says)
    serve = serve_app if options.app else serve_lab
    serve(notebook, address, opens_browser=not options.no_browser)
    return 0
