"""Places where data, notebooks and work lie: what ships, and what a folder of one's own puts before it."""

from __future__ import annotations

from pathlib import Path

from licences.errors import MissingFileError

_DICTIONARY = "dictionary.yaml"
CLIENTS = ("clients.csv", "clients.xlsx")  # where both are, the first is read
_BRAND = "brand.yaml"
_PACKAGE = Path(__file__).resolve().parents[1]


def find_shipped_folder() -> Path:
    """Where ``data/`` and ``notebooks/`` of ours lie: the project in a checkout, else the installed package."""
    return _PACKAGE if (_PACKAGE / "data").is_dir() else _PACKAGE.parents[1]


def find_program_folder() -> Path:
    """Where the modules of ours lie, in which nobody keeps files."""
    return _PACKAGE


def find_data_folder(start: Path | None = None) -> Path:
    """The nearest ``data`` folder with a dictionary, from ``start`` upwards, else the one that ships.

    start: a folder; by default the one where we stand. Raises: MissingFileError where there is none.
    """
    data = next(filter(_has_data, _list_upwards(start)), find_shipped_folder()) / "data"
    if not (data / _DICTIONARY).is_file():
        raise MissingFileError(str(data / _DICTIONARY), "not found", "install licences again")
    return data


def find_data_file(name: str, start: Path | None = None) -> Path:
    """A file of the law such as ``papers.csv``: the data folder's, else the one that ships."""
    own = find_data_folder(start) / name
    return own if own.is_file() else find_shipped_folder() / "data" / name


def find_work_folder(start: Path | None = None) -> Path:
    """Where reports go and where files of one's own lie.

    That is the nearest folder from ``start`` upwards that has ``data`` of its own, or both clients and
    ``brand.yaml``; where there is none it is ``start``.
    """
    folders = _list_upwards(start)
    return next((folder for folder in folders if _has_data(folder) or _has_own_files(folder)), folders[0])


def find_own_file(name: str, start: Path | None = None) -> Path:
    """A file that may be one's own, such as ``brand.yaml``: the work folder's, else the one beside the data."""
    own = find_work_folder(start) / name
    return own if own.is_file() else find_data_folder(start) / name


def find_own_clients(start: Path | None = None) -> Path:
    """The clients: those of the work folder, else the ones beside the data; of CLIENTS the first that is there."""
    folders = (find_work_folder(start), find_data_folder(start))
    files = [folder / name for folder in folders for name in CLIENTS]
    return next((file for file in files if file.is_file()), folders[1] / CLIENTS[0])


def find_passed_over(clients: Path) -> Path | None:
    """The other file of one's own clients that lies beside the one that is read, None where there is none."""
    other = clients.with_name(CLIENTS[1])
    is_own = clients.name == CLIENTS[0] and not (clients.parent / _DICTIONARY).is_file()
    return other if is_own and other.is_file() else None


def find_shipped_file(name: str, start: Path | None = None) -> Path:
    """A file such as ``notebooks/portfolio.ipynb``: the work folder's, else the one that ships."""
    own = find_work_folder(start) / name
    return own if own.is_file() else find_shipped_folder() / name


def find_running_folder(notebook: Path) -> Path:
    """Where a notebook runs: in its own folder, but one of ours that lies outside the work folder runs in that."""
    notebook, work = notebook.resolve(), find_work_folder()
    is_ours = notebook.is_relative_to(find_shipped_folder() / "notebooks")
    return work if is_ours and not notebook.is_relative_to(work) else notebook.parent


def are_samples(clients: Path) -> bool:
    """Whether a clients file is the one that ships, looked at from outside a checkout."""
    shipped = find_shipped_folder()
    return clients.resolve() == shipped / "data" / "clients.csv" and find_work_folder() != shipped


def _list_upwards(start: Path | None) -> list[Path]:
    here = (start or Path.cwd()).resolve()
    return [here, *here.parents]


def _has_data(folder: Path) -> bool:
    return folder != _PACKAGE and (folder / "data" / _DICTIONARY).is_file()


def _has_own_files(folder: Path) -> bool:
    has_clients = any((folder / name).is_file() for name in CLIENTS)
    return has_clients and (folder / _BRAND).is_file() and not (folder / _DICTIONARY).is_file()
