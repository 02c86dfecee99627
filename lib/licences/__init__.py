"""Licence planning for e-commerce platforms in China: which, why, in what order, by when.

The names below are the way in; they are imported when they are first asked for. All else is private.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from licences.analysis.portfolio import Portfolio
    from licences.api.answers import Answer, LicenceAnswer, assess, what_if
    from licences.api.changes import Changes, Impact, diff
    from licences.api.clients import Clients, load, read_clients
    from licences.api.plans import ClientPlan, Plans, plan
    from licences.api.reports import portfolio, report
    from licences.errors import LicencesError
    from licences.law.catalogue import Catalogue
    from licences.rules.kleene import Trace

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Catalogue",
    "Changes",
    "ClientPlan",
    "Clients",
    "Impact",
    "LicenceAnswer",
    "LicencesError",
    "Plans",
    "Portfolio",
    "Trace",
    "__version__",
    "assess",
    "diff",
    "load",
    "plan",
    "portfolio",
    "read_clients",
    "report",
    "what_if",
]

_HOMES = {
    "analysis.portfolio": ("Portfolio",),
    "api.answers": ("Answer", "LicenceAnswer", "assess", "what_if"),
    "api.clients": ("Clients", "load", "read_clients"),
    "api.changes": ("Changes", "Impact", "diff"),
    "api.plans": ("ClientPlan", "Plans", "plan"),
    "api.reports": ("portfolio", "report"),
    "errors": ("LicencesError",),
    "law.catalogue": ("Catalogue",),
    "rules.kleene": ("Trace",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
