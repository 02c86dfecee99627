"""The words of processes that may have ended by the time somebody asks."""

import psutil


def read_command(process: psutil.Process) -> list[str]:
    """The words that started a process; none once it has ended, waited for or not."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []
