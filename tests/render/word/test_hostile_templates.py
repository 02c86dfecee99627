"""Templates that mean harm: each is refused in a sentence, and nothing is run, read or written."""

from __future__ import annotations

import resource
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from licences.analysis.case import Case, make_case
from licences.errors import UsageError
from licences.law.catalogue import Catalogue
from licences.planning.forecast import PlanOptions
from licences.render.brand import Brand
from licences.render.figures.style import Drawn
from licences.render.word.document import make_word
from stopwatch import count_seconds
from word_files import change, make_docx, put_body, put_field, relate

FIGURES = (Drawn("graph", "a graph", 344),)
LOGO = next((Path(__file__).parents[3] / "notebooks" / "pictures").glob("*.png")).read_bytes()
BRAND = Brand("Harbour", "mail@x", {}, "#1f4e79", LOGO, "image/png")
MOST_SECONDS, MOST_MIB = 5, 500

# What each does where nothing holds it back, in jinja's words; {ran} is a file that must not come to be.
_RUN = "cycler.__init__.__globals__.os.popen('touch {ran}').read()"
REACHING = {
    "a picture's own jinja": "{{{{ figures.graph.tpl.render_xml_part('{{' ~ '{{ " + _RUN.replace("'", '"')
    + " }}' ~ '}}', none, {{}}, none) }}}}",
    "a picture's file": "{{{{ figures.graph.tpl.docx.save('{ran}') }}}}",
    "a picture's writer": "{{{{ logo.tpl.write_xml('{ran}') }}}}",
    "a picture's bytes": "{{{{ logo.image_descriptor.getvalue() }}}}",
    "a figure that is not there": "{{{{ figures.nothing.__class__ }}}}",
    "a class": "{{{{ client.__class__.__mro__[1].__subclasses__() }}}}",
    "a class by a key": "{{{{ client['__class__'] }}}}",
    "a class by attr": "{{{{ client|attr('__class__') }}}}",
    "a class by map": "{{{{ steps|map(attribute='__class__')|list }}}}",
    "a class by a dotted map": "{{{{ steps|map(attribute='name.__class__')|join }}}}",
    "a class by sort": "{{{{ steps|sort(attribute='__class__')|length }}}}",
    "a class by format": "{{{{ '{{0.__class__.__mro__}}'.format(client) }}}}",
    "a class by format_map": "{{{{ '{{client.__class__}}'.format_map(page) }}}}",
    "a class by the filter format": "{{{{ '%r'|format(client) }}}}",
    "a class by percent": "{{{{ '%(x)r' % page }}}}",
    "a method held back": "{{% set f = client.format %}}{{{{ f() }}}}",
    "a function of jinja's": "{{{{ " + _RUN + " }}}}",
    "a function of joiner's": "{{{{ joiner.__init__.__globals__ }}}}",
    "a namespace": "{{% set n = namespace(x=1) %}}{{{{ n.__init__.__globals__ }}}}",
    "a dict made": "{{{{ dict(a=1) }}}}",
    "text out of nothing": "{{{{ lipsum(n=100000) }}}}",
    "lipsum's globals": "{{{{ lipsum.__globals__['os'].popen('touch {ran}') }}}}",
    "the template itself": "{{{{ self.__init__.__globals__ }}}}",
    "the loop's function": "{{% for x in steps %}}{{{{ loop.__class__ }}}}{{% endfor %}}",
    "the loop's insides": "{{% for x in steps %}}{{{{ loop._iterable }}}}{{% endfor %}}",
    "a change of what is given": "{{{{ page.update(title='x') }}}}",
    "a list changed": "{{{{ steps.append(1) }}}}",
    "a file of this machine": "{{% include '/etc/passwd' %}}",
    "a template of this machine": "{{% extends '/etc/passwd' %}}",
    "an import": "{{% import 'os' as os %}}{{{{ os }}}}",
    "an import of names": "{{% from 'os' import popen %}}",
    "a macro": "{{% macro m() %}}{{{{ m() }}}}{{% endmacro %}}{{{{ m() }}}}",
    "a macro's caller": "{{% call m() %}}x{{% endcall %}}",
    "escaping switched off": "{{% autoescape false %}}{{{{ client }}}}{{% endautoescape %}}",
    "marks of one's own": "{{{{ '<w:altChunk/>'|safe }}}}",
    "a block": "{{% block b %}}x{{% endblock %}}",
    "a filter's block": "{{% filter upper %}}x{{% endfilter %}}",
    "a text kept back": "{{% set x %}}x{{% endset %}}",
    "a picture in capitals": "{{{{ logo.upper.__self__ }}}}",
    "all names": "{{{{ context.get_all() }}}}",
    "the environment": "{{{{ environment.from_string('x') }}}}",
    "the words of debugging": "{{% debug %}}",
    "a generator's frame": "{{{{ (steps|map(attribute='name')).gi_frame.f_globals }}}}",
}  # fmt: skip

