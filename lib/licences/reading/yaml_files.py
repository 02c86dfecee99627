"""YAML files: read within the bounds, and whatever is wrong with one is a problem with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licences.errors import Problem, ProblemsError, cut
from licences.reading.bounds import BoundError, check_yaml
from licences.reading.cache import remember
from licences.reading.files import read_text

if TYPE_CHECKING:
    import yaml  # which takes long to import, and is not needed where no YAML is read


def compose(path: Path, right: str) -> tuple[str, yaml.Node | None]:
    """The text of a file and the nodes that it is made of, None where it is empty.

    right: what to do about a text that is no YAML. Raises: ProblemsError; MissingFileError.
    """
    import yaml

    text = read_text(path)
    return text, _try(lambda: yaml.compose(text, _find_loader()), path, text, right)


def load(path: Path, right: str) -> Any:
    """What a file says, as Python has it. Raises: ProblemsError; MissingFileError."""
    text = read_text(path)
    return _try(lambda: _load(text), path, text, right)


def recall(path: Path, right: str) -> Any:
    """As ``load``, for a file that is read again and again and rarely changes."""
    text = read_text(path)
    return remember(path.name, [text.encode()], lambda: _try(lambda: _load(text), path, text, right))


def _load(text: str) -> Any:
    import yaml

    return yaml.load(text, _find_loader())  # noqa: S506 - it is a safe loader


def _find_loader() -> Any:
    """The quickest of the loaders that make no objects."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _try(read: Callable[[], Any], path: Path, text: str, right: str) -> Any:
    import yaml

    # What has a tag that does not fit it, such as !!timestamp x, fails in PyYAML in any of these ways.
    try:
        check_yaml(text)
        return read()
    except (yaml.YAMLError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ProblemsError([_find_problem(path, error, right)]) from None


def _find_problem(path: Path, error: Exception, right: str) -> Problem:
    if isinstance(error, BoundError):
        return Problem(str(path), error.line, "file", error.wrong, error.right)
    import yaml

    mark = getattr(error, "problem_mark", None)
    if isinstance(error, yaml.reader.ReaderError):
        wrong, right = "holds a character that YAML does not allow", "type the file anew"
    else:
        why = str(getattr(error, "problem", None) or error).splitlines()
        wrong = f"not YAML: {cut(why[0] if why else type(error).__name__)}"
    return Problem(str(path), mark.line + 1 if mark else 1, "file", wrong, right)
