"""Web app of the explorer: Voilà, but nobody gets a file without the token, nor by another host's name."""

from __future__ import annotations

import os
import tempfile
import threading
import webbrowser
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

from jupyter_server import DEFAULT_STATIC_FILES_PATH
from jupyter_server.base.handlers import JupyterHandler
from tornado.web import StaticFileHandler, authenticated
from traitlets import Bool, Unicode, default
from voila.app import Voila
from voila.static_file_handler import AllowListFileHandler, MultiStaticFileHandler


class WebApp(Voila):  # type: ignore[misc]
    """Voilà, whose own handlers of files ask for no token, and which looks at no host name.

    Without the token ``/voila/static`` alone can be had, which the page that asks for the token needs:
    scripts and styles that are the same for everybody. Files beside the notebook are not served at all.
    """

    page = Unicode(help="What is opened in a browser.").tag(config=True)
    is_for_all_hosts = Bool(help="Whether others may ask, by whatever name.").tag(config=True)

    @default("config_file_paths")
    def _find_no_settings(self) -> list[str]:
        return []

    def launch_browser(self) -> None:
        """Opens the page through a file, since everybody on a machine sees the arguments of a program.

        Voilà's own way leaves out the token. Without a browser nothing happens; the address is printed.
        """
        handle, file = tempfile.mkstemp(prefix="explorer-", suffix=".html")
        with os.fdopen(handle, "w", encoding="utf-8") as text:
            text.write(f'<!DOCTYPE html><meta http-equiv="refresh" content="0; url={escape(self.page)}">\n')
        with suppress(webbrowser.Error):
            browser = webbrowser.get(self.browser or None)
            threading.Thread(target=browser.open, args=(Path(file).as_uri(), 2), daemon=True).start()

    def init_settings(self) -> dict[str, Any]:
        """Voilà's settings, with a look at the host; the page that says what went wrong finds its pictures."""
        self.tornado_settings: dict[str, Any] = {
            "allow_remote_access": self.is_for_all_hosts,
            "static_path": DEFAULT_STATIC_FILES_PATH,
            "static_url_prefix": "/voila/static/",
        }
        return dict(super().init_settings())

    def init_handlers(self) -> list[Any]:
        """Voilà's handlers, those of files behind the token."""
        return [
            (path, _guard(handler), *rest)
            for path, handler, *rest in super().init_handlers()
            if not issubclass(handler, AllowListFileHandler)
        ]


class _Guarded(JupyterHandler):
    @authenticated
    def get(self, path: str, include_body: bool = True) -> Any:
        return super().get(path, include_body)


def _guard(handler: type[Any]) -> type[Any]:
    if issubclass(handler, StaticFileHandler) and not issubclass(handler, MultiStaticFileHandler):
        return type(handler.__name__, (_Guarded, handler), {})
    return handler
