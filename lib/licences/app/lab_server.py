"""JupyterLab's server, which answers where the door listened before it was there."""

from __future__ import annotations

from typing import ClassVar

from jupyter_server.serverapp import ServerApp

from licences.app.door import Door
from licences.app.preheated import Preheated


class LabServer(ServerApp):
    """Jupyter's own, with the connections of a door."""

    door: ClassVar[Door]
    kernels: ClassVar[Preheated]

    def _find_http_port(self) -> None:
        """The port is that of the door."""

    def _bind_http_server_tcp(self) -> bool:
        if self.kernels.find_status() == 0:
            self.door.open_to(self.http_server)
        else:
            self.io_loop.stop()
        return True
