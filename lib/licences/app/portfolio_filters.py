"""Filters that narrow a portfolio to the clients of one group, licence and verdict."""

from __future__ import annotations

from typing import Any

from IPython.core.getipython import get_ipython
from ipywidgets import HTML, Dropdown, HBox, VBox

from licences.analysis.portfolio import Portfolio
from licences.assessment.verdicts import VERDICTS
from licences.render.html.portfolio import describe_clients, say_launch
from licences.render.html.portfolio_tables import find_groups
from licences.render.html.sections import make_environment
from licences.words.operating import read_texts_for
from licences.words.texts import say, say_number

SHOWN = 50


class Filters(VBox):  # type: ignore[misc]
    """Four choices and the clients that they leave; ``chosen`` is the portfolio of those."""

    def __init__(self, portfolio: Portfolio, group_by: str) -> None:
        self.portfolio, language = portfolio, portfolio.language
        everything = (say(language, "portfolio.filter_all"), "")
        fields = [(field.label[language], field.name) for field in portfolio.catalogue.fields.every]
        licences = [(portfolio.law.short(code), code) for code in portfolio.law.entries]
        verdicts = [(say(language, f"verdict.{name}"), name) for name in VERDICTS]
        self.field = self._make("filter_group", fields, group_by)
        self.answer = self._make("filter_answer", [everything], "")
        self.licence = self._make("filter_licence", [everything, *licences], "")
        self.verdict = self._make("filter_verdict", [everything, *verdicts], "")
        self.table = HTML()
        super().__init__([HBox([self.field, self.answer]), HBox([self.licence, self.verdict]), self.table])
        self.field.observe(lambda _change: self._list_answers(), "value")
        for choice in (self.answer, self.licence, self.verdict):
            choice.observe(lambda _change: self.show(), "value")
        self._list_answers()

    def __repr__(self) -> str:
        return type(self).__name__

    def _make(self, key: str, options: list[tuple[str, str]], value: str) -> Dropdown:
        label = say(self.portfolio.language, f"portfolio.{key}")
        return Dropdown(description=label, options=options, value=value, layout={"width": "24rem"})

    def _list_answers(self) -> None:
        everything = (say(self.portfolio.language, "portfolio.filter_all"), "")
        self.groups = find_groups(self.portfolio, self.field.value)
        self.answer.options = [everything, *((label, label) for label in self.groups)]
        self.answer.value = ""
        self.show()

    @property
    def chosen(self) -> Portfolio:
        """The portfolio of the clients that are left."""
        verdicts = self.portfolio.verdicts
        kept = self.groups[self.answer.value].copy() if self.answer.value else [True] * len(verdicts)
        chosen = verdicts[kept]
        if self.verdict.value:
            wanted = chosen == self.verdict.value
            chosen = chosen[wanted[self.licence.value] if self.licence.value else wanted.any(axis=1)]
        elif self.licence.value:
            chosen = chosen[chosen[self.licence.value] != "not_needed"]
        return self.portfolio.choose(map(str, chosen.index))

    def show(self) -> None:
        """Shows the clients that are left, and how many they are."""
        chosen, language = self.chosen, self.portfolio.language
        template: Any = make_environment().get_template("portfolio.html.j2")
        rows = describe_clients(chosen, chosen.clients.head(SHOWN))
        numbers = {"count": len(chosen.clients), "all": len(self.portfolio.clients)}
        found = say(
            language, "portfolio.filter_found", **{name: say_number(one) for name, one in numbers.items()}
        )
        table = template.module.client_rows(
            read_texts_for(chosen.is_operating, language)["portfolio"], rows, say_launch(chosen)
        )
        self.table.value = f"<p><b>{found}</b></p>{table}"


def show_filters(portfolio: Portfolio, group_by: str = "own_categories") -> Filters | None:
    """The filters where a front end can use them; None where a notebook runs by itself."""
    shell: Any = get_ipython()
    kernel = getattr(shell, "kernel", None)
    return Filters(portfolio, group_by) if getattr(kernel, "_allow_stdin", False) else None