EXHAUSTING = {
    "ten thousand million rounds": "{% set n = [1] * 5000 %}{% for a in n %}{% for b in n %}{% for c in n %}x{% endfor %}{% endfor %}{% endfor %}",
    "rounds over a text": "{% set n = 'a' * 90000 %}{% for a in n %}{% for b in n %}{% endfor %}{% endfor %}",
    "rounds over a range": "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
    "rounds without end": "{% for a in steps recursive %}{{ loop(steps) }}{% endfor %}",
    "a text doubled": "{% set a = 'aaaaaaaa' %}" + "{% set a = a ~ a %}" * 34 + "{{ a }}",
    "a text added to itself": "{% set a = 'aaaaaaaa' %}" + "{% set a = a + a %}" * 34 + "{{ a }}",
    "a text times a number": "{{ 'a' * 10000000000 }}",
    "a number times a text": "{{ 10000000000 * 'a' }}",
    "a list times a number": "{{ ([1] * 10000000000)|length }}",
    "lists in lists": "{% set a = [1] %}" + "{% set a = [a, a] %}" * 34 + "{{ a }}",
    "lists in lists compared": "{% set a = [1] %}{% set b = [1] %}"
    + "{% set a = [a, a] %}{% set b = [b, b] %}" * 34
    + "{{ a == b }}",
    "lists in lists joined": "{% set a = [1] %}" + "{% set a = [a, a, a, a] %}" * 9 + "{{ a|join }}",
    "a power": "{{ 10 ** 10 ** 10 }}",
    "a power of a power": "{% set a = 9 %}" + "{% set a = a ** a %}" * 9 + "{{ a }}",
    "a number multiplied": "{% set a = 99999999999 %}" + "{% set a = a * a %}" * 40 + "{{ a }}",
    "a long number": "{{ " + "9" * 1900 + " ** 2 }}",
    "a wide centre": "{{ client|center(1000000000) }}",
    "a wide centre of Python's": "{{ client.center(1000000000) }}",
    "zeros filled in": "{{ client.zfill(1000000000) }}",
    "tabs expanded": "{{ client.expandtabs(1000000000) }}",
    "places of a number": "{{ 1.5|round(1000000000, 'ceil') }}",
    "a format's width": "{{ '%1000000000d' % 1 }}",
    "a replacement": "{% set a = 'a' * 90000 %}{{ a|replace('a', a) }}",
    "a replacement of nothing": "{% set a = 'a' * 90000 %}{{ a.replace('', a) }}",
    "a wide join": "{% set a = 'a' * 90000 %}{{ a|join(a) }}",
    "a batch": "{{ steps|batch(1000000000, 1)|list|length }}",
    "slices": "{{ steps|slice(1000000000)|list|length }}",
    "an indent": "{{ client|indent(1000000000) }}",
    "much printed": "{% set a = 'a' * 90000 %}" + "{% for b in 'a' * 1000 %}{{ a }}{% endfor %}",
    "pictures without end": "{% for a in 'a' * 5000 %}{{ logo }}{% endfor %}",
    "sorting for ever": "{% set a = 'ab' * 45000 %}{% for b in a %}{% set c = a|sort %}{% endfor %}",
    "looking for ever": "{% set a = 'a' * 90000 %}{% set b = 'a' * 40000 ~ 'b' %}{% for c in a %}{{ b in a }}{% endfor %}",
    "cutting for ever": "{% set a = 'a' * 90000 %}{% for c in a %}{{ a[1:]|length }}{% endfor %}",
    "tags without end": "{{ client }}" * 100_000,
    "brackets": "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
    "more brackets": "{{ " + "[" * 900 + "1" + "]" * 900 + " }}",
    "sums": "{{ " + "+".join(["1"] * 900) + " }}",
    "parts of parts": "{{ client" + ".a" * 900 + " }}",
    "nots": "{{ " + "not " * 450 + "1 }}",
    "loops in loops": "{% for a in steps %}" * 100 + "{% endfor %}" * 100,
    "ifs in ifs": "{% if 1 %}" * 1000 + "{% endif %}" * 1000,
    "a tag that does not end": "{{ " + "a" * 1_000_000,
    "braces": "{{" * 50_000,
    "ends": "}}" * 50_000,
}

