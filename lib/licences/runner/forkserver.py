"""Fork server: a process that has imported everything, and a new one from it for each notebook."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from licences.errors import UsageError
from licences.runner.channel import Channel, ChannelClosedError, pack_message, unpack_parts

OUT_OF_MEMORY = 86  # how a process ends that has no memory left to say so
INTERRUPT_SECONDS = 2.0  # so long may a process whose time is over take to say where it was
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux


@dataclass(frozen=True)
class Ended:
    """How a process ended: an exit code, negative for a signal; whether its time or the memory ran out.

    trace: what it wrote into its trace file, which outlives it.
    """

    code: int
    is_late: bool
    is_out_of_memory: bool
    trace: bytes


@dataclass(frozen=True)
class Job:
    """What a forked process is given: a channel, an order with its files, and a file to leave a trace in.

    temporary: a folder of its own, which goes when it ends.
    """

    channel: Channel
    order: Mapping[str, Any]
    files: list[bytes]
    trace: BinaryIO
    temporary: str


JobHandler = Callable[[Job], object]


def can_fork() -> bool:
    """Whether processes can be forked here, and spoken to."""
    return hasattr(os, "fork") and hasattr(socket, "AF_UNIX")


class ForkServer:
    """The process from which others are forked.

    module: what is run there, with the number of its socket; see ``licences.runner.server``. It imports what
    it needs from then on; ``prepare`` waits until that is done. environment: its variables, else those here.
    Raises: UsageError where nothing can be forked.
    """

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        if not can_fork():
            wrong = "this system cannot fork processes, in one of which the notebook would run"
            raise UsageError(wrong, "use Linux, macOS, or WSL on Windows")
        ours, theirs = socket.socketpair()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process lives
        self._process = subprocess.Popen(  # noqa: S603 - this Python, this package
            [sys.executable, "-P", "-m", module, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"} | os.environ
            if environment is None
            else environment,
            start_new_session=True,  # Ctrl-C is for us alone
        )
        theirs.close()
        self._control, self._asking = Channel(ours), threading.Lock()

    def prepare(self, *files: bytes, within_seconds: float | None = None) -> None:
        """Hands files to ``prepare`` of ``serve_forks`` there.

        Raises: RuntimeError where the process is gone, or takes longer than it may.
        """
        try:
            self._control.send({}, *files)
            self._control.receive(None if within_seconds is None else time.monotonic() + within_seconds)
        except TimeoutError:
            raise RuntimeError(f"Kernel didn't respond in {within_seconds:g} seconds") from None
        except ChannelClosedError:
            raise RuntimeError(self.find_complaints()) from None

    def open_channel(self, allowed_bytes: int | None = None, ending: BinaryIO | None = None) -> Channel:
        """A channel over which jobs can be asked for, one after the other; see ``serve_jobs``.

        ending: a file; where it is given, one job alone is done, and how it ended is kept there.
        Raises: ChannelClosedError where the process is gone.
        """
        ours, theirs = socket.socketpair()
        files = [] if ending is None else [ending.fileno()]
        with self._asking, theirs:
            try:
                socket.send_fds(self._control.end, [b"!"], [theirs.fileno(), *files])
            except OSError as error:
                ours.close()
                raise ChannelClosedError(str(error)) from None
        return Channel(ours, allowed_bytes)

    def close(self) -> None:
        """Ends the process, and with it all that it has forked."""
        self._control.close()
        self._process.wait()
        self._complaints.close()

    def kill(self) -> None:
        """Ends the process, whatever it does; for one that has forked nothing yet."""
        self._process.kill()
        self.close()

    def find_complaints(self) -> str:
        """What the process and its forks have said of errors of their own."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        self._complaints.seek(0)
        return self._complaints.read().decode("utf-8", "replace")


def serve_forks(
    control: socket.socket, prepare: Callable[[list[bytes]], None], jobs: Mapping[str, JobHandler]
) -> None:
    """Forks a process for each channel that is opened, until the other end is closed.

    prepare: called once with the files that came first; what it reads and imports, every fork has.
    """
    channel = Channel(control)
    _, files = channel.receive()
    prepare(files)
    channel.send({"ready": True})
    while True:
        ready, _, _ = select.select([control], [], [], 1.0)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not ready:
            continue
        _, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if not descriptors:
            return
        with contextlib.ExitStack() as opened:
            end = opened.enter_context(socket.socket(fileno=descriptors[0]))
            endings: list[BinaryIO] = [
                opened.enter_context(os.fdopen(file, "wb")) for file in descriptors[1:]
            ]
            if os.fork() == 0:
                control.close()
                _end_after(partial(serve_jobs, end, jobs, *endings))


