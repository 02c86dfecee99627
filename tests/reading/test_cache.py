"""What was worked out once is found again, and nothing that is damaged or another's is believed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from licences.law.catalogue import read_catalogue
from licences.reading import cache
from licences.reading.cache import KEPT, OFF, PLACE, find_cache_folder, remember


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(PLACE, str(tmp_path / "cache"))
    return tmp_path / "cache"


class Maker:
    """Makes something, and counts how often."""

    def __init__(self, made: object = ("made",)) -> None:
        self.made, self.count = made, 0

    def __call__(self) -> object:
        self.count += 1
        return self.made


def find_only(folder: Path) -> Path:
    (file,) = folder.glob("*.pickle")
    return file


def test_what_was_made_of_the_same_is_not_made_again(folder: Path) -> None:
    make = Maker({"a": [1, 2]})
    assert remember("x", [b"law"], make) == remember("x", [b"law"], make) == {"a": [1, 2]}
    assert make.count == 1
    for name, rests_on in (("y", [b"law"]), ("x", [b"laws"]), ("x", [b"la", b"w"]), ("x", [b"law", b""])):
        assert remember(name, rests_on, make) == {"a": [1, 2]}
    assert make.count == 5
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}


def flip(content: bytes) -> bytes:
    return content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]


@pytest.mark.parametrize(
    "damage", [flip, lambda content: content[:-1], lambda content: content[:10], lambda _: b""],
    ids=["a bit", "the end", "nearly all", "all"],
)  # fmt: skip
def test_what_is_damaged_is_made_anew(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    make = Maker()
    remember("x", [b"law"], make)
    file = find_only(folder)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert remember("x", [b"law"], make) == ("made",)
    assert make.count == 2
    assert file.read_bytes() == whole


def test_what_others_could_have_written_is_not_believed(folder: Path) -> None:
    make = Maker()
    remember("x", [b"law"], make)
    find_only(folder).chmod(0o666)
    assert remember("x", [b"law"], make) == ("made",)
    assert make.count == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_what_another_user_wrote_is_not_believed(folder: Path) -> None:
    make = Maker()
    remember("x", [b"law"], make)
    os.chown(find_only(folder), 12345, -1)
    assert remember("x", [b"law"], make) == ("made",)
    assert make.count == 2


@pytest.mark.usefixtures("folder")
def test_a_change_of_the_program_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    remember("x", [b"law"], make)
    monkeypatch.setattr(cache, "_find_program", lambda _: b"another")
    remember("x", [b"law"], make)
    assert make.count == 2


def test_what_is_not_good_is_not_kept(folder: Path) -> None:
    make = Maker(["a problem"])
    for _ in range(2):
        remember("x", [b"law"], make, is_good=lambda made: not made)
    assert make.count == 2
    assert not folder.exists()


def test_only_what_was_used_last_is_kept(folder: Path) -> None:
    make = Maker()
    remember("x", [b"first"], make)
    first = find_only(folder)
    for at in range(KEPT + 2):
        remember("x", [str(at).encode()], make)
        os.utime(first, (at, at))
        remember("x", [b"first"], make)
    assert first.exists()
    assert len(list(folder.glob("x-*.pickle"))) == KEPT


def test_without_a_place_everything_is_made_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Maker()
    monkeypatch.setenv(PLACE, OFF)
    assert find_cache_folder() is None
    remember("x", [b"law"], make)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(PLACE, str(tmp_path / "file"))
    assert remember("x", [b"law"], make) == ("made",)
    assert make.count == 2
    assert (tmp_path / "file").read_text() == "in the way"


def test_the_users_cache_is_where_the_system_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PLACE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert find_cache_folder() == tmp_path / "licences"


def test_a_changed_law_is_read_anew_and_one_with_a_problem_each_time(
    folder: Path, project: Path, tmp_path: Path
) -> None:
    text = (project / "data" / "licences.csv").read_text(encoding="utf-8-sig")
    law = tmp_path / "law.csv"
    law.write_text(text, encoding="utf-8")
    first, again = read_catalogue(law), read_catalogue(law)
    assert first is not again
    assert str(first.edition) == str(again.edition)
    assert list(first.rows["code"]) == list(again.rows["code"])
    assert len(list(folder.glob("catalogue-*"))) == 1
    law.write_text(text.replace("营业执照", "营业牌照"), encoding="utf-8")
    changed = read_catalogue(law)
    assert str(changed.edition) != str(first.edition)
    assert changed.rows["name_zh"].str.contains("营业牌照").any()
