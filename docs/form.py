"""The form of clients that ships, made anew: python docs/form.py"""

from __future__ import annotations

from pathlib import Path

from licences.cli.new import FORM, list_examples
from licences.law.catalogue import read_catalogue
from licences.render.excel.clients import make_clients_form
from licences.rules.facts import find_clients_table


def make_form() -> bytes:
    """The bytes of ``data/clients.xlsx``."""
    catalogue = read_catalogue()
    columns = find_clients_table(catalogue.fields).columns
    return make_clients_form(columns, catalogue.fields, list_examples(catalogue), "zh")


if __name__ == "__main__":
    (Path(__file__).parents[1] / "data" / FORM).write_bytes(make_form())
