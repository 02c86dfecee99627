"""Pages of the documentation made from their sources: data dictionary, facts, public names, schemas, notebooks."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import nbformat
import yaml
from nbclient import NotebookClient
from traitlets.config import Config

import licences
from licences.render.assets import PLOTLY, read_asset
from licences.words.json_views import OUTPUTS

PROJECT = Path(__file__).resolve().parents[1]
GENERATED = PROJECT / "docs" / "generated"
SCRIPTS = (PLOTLY, "logic.js", "answers.js", "decide.js")
SHEETS = ("page.css", "decide.css", "portfolio.css")
# Texts at the top of the project, and the pages made from them.
TOP_TEXTS = {
    PROJECT / "README.md": PROJECT / "docs" / "index.md",
    PROJECT / "README.zh.md": GENERATED / "zh.md",
    PROJECT / "CONTRIBUTING.md": GENERATED / "contributing.md",
    PROJECT / "SECURITY.md": GENERATED / "security.md",
    PROJECT / "CHANGELOG.md": GENERATED / "changelog.md",
    PROJECT / "THIRD-PARTY-NOTICES.md": GENERATED / "notices.md",
}
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")
PLOTLY_JSON = "application/vnd.plotly.v1+json"
WIDGET_JSON = "application/vnd.jupyter.widget-view+json"


def write_pages() -> None:
    """Makes every page anew below ``docs/generated``; what lay there is gone."""
    shutil.rmtree(GENERATED, ignore_errors=True)
    (GENERATED / "notebooks").mkdir(parents=True)
    for name, text in make_pages().items():
        (GENERATED / name).write_text(text, encoding="utf-8")
    (GENERATED / "schemas").mkdir()
    for name, schema in make_schemas().items():
        (GENERATED / "schemas" / name).write_text(json.dumps(schema, indent=1), encoding="utf-8")
    for source in sorted((PROJECT / "notebooks").glob("*.ipynb")):
        page = make_notebook_page(_run_notebook(source), source.stem, _show_picture(source.stem))
        nbformat.write(page, GENERATED / "notebooks" / source.name)
    _write_static()


def make_pages() -> dict[str, str]:
    """The pages that are text, by their names in ``docs/generated``."""
    dictionary = _read_yaml(PROJECT / "data" / "dictionary.yaml")
    fields = _read_rows(PROJECT / "data" / "profile_fields.csv")
    made = {
        "dictionary.md": make_dictionary_page(dictionary),
        "facts.md": make_facts_page(fields, dictionary["vocabularies"]),
        "api.md": make_api_page(licences.__name__, licences.__all__),
        "schemas.md": make_schemas_page(make_schemas(), _read_yaml(PROJECT / "docs" / "keys.yaml")),
    }
    moved = {
        page.name: move_links(source.read_text(encoding="utf-8"), source.parent, page.parent)
        for source, page in TOP_TEXTS.items()
        if page.parent == GENERATED
    }
    return made | moved


def move_links(text: str, old: Path, new: Path) -> str:
    """A Markdown text whose relative links, written in the folder ``old``, lead to the same from ``new``.

    A link to a text of TOP_TEXTS leads to its page.
    """

    def point(link: re.Match[str]) -> str:
        path = (old / link[1]).resolve()
        return os.path.relpath(TOP_TEXTS.get(path, path), new).replace(os.sep, "/")

    return LINK.sub(point, text)


def _run_notebook(path: Path) -> nbformat.NotebookNode:
    """The notebook executed in its folder, as Run All does; a cell that fails fails the build."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    with TemporaryDirectory() as folder:
        # Over TCP the kernel would print a warning; Windows has nothing else.
        ipc = {"transport": "ipc", "ip": f"{folder}/kernel"}
        config = Config({"KernelManager": {} if sys.platform == "win32" else ipc})
        client = NotebookClient(notebook, config=config, kernel_name="python3", resources=where, timeout=600)
        return client.execute()


def _write_static() -> None:
    """What the pages of notebooks need in a browser: the plotly.js that reports use, and the style of reports."""
    folder = GENERATED / "static"
    folder.mkdir()
    for name in SCRIPTS:
        (folder / name).write_text(read_asset(name), encoding="utf-8")
    style = make_notebook_style([read_asset(name) for name in SHEETS])
    (folder / "notebooks.css").write_text(style, encoding="utf-8")


