"""Files with a client's answers: a questionnaire, what its page saved, or a mail with that, known by what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licences.errors import Problem, ProblemsError
from licences.reading.workbooks import kinds
from licences.rules.answer_texts import read_answer_text
from licences.rules.questionnaires import read_questionnaire

if TYPE_CHECKING:
    from licences.rules.answers import Answers
    from licences.rules.facts import Fields

WHAT = "a questionnaire that was filled in, the answers that its page saved, or a mail with them"


def read_answers(content: bytes, file: str, fields: Fields) -> Answers:
    """The answers of a client in a file, whatever its name; file: what a problem names as its place.

    What can be read stands in ``cells``, as a clients file has it, and what is wrong with the rest in ``problems``.

    Raises: ProblemsError where it is no such file, or cannot be read at all.
    """
    answers = find_answers(content, file, fields)
    if answers is None:
        raise ProblemsError([Problem(file, 1, "file", "holds no answers", f"name {WHAT}")])
    return answers


def find_answers(content: bytes, file: str, fields: Fields) -> Answers | None:
    """As ``read_answers``, None where the file is of another kind."""
    kind, refused = kinds.find_kind(content)
    if refused and kind != kinds.TEXT:
        raise ProblemsError([Problem(file, 1, "file", *refused)])
    if kind == kinds.TEXT:
        return read_answer_text(content, file, fields)
    return read_questionnaire(content, file, fields)
