"""Messages in both languages: each English one of the code has a Chinese one with the same gaps."""

from __future__ import annotations

import argparse
import inspect
import re
from string import ascii_uppercase
from types import SimpleNamespace
from typing import cast

import pytest

from licences.errors import (
    BusyError,
    LostError,
    MissingExtraError,
    MissingFileError,
    Problem,
    ProblemsError,
    UnknownNameError,
    UsageError,
)
from licences.reading.dictionary import read_dictionary
from licences.reading.places import find_data_folder
from licences.words.problems import (
    ARGPARSE,
    DICTIONARY,
    OURS,
    count_gaps,
    read_messages,
    say_error,
    say_problem,
    translate,
)
from said import PACKAGE, collect_messages, list_words

CHINESE = re.compile("[\u4e00-\u9fff]")
# Commands, names and addresses are the same in every language.
ALIKE = re.compile(
    r"^(pip install|licences |Python \{\}|python\{\}|not \{\}|--format \{\}|licences: |--template: |a lambda| on | as )"
)


def test_every_message_of_the_code_has_a_chinese_one() -> None:
    known = read_messages()[OURS]
    missing = {message: place for message, place in collect_messages().items() if message not in known}
    assert not missing, f"add these to words/problems.zh.yaml: {missing}"


def test_every_chinese_message_is_one_of_the_code() -> None:
    said, words = collect_messages(), list_words()
    kinds = re.compile(r"no (.+?) \{\}")
    left = [
        message
        for message in read_messages()[OURS]
        if message not in said
        and f"; {message}" not in said
        and message not in words
        and not ((kind := kinds.fullmatch(message)) and kind[1] in words)
    ]
    assert not left, f"nothing says these any more: {left}"


def test_what_argparse_says_is_what_we_know() -> None:
    source = re.sub(r"%(\(\w+\))?[rs]", "{}", inspect.getsource(argparse))
    for message in read_messages()[ARGPARSE]:
        if message != "error: ":
            assert f"'{message}'" in source or f"'{message}s'" in source, message


def test_what_the_dictionary_says_of_a_pattern_is_known() -> None:
    tables = read_dictionary(find_data_folder() / "dictionary.yaml").values()
    means = {column.means for table in tables for column in table.columns if column.pattern}
    assert means == set(read_messages()[DICTIONARY])


@pytest.mark.parametrize(
    ("english", "chinese"), [pair for kind in read_messages().values() for pair in kind.items()]
)
def test_a_message_is_said_in_chinese_with_all_that_is_in_its_gaps(english: str, chinese: str) -> None:
    assert chinese.strip()
    assert count_gaps(english) == count_gaps(chinese)
    values = [f"Q{letter}7" for letter in ascii_uppercase[: count_gaps(english)]]
    said = translate(english.format(*values), "zh")
    assert CHINESE.search(said) or ALIKE.search(english) or said != english.format(*values), said
    assert all(value in said for value in values), said
    if not ALIKE.search(english):
        left = re.sub(r"Q[A-Z]7|[a-z_]+\.(csv|yaml)", "", said)
        assert CHINESE.search(left), said


def test_english_stays_as_it_is_and_nothing_is_read_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licences.words.problems.read_messages", None)
    assert translate("it is empty; fill it in", "en") == "it is empty; fill it in"
    assert say_problem(Problem("a.csv", 2, "name", "it is empty", "fill it in"), "en") == (
        "a.csv:2: name: it is empty; fill it in"
    )