def serve_jobs(end: socket.socket, jobs: Mapping[str, JobHandler], ending: BinaryIO | None = None) -> None:
    """Does jobs that are asked for over a channel, each in a process of its own, and says how each ended.

    Whatever such a process has started and left running ends with it, and all of it ends at once where
    the channel is cut from the other end. What is said last of each job is an ``Ended``. A process that
    may be killed while it says something takes ``ending`` for that: the channel is cut when it has ended.
    """
    os.setsid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    channel = Channel(end)
    while True:
        order, files = channel.receive()
        killed_before = count_killed_for_memory()
        with (
            tempfile.TemporaryFile() as trace,
            tempfile.TemporaryDirectory(prefix="licences-", ignore_cleanup_errors=True) as temporary,
        ):
            child = os.fork()
            if child == 0:
                os.setsid()
                _end_after(partial(jobs[order["job"]], Job(channel, order, files, trace, temporary)))
            code, is_late = _wait_for_end(child, end, order.get("timeout_seconds"))
            _end_all(child)
            trace.seek(0)
            kept = trace.read()
        is_out_of_memory = code == OUT_OF_MEMORY or (
            code == -signal.SIGKILL and not is_late and count_killed_for_memory() > killed_before
        )
        how = {"code": code, "is_late": is_late, "is_out_of_memory": is_out_of_memory}
        if ending is None:
            channel.send({"channel": "ended", **how}, kept)
            continue
        ending.write(pack_message(json.dumps(how).encode(), kept))
        ending.flush()
        channel.cut()
        return


def read_ended(message: Mapping[str, Any], files: list[bytes]) -> Ended:
    """The last message of a job, understood."""
    return Ended(message["code"], message["is_late"], message["is_out_of_memory"], files[0])


def read_ending(ending: BinaryIO) -> Ended | None:
    """How a job ended, from the file that was given for it; None where nobody was left to say so."""
    ending.seek(0)
    for _, (text, *files) in unpack_parts(ending.read()):
        return read_ended(json.loads(text), files)
    return None


def count_killed_for_memory() -> int:
    """How many processes the system has killed so far because it had no memory left."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def _end_after(job: Callable[[], object]) -> NoReturn:
    """Does a job and ends this process, which is a fork and must not do what its parent would do next."""
    status = 1
    try:
        job()
        status = 0
    except ChannelClosedError:
        pass
    except MemoryError:
        status = OUT_OF_MEMORY
    except BaseException:  # noqa: BLE001 - it ends here in any case
        traceback.print_exc()
    finally:
        os._exit(status)


def _wait_for_end(child: int, end: socket.socket, timeout_seconds: float | None) -> tuple[int, bool]:
    """The exit code and whether the time ran out; a process whose channel is cut is killed.

    One whose time ran out is interrupted first, so that its trace names the line that hung. However it
    ends then, it counts as killed.
    """
    watcher = select.poll()
    watcher.register(end, getattr(select, "POLLRDHUP", select.POLLHUP))
    pidfd = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    try:
        if pidfd is not None:
            watcher.register(pidfd, select.POLLIN)
        ends_at = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        is_interrupted = False
        while True:
            left = None if ends_at is None else max(0.0, ends_at - time.monotonic()) * 1000
            events = watcher.poll(left if pidfd is not None else min(50 if left is None else left, 50))
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                return (-signal.SIGKILL, True) if is_interrupted else (code, False)
            is_cut = any(descriptor == end.fileno() for descriptor, _ in events)
            is_late = ends_at is not None and time.monotonic() >= ends_at
            if is_late and not is_cut and not is_interrupted:
                is_interrupted, ends_at = True, time.monotonic() + INTERRUPT_SECONDS
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child, signal.SIGINT)
                continue
            if is_cut or is_late:
                _kill(child)
                return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), is_late
    finally:
        if pidfd is not None:
            os.close(pidfd)


def _end_all(child: int) -> None:
    """Kills what the process left running: its group, then whatever was handed on to us."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    while mine.exists() and (left := mine.read_text(encoding="ascii").split()):
        for pid in map(int, left):
            _kill(pid)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
