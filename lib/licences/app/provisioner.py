"""Kernels that have begun already, as Jupyter's servers start them: the one that waits is taken."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, ClassVar, cast

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from licences.app.preheated import Preheated, Waiting
from licences.runner.kernelspec import is_of_this_python

_HOME = f"{__name__}.KernelManager"


class KernelManager(ServerKernelManager):
    """Jupyter's own, which takes a kernel that waits where it is one of this Python."""

    kernels: ClassVar[Preheated]

    async def _async_pre_start_kernel(self, **named: Any) -> Any:
        spec = self.kernel_spec
        if self.provisioner is None and spec is not None and is_of_this_python(spec):
            self.provisioner = _Provisioner(kernel_spec=spec, parent=self)
        return await super()._async_pre_start_kernel(**named)


class _Provisioner(LocalProvisioner):
    """Takes the kernel that waits for its folder or its page at the first start; later ones are as any other."""

    has_started = False

    async def launch_kernel(self, cmd: list[str], **named: Any) -> Any:
        waiting = None if self.has_started else self._find_waiting(named.get("cwd"))
        self.has_started = True
        connection = await asyncio.to_thread(waiting.find_connection) if waiting else None
        if waiting is None or connection is None:
            return await super().launch_kernel(cmd, **named)
        self.process, self.pid = waiting.process, waiting.process.pid
        self.pgid = os.getpgid(self.pid) if hasattr(os, "getpgid") else None
        self.cwd = named.get("cwd", Path.cwd())
        connection["key"] = connection["key"].encode()
        self.connection_info = cast("Any", connection)
        return self.connection_info

    def _find_waiting(self, folder: str | None) -> Waiting | None:
        kernels = KernelManager.kernels
        manager: Any = self.parent
        named = kernels.named.pop(manager.kernel_id, None)
        return named or kernels.take_for(folder)


def find_settings(kernels: Preheated) -> list[str]:
    """What a server is told on its command line, so that it takes kernels that wait."""
    KernelManager.kernels = kernels
    return [f"--MappingKernelManager.kernel_manager_class={_HOME}"]
