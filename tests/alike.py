"""What two runs of a notebook hold, made comparable: what must differ from run to run is made alike."""

from __future__ import annotations

import json
import re
import tempfile
from datetime import datetime
from typing import Any

from nbformat import NotebookNode


def blur(node: Any) -> Any:
    """Without the numbers of processes and addresses, and without the names of temporary folders."""
    place = re.escape(tempfile.gettempdir())
    text = re.sub(rf"{place}/ipykernel_\d+/", "/ipykernel/", json.dumps(node))
    text = re.sub(rf"{place}/(licences-[\w-]+/)?((licences-|tmp)\w+/)?tmp\w+", "/made", text)
    return json.loads(re.sub(r"0x[0-9a-f]+", "0x", text))


def join_streams(outputs: list[Any]) -> list[Any]:
    """Text as one output each of stdout and stderr between others: a kernel cuts it up and sorts it by chance."""
    joined: list[Any] = []
    for output in outputs:
        if output["output_type"] != "stream":
            joined.append(output)
            continue
        if not joined or "streams" not in joined[-1]:
            joined.append({"streams": {"stdout": "", "stderr": ""}})
        joined[-1]["streams"][output["name"]] += output["text"]
    for output in joined:
        output.update({name: text.split("\n") for name, text in output.pop("streams", {}).items()})
    return joined


def unfold(notebook: NotebookNode, model: str) -> Any:
    """A widget's model with the models that it refers to in the places of their random names."""
    state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    text = json.dumps(state[model], sort_keys=True)
    for other in re.findall(r"IPY_MODEL_(\w+)", text):
        text = text.replace(f'"IPY_MODEL_{other}"', json.dumps(unfold(notebook, other)))
    return json.loads(text)


def describe(notebook: NotebookNode, cell: NotebookNode) -> Any:
    """All that a cell holds, but for the times."""
    held = json.loads(json.dumps(cell))
    for times, kept in (("execution", ()), ("papermill", ("status", "exception"))):
        if times in held["metadata"]:
            record = held["metadata"][times]
            assert all(datetime.fromisoformat(at) for key, at in record.items() if "_time" in key and at)
            held["metadata"][times] = {key: record[key] if key in kept else "..." for key in sorted(record)}
    held["outputs"] = join_streams(held.get("outputs", []))
    for output in held["outputs"]:
        view = output.get("data", {}).get("application/vnd.jupyter.widget-view+json")
        if view:
            view["model_id"] = unfold(notebook, view["model_id"])
    return blur(held)
