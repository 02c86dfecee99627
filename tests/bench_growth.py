"""Writes into the docs how the work grows with the clients and the catalogue; `make bench-growth` runs it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benches.clock import keep_bytecode
from benches.growth import CLIENTS, JOBS, PATIENCE_SECONDS, TIMES_AS_LARGE, measure

PAGE = Path(__file__).parents[1] / "docs" / "maintainer" / "speed.md"
BEGIN, END = "<!-- growth: begin -->", "<!-- growth: end -->"


def put_between(text: str, lines: list[str]) -> str:
    """A page with lines between its two marks. Raises: ValueError where it has not both."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{after}"


def main(words: list[str] | None = None) -> None:
    """Measures what is asked for, prints it and, where all of it was, puts it into the page."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("jobs", nargs="*", metavar="COMMAND", help=f"of {', '.join(JOBS)}; default: all")
    parser.add_argument("--most", type=int, default=CLIENTS[-1], metavar="N", help="clients; default: 10,000")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE_SECONDS, metavar="SECONDS",
        help="a size that is likely to take longer is left out; default: 1,800",
    )  # fmt: skip
    parser.add_argument("--page", type=Path, default=PAGE, help="default: docs/maintainer/speed.md")
    options = parser.parse_args(words)
    if unknown := [name for name in options.jobs if name not in JOBS]:
        parser.error(f"no command {', '.join(unknown)}; there are {', '.join(JOBS)}")
    counts = [count for count in CLIENTS if count <= options.most]

    def tell(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    keep_bytecode()
    lines = list(measure(options.jobs or list(JOBS), counts, TIMES_AS_LARGE, options.patience, tell))
    print("\n".join(lines))
    is_whole = not options.jobs and counts == list(CLIENTS)
    if is_whole or options.page != PAGE:
        options.page.write_text(put_between(options.page.read_text("utf-8"), lines), encoding="utf-8")


if __name__ == "__main__":
    main()
