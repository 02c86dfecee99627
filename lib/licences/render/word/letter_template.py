"""Letter in our Word template: the first pages of every report, and the whole of a short one."""

from __future__ import annotations

from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
from docx.shared import Mm, Pt

from licences.render.figures.style import INK
from licences.render.word.styles import ALARM, FORBIDDEN, TEXT_WIDTH_MM, find_colour
from licences.render.word.writer import Writer

_FORBIDDEN_GROUND = "#FBEFF3"


def write_letter(writer: Writer) -> None:
    """To whom, what matters first, by name and by when."""
    for write in (
        write_head,
        _write_beginning,
        _write_forbidden,
        _write_deadlines,
        _write_missing,
        _write_opening,
        _write_stages,
        _write_remarks,
        _write_periods,
        _write_goals,
        _write_questions,
        _write_close,
    ):
        write(writer)


def write_head(writer: Writer) -> None:
    """From whom, to whom, and of which day."""
    with writer.block("if firm or logo"):
        table = writer.make_table(1, [TEXT_WIDTH_MM - 110, 110], has_lines=False)
        mark, firm = (cell.paragraphs[0] for cell in table.rows[0].cells)
        mark.style = firm.style = "Letterhead"
        firm.alignment = WD_PARAGRAPH_ALIGNMENT.RIGHT
        mark.add_run("{{ logo }}")
        name = firm.add_run("{{ firm }}")
        name.bold, name.font.size, name.font.color.rgb = True, Pt(11), find_colour(INK)
        firm.add_run("{% if contact %}{{ '\\n' }}{{ contact }}{% endif %}")
        writer.end_table()
    told = (("to", "client"), ("date", "issued_on or as_of"), ("reference", "reference"))
    table = writer.make_table(len(told), [24, TEXT_WIDTH_MM - 24], has_lines=False)
    for row, (label, text) in zip(table.rows, told, strict=True):
        first, second = (cell.paragraphs[0] for cell in row.cells)
        first.style, second.style = "Letterhead", "Normal"
        first.add_run(f"{{{{ labels.letter.{label} }}}}")
        second.add_run(f"{{{{ {text} }}}}").bold = label == "to" or None
        second.paragraph_format.space_after = Pt(0)
    writer.end_table()


def _write_beginning(writer: Writer) -> None:
    title = writer.write("{{ subject }}", "Title")
    title.paragraph_format.space_before = Pt(8)
    writer.write("{{ greeting }}")
    writer.write("{{ scope_sentence }}", "Note")
    writer.write("{{ answer_in_short }}").paragraph_format.space_before = Pt(4)


def _write_forbidden(writer: Writer) -> None:
    with writer.block("if forbidden"):
        _colour(writer.heading("{{ page.forbidden_title }}"), FORBIDDEN)
        with writer.box(FORBIDDEN, _FORBIDDEN_GROUND) as box:
            box.write("{{ page.forbidden_intro }}", "Alarm")
            with box.block("for licence in forbidden"):
                name = box.write("", "Cell")
                name.paragraph_format.space_before = Pt(3)
                name.add_run("{{ licence.names }}").bold = True
                box.write("{{ licence.forbidden_text }}", "Cell")
                box.only_if("licence.advice", "{{ page.forbidden_do }} {{ licence.advice }}", "Alarm")
    with writer.block("if warnings"), writer.box(ALARM) as box:
        box.write("{{ page.contradiction }}", "Alarm")
        box.list("warning in warnings", "{{ warning }}", "Cell bullet")


def _write_deadlines(writer: Writer) -> None:
    with writer.block("if deadlines"):
        writer.heading("{{ deadlines_title }}")
        about = "{% if one.about %}\n{{ one.about }}{% endif %}"
        texts = ["{{ one.short }}" + about, "{{ one.day }}", "{{ one.left }}", "{{ one.expires }}"]
        writer.table(
            "one in deadlines",
            ("page.licence", "labels.deadlines.column_day", "labels.deadlines.column_left", "labels.deadlines.column_expires"),
            texts,
            (72, 38, 32, 32),
            ("one.is_overdue", [(text, "Cell alarm") for text in texts]),
        )  # fmt: skip
        writer.write("{{ deadlines_intro }}", "Note")


