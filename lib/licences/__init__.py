"""Licence planning for e-commerce platforms in China: which, why, in what order, by when."""

import sys

__version__ = "0.1.0"

# jsonschema, which every notebook is checked with, would compile a grammar of internationalised web
# addresses at import. Nothing here asks for it, and it takes longer than all the rest together.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
