"""Messages that are kept one after the other are read whole or not at all."""

from __future__ import annotations

import json

import pytest

from licences.runner.channel import pack_message, unpack_messages, unpack_parts

KEPT = [
    [b'{"at": 0}'],
    [b'{"at": 1}', b"a page", b""],
    [b'{"at": 2}', b"\0" * 300],
]
PACKED = [pack_message(*parts) for parts in KEPT]


def test_what_was_kept_is_read_with_its_files_and_its_place() -> None:
    begins = [0, len(PACKED[0]), len(PACKED[0]) + len(PACKED[1])]
    assert list(unpack_parts(b"".join(PACKED))) == list(zip(begins, KEPT, strict=True))
    assert list(unpack_messages(b"".join(PACKED))) == [{"at": 0}, {"at": 1}, {"at": 2}]


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_message_that_was_cut_short_is_none(cut: int) -> None:
    packed = b"".join(PACKED)[:-cut]
    assert [parts for _, parts in unpack_parts(packed)] == KEPT[:2]
    assert [message["at"] for message in unpack_messages(packed)] == [0, 1]


def test_a_message_whose_json_is_broken_ends_the_reading() -> None:
    packed = PACKED[0] + pack_message(b"{") + PACKED[2]
    assert list(unpack_messages(packed)) == [json.loads(KEPT[0][0])]
