"""New work folder: a form for clients with two examples, a brand file, and how to go on."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from shlex import quote

from licences.cli.language import tell
from licences.errors import MissingFileError, UsageError, need_extra
from licences.law.catalogue import Catalogue, read_catalogue
from licences.law.edition import OUR_FEES, OUR_PREPARATION
from licences.reading.dictionary import Column, read_dictionary
from licences.reading.files import make_folder, say_why, write_all_whole
from licences.reading.places import find_data_folder, find_shipped_folder

FORM = "clients.xlsx"
# The first has told all that is asked, no where nothing else is said; the second what it knows on the first day.
_SHOP = {
    "client": "example-shop",
    "name": "示例茶叶店（虚构，可删）",
    "holds": "BUSINESS_LICENCE",
    "has_mini_program": "yes",
    "has_website": "yes",
    "sells_own_goods": "yes",
    "completes_transactions_online": "yes",
    "own_categories": "prepackaged_food",
    "hosted_categories": "none",
    "user_generated_content": "yes",
    "branch_provinces": "0",
    "branch_cities": "0",
    "personal_information_count": "12000",
    "exported_personal_information_count": "0",
    "exported_sensitive_personal_information_count": "0",
    "face_information_count": "0",
    "registered_users": "9000",
    "monthly_active_users": "1500",
    "minor_registered_users": "0",
    "minor_monthly_users": "0",
    "shares_personal_information": "yes",
    "mlps_level": "0",
    "own_warehouse": "yes",
    "province": "350000",
    "registered_capital_cny": "1000000",
    "foreign_share_percent": "0",
    "company_age_months": "20",
    "has_brand": "yes",
    "high_tech_income_percent": "0",
    "research_staff_percent": "0",
}
_MARKETPLACE = {
    "client": "example-marketplace",
    "name": "示例集市平台（虚构，可删）",
    "holds": "BUSINESS_LICENCE;DOMAIN",
    "has_website": "yes",
    "has_app": "yes",
    "hosts_third_party_sellers": "yes",
    "completes_transactions_online": "yes",
    "registered_capital_cny": "5000000",
}
_EXAMPLES = (
    "- `example-shop`：自营茶叶的小店，问到的都答了，所以每项许可都有结论。"
    " A shop that sells tea of its own and has answered everything, so that each licence has its verdict.\n"
    "- `example-marketplace`：刚来的集市平台，只知道几件事，所以报告会说还要问什么。"
    " A marketplace of which little is known yet, so that its report says what to ask next."
)
_WRITE = {
    "yes_no": "`yes` / `no`",
    "number": "数字 number",
    "set": "几项 several of, `none`:",
    "told_choice": "一项 one of:",
}


def make_work_folder(options: argparse.Namespace) -> int:
    """Writes what ``licences new`` promises, all of it or nothing."""
    folder: Path = options.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        wrong = f"{folder} is not empty" if folder.is_dir() else f"{folder} is a file"
        raise UsageError(wrong, "name a folder that is not there yet, or an empty one")
    catalogue = read_catalogue()
    made = {
        FORM: _read_form() if options.lang == "zh" else _make_form(catalogue, options.lang),
        "brand.yaml": (find_shipped_folder() / "data" / "brand.yaml").read_bytes(),
        OUR_FEES: _make_header(OUR_FEES),
        OUR_PREPARATION: _make_header(OUR_PREPARATION),
        "README.md": _make_readme(catalogue).encode(),
    }
    try:
        write_all_whole(folder, made)
        make_folder(folder / "reports")
    except OSError as error:
        raise MissingFileError(str(folder), say_why(error), "name a place where you may write") from None
    tell(
        f"{folder}: put your clients into {FORM}, then: cd {quote(str(folder))} && licences report",
        options.says,
    )
    return 0


def _read_form() -> bytes:
    """The form that ships, in Chinese: nothing needs to be installed for it."""
    return (find_shipped_folder() / "data" / FORM).read_bytes()


def _make_form(catalogue: Catalogue, language: str) -> bytes:
    """The form in a language."""
    need_extra("excel", "a workbook")
    from licences.render.excel.clients import make_clients_form

    columns = catalogue.fields.clients_table.columns
    return make_clients_form(columns, catalogue.fields, list_examples(catalogue), language)


def list_examples(catalogue: Catalogue) -> tuple[dict[str, str], ...]:
    """The two example clients, as a clients file writes them."""
    told_no = {field.name: "no" for field in catalogue.fields.every if field.type == "bool"}
    return told_no | _SHOP, dict(_MARKETPLACE)


def _make_header(name: str) -> bytes:
    """A file of the firm's own without a row yet, as a spreadsheet in Chinese opens it."""
    table = read_dictionary(find_data_folder() / "dictionary.yaml")[name]
    return (",".join(column.name for column in table.columns) + "\n").encode("utf-8-sig")


def _make_readme(catalogue: Catalogue) -> str:
    text = files("licences.cli").joinpath("work_folder.md").read_text(encoding="utf-8")
    columns = catalogue.fields.clients_table.columns
    units = {field.name: field.unit for field in catalogue.fields.every}
    rows = "\n".join(_make_row(column, units.get(column.name, {})) for column in columns)
    return text.replace("{examples}", _EXAMPLES).replace("{columns}", rows)


def _make_row(column: Column, unit: Mapping[str, str]) -> str:
    write = _WRITE.get(column.type, column.means)
    if any(unit.values()):
        write += f" ({unit['zh']} {unit['en']})"
    values = column.values if column.type in {"set", "told_choice"} else None
    write += "".join(f" `{value}` {label['zh']}" for value, label in (values or {}).items())
    return f"| `{column.name}` | {column.label['zh']} | {column.label['en']} | {write} |"
