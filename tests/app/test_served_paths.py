"""The servers of the explorer: where they say they are, whatever Jupyter's settings, and closed without the token."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from licences.app.serve import no_settings_of_others
from licences.runner.temporary import find_temporary_folder
from serving import PATIENCE_SECONDS, Served, serve

AWAY = {
    "base_url": "/elsewhere/", "ip": "127.0.0.2", "port": 9, "certfile": "/no/certificate", "keyfile": "/no/key",
    "token": "", "password": "", "allow_origin": "*", "allow_remote_access": True, "disable_check_xsrf": True,
    "default_url": "/tree", "root_dir": "/", "allow_unauthenticated_access": True,
}  # fmt: skip
SETTINGS = {
    "ServerApp": AWAY,
    "LabApp": {"default_url": "/nowhere", "app_dir": "/nowhere"},
    "Voila": {"base_url": "/elsewhere/", "server_url": "/elsewhere/", "token": "", "ip": "127.0.0.2"},
    "VoilaConfiguration": {"template": "nowhere", "file_allowlist": [".*"], "file_denylist": []},
    "IdentityProvider": {"token": ""},
    "PasswordIdentityProvider": {"hashed_password": "", "token": ""},
}
VARIABLES = {
    "JUPYTER_PORT": "9",
    "JUPYTER_TOKEN": "",
    "JUPYTER_TOKEN_FILE": "/no/token",
    "JUPYTER_GATEWAY_URL": "http://127.0.0.1:9",
    "JUPYTER_SERVER_ALLOW_UNAUTHENTICATED_ACCESS": "true",
}
OPEN = {
    "app": ["/login", "/logout", "/voila/static/voila.js"],
    "lab": ["/login", "/logout", "/static/lab/index.html", "/favicon.ico", "/api"],
}
ANSWERING = {
    "app": ["/voila/templates/lab/static/voila.js"],
    "lab": [
        "/lab", "/lab/tree/notebooks/explore.ipynb", "/api/status", "/api/me", "/api/contents", "/api/contents/data",
        "/api/kernels", "/api/kernelspecs", "/api/sessions", "/api/terminals", "/api/config/notebook", "/api/nbconvert",
        "/api/spec.yaml", "/metrics", "/files/data/clients.csv", "/nbconvert/html/notebooks/explore.ipynb",
        "/lsp/status", "/lab/api/settings", "/lab/api/workspaces", "/lab/api/licenses", "/lab/api/extensions",
    ],
}  # fmt: skip
NOT_THERE = {
    "app": [
        "/api/contents", "/api/kernels", "/api/sessions", "/api/terminals", "/terminals/websocket/1", "/files/mine.csv",
        "/nbconvert/html/explore.ipynb", "/lsp/status", "/view/explore.ipynb", "/voila/files/pictures/explorer.png",
        "/voila/files/explore.ipynb", "/voila/api/themes/x/index.css", "/voila/labextensions/x.js",
        "/api/events/subscribe",
    ],
    "lab": ["/nosuch", "/voila", "/voila/files/pictures/explorer.png", "/tree", "/api/events/subscribe"],
}  # fmt: skip
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module", params=["app", "lab"])
def served(
    request: pytest.FixtureRequest, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """``licences explore`` where every place for Jupyter's settings says that it be served otherwise."""
    folder = tmp_path_factory.mktemp(request.param)
    settings = folder / "CONFIG"
    (settings / "labconfig").mkdir(parents=True)
    for name in ("jupyter_config", "jupyter_server_config", "jupyter_lab_config", "voila"):
        for place in (settings, folder):  # Voilà reads where it is started, too
            (place / f"{name}.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
        (settings / f"{name}.py").write_text("open('it-ran', 'w').close()\n", encoding="utf-8")
    page = {"baseUrl": "/elsewhere/", "token": "", "wsUrl": "ws://127.0.0.1:9/"}
    (settings / "labconfig" / "page_config.json").write_text(json.dumps(page), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        with serve(request.param, project, folder, "--client", "wander-work") as served:
            yield served


def find_host(served: Served) -> tuple[str, str]:
    host, port = re.findall(r"//([\d.]+):(\d+)/", served.address)[0]
    return host, port


def ask(
    served: Served, path: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[int, str, str]:
    """Status, place to go to and text of an answer."""
    link = HTTPConnection(*find_host(served), timeout=PATIENCE_SECONDS)
    try:
        link.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer: HTTPResponse = link.getresponse()
        text = "" if answer.status == 101 else answer.read().decode("utf-8", "replace")
        return answer.status, answer.getheader("Location", ""), text
    finally:
        link.close()


def find_token(served: Served) -> dict[str, str]:
    (token,) = parse_qs(urlsplit(served.address).query)["token"]
    return {"Authorization": f"token {token}"}


def is_refused(answer: tuple[int, str, str]) -> bool:
    status, place, _ = answer
    return status in {401, 403} or (status == 302 and place.startswith("/login?"))


@pytest.fixture(scope="module")
def page(served: Served) -> str:
    """What stands at the printed address."""
    printed = urlsplit(served.address)
    status, _, text = ask(served, f"{printed.path}?{printed.query}")
    assert status == 200
    return text


def test_the_printed_address_answers_whatever_the_settings_say(served: Served, page: str) -> None:
    assert served.address.startswith("http://127.0.0.1:")
    assert "elsewhere" not in page
    assert '"baseUrl": "/"' in page
    assert ('"kernelId"' in page) == (served.kind == "app")
    assert not (served.clients.parent / "it-ran").exists()


def test_no_path_answers_without_the_token(served: Served) -> None:
    for path in ["/", *ANSWERING[served.kind], *NOT_THERE[served.kind]]:
        for given in ({}, {"Authorization": "token guessed-and-wrong-token"}):
            answer = ask(served, path, **given)
            is_entrance = path == "/" and served.kind == "lab" and answer[1].startswith("/lab/tree/")
            assert is_refused(answer) or is_entrance, f"{path}: {answer[0]} {answer[1]}"


def test_with_the_token_what_is_needed_answers_and_nothing_else(served: Served) -> None:
    token = find_token(served)
    for path in ANSWERING[served.kind]:
        assert ask(served, path, **token)[0] == 200, path
    for path in NOT_THERE[served.kind]:
        status, place, _ = ask(served, path, **token)
        assert status in {302, 400, 404}, path
        assert "clients.csv" not in place


def test_what_is_open_holds_nothing_of_a_client(served: Served) -> None:
    for path in OPEN[served.kind]:
        status, _, text = ask(served, path)
        assert status == 200, path
        assert "wander-work" not in text
        assert find_token(served)["Authorization"].split()[1] not in text


def test_a_page_of_another_host_that_points_here_gets_nothing(served: Served) -> None:
    for path in ANSWERING[served.kind]:
        assert ask(served, path, Host="evil.example", **find_token(served))[0] == 403, path


def find_kernel(served: Served, page: str) -> str:
    if served.kind == "lab":
        return str(json.loads(ask(served, "/api/kernels", "POST", "{}", **find_token(served))[2])["id"])
    found = re.search(r'"kernelId": "([^"]+)"', page)
    assert found
    return found.group(1)


def test_a_socket_to_a_kernel_opens_with_the_token_alone(served: Served, page: str) -> None:
    path = f"/api/kernels/{find_kernel(served, page)}"
    assert ask(served, path)[0] == 403
    assert ask(served, f"{path}/channels", **UPGRADE)[0] == 403
    assert ask(served, f"{path}/channels", **UPGRADE, Origin="http://evil.example")[0] == 403
    assert ask(served, f"{path}/channels", **UPGRADE, **find_token(served))[0] == 101
    for method in ("DELETE", "POST", "PUT"):
        assert ask(served, path, method, "{}")[0] in {403, 405}
    assert ask(served, path, **find_token(served))[0] == 200


def test_a_page_of_another_server_here_gets_no_socket_with_the_cookie_of_ours(
    served: Served, page: str
) -> None:
    link = HTTPConnection(*find_host(served), timeout=PATIENCE_SECONDS)
    link.request("GET", ANSWERING[served.kind][0], headers=find_token(served))
    cookie = {"Cookie": str(link.getresponse().getheader("Set-Cookie")).partition(";")[0]}
    link.close()
    path = f"/api/kernels/{find_kernel(served, page)}/channels"
    assert ask(served, path, **UPGRADE, **cookie, Origin="http://127.0.0.1:9")[0] == 403
    here = "http://" + ":".join(find_host(served))
    assert ask(served, path, **UPGRADE, **cookie, Origin=here)[0] == 101


def test_settings_stay_out_and_nothing_temporary_stays_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from jupyter_core.paths import jupyter_config_path

    monkeypatch.setattr(os, "environ", os.environ | VARIABLES | {"JUPYTER_PATH": "/mine"})
    with no_settings_of_others():
        own = Path(os.environ["TMPDIR"])
        assert own.parent == find_temporary_folder()
        assert own.stat().st_mode & 0o077 == 0
        assert all(Path(folder).is_relative_to(own) for folder in jupyter_config_path())
        assert tempfile.mkdtemp().startswith(str(own))
        assert {name for name in os.environ if name.startswith("JUPYTER_")} >= {"JUPYTER_PATH"}
        assert not set(VARIABLES) & set(os.environ)
    assert not own.exists()
