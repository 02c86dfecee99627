"""Asks poppler's tools what stands in a PDF."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

import pytest


@cache
def ask_poppler(tool: str, *arguments: str) -> str:
    """What one of poppler's tools says; without it a test is skipped, or fails where CI promises it."""
    if shutil.which(tool) is None:
        message = f"no {tool} found; install Debian's package poppler-utils"
        if os.environ.get("LICENCES_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return subprocess.run([tool, *arguments], check=True, capture_output=True, encoding="utf-8").stdout