def _write_missing(writer: Writer) -> None:
    with writer.block("if missing_today"):
        writer.heading("{{ page.today.title }}")
        writer.only_if("not missing_rows", "{{ page.today.none }}")
        with writer.block("if missing_rows"):
            texts = ("{{ loop.index }}. {{ one.name }}", "{{ one.risk }}", "{{ one.by }}")
            writer.table(
                "one in missing_rows",
                ("page.licence", "labels.word.stake", "labels.word.when"),
                texts,
                (64, 70, 40),
                ("one.is_forbidden", [(text, "Cell alarm") for text in texts]),
            )
            writer.only_if("missing_more", "{{ missing_more }}", "Note")


def _write_opening(writer: Writer) -> None:
    with writer.block("if opening"):
        writer.heading("{{ page.opening }}")
        with writer.box(INK) as box:
            box.only_if("opening.large", "{{ opening.large }}", "Large")
            box.only_if("opening.lead", "{{ opening.lead }}")
            box.list("reason in opening.reasons", "{{ reason }}", "Cell bullet")
            box.list("sentence in opening.sentences", "{{ sentence }}", "Normal")


def _write_stages(writer: Writer) -> None:
    with writer.block("if stages"):
        writer.heading("{{ stages_title }}")
        writer.table(
            "stage in stages",
            tuple(f"labels.stages.{name}" for name in ("stage", "changes", "needed", "done")),
            ("{{ stage.number }}. {{ stage.title }}", "{{ stage.changes_text or '–' }}", "{{ stage.needed_text }}",
             "{{ stage.promise }}"),
            (30, 44, 50, 50),
            (
                "stage.late",
                ("{{ stage.number }}. {{ stage.title }}", "{{ stage.changes_text or '–' }}", "{{ stage.needed_text }}",
                 ("{{ stage.late }} {{ stage.promise }}", "Cell alarm")),
            ),
        )  # fmt: skip


def _write_remarks(writer: Writer) -> None:
    """What we hold against the rules, and our notes."""
    with writer.block("if remarks"):
        writer.heading("{{ labels.letter.remarks_title }}")
        writer.list("remark in remarks", "{{ remark }}")


def _write_periods(writer: Writer) -> None:
    with writer.block("for period in periods"):
        writer.heading("{{ period.title }}")
        table = writer.table(
            "task in period.tasks",
            ("labels.letter.who_title", "labels.letter.do_title"),
            ("{{ task.who }}", ""),
            (28, TEXT_WIDTH_MM - 28),
        )
        cell = table.rows[2].cells[1]
        first = cell.paragraphs[0]._p  # noqa: SLF001 - python-docx takes no paragraph away
        inner = Writer(cell, writer.length)
        inner.list("what in task.what", "{{ what }}", "Cell bullet")
        first.getparent().remove(first)


def _write_goals(writer: Writer) -> None:
    with writer.block("if goals"):
        writer.heading("{{ labels.letter.goals_title }}")
        writer.table(
            "goal in goals",
            ("labels.letter.goal", "labels.letter.next_title", "labels.letter.next_by", "goals_by"),
            ("{% if goal.decides %}▶ {% endif %}{{ goal.short }}", "{{ goal.next }}", "{{ goal.next_by }}", "{{ goal.by }}"),
            (66, 56, 24, 28),
        )  # fmt: skip
        writer.only_if("goals_note", "{{ goals_note }}", "Note")


def _write_questions(writer: Writer) -> None:
    with writer.block("if next_questions"):
        writer.heading("{{ labels.letter.questions_title }}")
        with writer.block("for question in next_questions"):
            asked = writer.write("{{ loop.index }}.\t{{ question }}")
            layout = asked.paragraph_format
            layout.left_indent, layout.first_line_indent, layout.space_after = Mm(6), Mm(-6), Pt(2)
            layout.tab_stops.add_tab_stop(Mm(6))
        writer.only_if("questions_more", "{{ questions_more }}", "Note")


def _write_close(writer: Writer) -> None:
    with writer.block("if costs_in_short or risk"):
        writer.heading("{{ labels.letter.costs_title }}")
        writer.list("sentence in costs_in_short", "{{ sentence }}")
        writer.only_if("risk", "{{ risk }}", "List Bullet")
    with writer.block("if needs"):
        writer.heading("{{ labels.letter.needs_title }}")
        writer.list("need in needs", "{{ need }}")
    writer.write("{{ age }}", "Note").paragraph_format.space_before = Pt(6)
    close = writer.write("{{ close }}")
    close.paragraph_format.space_before, close.paragraph_format.keep_with_next = Pt(10), True
    signed = writer.write("")
    signed.add_run("{{ firm }}").bold = True


def _colour(paragraph: object, colour: str) -> None:
    for run in paragraph.runs:  # type: ignore[attr-defined]
        run.font.color.rgb = find_colour(colour)
