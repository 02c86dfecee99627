"""Days as people write them, the year first or the month by its name; what could be two days is none."""

from __future__ import annotations

import re
from datetime import date

from licences.reading.characters import fold_width

NEVER = (
    "长期",
    "长期有效",
    "永久",
    "永久有效",
    "无固定期限",
    "无期限",
    "no expiry",
    "unlimited",
    "permanent",
)
_TIME = re.compile(r"[ t]00:00(?::00(?:\.0+)?)?z?$")
_YEAR_FIRST = re.compile(
    r"(\d{4})\s*(?:-|/|\.|年)\s*(\d{1,2})\s*(?:-|/|\.|月)\s*(\d{1,2})\s*[日号]?|(\d{4})(\d{2})(\d{2})",
    re.ASCII,
)
_NAMED = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -](?P<month>[a-z]{3,9})\.?,?[ -](?P<year>\d{4})"
    r"|(?P<month2>[a-z]{3,9})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?,? (?P<year2>\d{4})",
    re.ASCII,
)
_FULL = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
         "november", "december")  # fmt: skip
# Between a licence and the day on which it expires.
_LINK = r"(?:@|有效期限?(?:至|到|截止|截至)?(?:日期)?|到期日?期?|截止(?:日期|至)?|截至|至|valid (?:until|to)|expir(?:es|y|ing)(?: date)?(?: on)?|until)"
_EXPIRY = re.compile(
    rf"(?P<what>.+?)\s*[(,:]?\s*{_LINK}\s*[:]?\s*(?:为|是|至|到)?\s*(?P<day>\d{{4}}[^()]*?|\d{{1,2}} [a-z]+ \d{{4}}|{'|'.join(NEVER)})\s*(?:到期|止|为止)?\s*[)]?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    rf"(?P<what>.+?)\s*[(]\s*(?P<day>\d{{4}}[^()]*?|{'|'.join(NEVER)})\s*(?:到期|止|为止)?\s*[)]",
    re.IGNORECASE,
)
_FOREVER = re.compile(rf"(?P<what>.+?)\s+(?P<day>{'|'.join(NEVER)})", re.IGNORECASE)


def read_day(text: str) -> date:
    """The day that a text says. Raises: ValueError."""
    told = _TIME.sub("", fold_width(text).strip().casefold())
    found = _YEAR_FIRST.fullmatch(told)
    if found:
        year, month, day = (int(part) for part in found.groups() if part is not None)
        return date(year, month, day)
    named = _NAMED.fullmatch(told)
    if named:
        month_name = named["month"] or named["month2"]
        months = [at for at, name in enumerate(_FULL, start=1) if month_name in (name, name[:3])]
        if months or month_name == "sept":
            return date(
                int(named["year"] or named["year2"]),
                months[0] if months else 9,
                int(named["day"] or named["day2"]),
            )
    raise ValueError(text)


def split_expiry(item: str) -> tuple[str, str]:
    """What is held, and the text of the day on which it expires: empty where none is told or it never does."""
    told = fold_width(item).strip()
    for form in (_EXPIRY, _BRACKETED, _FOREVER):
        found = form.fullmatch(told)
        if found and found["what"].strip(" (,:"):
            day = found["day"].strip()
            return found["what"].strip(" (,:"), "" if day.casefold() in NEVER else day
    return item, ""
