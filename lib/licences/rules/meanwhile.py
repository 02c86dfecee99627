"""Meanwhile: what somebody else has saved of a client since it was opened, taken over where we changed nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from licences.rules.facts import DENIED

HOLDS = "holds"


def take_over(
    cells: Mapping[str, str],
    opened: Mapping[str, str],
    saved: Mapping[str, str],
    names: Collection[str] | None = None,
) -> tuple[dict[str, str], dict[str, str]]:
    """Our cells with what others have changed meanwhile, and what of the saved ones we have seen.

    cells: ours. opened: as they were when we read them. saved: as they are now. names: the columns to look at, None for all. What both
    have changed, each in another way, stays ours and unseen. What is held counts licence by licence.
    """
    ours, seen = dict(cells), dict(opened)
    for name in {**cells, **opened, **saved} if names is None else names:
        texts = (cells.get(name, ""), opened.get(name, ""), saved.get(name, ""))
        mine, known = _merge_holdings(*texts) if name == HOLDS else _merge(*texts)
        for told, text in ((ours, mine), (seen, known)):
            if text or name in told:
                told[name] = text
    return ours, seen


def _merge(mine: str, opened: str, saved: str) -> tuple[str, str]:
    """Our text, and what of the saved one has been seen."""
    if mine == opened:
        return saved, saved
    return mine, saved if mine == saved else opened


def _merge_holdings(mine: str, opened: str, saved: str) -> tuple[str, str]:
    if opened in (mine, saved):
        return _merge(mine, opened, saved)
    ours, before, now = (_split(text) for text in (mine, opened, saved))
    merged = {
        code: _merge(ours.get(code, ""), before.get(code, ""), now.get(code, ""))
        for code in {**now, **ours, **before}
    }
    held, seen = (";".join(filter(None, (pair[at] for pair in merged.values()))) for at in (0, 1))
    return held, saved if _split(seen) == now else seen


def _split(holds: str) -> dict[str, str]:
    """The items of what is held or denied by code."""
    return {
        item.removeprefix(DENIED).partition("@")[0]: item for item in map(str.strip, holds.split(";")) if item
    }
