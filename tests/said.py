"""Collector of the messages that the program can say: every sentence that stands in its code."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "lib" / "licences"
# Rooms and modules that write texts of readers, which have sentence files of their own, or nothing that is read.
SILENT = (
    "words/", "render/figures/", "render/html/", "render/excel/", "render/terminal", "render/fonts.py", "render/ics.py",
    "render/word/report_template.py", "render/word/letter_template.py", "render/word/progress_template.py",
    "render/word/styles.py", "render/word/fields.py", "render/word/writer.py", "render/lengths.py",
    "app/door.py", "app/web_app.py", "app/widgets.py", "batch/warm_up.py", "runner/blas.py", "runner/streams.py",
    "runner/confinement.py", "runner/channel_client.py",
)  # fmt: skip
# What looks like a sentence and is none, or is never shown: patterns, SQL, paths, names of fonts, parts of code.
UNSAID = re.compile(
    r"^<\w+|SELECT |PRAGMA |BEGIN IMMEDIATE|@page|^font: |^default-src|^\(asked\)|Callable\[|\\s\*|^Ending Cell|^Cell In|"
    r"^During handling|^licences --version|^licences (diff|intake|issue|note|override|record) |^OLD\.csv NEW\.csv$|"
    r"自营茶叶|^in \{\}|^# This report|^verdict to include$|^--scheduler$|^几项|^一项|^look at forks$|^budget of|^field limit$|^no such$|^not a database$|^not in$|^locked with |^\{task\.|"
    r"^make_section|^(json|json )$|^-----(BEGIN|END) LICENCES|^\(\?:@|"
    # what people write in their files, which is read and not said
    r"^(not (known|sure)|to be confirmed|no expiry|none of (these|the above))$"
)
SENTENCE = re.compile(
    r"[A-Za-z]{2,}[,;:'’)]? [A-Za-z({'\-]|[a-z]{2,} ?\{\}|\{\}[,;]? [a-z]{2,}|[a-z}]: [a-z]{2}"
)
# What an error is told that is a text: from which of its arguments on.
_TOLD = {
    "UsageError": 0, "Problem": 3, "MissingFileError": 1, "BookError": 1, "BoundError": 0, "WorkbookError": 0, "_CellError": 0,
    "LostError": 0, "NotebookError": 1, "TooMuchError": 0, "fail": 0, "ExpressionError": 1, "ArgumentTypeError": 0,
}  # fmt: skip
_UNSEEN = {"TypeError", "RuntimeError", "AttributeError", "KeyError", "fromisoformat", "getLogger", "compile"}


@cache
def collect_messages() -> dict[str, str]:
    """Each message with ``{}`` for its gaps, and the module and line where it stands."""
    return {
        message: f"{path.relative_to(PACKAGE).as_posix()}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.relative_to(PACKAGE).as_posix().startswith(SILENT)
        for line, message in _list_messages(ast.parse(path.read_text(encoding="utf-8")))
        if not UNSAID.search(message)
    }


@cache
def list_words() -> frozenset[str]:
    """All texts in the code, also those that are no sentences: kinds of names, and things that are counted."""
    return frozenset(
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _list_messages(tree: ast.Module) -> Iterator[tuple[int, str]]:
    passed = _find_passed_over(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _list_arguments(node)
        if node not in passed and isinstance(node, ast.JoinedStr | ast.Constant):
            for message in _list_forms(node):
                if SENTENCE.search(message):
                    yield getattr(node, "lineno", 0), message


def _list_arguments(call: ast.Call) -> Iterator[tuple[int, str]]:
    """What is told to an error though it is a single word, and what a name is of that is not known."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name == "UnknownNameError" and isinstance(call.args[0], ast.Constant):
        yield call.lineno, f"no {call.args[0].value} {{}}"
    if name == "need_extra" and isinstance(call.args[-1], ast.Constant):
        yield call.lineno, str(call.args[-1].value)
    if name == "check_count" and isinstance(call.args[-1], ast.Constant):
        yield call.lineno, f"more than {{}} {call.args[-1].value}"
    for told in call.args[_TOLD[name] :] if name in _TOLD else ():
        if isinstance(told, ast.Constant | ast.JoinedStr | ast.IfExp):
            yield from ((call.lineno, form) for form in _list_forms(told) if re.search("[a-z]{2}", form))


def _find_passed_over(tree: ast.Module) -> set[ast.AST]:
    """Docstrings, formats of numbers, parts of a longer text, kinds of names, and what no user sees."""
    passed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            for part in node.values:
                passed.add(part)
                if isinstance(part, ast.FormattedValue):
                    passed |= set(ast.walk(part.format_spec)) if part.format_spec else set()
                    passed |= set(ast.walk(part.value)) if isinstance(part.value, ast.IfExp) else set()
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "UnknownNameError":
                passed.add(node.args[0])
            if name in _UNSEEN:
                passed |= set(ast.walk(node))
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            passed |= set(ast.walk(node.annotation))
    return passed


def _list_forms(node: ast.AST) -> list[str]:
    """The forms that a text can take: gaps are ``{}``, and of a choice of texts each is one."""
    if isinstance(node, ast.Constant):
        return [node.value.replace("{", "{{").replace("}", "}}")] if isinstance(node.value, str) else ["{}"]
    if isinstance(node, ast.IfExp):
        return [form for branch in (node.body, node.orelse) for form in _list_forms(branch)]
    if isinstance(node, ast.JoinedStr):
        parts = [
            _list_forms(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values
        ]
        return ["".join(form) for form in itertools.product(*parts)]
    return ["{}"]
