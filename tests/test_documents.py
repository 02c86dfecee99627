"""The documents: links lead somewhere, every page is reached, commands exist, and examples are what is printed."""

from __future__ import annotations

import csv
import importlib.util
import io
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import openpyxl
import plotly.graph_objects as go
import pytest
import yaml

import licences
from licences.cli.arguments import read_arguments
from licences.cli.main import main
from licences.rules.applications import read_kinds

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"
PAGES = sorted(
    path for path in DOCS.rglob("*.md") if not {"generated", "_build"} & set(path.relative_to(DOCS).parts)
)
DOCUMENTS = [*sorted(PROJECT.glob("*.md")), *PAGES]
FENCE = re.compile(r"^```(\S*)[ ]*([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BOOK = DOCS / "consultant" / "book.md"  # whose examples follow on each other
STORIES = (BOOK, PROJECT / "README.md", PROJECT / "README.zh.md")  # which keep a book, example by example
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@cache
def load(file: str) -> ModuleType:
    """A module of the folder ``docs``, which is no package."""
    spec = importlib.util.spec_from_file_location(f"docs_{file}", DOCS / f"{file}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def find_fences(path: Path, language: str) -> list[tuple[str, str]]:
    """What stands behind the language of each fence, and what it holds."""
    found = FENCE.findall(path.read_text(encoding="utf-8"))
    return [(behind, text) for kind, behind, text in found if kind == language]


def find_anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as they are made for Markdown."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def find_examples(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each command of a document with the lines that it is said to print."""
    for _, text in find_fences(path, "console"):
        for block in text.removeprefix("$ ").split("\n$ "):
            command, *printed = block.rstrip("\n").split("\n")
            yield command.partition("  #")[0].strip(), printed


# Links and pages


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_within_the_project_leads_to_a_file_and_a_heading_there(document: Path) -> None:
    for link in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        path = (document.parent / file).resolve() if file else document
        assert path.is_file(), link
        assert not anchor or anchor in find_anchors(path), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_file_that_is_named_with_its_folder_is_there(document: Path) -> None:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    for file in re.findall(r"`([\w-]+/[\w/.-]+\.(?:py|ya?ml|csv|svg|js|ipynb))`", text):
        assert (PROJECT / file).is_file() or (PROJECT / "lib" / "licences" / file).is_file(), file


def test_every_page_is_reached_from_the_index_by_one_table_of_contents() -> None:
    made = {DOCS / "generated" / page for page in load("pages").make_pages()}
    made |= {DOCS / "generated" / "notebooks" / path.name for path in (PROJECT / "notebooks").glob("*.ipynb")}
    every = {*PAGES, *made}
    reached = [DOCS / "index.md"]
    for page in reached:  # grows as it is walked
        for kind, _, text in FENCE.findall(page.read_text(encoding="utf-8")) if page in PAGES else ():
            if kind == "{toctree}":
                for entry in [line for line in text.splitlines() if line and not line.startswith(":")]:
                    path = (page.parent / entry).resolve()
                    found = [one for one in every if one.with_suffix("").match(str(path))]
                    assert found, f"{name(page)}: {entry}"
                    reached += found
    included = {DOCS / "generated" / "schemas.md"}
    assert sorted(reached) == sorted(every - included)


# Commands and examples

COMMANDS = sorted(
    {
        (name(path), command)
        for path in DOCUMENTS
        for command in [
            *(command for command, _ in find_examples(path)),
            *re.findall(r"`(licences [^`]+)`", FENCE.sub("", path.read_text(encoding="utf-8"))),
        ]
        if re.match(r"(\w+=\w+ )?licences (?!COMMAND)", command)
    }
)


def find_words(command: str) -> list[str]:
    """What stands behind ``licences``, with a day where one is meant."""
    words = shlex.split(re.sub(r"\bDATE\b", "2026-11-23", command.partition(" > ")[0]))
    return words[words.index("licences") + 1 :]


@pytest.mark.parametrize(("document", "command"), COMMANDS)
def test_every_command_in_a_document_is_understood(document: str, command: str) -> None:
    words = find_words(command)
    if words == ["--version"]:
        told = subprocess.run([sys.executable, "-m", "licences", *words], capture_output=True, check=False)
        assert told.returncode == 0, document
        return
    try:
        read_arguments(words)
        status = 0
    except SystemExit as end:
        status = end.code
    assert status == 0, f"{document}: {command}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the project's data and cases."""
    shutil.copytree(PROJECT / "data", tmp_path / "data")
    (tmp_path / "tests").mkdir()
    shutil.copy(PROJECT / "tests" / "scenarios.yaml", tmp_path / "tests")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def find_printed(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    main(shlex.split(command)[1:])
    printed = capsys.readouterr()
    return "\n".join(line.rstrip() for line in (printed.out + printed.err).splitlines())


def expect(example: list[str], printed: str) -> None:
    """The pieces of an example, between lines of three dots, are printed in their order."""
    pieces = re.split(r"^\s*\.\.\.$", "\n".join(line.rstrip() for line in example), flags=re.MULTILINE)
    at = 0
    for piece in filter(None, (piece.strip("\n") for piece in pieces)):
        at = printed.find(piece, at)
        assert at >= 0, f"{piece}\nis not in\n{printed}"


EXAMPLES = [
    (path, command, printed)
    for path in DOCUMENTS
    for command, printed in find_examples(path)
    if printed and path.name not in {"CONTRIBUTING.md", BOOK.name} and "book.sqlite" not in command
]


@pytest.mark.parametrize(
    ("document", "command", "printed"),
    EXAMPLES,
    ids=[f"{name(path)}: {command}" for path, command, _ in EXAMPLES],
)
def test_an_example_is_what_the_command_prints(
    document: Path, command: str, printed: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file, text in find_fences(document, "text"):
        if file:
            (folder / file).write_text(text, encoding="utf-8")
    expect(printed, find_printed(command, capsys))


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.name)
def test_the_examples_of_a_book_are_printed_one_after_the_other(
    story: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8" if story.name.endswith(".zh.md") else "C.UTF-8")
    events = openpyxl.Workbook()
    events.worksheets[0].append(["client", "code", "event", "on"])
    events.worksheets[0].append(["corner-shop", "ICP", "submitted", date(2026, 11, 24)])
    events.save(folder / "events.xlsx")
    for command, printed in find_examples(story):
        if story == BOOK or "book.sqlite" in command:
            expect(printed, find_printed(command, capsys))


def mask(text: str) -> str:
    """Numbers that change with every row of the catalogue are taken out."""
    return re.sub(
        r"(?<=csv:)\d+|\d+(?= (of|broken|are noticed|problems))|(?<=of )\d+|\d+\.\d(?=%)", "N", text
    )


def test_a_licence_is_added_as_the_page_for_contributors_says(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = PROJECT / "CONTRIBUTING.md"
    text = page.read_text(encoding="utf-8").partition("## How the rooms lie")[0]
    examples = [(command, printed) for command, printed in find_examples(page) if printed]
    cells = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", text, re.MULTILINE))
    mended = cells | dict(re.findall(r"`(\w+)` becomes `([^`]+)`", text))
    assert len(mended) > len(cells)
    catalogue, cases = folder / "data" / "licences.csv", folder / "tests" / "scenarios.yaml"
    before = catalogue.read_text(encoding="utf-8-sig")
    columns = next(csv.reader(io.StringIO(before)))
    steps = iter(examples)

    def write_row(row: dict[str, str]) -> None:
        file = io.StringIO()
        csv.DictWriter(file, columns, lineterminator="\n").writerow(row)
        catalogue.write_text(before + file.getvalue(), encoding="utf-8")

    def take_step() -> str:
        command, printed = next(steps)
        shown = find_printed(command, capsys)
        expect(mask("\n".join(printed)).split("\n"), mask(shown))
        return shown

    write_row(cells)
    assert take_step().count("\n") == 3
    write_row(mended)
    assert "PARCEL_LOCKER; add a scenario" in take_step()
    cases.write_text(
        cases.read_text(encoding="utf-8") + "\n" + find_fences(page, "yaml")[0][1], encoding="utf-8"
    )
    evidence = folder / "data" / "evidence.csv"
    told = evidence.read_text(encoding="utf-8")
    evidence.write_text(told + find_fences(page, "csv")[0][1], encoding="utf-8")
    assert take_step().startswith("0 problems found")
    take_step()
    assert next(steps, None) is None


def test_a_python_example_runs(folder: Path) -> None:
    clients = find_fences(DOCS / "consultant" / "index.md", "text")[0]
    (folder / clients[0]).write_text(clients[1], encoding="utf-8")
    for page in PAGES:
        names: dict[str, Any] = {}
        for _, code in find_fences(page, "python"):
            exec(compile(code, name(page), "exec"), names)  # noqa: S102 - our own page


# Pages made from their sources


def test_the_data_dictionary_has_every_column_and_every_value(project: Path) -> None:
    dictionary = yaml.safe_load((project / "data" / "dictionary.yaml").read_text(encoding="utf-8"))
    page = load("pages").make_dictionary_page(dictionary)
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    columns = [column for table in dictionary["files"].values() for column in table["columns"]]
    values = [str(value) for values in dictionary["vocabularies"].values() for value in values]
    assert [re.match(r"\| `([^`]+)`", row)[1] for row in rows] == columns + values  # type: ignore[index]
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_the_facts_have_a_row_each_with_both_languages(project: Path) -> None:
    page = load("pages").make_pages()["facts.md"]
    with (project / "data" / "profile_fields.csv").open(encoding="utf-8-sig", newline="") as file:
        for field in csv.DictReader(file):
            row = next(line for line in page.splitlines() if line.startswith(f"| `{field['field']}`"))
            assert field["label_zh"] in row
            assert field["help_en"] in row


def test_the_python_page_asks_for_the_docstring_of_every_public_name() -> None:
    page = load("pages").make_api_page("licences.errors", ("suggest", "Problem"))
    assert page.index(".. autofunction:: licences.errors.suggest") < page.index(
        ".. autoclass:: licences.errors.Problem"
    )
    every = load("pages").make_pages()["api.md"]
    assert all(f":: licences.{one}\n" in every for one in licences.__all__)


def test_a_schema_is_told_key_by_key() -> None:
    day = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}
    schema = {
        "title": "licences plan --json",
        "type": "array",
        "items": {"$ref": "#/$defs/PlanJson"},
        "$defs": {
            "StepJson": {"description": "A step.", "properties": {"start": day}},
            "PlanJson": {
                "description": "A plan.\n\nMore.",
                "properties": {"client": {"type": "string"}, "steps": {"$ref": "#/$defs/StepJson"}},
            },
        },
    }
    meanings = {"PlanJson": {"steps": "In order.", "client": "Its id."}, "StepJson": {"start": "Or | null."}}
    page = load("pages").make_schemas_page({"plan.json": schema, "again.json": schema}, meanings)
    told = page.partition("## licences plan --json\n")[2]
    assert told.index("**Plan**: A plan.\n") < told.index("| `steps` | Step | In order. |")
    assert told.index("| `client` | string | Its id. |") < told.index("**Step**: A step.")
    assert told.count("| `start` | string (date) or null | Or \\| null. |") == 1
    assert load("pages").make_schemas_page({}, {}) == ""


def test_every_key_of_every_json_has_its_meaning(project: Path) -> None:
    pages = load("pages")
    schemas = pages.make_schemas()
    assert {"assess", "assess-trace", "plan", "what-if", "diff", "check"} < {
        name.removesuffix(".json") for name in schemas
    }
    meanings = yaml.safe_load((project / "docs" / "keys.yaml").read_text(encoding="utf-8"))
    objects = {name: entry for schema in schemas.values() for name, entry in pages.find_objects(schema)}
    assert {name: set(entry["properties"]) for name, entry in objects.items()} == {
        name: set(keys) for name, keys in meanings.items()
    }


def test_the_page_of_a_notebook_needs_neither_its_kernel_nor_a_network() -> None:
    pages = load("pages")
    figure = go.Figure(go.Bar(x=["</script>"], y=[1])).to_plotly_json()
    outputs = [
        nbformat.v4.new_output("display_data", {pages.PLOTLY_JSON: figure | {"config": {}}}),
        nbformat.v4.new_output("display_data", {pages.WIDGET_JSON: {"model_id": "1"}, "text/plain": "Box()"}),
        nbformat.v4.new_output("display_data", {"application/vnd.licences.record+json": {}, "text/html": ""}),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=outputs)])
    notebook.metadata["widgets"] = {}
    drawn, widget, record = pages.make_notebook_page(notebook, "one", "<p>controls</p>").cells[0].outputs
    assert drawn.data["text/html"].count("</script>") == 1
    assert 'Plotly.newPlot("one-figure-1"' in drawn.data["text/html"]
    assert widget.data == {"text/html": "<p>controls</p>", "text/plain": "Box()"}
    assert set(record.data) == {"text/html"}
    assert "widgets" not in notebook.metadata


def test_links_lead_to_the_same_from_another_folder() -> None:
    pages = load("pages")
    text = "[a](docs/install.md#as-a-package) [b](CONTRIBUTING.md) [c](https://x.org/y) [d](#here) ![e](docs/rooms.svg)"
    moved = pages.move_links(text, PROJECT, DOCS / "generated")
    assert moved == (
        "[a](../install.md#as-a-package) [b](contributing.md) [c](https://x.org/y) [d](#here) ![e](../rooms.svg)"
    )


def test_the_picture_of_what_follows_what_is_drawn_from_the_table_as_it_is() -> None:
    states = load("states")
    assert states.PICTURE.read_text(encoding="utf-8") == states.draw_states(), "run: python docs/states.py"
    drawn = {event for events, *_ in states.BOXES.values() for event in events}
    assert drawn == set(read_kinds())


def test_the_picture_of_the_rooms_is_drawn_from_the_contract_as_it_is() -> None:
    rooms = load("rooms")
    assert rooms.PICTURE.read_text(encoding="utf-8") == rooms.draw_rooms(), "run: python docs/rooms.py"
    for room in (PROJECT / "lib" / "licences").glob("*/__init__.py"):
        assert f">{room.parent.name}</text>" in rooms.draw_rooms()


# What stands beside the code


def test_the_notice_names_the_plotly_that_is_shipped(project: Path) -> None:
    with (project / "lib" / "licences" / "render" / "browser" / "plotly-basic.min.js").open(
        encoding="utf-8"
    ) as file:
        version = re.search(r" v(\d+\.\d+\.\d+)$", file.read(200), re.MULTILINE)
    assert version
    notices = (project / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")
    assert f"## plotly.js {version[1]}, basic bundle" in notices


def test_the_citation_has_the_version_of_the_package(project: Path) -> None:
    citation = yaml.safe_load((project / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == licences.__version__
    assert (project / "CHANGELOG.md").read_text(encoding="utf-8").count(
        f"\n## [{citation['version']}] - 20"
    ) == 1


def test_the_files_of_the_licences_are_named_and_there(project: Path) -> None:
    described = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert described["license"].startswith("Apache-2.0 AND CC-BY-4.0")
    assert all((project / file).is_file() for file in described["license-files"])
    assert "Version 2.0, January 2004" in (project / "LICENSE").read_text(encoding="utf-8")
    assert "Section 8 -- Interpretation." in (project / "LICENSE-DATA").read_text(encoding="utf-8")
