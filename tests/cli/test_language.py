"""The language of messages: that of --lang, else the locale's."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from licences.cli.arguments import _make_parsers
from licences.cli.language import find_asked_language, find_locale_language, fold

BROKEN = Path(__file__).parents[1] / "broken" / "many_at_once.csv"
CHINESE = re.compile("[\u4e00-\u9fff]")


def run(*arguments: str, cwd: Path, locale: str = "zh_CN.UTF-8") -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "licences", *arguments],
        cwd=cwd, capture_output=True, encoding="utf-8", check=False, env=plain | {"LANG": locale},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "zh_CN"}, "en"),
    ],
)
def test_the_locale_says_the_language(told: dict[str, str], language: str) -> None:
    assert find_locale_language(told) == language


@pytest.mark.parametrize(
    ("words", "language"),
    [("plan --lang en", "en"), ("--lang=zh", "zh"), ("--lang", None), ("--lang fr", None), ("plan", None)],
)
def test_the_option_goes_first(words: str, language: str | None) -> None:
    assert find_asked_language(words.split()) == language


def test_check_names_problems_in_the_language_of_the_locale_or_of_the_option(project: Path) -> None:
    told = run("check", "--clients", str(BROKEN), cwd=project)
    assert told.returncode == 1
    *lines, read = told.stderr.splitlines()
    assert len(lines) == 6
    assert re.fullmatch(r".+many_at_once\.csv：1个客户、\d+项回答", read)
    assert all(re.fullmatch(r".+many_at_once\.csv:2: \w+: [^;]+；[^;]+", line) for line in lines)
    assert lines[1].endswith("has_website: “perhaps”既不是“是”也不是“否”；请写“是”或“否”；未告知的留空")
    for again in (
        run("check", "--clients", str(BROKEN), "--lang", "en", cwd=project),
        run("check", "--clients", str(BROKEN), cwd=project, locale="C"),
    ):
        assert again.stderr.splitlines()[1].endswith(
            "has_website: 'perhaps' is neither yes nor no; "
            "write yes or no, or leave it empty when it is not told"
        )
        assert not CHINESE.search(again.stderr.replace("月牙湾", ""))  # an example of an id


def test_json_is_english_until_another_language_is_asked_for(project: Path) -> None:
    plain = json.loads(run("check", "--clients", str(BROKEN), "--json", cwd=project).stdout)
    assert plain["problems"][1]["wrong"] == "'perhaps' is neither yes nor no"
    asked = json.loads(run("check", "--clients", str(BROKEN), "--json", "--lang", "zh", cwd=project).stdout)
    assert asked["problems"][1]["wrong"] == "“perhaps”既不是“是”也不是“否”"


def test_what_was_found_good_is_said_in_chinese_too(project: Path) -> None:
    told = run("check", "--deep", cwd=project).stderr
    assert all(CHINESE.search(line) for line in told.splitlines())
    assert not re.search(r"problems? found|columns read|rest on", told)


def test_the_language_of_texts_is_not_that_of_the_locale(project: Path) -> None:
    """Reports, answers and plans are Chinese unless --lang says otherwise, wherever the machine stands."""
    answered = run(
        "assess", "--client", "corner-shop", "--as-of", "2026-11-23", cwd=project, locale="en_US.UTF-8"
    )
    assert "必须办理" in answered.stdout
    assert re.fullmatch(r"data/clients\.csv: \d+ clients, \d+ answers\n", answered.stderr)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("assess --client corner-shp", "licences：没有客户“corner-shp”；是否应为“corner-shop”？"),
        ("plan --as-of yesterday", "licences plan: 错误：参数--as-of：“yesterday”不是日期；请写成2026-11-23"),
        ("plan --halp", "licences plan: 错误：不认识的参数：--halp；是否应为--help？"),
        ("what-if", "licences what-if: 错误：缺少参数：--licence"),
        ("plan --client", "licences plan: 错误：参数--client：需要一个值"),
        ("report --length short", "licences report: 错误：参数--length：没有“short”这一选项；可选："),
        ("record a b c --clients data/clients.csv", "licences：data/clients.csv不是案卷簿，只有案卷簿才记录办理进展"),
        ("diff --from 2026-01-01", "licences：缺少--to；两个日期都要写：--from DATE --to DATE"),
        ("template README.md", "licences：README.md已存在；请另选文件，或先删除它"),
        ("due --json --format csv", "licences：--json和--format csv是两种格式；请只写一种"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said_in_chinese(words: str, said: str, project: Path) -> None:
    refused = run(*words.split(), cwd=project)
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith(said)


def test_help_is_chinese_throughout_and_no_line_is_too_wide(project: Path) -> None:
    parser, commands = _make_parsers("zh")
    for one in (parser, *commands.values()):
        text = one.format_help()
        assert text.startswith("用法：")
        assert not re.search(r"^(usage|options|positional arguments)", text, re.MULTILINE)
        for action in one._actions:
            assert not action.help or CHINESE.search(one._get_formatter()._get_help_string(action)), action
    assert "选项:" in run("report", "--help", cwd=project).stdout
    assert "options:" in run("report", "--help", "--lang", "en", cwd=project).stdout
    assert [len(line) for line in fold("一二三四五，六七", 10)] == [6, 2]


def test_every_command_takes_a_language_and_none_is_chosen_beforehand() -> None:
    _, commands = _make_parsers("en")
    tasks = commands["book"]._subparsers._group_actions[0].choices
    for name, parser in {**commands, **tasks}.items():
        if name != "book":
            (option,) = [one for one in parser._actions if "--lang" in one.option_strings]
            assert (option.default, tuple(option.choices)) == (None, ("zh", "en")), name


def test_english_reads_no_sentence_of_the_other_language(project: Path) -> None:
    for words in (["--version"], ["--help"]):
        asked = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "licences", *words],
            cwd=project, capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert "licences.words.problems" not in asked.stderr


def test_a_book_is_kept_in_chinese(project: Path, tmp_path: Path) -> None:
    clients = str(project / "data" / "clients.csv")
    made = run("book", "init", "b.sqlite", "--from", clients, cwd=tmp_path)
    assert made.stderr == "b.sqlite已建立，有26个客户\n"
    keep = ("--clients", "b.sqlite")
    told = run("book", "client", "new-one", "--name", "新", *keep, cwd=tmp_path)
    assert told.stderr == "new-one: 已添加\n"
    noted = run("note", "new-one", "先打电话", "--by", "我", *keep, cwd=tmp_path)
    assert noted.stdout.startswith("new-one: 内部: 先打电话 (我, ")
    refused = run("record", "new-one", "EDI", "granted", "--on", "2026-11-01", *keep, cwd=tmp_path)
    assert refused.returncode in {0, 2}
    assert not re.search("[a-z] (be|is|was) ", refused.stderr)
    again = run("book", "init", "b.sqlite", cwd=tmp_path)
    assert again.stderr == "licences：b.sqlite已存在；请另选文件\n"
