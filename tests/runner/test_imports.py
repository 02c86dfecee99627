"""A process of ours finds no slow grammar, a host's process finds nothing changed, and the runner names no other room."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).parents[2] / "lib" / "licences" / "runner"
NAMES = ("rfc3987_syntax", "lark", "jsonschema", "nbformat", "pandas")


def ask(code: str) -> str:
    told = f"import sys\n{code}\nprint([name for name in {NAMES!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_importing_licences_leaves_no_trace_among_the_modules_of_its_host() -> None:
    assert ask("import licences") == "[]"
    heads = "{name.partition('.')[0] for name in set(sys.modules) - before}"
    more = ask(f"before = set(sys.modules)\nimport licences\nprint({heads} - sys.stdlib_module_names)")
    assert more.splitlines()[0] == "{'licences'}"


def test_nbformat_is_imported_without_the_grammar_which_can_be_imported_afterwards() -> None:
    ours = "from licences.runner.imports import import_nbformat\nimport_nbformat()"
    assert ask(ours) == "['jsonschema', 'nbformat']"
    assert ask(f"{ours}\nimport rfc3987_syntax") == "['rfc3987_syntax', 'lark', 'jsonschema', 'nbformat']"
    assert ask("import nbformat") == "['rfc3987_syntax', 'lark', 'jsonschema', 'nbformat']"


def test_what_the_host_has_put_in_the_place_of_the_grammar_stays() -> None:
    ours = "from licences.runner.imports import import_nbformat\nimport_nbformat()"
    asked = f"sys.modules['rfc3987_syntax'] = None\n{ours}"
    assert ask(asked) == "['rfc3987_syntax', 'jsonschema', 'nbformat']"


def test_papermill_is_imported_without_the_client_of_a_store_which_comes_when_it_is_asked_for() -> None:
    pytest.importorskip("boto3")
    ours = "from licences.runner.imports import import_papermill\nimport_papermill()"
    told = "print('boto3' in sys.modules, type(papermill.iorw.S3()).__module__, 'boto3' in sys.modules)"
    assert ask(f"{ours}\nimport papermill.iorw\n{told}").splitlines()[0] == "False papermill.s3 True"


def test_papermill_is_imported_without_what_fetches_pages_which_comes_when_it_is_asked_for() -> None:
    ours = "from licences.runner.imports import import_papermill\nimport_papermill()\nimport papermill.iorw"
    told = (
        "print('requests' in sys.modules, papermill.iorw.requests.Session.__module__, 'requests' in sys.modules)\n"
        "import requests\nprint(requests.get is papermill.iorw.requests.get)"
    )
    assert ask(f"{ours}\n{told}").splitlines()[:2] == ["False requests.sessions True", "True"]
    assert ask(f"import requests\n{ours}\n{told}").splitlines()[:2] == ["True requests.sessions True", "True"]


def test_the_server_of_the_web_app_imports_nothing_that_its_kernels_alone_need() -> None:
    pytest.importorskip("voila")
    ours = (
        "from licences.runner.imports import import_nbformat, import_voila\nimport_nbformat()\nimport_voila()"
    )
    server = "import licences.app.provisioner, licences.app.web_app"
    told = "print([name for name in ('numpy', 'pandas', 'papermill', 'boto3', 'requests') if name in sys.modules])"
    assert ask(f"{ours}\n{server}\n{told}").splitlines()[0] == "[]"
    assert ask(f"{server}\nimport requests\n{told}").splitlines()[0] == "['requests']"


@pytest.mark.parametrize("file", sorted(RUNNER.glob("*.py")), ids=lambda one: one.name)
def test_the_runner_names_no_other_room_not_even_in_a_text(file: Path) -> None:
    texts = [
        node.value
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    ]
    for text in filter(lambda one: isinstance(one, str), texts):
        named = set(re.findall(r"licences\.([a-z_]+)", text))
        assert named <= {"runner", "errors"}, text
