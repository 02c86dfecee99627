"""Portfolio of many clients: its notebook by papermill in a kernel, our command, and the spreading over staff."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benches.clients import AS_OF, DAYS, START, find_catalogue, make_clients, write_clients
from benches.clock import PROJECT, time_call, time_process
from benches.measured import Figures, Measured
from licences.analysis.portfolio import make_portfolio
from licences.planning.capacity import level

CAPACITY = 1000


def measure(count: int = 10_000) -> Figures:
    """The portfolio over ``count`` clients, with CAPACITY applications prepared at a time."""
    import papermill

    with tempfile.TemporaryDirectory() as place:
        folder, many = Path(place), make_clients(count)
        clients = write_clients(folder / "clients.csv", many)

        def run_notebook() -> None:
            given = {
                "as_of": AS_OF.isoformat(),
                "start": START.isoformat(),
                "clients": str(clients),
                "capacity": CAPACITY,
            }
            source, made = PROJECT / "notebooks" / "portfolio.ipynb", folder / "made.ipynb"
            papermill.execute_notebook(
                str(source), str(made), parameters=given, cwd=str(source.parent), progress_bar=False
            )

        yield Measured("portfolio_notebook", time_call(run_notebook, 1), "by papermill, in a kernel")
        words = ("portfolio", "--clients", str(clients), "--out", place, "--capacity", str(CAPACITY), *DAYS)
        seconds = time_process(("-m", "licences", *words))
        size = (folder / "portfolio.html").stat().st_size / 1024 / 1024
    yield Measured("portfolio_command", seconds, f"the page has {size:.1f} MiB")
    applications = make_portfolio(find_catalogue(), many, AS_OF, START, "zh").applications
    scarce = time_call(lambda: level(applications, CAPACITY), 3)
    free = time_call(lambda: level(applications, len(applications)), 3)
    note = f"{len(applications):,} applications; {free:.1f} s where nobody waits for staff"
    yield Measured("capacity", scarce, note)
