"""Web app of the explorer: Voilà, but nobody gets a file without the token, nor by another host's name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import nbformat
from jupyter_server import DEFAULT_STATIC_FILES_PATH
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from markupsafe import Markup
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import StaticFileHandler, authenticated
from traitlets import Bool, Unicode, default
from voila.app import Voila
from voila.notebook_renderer import NotebookRenderer
from voila.static_file_handler import AllowListFileHandler, MultiStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.utils import get_page_config

from licences.app.door import Door
from licences.app.preheated import Preheated
from licences.render.assets import read_asset
from licences.render.html.coming import make_coming

_NEXT_SECONDS = 20  # until which the page that was asked for is up, and the next kernel takes nothing from it


class WebApp(Voila):  # type: ignore[misc]
    """Voilà, whose own handlers of files ask for no token, and which looks at no host name.

    Without the token ``/voila/static`` alone can be had, which the page that asks for the token needs:
    scripts and styles that are the same for everybody. Files beside the notebook are not served at all.
    """

    kernels: ClassVar[Preheated]
    door: ClassVar[Door]
    language = Unicode(help="Of what is said until the explorer is there.").tag(config=True)
    is_edited = Bool(
        help="Whether the notebook does more than show the explorer; then it is run for each page."
    ).tag(config=True)
    is_for_all_hosts = Bool(help="Whether others may ask, by whatever name.").tag(config=True)

    @default("config_file_paths")
    def _find_no_settings(self) -> list[str]:
        return []

    def listen(self) -> None:
        """Serves behind the door until it is stopped."""
        loop = IOLoop.current()
        self.ioloop = loop
        try:
            self.app.settings["page_with"] = loop.run_sync(self._write_page)
            if self.kernels.find_status() == 0:
                self.door.open_to(HTTPServer(self.app))
                loop.start()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    async def _write_page(self) -> str:
        """Voilà's page of a notebook that has run, with a name for its kernel and one for what it shows."""
        settings = self.app.settings
        told = {"base_url": self.base_url, "settings": settings, "log": self.log}
        config = get_page_config(**told, voila_configuration=self.voila_configuration)
        renderer = _Renderer(
            voila_configuration=self.voila_configuration,
            traitlet_config=self.config,
            notebook_path=Path(self.notebook_path).name,  # beside which it serves
            template_paths=self.template_paths,
            config_manager=self.config_manager,
            contents_manager=self.contents_manager,
            base_url=self.base_url,
            kernel_spec_manager=self.kernel_spec_manager,
            page_config=config,
            mathjax_config=settings.get("mathjax_config"),
            mathjax_url=settings.get("mathjax_url"),
        )
        await renderer.initialize()
        style = f"<style>{read_asset('coming.css')}</style>"
        renderer.resources["coming_style"] = Markup(style)  # noqa: S704 - it is ours
        renderer.resources["coming"] = Markup(make_coming(self.language))  # noqa: S704 - it has escaped it
        return str(await renderer.generate_content_str(_KERNEL))

    def init_settings(self) -> dict[str, Any]:
        """Voilà's settings, with a look at the host; the page that says what went wrong finds its pictures."""
        self.tornado_settings: dict[str, Any] = {
            "allow_remote_access": self.is_for_all_hosts,
            "static_path": DEFAULT_STATIC_FILES_PATH,
            "static_url_prefix": "/voila/static/",
            "starting": {},
        }
        return dict(super().init_settings())

    def init_handlers(self) -> list[Any]:
        """Voilà's handlers, those of files behind the token, that of the page in front of a kernel that waits."""
        return [
            (path, handler if handler is TornadoVoilaHandler and self.is_edited else _replace(handler), *rest)
            for path, handler, *rest in super().init_handlers()
            if not issubclass(handler, AllowListFileHandler)
        ]


class _Guarded(JupyterHandler):
    @authenticated
    def get(self, path: str, include_body: bool = True) -> Any:
        return super().get(path, include_body)


class _Page(TornadoVoilaHandler):  # type: ignore[misc]
    """The page, which comes before its kernel has its answer: the browser makes itself ready in the meantime."""

    @authenticated
    async def get(self, path: str = "") -> None:
        if path:
            self.redirect_to_file(path)
            return
        kernels = WebApp.kernels
        waiting = kernels.take()
        kernel_id = str(uuid4())
        kernels.named[kernel_id] = waiting
        self.settings["starting"][kernel_id] = asyncio.ensure_future(
            self.kernel_manager.start_kernel(kernel_id=kernel_id, kernel_name="python3", path="")
        )
        if kernels.order.can_wait:
            asyncio.get_running_loop().call_later(_NEXT_SECONDS, kernels.begin)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write(self.settings["page_with"].replace(_KERNEL, kernel_id).replace(_WIDGET, waiting.page))


_KERNEL, _WIDGET = "the-kernel-of-this-page", "the-widget-of-this-page"
_SHOWN = "application/vnd.jupyter.widget-view+json"


class _Renderer(NotebookRenderer):  # type: ignore[misc]
    """Shows what a kernel that waits has made, without asking it."""

    async def _jinja_kernel_start(self, nb: Any, kernel_id: str, kernel_future: Any) -> str:  # noqa: ARG002 - Voilà names them
        return kernel_id

    async def _jinja_cell_generator(self, nb: Any, kernel_id: str) -> AsyncIterator[Any]:  # noqa: ARG002
        data = {_SHOWN: {"model_id": _WIDGET, "version_major": 2, "version_minor": 0}}
        shown = nbformat.v4.new_output("display_data", data)
        yield nbformat.v4.new_code_cell(outputs=[shown])


class _Waits(JupyterHandler):
    """What is asked of a kernel that is still starting waits for it."""

    async def prepare(self, **named: Any) -> None:
        await super().prepare(**named)
        starting: Mapping[str, asyncio.Future[Any]] = self.settings["starting"]
        start = starting.get(self.path_kwargs.get("kernel_id", ""))
        if self.current_user and start:
            await asyncio.shield(start)


def _replace(handler: type[Any]) -> type[Any]:
    if handler is TornadoVoilaHandler:
        return _Page
    if issubclass(handler, (KernelHandler, VoilaKernelWebsocketHandler)):
        return type(handler.__name__, (_Waits, handler), {})
    if issubclass(handler, StaticFileHandler) and not issubclass(handler, MultiStaticFileHandler):
        return type(handler.__name__, (_Guarded, handler), {})
    return handler
