"""Server of the explorer on this machine: in JupyterLab, or as a web app by Voilà."""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
import socket
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from licences.errors import UsageError
from licences.reading.files import write_whole
from licences.reading.places import find_shipped_folder
from licences.runner.imports import import_nbformat, import_voila
from licences.runner.temporary import find_temporary_folder, sweep

if TYPE_CHECKING:
    from licences.app.door import Door
    from licences.app.preheated import Preheated

ASKED = "LICENCES_EXPLORE"
HERE = "127.0.0.1"
PORTS = range(8888, 8988)
HIGHEST_PORT = 65_535
SHORTEST_TOKEN = 16
LAB_PARTS = ("jupyterlab", "jupyter_lsp", "jupyter_server_terminals")  # what JupyterLab's page asks for
NOT_SHOWN = [
    "jupyterlab-plotly",
    "jupyterlab_pygments",
]  # what the browser would load, and the explorer has not
_SETTING = "JUPYTER_"
_PLACES = {
    f"JUPYTER_{name}" for name in ("PATH", "DATA_DIR", "RUNTIME_DIR", "PLATFORM_DIRS", "PREFER_ENV_PATH")
}


@dataclass(frozen=True)
class Address:
    """Where to serve, and the token without which nobody is let in."""

    ip: str
    port: int
    token: str

    def find_page(self, path: str = "") -> str:
        """What to open in a browser."""
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"http://{host}:{self.port}/{path}?token={quote(self.token, safe='')}"


def name_asked(asked: Mapping[str, str]) -> dict[str, str]:
    """What the explorer is asked for, as variables with which the notebook finds it, whichever program runs it."""
    return {ASKED: json.dumps(dict(asked))}


def hand_over(asked: Mapping[str, str]) -> None:
    """Leaves that for the notebooks of this process and of those that it starts."""
    os.environ.update(name_asked(asked))


def find_asked() -> dict[str, str]:
    """What ``hand_over`` left, nothing in a notebook that was opened otherwise."""
    return dict(json.loads(os.environ.get(ASKED, "{}")))


def choose_address(ip: str, port: int | None, token: str | None) -> Address:
    """An address that is safe to serve on: this machine alone, or with a token that was given.

    port: None for the first one that is free. token: None for a new one at random.

    Raises: UsageError where others could get in without a token, or where the port is taken.
    """
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise UsageError(
            f"a token of {len(token)} characters can be guessed", f"give {SHORTEST_TOKEN} or more"
        )
    if token is None and not _is_this_machine(ip):
        wrong = f"others can reach {ip}, and no token was given to keep them out"
        raise UsageError(wrong, f"give --token with {SHORTEST_TOKEN} characters or more, or leave out --ip")
    for candidate in PORTS if port is None else [port]:
        if _is_free(ip, candidate):
            return Address(ip, candidate, token or secrets.token_urlsafe(32))
    taken = f"the port {port} of {ip}" if port is not None else f"every port from {PORTS[0]} to {PORTS[-1]}"
    raise UsageError(f"{taken} is taken or cannot be used", "choose another --port")


def _is_this_machine(ip: str) -> bool:
    try:
        return ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return ip == "localhost"


def _is_free(ip: str, port: int) -> bool:
    if port > HIGHEST_PORT:
        return False
    try:
        with socket.create_server((ip, port), family=socket.AF_INET6 if ":" in ip else socket.AF_INET):
            return True
    except OSError:
        return False


def keep_notebook(notebook: Path, work: Path) -> Path:
    """The notebook where JupyterLab may save it: one of ours outside the work folder is copied into that."""
    if notebook.is_relative_to(work):
        return notebook
    kept = work / "notebooks" / notebook.name
    write_whole(kept, notebook.read_bytes())
    return kept


def find_lab_path(notebook: Path) -> str:
    """Where JupyterLab shows a notebook of the work folder."""
    return f"lab/tree/{notebook.relative_to(notebook.parents[1]).as_posix()}"