def test_what_is_not_known_stays_english() -> None:
    assert translate("a sentence that nobody wrote", "zh") == "a sentence that nobody wrote"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("'x' is not a number; at least 3", "“x”不是数字；至少3"),
        ("unknown value 'drug'; did you mean 'drugs'?", "不认识的值“drug”；是否应为“drugs”？"),
        ("'a; b' is neither yes nor no", "“a; b”既不是“是”也不是“否”"),
        ("'it is empty' is not a number", "“it is empty”不是数字"),
        ("'x' is not a number", "“x”不是数字"),
        ("'USD 5' is in another currency; work it out in yuan", "“USD 5”是其他币种的金额；请折算成人民币元"),
        ("mine.xlsx has rows of totals", "mine.xlsx有合计行"),
        ("write which: a (甲) or b (乙)", "请写明是哪一个：a（甲）或b（乙）"),
        ("of {has_app: no} it is not asked, yet the answer would change ICP; so it is with A, B and 2 more", "对{has_app: no}的客户不问此项，但答复会改变ICP；A, B和另外2项也是如此"),
        ("several clients are called '同名'; name one by its id: c, d and 3 more", "有多个客户名为“同名”；请用编号指明：c, d，另有3个"),
        ("s.sqlite: 12 clients changed", "s.sqlite：已更新12个客户"),
        ("c.csv: nothing is written; 1 client would change", "c.csv：没有写入；将更新1个客户"),
        ("nothing is written: 2 answers differ from what is known; look at what differs, and take the client's answers with --take theirs, or keep what is known with --take ours", "没有写入：2项答复与已有的不同；请核对不同之处，用--take theirs采用客户的答复，或用--take ours保留已有的"),
        ("7 of 9 reports are in reports, 12.3 s", "9份报告中已有7份，在reports，12.3秒"),
        ("argument --as-of: 'x' is not a date; write it as 2026-11-23", "参数--as-of：“x”不是日期；请写成2026-11-23"),
        ("shop: failed: its kernel did not start: exit status 3", "shop: failed: 内核没有启动：退出状态3"),
    ],
)  # fmt: skip
def test_a_finished_message_is_known_by_its_pattern(said: str, wanted: str) -> None:
    assert translate(said, "zh") == wanted


def test_a_problem_keeps_its_shape() -> None:
    problem = Problem("c.csv", 7, "has_app", "'x' is neither yes nor no", "fill it in")
    assert say_problem(problem, "zh") == "c.csv:7: has_app: “x”既不是“是”也不是“否”；请填写"
    assert say_problem(Problem("c.csv", 0, "", "it is empty", "fill it in"), "zh") == "c.csv: 是空的；请填写"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (("客户", "C5", "注册资本"), "工作表“客户”C5（注册资本）："),
        (("", "C5", "注册资本"), "C5（注册资本）："),
        (("客户", "", "注册资本"), "工作表“客户”“注册资本”："),
        (("客户", "C5", ""), "工作表“客户”C5："),
    ],
)
def test_a_problem_names_its_cell_as_the_person_sees_it(cell: tuple[str, str, str], said: str) -> None:
    place = dict(zip(("sheet", "address", "label"), cell, strict=True))
    problem = Problem("c.xlsx", 5, "registered_capital_cny", "it is empty", "fill it in")
    seen = SimpleNamespace(**vars(problem) | {"cell": SimpleNamespace(**place)})
    assert say_problem(cast("Problem", seen), "zh") == (
        f"c.xlsx:5: registered_capital_cny: {said}是空的；请填写"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnknownNameError("client", "shpo", ["shop"]), "没有客户“shpo”；是否应为“shop”？"),
        (UnknownNameError("client", "shop", []), "没有客户“shop”；这里还没有任何名称"),
        (UnknownNameError("licence", "X", [f"CODE{n:02}" for n in range(14)]), "，另有2个"),
        (UsageError("nothing is told", "leave it out"), "没有写任何内容；请去掉它"),
        (MissingFileError("a: b.csv", "there is no such file", "check the path"), "a: b.csv: 没有这个文件；请检查路径"),
        (MissingExtraError("a report", "jinja2", "notebook"), "报告需要jinja2，尚未安装；pip install 'licences[notebook]'"),
        (BusyError("out", "out/lock", "on host, process 7"), "out：另一批任务正在那里写入（在host上，进程7）；等它结束，或用--out另选位置；如果它已中断，请删除out/lock"),
        (LostError("the Dask scheduler at tcp://x is gone", "make room"), "tcp://x的Dask调度器已不在；请腾出空间"),
    ],
)  # fmt: skip
def test_an_error_is_said_in_chinese(error: Exception, said: str) -> None:
    assert say_error(error, "zh").endswith(said)
    assert say_error(error, "en") == str(error)


def test_of_very_many_problems_the_rest_is_counted_in_chinese() -> None:
    problems = [Problem("c.csv", line, "name", "it is empty", "fill it in") for line in range(1, 5_004)]
    lines = say_error(ProblemsError(problems), "zh").split("\n")
    assert (len(lines), lines[-1]) == (5_001, "至少还有3个问题；请先改正以上各项")


def test_the_collector_sees_what_is_said_in_each_room() -> None:
    places = " ".join(collect_messages().values())
    for room in (
        "reading/",
        "rules/",
        "law/",
        "batch/",
        "book/",
        "cli/",
        "api/",
        "app/",
        "render/",
        "runner/",
    ):
        assert room in places
    assert (PACKAGE / "words" / "problems.zh.yaml").is_file()
