"""Fork server: a process that has imported everything, and a new one from it for each notebook."""

from __future__ import annotations

import contextlib
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

from licences.errors import LostError, UsageError
from licences.runner.channel import Channel, ChannelClosedError, pack_message, unpack_parts
from licences.runner.processes import (
    LOOK_SECONDS,
    STOPPED,
    StopWatch,
    adopt_orphans,
    is_stopped,
    kill,
    list_children,
    signal_at_end_of_parent,
)
from licences.runner.temporary import find_temporary_folder

OUT_OF_MEMORY = 86  # how a process ends that has no memory left to say so
INTERRUPT_SECONDS = 2.0  # so long may a process whose time is over take to say where it was
_END_SECONDS = 3.0


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
        temporary = find_temporary_folder()
        threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        start_in = threads | os.environ if environment is None else dict(environment)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process lives
        self._process = subprocess.Popen(  # noqa: S603 - this Python, this package
            [sys.executable, "-P", "-m", module, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            env=start_in | {"TMPDIR": str(temporary)},
            start_new_session=True,  # Ctrl-C is for us alone
        )
        theirs.close()
        self._control, self._asking = Channel(ours), threading.Lock()
        self._is_over = threading.Event()
        self._was_stopped = False
        threading.Thread(target=self._end_if_stopped, name="look at forks", daemon=True).start()

    def prepare(self, *files: bytes, within_seconds: float | None = None) -> None:
        """Hands files to ``prepare`` of ``serve_forks`` there.

        Raises: ChannelClosedError where the process is killed; LostError where it cannot do it; RuntimeError, as
        a kernel's client does, where it takes longer than it may.
        """
        try:
            self._control.send({}, *files)
            self._control.receive(None if within_seconds is None else time.monotonic() + within_seconds)
        except TimeoutError:
            raise RuntimeError(f"Kernel didn't respond in {within_seconds:g} seconds") from None
        except ChannelClosedError:
            if self.is_gone(_END_SECONDS) and self._process.returncode > 0:
                right = "install licences again, or ask who keeps this machine"
                raise LostError(
                    f"the process from which notebooks are forked {self.explain()}", right
                ) from None
            raise

    def is_gone(self, within_seconds: float = 0.0) -> bool:
        """Whether the process has ended, or does so in a moment."""
        if within_seconds:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(within_seconds)
        return self._process.poll() is not None

    def explain(self) -> str:
        """How the process ended, as the rest of a sentence."""
        self.is_gone(_END_SECONDS)
        code = self._process.returncode
        if self._was_stopped:
            return "was stopped by a signal"
        if code is not None and code < 0:
            return f"was killed by signal {-code}"
        self._complaints.seek(0)
        said = self._complaints.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        return f"ended ({said or f'exit status {code}'})"

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
        self._is_over.set()
        self._control.close()
        if not self.is_gone(_END_SECONDS):
            self._process.kill()
            self._process.wait()
        self._complaints.close()

    def kill(self) -> None:
        """Ends the process, whatever it does; for one that has forked nothing yet."""
        self._process.kill()
        self.close()

    def _end_if_stopped(self) -> None:
        """Kills the process once it has been stopped for too long: all that waits for it then goes on."""
        watch = StopWatch()
        while not self._is_over.wait(LOOK_SECONDS) and self._process.returncode is None:
            if watch.is_over(is_stopped(self._process.pid)):
                self._was_stopped = True
                self._process.kill()
                return


def serve_forks(
    control: socket.socket, prepare: Callable[[list[bytes]], None], jobs: Mapping[str, JobHandler]
) -> None:
    """Forks a process for each channel that is opened, until the other end is closed.

    prepare: called once with the files that came first; what it reads and imports, every fork has. What the
    other end leaves behind that is killed, and a fork that somebody has stopped, is ended here.
    """
    signal_at_end_of_parent(signal.SIGCONT)  # one that is stopped then wakes to see that it is alone
    adopt_orphans()
    channel = Channel(control)
    _, files = channel.receive()
    prepare(files)
    channel.send({"ready": True})
    forks: dict[int, StopWatch] = {}
    while True:
        ready, _, _ = select.select([control], [], [], LOOK_SECONDS)
        _look_after(forks)
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
            fork = os.fork()
            if fork == 0:
                control.close()
                _end_after(partial(serve_jobs, end, jobs, *endings))
            forks[fork] = StopWatch()


def _look_after(forks: dict[int, StopWatch]) -> None:
    """Buries the forks that have ended, and kills those that are stopped, and what one left behind that was killed."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            forks.pop(found[0], None)
    for pid in list_children():
        if pid not in forks or forks[pid].is_over(is_stopped(pid)):
            kill(pid)


def serve_jobs(end: socket.socket, jobs: Mapping[str, JobHandler], ending: BinaryIO | None = None) -> None:
    """Does jobs that are asked for over a channel, each in a process of its own, and says how each ended.

    Whatever such a process has started and left running ends with it, and all of it ends at once where
    the channel is cut from the other end. What is said last of each job is an ``Ended``. A process that
    may be killed while it says something takes ``ending`` for that: the channel is cut when it has ended.
    """
    os.setsid()
    signal_at_end_of_parent(signal.SIGCONT)
    adopt_orphans()
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
                signal_at_end_of_parent(signal.SIGKILL)
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
    """The exit code and whether the time ran out; a process whose channel is cut is killed, and one that is stopped.

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
        is_interrupted, watch = False, StopWatch()
        while True:
            left = LOOK_SECONDS if pidfd is not None else 0.05
            if ends_at is not None:
                left = min(left, max(0.0, ends_at - time.monotonic()))
            events = watcher.poll(left * 1000)
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                return (-signal.SIGKILL, True) if is_interrupted else (code, False)
            is_cut = any(descriptor == end.fileno() for descriptor, _ in events)
            is_late = ends_at is not None and time.monotonic() >= ends_at
            was_stopped = watch.is_over(is_stopped(child))
            if is_late and not (is_cut or was_stopped or is_interrupted):
                is_interrupted, ends_at = True, time.monotonic() + INTERRUPT_SECONDS
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child, signal.SIGINT)
                continue
            if is_cut or is_late or was_stopped:
                kill(child)
                code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                return STOPPED if was_stopped else code, is_late
    finally:
        if pidfd is not None:
            os.close(pidfd)


def _end_all(child: int) -> None:
    """Kills what the process left running: its group, then whatever was handed on to us."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    while left := list_children():
        for pid in left:
            kill(pid)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