def _show_picture(name: str) -> str:
    """What stands where a widget would need its kernel."""
    image = PROJECT / "notebooks" / "pictures" / "explorer.png"
    if name != "explore":
        return "<p><em>Here stand controls; they need the notebook's kernel.</em></p>"
    encoded = b64encode(image.read_bytes()).decode("ascii")
    return (
        f'<img alt="The explorer, as it looks when the notebook runs" src="data:image/png;base64,{encoded}">'
    )


def make_dictionary_page(dictionary: Mapping[str, Any]) -> str:
    """Every column of every data file, and every closed list of values, as MyST text."""
    lines = [
        "# Data dictionary",
        "",
        "What every column of every data file means. This page is made from `data/dictionary.yaml`, from which the",
        "validator is made too: a column that is not here is refused.",
        "",
    ]
    for file, table in dictionary["files"].items():
        lines += [f"## {file}", "", table["means"], ""]
        lines += [f"A row is told from another by {_join_codes(table['key'])}.", ""]
        lines += _make_table(
            ("Column", "Called", "Means"),
            (
                (f"`{name}`<br>{_describe_cells(column)}", "<br>".join(column["label"]), column["means"])
                for name, column in table["columns"].items()
            ),
        )
    lines += ["## Closed lists", "", "The values that a `choice` or `choices` column may hold.", ""]
    for name, values in dictionary["vocabularies"].items():
        lines += [f"### {name}", ""]
        lines += _make_table(
            ("Value", "Chinese", "English"), ((f"`{value}`", *labels) for value, labels in values.items())
        )
    return "\n".join(lines)


def _describe_cells(column: Mapping[str, Any]) -> str:
    parts = [f"[{column['values']}](#{column['values']})" if "values" in column else column["type"]]
    parts += [f"in {column['unit'].replace('_', ' ')}"] if "unit" in column else []
    parts += [f"from {column['minimum']}"] if "minimum" in column else []
    parts += [f"up to {column['maximum']}"] if "maximum" in column else []
    parts += [f"like `{column['pattern']}`"] if "pattern" in column else []
    parts += [f"ground of `{column['basis_of']}`"] if "basis_of" in column else []
    parts += [f"item by item with `{column['pairs_with']}`"] if "pairs_with" in column else []
    parts += ["never empty"] if column.get("required") else []
    return ", ".join(parts)


def make_facts_page(fields: Sequence[Mapping[str, str]], vocabularies: Mapping[str, Any]) -> str:
    """Every fact that a client can tell, group by group, as MyST text."""
    lines = [
        "# The facts",
        "",
        f"The {len(fields)} facts that a client can tell, each a column of the clients file. This page is made from",
        "`data/profile_fields.csv`; how an answer is written stands in [Your clients](../consultant/clients.md).",
        "",
    ]
    for group, (chinese, english) in vocabularies["field_group"].items():
        lines += [f"## {english.capitalize()} · {chinese}", ""]
        lines += _make_table(
            ("Column", "Asks", "Help"),
            (
                (
                    f"`{field['field']}`<br>{_describe_answer(field, vocabularies['field_type'])}",
                    f"{field['label_zh']}<br>{field['label_en']}",
                    f"{field['help_zh']}<br>{field['help_en']}",
                )
                for field in fields
                if field["group"] == group
            ),
        )
    return "\n".join(lines)


def _describe_answer(field: Mapping[str, str], types: Mapping[str, Sequence[str]]) -> str:
    kind = types[field["type"]][1]
    if field["values"]:
        values = zip(field["values"].split(";"), field["values_zh"].split(";"), strict=True)
        return f"{kind}: " + ", ".join(f"`{value}` {label}" for value, label in values)
    ends = [field["minimum"] and f"from {field['minimum']}", field["maximum"] and f"up to {field['maximum']}"]
    return " ".join([kind, *filter(None, [field["unit_en"] and f"in {field['unit_en']},", *ends])]).rstrip(
        ","
    )


def make_api_page(package: str, names: Sequence[str]) -> str:
    """The public names of the package, functions first, as directives that read their docstrings."""
    lines = ["# The Python interface", "", f"Everything that `import {package} as lc` offers.", ""]
    module = sys.modules[package]
    functions = [name for name in names if callable(getattr(module, name)) and not _is_class(module, name)]
    classes = [name for name in names if _is_class(module, name)]
    others = [name for name in names if name not in {*functions, *classes}]
    for title, kind, chosen in (
        ("Functions", "autofunction", functions),
        ("What they return", "autoclass", classes),
        ("Values", "autodata", others),
    ):
        if chosen:
            lines += [f"## {title}", ""]
        for name in chosen:
            lines += ["```{eval-rst}", f".. {kind}:: {package}.{name}"]
            lines += ["   :members:"] * (kind == "autoclass") + ["```", ""]
    return "\n".join(lines)


