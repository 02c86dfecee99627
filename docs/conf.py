"""How Sphinx builds the documentation; ``make docs`` runs it, offline and without a warning."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pages

import licences
from licences.render.figures.style import FONT

project = "Licences"
author = "Contributors to Licences"
project_copyright = "2026, Contributors to Licences"
release = version = licences.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "generated/static", "generated/schemas.md"]
root_doc = "index"
smartquotes = False  # a Chinese font draws them as wide as a character

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # pages.py has executed the notebooks

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"Licences {version}"
html_theme_options = {
    "light_css_variables": {"font-stack": FONT},  # Chinese stands beside English on every other page
}
html_static_path = ["static", "generated/static"]
html_css_files = ["notebooks.css", "pages.css"]
html_copy_source = False
html_show_sourcelink = False


def setup(app: Any) -> None:
    app.connect(
        "config-inited", lambda *_: pages.write_pages(), priority=100
    )  # before its folders are looked for
    app.connect("source-read", point_links)
    app.connect("html-page-context", add_scripts)


def point_links(app: Any, page: str, source: list[str]) -> None:
    """A link to a text at the top of the project, such as CONTRIBUTING.md, leads to the page made from it."""
    folder = Path(app.srcdir, page).parent
    source[0] = pages.move_links(source[0], folder, folder)


def add_scripts(app: Any, page: str, template: str, context: Any, doctree: Any) -> None:
    """The scripts of reports, where a page shows a notebook."""
    del template, context, doctree
    if page.startswith("generated/notebooks/"):
        for name in pages.SCRIPTS:
            app.add_js_file(name)