def serve_lab(notebook: Path, address: Address, kernels: Preheated, door: Door) -> None:
    """Serves the notebook in JupyterLab until it is stopped, or until its kernel cannot read the files.

    It asks nothing of the internet.
    """
    import_nbformat()
    from jupyterlab.commands import get_user_settings_dir, get_workspaces_dir
    from jupyterlab.labapp import LabApp

    from licences.app.lab_server import LabServer
    from licences.app.provisioner import find_settings

    warnings.filterwarnings("ignore", r"\s*Extension endpoints without")  # which the server itself closes
    own = {"user_settings_dir": get_user_settings_dir(), "workspaces_dir": get_workspaces_dir()}
    LabServer.door, LabServer.kernels, LabApp.serverapp_class = door, kernels, LabServer
    with as_file(files("licences.app").joinpath("jupyter", "lab")) as settings:
        LabApp.launch_instance(
            [
                *_find_common("ServerApp", address),
                *find_settings(kernels),
                f"--IdentityProvider.token={address.token}",
                f"--ServerApp.cookie_secret={secrets.token_urlsafe(32)}",
                "--ServerApp.allow_unauthenticated_access=False",
                f"--ServerApp.root_dir={notebook.parents[1]}",
                *(f"--ServerApp.jpserver_extensions={part}=True" for part in LAB_PARTS),
                "--ServerApp.answer_yes=True",
                "--ServerApp.allow_root=True",
                f"--LabApp.default_url=/{find_lab_path(notebook)}",
                f"--LabApp.app_settings_dir={settings}",
                *(f"--LabApp.{name}={folder}" for name, folder in own.items()),
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                "--LabApp.log_level=ERROR",
            ]
        )


def serve_app(notebook: Path, address: Address, kernels: Preheated, door: Door) -> None:
    """Serves the notebook as a web app, without its code, until it is stopped, or until its kernel cannot read the files."""
    import_nbformat()
    import_voila()
    from licences.app.provisioner import find_settings
    from licences.app.web_app import WebApp

    WebApp.kernels, WebApp.door = kernels, door
    with as_file(files("licences.app").joinpath("jupyter")) as templates:
        searched = [str(templates), os.environ.get("JUPYTER_PATH", "")]
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, searched))
        WebApp.launch_instance(
            [
                str(notebook),
                *_find_common("Voila", address),
                *find_settings(kernels),
                f"--Voila.token={address.token}",
                f"--WebApp.is_edited={_list_code(notebook) != _list_code(find_shipped_folder() / 'notebooks' / notebook.name)}",
                f"--WebApp.language={kernels.order.asked['language']}",
                f"--WebApp.is_for_all_hosts={not _is_this_machine(address.ip)}",
                "--VoilaConfiguration.template=explorer",
                *(f"--VoilaConfiguration.extension_denylist={name}" for name in NOT_SHOWN),
            ]
        )


@contextmanager
def no_settings_of_others() -> Iterator[None]:
    """While a server runs: it and its kernels read no settings of Jupyter, and leave no temporary files.

    Settings say where is served, with which certificate, to whom and without which token; the address
    that is printed would not hold. Where data lie, such as extensions and kernels, may still be said.
    """
    for name in [name for name in os.environ if name.startswith(_SETTING) and name not in _PLACES]:
        del os.environ[name]
    os.environ["JUPYTER_NO_CONFIG"] = "1"
    sweep()
    with tempfile.TemporaryDirectory(dir=find_temporary_folder(), ignore_cleanup_errors=True) as own:
        os.environ["TMPDIR"] = tempfile.tempdir = own
        try:
            yield
        finally:
            tempfile.tempdir = None


def _list_code(notebook: Path) -> list[str]:
    """What a notebook runs, but for its parameters."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        "".join(cell["source"])
        for cell in cells
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", [])
    ]


def _find_common(app: str, address: Address) -> list[str]:
    return [
        f"--{app}.ip={address.ip}",
        f"--{app}.port={address.port}",
        f"--{app}.port_retries=0",
        f"--{app}.open_browser=False",  # it is opened already
        f"--{app}.log_level=ERROR",
        "--PasswordIdentityProvider.allow_password_change=False",
        *(["--KernelManager.transport=ipc"] if hasattr(socket, "AF_UNIX") else []),  # out of others' reach
    ]
