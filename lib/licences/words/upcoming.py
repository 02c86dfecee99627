"""Message about a change of law that is still ahead, to a client, in a sentence."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from licences.assessment.explain import list_failed_conditions
from licences.assessment.verdicts import NEEDED, find_verdict
from licences.law.in_force import LawInForce, Licence, UpcomingChange, find_shown
from licences.law.rows import make_plain
from licences.words.changes import say_changes_between
from licences.words.findings import list_blockers
from licences.words.texts import join_names, say

if TYPE_CHECKING:
    from licences.rules.kleene import Profile


def say_coming(
    change: UpcomingChange, law: LawInForce, profile: Profile, obtained: Collection[str] = ()
) -> str:
    """What a change ahead is to a client, to be read after its day and the licence's name.

    obtained: what it holds or is taken to hold, so that no condition of that bars it.
    """
    language, entry = law.language, change.entry
    own, before = partial(say, language), change.before
    if change.kind == "end":
        return own("changes.ahead.end") + say_instead(entry, law)
    verdicts = [find_verdict(one, profile) if one else "not_needed" for one in (before, entry)]
    labels = {"old": own(f"verdict.{verdicts[0]}"), "new": own(f"verdict.{verdicts[1]}")}
    if verdicts[0] == verdicts[1]:
        if before is None:
            said = own(f"changes.ahead.{change.kind}")
        else:
            shown = find_shown(entry.row, language)
            changed = [
                name for name, value in shown.items() if make_plain(before.row[name]) != make_plain(value)
            ]
            said = own("changes.ahead.changed", fields=say_changes_between(before, entry, changed, language))
    elif verdicts[1] == "undetermined":
        names = [law.catalogue.fields[name].label[language] for name in entry.applies.find_missing(profile)]
        key = "open" if names else "outside"
        said = own(f"changes.ahead.{key}", labels=own("list").join(names))
    else:
        said = own(f"changes.ahead.{'moved' if before else f'{change.kind}_needed'}", **labels)
    is_open = verdicts[1] in NEEDED and entry.code not in obtained
    blockers = list_blockers(entry, profile, language) if is_open else ()
    if blockers and not (before and verdicts[0] in NEEDED and list_failed_conditions(before, profile)):
        said += own("changes.ahead.blocked", blockers=own("retrospect.between").join(blockers))
    return said


def say_instead(entry: Licence, law: LawInForce) -> str:
    """What of another code takes the place of an entry that ends; empty where nothing is named."""
    codes = [code for code in entry.row["superseded_by"] if code != entry.code]
    names = [join_names(*law.catalogue.find_names(code, law.language)) for code in codes]
    joined = say(law.language, "list").join(names)
    return say(law.language, "changes.ahead.instead", names=joined) if names else ""
