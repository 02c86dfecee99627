"""Takes away what Windows does not have: from our package all of it, from libraries what they can do without.

A process of Python that finds this folder in its path is so from its start.
"""

import builtins
import importlib.abc
import os
import select
import signal
import socket
import sys
import time
import types
import warnings
from importlib.machinery import ModuleSpec

import psutil  # noqa: F401 - it is another one on each system

MODULES = {"fcntl", "grp", "pwd", "resource", "termios"}
NAMES = {
    os: """fork forkpty register_at_fork getuid geteuid getgid getegid getgroups getpgid getpgrp getsid setsid
        setpgid killpg nice uname sysconf confstr sync statvfs fstatvfs fchmod fchown chown lchown chroot mkfifo mknod
        wait wait3 wait4 waitid WNOHANG pidfd_open posix_spawn posix_fadvise sched_getaffinity getloadavg openpty
        ttyname ctermid setuid setgid O_NONBLOCK O_CLOEXEC O_NOFOLLOW O_DIRECTORY O_SYNC set_blocking pread pwrite
        sendfile lockf memfd_create fdatasync pipe2 getxattr setxattr""",
    signal: """SIGKILL SIGHUP SIGALRM SIGCHLD SIGQUIT SIGSTOP SIGCONT SIGUSR1 SIGUSR2 SIGPIPE pthread_kill
        pthread_sigmask setitimer alarm pause sigwait siginterrupt""",
    socket: "AF_UNIX send_fds recv_fds",
    select: "poll epoll POLLIN POLLOUT POLLHUP POLLRDHUP POLLERR",
    time: "tzset",
}
NO_LIBRARY_NEEDS = {os: "fork forkpty register_at_fork", select: "poll epoll"}


def strip(module: types.ModuleType, names: str) -> types.ModuleType:
    made = types.ModuleType(module.__name__, module.__doc__)
    vars(made).update({name: value for name, value in vars(module).items() if name not in names.split()})
    return made


class Gone(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        if fullname in MODULES:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


STRIPPED = {module.__name__: strip(module, names) for module, names in NAMES.items()}
import_as_before = builtins.__import__


def import_as_there(name, globals=None, *more, **named):  # noqa: ANN001, ANN002, ANN003, ANN201, A002 - as Python names them
    if name in STRIPPED and (globals or {}).get("__name__", "").partition(".")[0] == "licences":
        return STRIPPED[name]
    return import_as_before(name, globals, *more, **named)


for one, names in NO_LIBRARY_NEEDS.items():
    for gone in names.split():
        delattr(one, gone)
for gone in MODULES:
    sys.modules.pop(gone, None)
sys.meta_path.insert(0, Gone())
builtins.__import__ = import_as_there
warnings.filterwarnings("ignore", category=EncodingWarning)  # libraries may take what the system has
warnings.filterwarnings("error", category=EncodingWarning, module=r"licences\b")
