"""Licences by their names: a code, a short name and an official one mean the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from licences.errors import ProblemsError
from licences.law.catalogue import Catalogue
from licences.rules.facts import read_profiles
from licences.rules.licence_names import NoLicenceError


@pytest.mark.parametrize("text", [
    "EDI", "edi", "ＥＤＩ证", "EDI证", "edi 证", "EDI licence", "增值电信业务经营许可证：在线数据处理与交易处理业务",
    "增值电信业务经营许可证:在线数据处理与交易处理业务", "增值电信业务经营许可证（EDI）", "增值电信业务经营许可证 (EDI证)",
])  # fmt: skip
def test_a_licence_is_named_by_its_code_or_by_a_name_in_either_language(
    catalogue: Catalogue, text: str
) -> None:
    assert catalogue.find_code(text) == "EDI"


def test_every_licence_answers_to_its_code_and_to_each_name_that_it_has_alone(catalogue: Catalogue) -> None:
    for row in catalogue.rows.drop_duplicates("code", keep="last").to_dict("records"):
        assert catalogue.find_code(row["code"].lower()) == row["code"]
        for name in (row["short_zh"], row["short_en"], row["name_zh"], row["name_en"]):
            try:
                found = catalogue.find_code(name)
            except NoLicenceError as error:
                found = row["code"] if error.is_ambiguous and row["code"] in str(error) else str(error)
            assert found == row["code"], name


@pytest.mark.parametrize(("text", "said"), [
    ("数据出境安全评估", "'数据出境安全评估' is the name of several licences; write DATA_EXPORT"),
    ("EDI正", "no licence 'EDI正'; did you mean 'EDI'?"),
    ("营业执兆", "no licence '营业执兆'; did you mean '营业执照', which is BUSINESS_LICENCE?"),
    ("EDII", "no licence 'EDII'; did you mean 'EDI'?"),
    ("营业执照（EDI）", "no licence '营业执照（EDI）'; "),
])  # fmt: skip
def test_a_name_of_none_or_of_several_is_told_with_what_is_near(
    catalogue: Catalogue, text: str, said: str
) -> None:
    with pytest.raises(NoLicenceError) as caught:
        catalogue.find_code(text)
    assert str(caught.value).startswith(said)


def test_what_a_client_holds_may_be_told_by_names(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "client,name,holds\n"
        "a,A,营业执照 @ 2027-01-01;增值电信业务经营许可证（EDI）＠２０２９-03-31;not:ICP证\n"
        "b,B,无\nc,C,none\nd,D,未持有：营业执照\ne,E,EDI\n",
        encoding="utf-8",
    )
    assert read_profiles(path, catalogue.fields, catalogue.codes)["holds"].tolist() == [
        ("BUSINESS_LICENCE@2027-01-01", "EDI@2029-03-31", "not:ICP"),
        (),
        (),
        ("not:BUSINESS_LICENCE",),
        ("EDI",),
    ]
    path.write_text("client,name,holds\na,A,营业执兆\nb,B,营业执照@2027\n", encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_profiles(path, catalogue.fields, catalogue.codes)
    assert [(one.line, one.wrong, one.right) for one in caught.value.problems] == [
        (2, "no licence '营业执兆'", "did you mean '营业执照', which is BUSINESS_LICENCE?"),
        (3, "'2027' is not a date", "write it as BUSINESS_LICENCE@2029-03-31"),
    ]
