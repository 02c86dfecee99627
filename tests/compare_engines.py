"""Prints how many notebooks of the kinds in public use come out of our engine as of papermill's own.

``make compare-engines`` runs it; names of notebooks may be given. It takes two minutes on two processors.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from engines import compare
from notebook_kinds import NOTEBOOKS


def main() -> int:
    """Runs the notebooks that the command line names, by default all; 1 where one comes out differently."""
    names = sys.argv[1:] or list(NOTEBOOKS)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        found = dict(zip(names, pool.map(compare, names), strict=True))
    for name, different in found.items():
        for one in different:
            print(f"{name}, {one}")
    cells = sum(len(NOTEBOOKS[name]) for name in names)
    odd = sum(map(len, found.values()))
    alike = sum(not different for different in found.values())
    print(f"{alike} of {len(names)} notebooks alike, {cells - odd} of {cells} cells")
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
