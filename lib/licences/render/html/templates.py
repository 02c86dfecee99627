"""Templates of our pages, compiled once: what Jinja makes of them is kept in the user's cache."""

from __future__ import annotations

import marshal
from collections.abc import MutableMapping
from typing import Any

import jinja2
from jinja2 import Environment, PackageLoader, Template

from licences.reading.cache import remember

_ROOMS = ("render", "words")  # whose filters Jinja may call while it compiles


class KeptLoader(PackageLoader):
    """Loads the templates of the package as ``PackageLoader`` does, without compiling them anew in each process.

    Jinja's own caches on disk believe whatever lies there.
    """

    def __init__(self) -> None:
        super().__init__("licences.render")

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> Template:
        source, file, is_fresh = self.get_source(environment, name)
        told = (jinja2.__version__, str(file), source)
        packed = remember(
            f"template-{name.replace('/', '-')}",
            [one.encode() for one in told],
            lambda: marshal.dumps(environment.compile(source, name, file)),
            rooms=_ROOMS,
        )
        code = marshal.loads(packed)  # noqa: S302 - the cache gives back only what was put there
        return environment.template_class.from_code(environment, code, globals or {}, is_fresh)
