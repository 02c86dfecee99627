"""The process of a report's stock kernel, which takes the law and the client from the batch and not from files."""

from __future__ import annotations

import pickle

from licences.runner.kernel_app import serve_kernel


def hand_over_all(packed: bytes) -> None:
    """Hands over the law, the client's own rows, and what its last report said."""
    from licences.analysis.case import hand_over  # pandas comes with it, and is to find the kernel's shell
    from licences.analysis.record import hand_over_record

    given, earlier = pickle.loads(packed)  # noqa: S301 - it comes from the batch that started us
    hand_over(given)
    hand_over_record(earlier)


if __name__ == "__main__":
    serve_kernel(hand_over_all)