def _is_class(module: Any, name: str) -> bool:
    return isinstance(getattr(module, name), type)


def make_schemas_page(
    schemas: Mapping[str, Mapping[str, Any]], meanings: Mapping[str, Mapping[str, str]]
) -> str:
    """What each key of each ``--json`` means, as MyST text; an object is told where it first comes.

    schemas: JSON Schemas by their file names. meanings: of each key, by the object that has it.
    """
    lines = ["The JSON Schema of each is made from the types in the code.", ""] if schemas else []
    told: set[str] = set()
    for file, schema in schemas.items():
        lines += [f"## {schema['title']}", ""]
        lines += ["A list, each of it as follows.", ""] if schema.get("type") == "array" else []
        for name, entry in find_objects(schema):
            if name not in told:
                told.add(name)
                lines += [f"**{_name_object(name)}**: {entry['description'].partition(chr(10))[0]}", ""]
                keys = ((key, entry["properties"][key], means) for key, means in meanings[name].items())
                rows = ((f"`{key}`", _describe_schema(value), means) for key, value, means in keys)
                lines += _make_table(("Key", "Holds", "Means"), rows)
        lines += [f"The schema itself: [{file}](generated/schemas/{file}).", ""]
    return "\n".join(lines)


def _name_object(name: str) -> str:
    """What an object is called, without what tells its type from others in the code."""
    return re.sub(r"(View|Json)$", "", name)


def find_objects(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects that a schema describes, by their names, each followed by those that it refers to."""
    every = schema.get("$defs", {})
    names = re.findall(
        r'"#/\$defs/(\w+)"', json.dumps({key: schema[key] for key in schema if key != "$defs"})
    )
    for name in names:  # grows as it is walked
        if "properties" in every[name]:
            yield name, every[name]
        names += [one for one in re.findall(r'"#/\$defs/(\w+)"', json.dumps(every[name])) if one not in names]


def _describe_schema(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _name_object(str(schema["$ref"]).rpartition("/")[2])
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value, ensure_ascii=False)}`" for value in schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(map(_describe_schema, schema[several]))
    kinds = schema.get("type", "anything")
    if kinds == "array":
        return f"list of {_describe_schema(schema.get('items', {}))}"
    told = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return f"{told} ({schema['format']})" if "format" in schema else told


def make_notebook_page(notebook: Any, name: str, picture: str) -> Any:
    """An executed notebook as a page shows it: figures are drawn by plotly.js, a widget is a picture of it.

    picture: what stands where a widget would need its kernel.
    """
    figures = 0
    for cell in notebook.cells:
        cell.metadata.pop("tags", None)  # what is not for a client is for the reader of the guide
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if PLOTLY_JSON in data:
                figures += 1
                data["text/html"] = _draw_figure(data.pop(PLOTLY_JSON), f"{name}-figure-{figures}")
            elif WIDGET_JSON in data:
                data["text/html"] = picture
            for kind in [kind for kind in data if not kind.startswith(("text/", "image/"))]:
                del data[kind]
    notebook.metadata.pop("widgets", None)
    return notebook


def _draw_figure(figure: Mapping[str, Any], place: str) -> str:
    drawn = json.dumps({"data": figure["data"], "layout": figure["layout"]}, ensure_ascii=False)
    safe = drawn.replace("</", "<\\/")
    return (
        f'<figure class="chart"><div class="plot" id="{place}"></div></figure>'
        f'<script>addEventListener("load", () => {{ const figure = {safe};'
        f' Plotly.newPlot("{place}", figure.data, figure.layout, {{displayModeBar: false, responsive: true}}); }});</script>'
    )


def make_notebook_style(sheets: Sequence[str]) -> str:
    """The style of reports, in the outputs of notebooks alone, and light whatever the page around it is."""
    style = "\n".join(sheets).replace(":root", ":scope")
    light = style[: style.index("}") + 1]
    return f"@scope (.cell_output) {{\n{style}\n{light}\n}}\n"


def _make_table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines] + [""]


def _join_codes(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _read_yaml(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def make_schemas() -> dict[str, dict[str, Any]]:
    """A JSON Schema for what each command prints, by file name, made from the types in the code."""
    return {
        f"{command.replace(' --', '-')}.json": {
            "title": f"licences {command} --json",
            **msgspec.json.schema(kind),
        }
        for command, kind in OUTPUTS.items()
    }
