"""Cluster: how much quicker two Dask workers of one thread each make reports than one does."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from distributed import LocalCluster

from benches.batch import compare_halves, make_job, run_batch
from benches.clients import make_clients, read_clients, write_clients
from benches.measured import Figures, Measured


def measure(count: int = 100) -> Figures:
    """The same batch on one worker and on two; of each the pace once a tenth is made."""
    one, two = (time_workers(workers, count) for workers in (1, 2))
    yield Measured("batch_dask", one / two, f"{one * 1000:.0f} ms, then {two * 1000:.0f} ms a report")


def time_workers(workers: int, count: int) -> float:
    """Seconds a report, once a tenth is made."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=folder,
        ) as cluster,
    ):
        clients = write_clients(Path(folder) / "clients.csv", make_clients(count))
        job = replace(make_job(clients, Path(folder) / "reports"), scheduler=cluster.scheduler_address)
        moments, _ = run_batch(job, read_clients(clients))
    return compare_halves(moments)[0]