PACKAGES: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: change(make_docx("x"), added={"word/media/a.png": b"\0" * 70_000_000}),
    "a text that unpacks": lambda: put_body("<w:p/>" * 700_000),
    "a hundred thousand parts": lambda: change(
        make_docx("x"), added={f"word/media/{number}": "" for number in range(1_100)}
    ),
    "entities": lambda: change(
        put_body("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>"),
        {
            "word/document.xml": lambda text: text.replace(
                "<w:document",
                '<!DOCTYPE w [<!ENTITY b "' + "b" * 1000 + '"><!ENTITY a "' + "&b;" * 1000 + '">]><w:document',
                1,
            )
        },
    ),
    "an entity that reads a file": lambda: change(
        put_body("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>"),
        {
            "word/document.xml": lambda text: text.replace(
                "<w:document", '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document', 1
            )
        },
    ),
    "an entity in the settings": lambda: change(
        make_docx("x"),
        {"word/settings.xml": lambda text: text.replace("<w:settings", '<!DOCTYPE w SYSTEM "http://127.0.0.1/x"><w:settings', 1)},
    ),
    "deep XML": lambda: put_body("<w:sdt>" * 5000 + "</w:sdt>" * 5000),
    "a picture from elsewhere": lambda: relate("image", "http://127.0.0.1/track.png", is_external=True),
    "an object from elsewhere": lambda: relate("oleObject", "file://server/share/x.xls", is_external=True),
    "a frame from elsewhere": lambda: relate("frame", "http://127.0.0.1/", is_external=True),
    "an unknown thing from elsewhere": lambda: relate("http://x/y/novelty", "http://127.0.0.1/", is_external=True),
    "an object": lambda: relate("oleObject", "other.bin"),
    "a control": lambda: relate("control", "other.bin"),
    "another file": lambda: relate("aFChunk", "other.bin"),
    "a package": lambda: relate("package", "other.bin"),
    "a subdocument": lambda: relate("subDocument", "other.docx", is_external=True),
    "a footer that is none": lambda: relate("footer", "other.bin"),
    "a command": lambda: put_body(put_field(r"DDEAUTO c:\\windows\\system32\\cmd.exe &quot;/k calc&quot;")),
    "a command in lower case": lambda: put_body(put_field(r" ddeauto c:\\x y")),
    "a command in pieces": lambda: put_body(
        put_field("DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\\\x y")
    ),
    "a command in a field": lambda: put_body(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>' + put_field("QUOTE 68")[5:-6]
        + r'<w:r><w:instrText>DEAUTO c:\\x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    ),
    "a simple command": lambda: put_body(
        r'<w:p><w:fldSimple w:instr="DDEAUTO c:\\x y"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>'
    ),
    "a command in a header": lambda: change(
        make_docx("x", header="HERE"),
        {"word/header1.xml": lambda text: text.replace("</w:hdr>", put_field("DDEAUTO x") + "</w:hdr>")},
    ),
    "a command that a tag makes": lambda: put_body(put_field("{{ 'DDE' }}AUTO x")),
    "a command that a tag uncovers": lambda: put_body(
        put_field("QUOTE</w:instrText></w:r><w:r><w:instrText>{% if false %}</w:instrText></w:r>"
                  "<w:r><w:instrText>x</w:instrText></w:r><w:r><w:instrText>{% endif %}DDEAUTO x")
        .replace("QUOTE", "{%r if false %}</w:instrText></w:r><w:r><w:instrText>QUOTE </w:instrText></w:r>"
                          "<w:r><w:instrText>{%r endif %}"),
    ),
    "a text from elsewhere": lambda: put_body(put_field(r"INCLUDETEXT &quot;\\\\server\\x.docx&quot;")),
    "a picture by a field": lambda: put_body(put_field("INCLUDEPICTURE http://127.0.0.1/x.png \\d")),
    "a macro's button": lambda: put_body(put_field("MACROBUTTON Run click here")),
    "an old picture from elsewhere": lambda: put_body(
        '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml">'
        '<v:imagedata src="http://127.0.0.1/x.png"/></v:shape></w:pict></w:r></w:p>'
    ),
    "merged cells out of place": lambda: put_body(
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{% vm %}</w:t></w:r></w:p><w:tcPr></w:tcPr>"
        + "<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 20_000 + "</w:tc></w:tr></w:tbl>"
    ),
    "a tag in an attribute": lambda: put_body('<w:p w:rsidR="{{ ' + "a" * 500_000 + '"/>' ),
    "tags in attributes": lambda: put_body('<w:p w:rsidR="{{ "/>' * 20_000),
}  # fmt: skip


@pytest.fixture(scope="module")
def case(catalogue: Catalogue, sample_clients: pd.DataFrame) -> Case:
    profile = sample_clients[sample_clients["client"] == "grand-bazaar"].reset_index(drop=True)
    return make_case(catalogue, profile, date(2026, 11, 23), PlanOptions(date(2026, 11, 24)), "en")


def refuse(case: Case, template: bytes) -> str:
    """What is said of a template that is refused, in time and without much memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with count_seconds() as find_seconds, pytest.raises(UsageError) as caught:
        make_word(case, BRAND, template, FIGURES)
    assert find_seconds() < MOST_SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MOST_MIB
    said = str(caught.value)
    assert said.startswith("--template")
    assert "cannot be filled in (" not in said
    assert len(said) < 700
    return said


@pytest.mark.parametrize("text", REACHING.values(), ids=REACHING)
def test_a_template_reaches_nothing_but_its_words(case: Case, text: str, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    refuse(case, make_docx(text.format(ran=ran)))
    assert not ran.exists()


@pytest.mark.parametrize("text", EXHAUSTING.values(), ids=EXHAUSTING)
def test_a_template_that_asks_for_much_is_refused_at_once(case: Case, text: str) -> None:
    refuse(case, make_docx(text))


@pytest.mark.parametrize("make", PACKAGES.values(), ids=PACKAGES)
def test_a_file_that_is_more_than_a_letter_is_refused(case: Case, make: Callable[[], bytes]) -> None:
    refuse(case, make())
