"""Catalogue and clients for an analyst: read, and held against each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from licences.book.place import is_book
from licences.law.catalogue import Catalogue, add_own_times, read_catalogue
from licences.reading.extent import Extent
from licences.reading.places import find_own_clients
from licences.reading.sources import read_clients_place, show_hidden
from licences.rules.facts import choose_clients, read_with_extent
from licences.rules.logic import make_profile
from licences.rules.stages import find_present
from licences.words.extents import say_doubts, say_notes
from licences.words.phrases import say_value


def load(data: str | Path | None = None) -> Catalogue:
    """The catalogue of licences.

    Parameters
    ----------
    data : str or Path, optional
        A folder with ``licences.csv``, or such a file; what ships with the package by default.

    Returns
    -------
    Catalogue
        Its ``rows`` are a frame, one row a licence and period; ``fields`` are the facts asked of a client.

    Raises
    ------
    LicencesError
        Where a file is missing or holds problems; all of them are named at once.

    Examples
    --------
    >>> import licences as lc
    >>> catalogue = lc.load()
    >>> catalogue.find_names("EDI", "zh")[1]
    '增值电信业务经营许可证：在线数据处理与交易处理业务'
    """
    path = None if data is None else Path(data)
    if path is not None and path.is_dir():
        path = path / "licences.csv"
    return read_catalogue(path)


@dataclass(frozen=True, eq=False)
class Clients:
    """What clients have told.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row a client: ``client``, ``name``, ``holds`` (a tuple of codes with an optional ``@`` and day of
        expiry), ``group`` and a column a fact; ``stages`` is what changes later on, mostly nothing. What is
        not told is missing, never false.
    catalogue : Catalogue
        What their answers are held against.
    path : Path or None
        The file that they come from; None for the one taken by default.
    extent : Extent or None
        What was read of it: ``sheet``, ``header_line``, ``rows``, ``columns``, and ``notes`` on what was
        passed over or read though hidden.
    everybody : pandas.DataFrame or None
        Of a book the ``frame`` of all its clients, whomever ``choose`` took: the firm's own times follow from
        their applications.

    Examples
    --------
    >>> import licences as lc
    >>> clients = lc.read_clients()
    >>> len(clients)
    26
    >>> clients.in_words("en").loc["corner-shop", "has_website"]
    'no'
    >>> clients.passed_over("en")
    []
    """

    frame: pd.DataFrame
    catalogue: Catalogue
    path: Path | None = None
    extent: Extent | None = None
    everybody: pd.DataFrame | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def choose(self, *clients: str, groups: Iterable[str] = ()) -> Clients:
        """Some of the clients: the named ones, and all of the named groups. Raises: LicencesError."""
        return replace(self, frame=choose_clients(self.frame, clients, tuple(groups)))

    def find_present(self, day: date) -> Clients:
        """The clients as they are on a day: of those told in stages what has begun by then.

        Their catalogue has the firm's own times as they are known then, where they come from a book.
        """
        present = find_present(self.frame, day)
        ours = self.catalogue
        if self.everybody is not None:
            ours = add_own_times(ours, self.everybody, day)
        is_same = present is self.frame and ours is self.catalogue
        return self if is_same else replace(self, frame=present, catalogue=ours)

    def passed_over(self, language: str = "zh") -> list[str]:
        """What the file holds that was passed over or read otherwise than it is written, and which answers are
        hardly meant, in a language; mostly nothing.
        """
        if not self.extent:
            return []
        chosen = set(self.frame["client"])
        return say_doubts(self.extent.doubts, self.catalogue.fields, language, chosen) + say_notes(
            self.extent, language
        )

    def in_words(self, language: str = "zh") -> pd.DataFrame:
        """The facts as texts in a language, one row a client (the index), one column a fact."""
        fields = self.catalogue.fields
        records = self.frame[list(fields.by_name)].to_dict("records")
        told = [make_profile({str(name): value for name, value in row.items()}) for row in records]
        rows = [
            {name: say_value(fields[name], value, language) for name, value in one.items()} for one in told
        ]
        return pd.DataFrame(rows, index=pd.Index(self.frame["client"], name="client"))


def read_clients(
    path: str | Path | None = None, catalogue: Catalogue | None = None, hidden: bool = False
) -> Clients:
    """The clients of a file.

    Parameters
    ----------
    path : str or Path, optional
        CSV, Excel (.xlsx, and .xls with the extra ``excel``), .ods, or a book; by default those of the work folder, else the sample clients.
    catalogue : Catalogue, optional
        What ships with the package by default.
    hidden : bool, optional
        Whether hidden rows, columns and sheets of a workbook are read too; by default they are left out, and
        ``Clients.passed_over`` names them.

    Raises
    ------
    LicencesError
        Where the file is missing or holds problems; all of them are named at once, by line and column.

    Examples
    --------
    >>> import licences as lc
    >>> bool(lc.read_clients().frame.set_index("client").loc["corner-shop", "has_app"])
    False
    """
    ours = catalogue or read_catalogue()
    file = read_clients_place(path) if path is not None else find_own_clients()
    frame, extent = read_with_extent(show_hidden(file) if hidden else file, ours.fields, ours.codes)
    everybody = frame if is_book(file) else None
    return Clients(frame, ours, None if path is None else file, extent, everybody)
