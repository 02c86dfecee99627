"""The command that opens the explorer: in JupyterLab, or as a web app."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from licences.cli.language import tell
from licences.errors import UsageError, need_extra
from licences.reading.places import find_shipped_file, find_work_folder

if TYPE_CHECKING:
    from licences.law.catalogue import Catalogue


def open_explorer(options: argparse.Namespace) -> int:
    """Serves the explorer until it is stopped. Its kernel reads the files while the server is still being loaded."""
    need_extra("app" if options.app else "notebook", "the explorer")
    if options.hidden:
        raise UsageError(
            "the explorer shows what a file shows", "leave --hidden out, or show what is hidden in the file"
        )
    from licences.app.door import Door, launch_browser
    from licences.app.preheated import Order, Preheated
    from licences.app.serve import (
        choose_address,
        find_lab_path,
        hand_over,
        keep_notebook,
        name_asked,
        no_settings_of_others,
        serve_app,
        serve_lab,
    )

    address = choose_address(options.ip, options.port, options.token)
    notebook, work = find_shipped_file("notebooks/explore.ipynb"), find_work_folder()
    if not options.app:
        notebook = keep_notebook(notebook, work)
    paths = {"catalogue": options.catalogue, "clients": options.clients, "out": options.out}
    days = {"as_of": options.as_of, "start": options.start}
    asked = {"client": options.client or "", "language": options.lang, "work": str(work)}
    asked |= {name: str(path.resolve()) if path else "" for name, path in paths.items()}
    asked |= {name: day.isoformat() if day else "" for name, day in days.items()}
    page = address.find_page("" if options.app else find_lab_path(notebook))
    with no_settings_of_others():
        hand_over(asked)
        command = [sys.executable, "-P", "-m", "licences.cli.explorer_kernel"]
        order = Order(command, options.words, dict(os.environ), asked, notebook.parent)
        kernels = Preheated(order, name_asked)
        kernels.begin()
        door = Door(address.ip, address.port, page, partial(_make_waiting_page, options.lang))
        try:
            tell(f"The explorer is at {page}", options.says)
            tell("Stop it with Ctrl-C.", options.says)
            if not options.no_browser:
                launch_browser(page)
            (serve_app if options.app else serve_lab)(notebook, address, kernels, door)
            return kernels.find_status()
        finally:
            door.close()
            kernels.close()


def _make_waiting_page(language: str) -> str:
    from licences.render.html.coming import make_waiting_page  # the texts are read while the kernel begins

    return make_waiting_page(language)


def check_files(options: argparse.Namespace) -> Catalogue:
    """Reads what the explorer will show, and says so; the law as the files have it. Raises: LicencesError."""
    from licences.cli.options import find_catalogue_file, read_clients
    from licences.law.catalogue import read_catalogue
    from licences.planning.schedule import find_beginning

    options.client = [options.client] if options.client else []
    catalogue = read_catalogue(find_catalogue_file(options))
    read_clients(options, catalogue)
    if options.start:
        find_beginning(options.start)
    return catalogue
