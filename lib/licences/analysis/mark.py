"""Mark of a document: whether it was issued, and then under which number and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Mark:
    """What a document made from a book says of itself.

    number: such as ``corner-shop-2026-001``; empty of a draft. issued_on: None of a draft.
    """

    number: str = ""
    issued_on: date | None = None

    @property
    def is_draft(self) -> bool:
        """Whether it was not issued."""
        return not self.number


DRAFT = Mark()
