"""Tab of the explorer for what is still to be asked: a few questions at a time, answered where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
from ipywidgets import HTML, Box, Button, VBox

from licences.analysis.case import Case
from licences.analysis.questionnaire import Questionnaire, make_questionnaires
from licences.app.controls import Control, share
from licences.render.brand import Brand
from licences.words.texts import say

SHOWN = 8  # as many as a consultant asks in one go, and a browser draws at once
FORMATS = ("xlsx", "html")


class Inquiry:
    """The open questions of a client, those first on which most hangs, laid out in ``box``.

    What is answered stays where it is until the next ones are asked for, so that nothing moves under the hand.

    offer: called with ``xlsx`` or ``html`` when the questionnaire is wanted.
    """

    def __init__(self, controls: Mapping[str, Control], offer: Callable[[str], None]) -> None:
        self.controls = controls
        self.shown: list[str] = []
        self._open: list[str] = []
        self._passed: set[str] = set()
        self.is_seen = False
        self.head, self.list = share(HTML), share(VBox)
        self.next, *self.offers = (share(Button, width="auto") for _ in range(1 + len(FORMATS)))
        self.next.on_click(lambda _button: self.turn())
        for name, button in zip(FORMATS, self.offers, strict=True):
            button.on_click(lambda _button, name=name: offer(name))
        actions = share(Box, [self.next, *self.offers])
        actions.add_class("licences-actions")
        self.list.add_class("licences-inquiry")
        self.box = share(VBox, [self.head, self.list, actions])

    def look(self) -> None:
        """Makes the controls of the questions, once somebody looks at them."""
        self.is_seen = True
        self._lay()

    def begin(self) -> None:
        """Forgets what was shown, since another client is asked."""
        self.shown, self._passed = [], set()

    def turn(self) -> None:
        """Shows the next questions, and after the last of them the first again."""
        self._passed |= set(self.shown)
        if not set(self._open) - self._passed:
            self._passed = set()
        self.shown = [name for name in self._open if name not in self._passed][:SHOWN]
        self._lay()

    def show(self, questions: Sequence[str], cells: Mapping[str, str], language: str) -> None:
        """Shows the fields that are open, best first; ``cells`` are the client's answers."""
        self._open = list(questions)
        self.shown = [name for name in self.shown if name in self._open or cells[name]]
        if not set(self.shown) & set(self._open):
            self.shown = [name for name in self._open if name not in self._passed][:SHOWN]
        key = "inquiry" if self._open else "inquiry_none"
        self.head.value = f"<p>{say(language, f'explorer.{key}', count=len(self._open))}</p>"
        self.next.description = say(language, "explorer.inquiry_next")
        for name, button in zip(FORMATS, self.offers, strict=True):
            button.description = say(language, f"explorer.questionnaire_{name}")
        self._lay()

    def _lay(self) -> None:
        boxes = tuple(self.controls[name].box for name in self.shown) if self.is_seen else ()
        if self.list.children != boxes:
            self.list.children = boxes
        self.next.disabled = len(self._open) <= len(set(self.shown) & set(self._open))


def make_questionnaire_file(
    kind: str, case: Case, profiles: pd.DataFrame, cells: Mapping[str, str], brand: Brand
) -> tuple[str, bytes, str]:
    """The questionnaire of the client on the screen: its name as a file, its content and its media type.

    kind: ``xlsx`` or ``html``. profiles: the client alone, as the case was made of it; cells: as it was typed,
    where a new client has no id yet.
    """
    from licences.render.excel.questionnaire import make_questionnaire_workbook
    from licences.render.html.questionnaire import make_questionnaire_page

    makers: Mapping[str, Callable[[Questionnaire, str, Brand], bytes | str]] = {
        "xlsx": make_questionnaire_workbook,
        "html": make_questionnaire_page,
    }
    (made,) = make_questionnaires(case.catalogue, profiles, case.as_of)
    made = replace(made, client=cells["client"], name=cells["name"])
    content = makers[kind](made, case.language, brand)
    return (
        f"{made.file_name}.{kind}",
        content if isinstance(content, bytes) else content.encode(),
        MEDIA[kind],
    )


MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html;charset=utf-8",
}
