"""Report behind the letter in our Word template: the plan, the licences, the papers, and an appendix of all the rest."""

from __future__ import annotations

from docx.shared import Pt

from licences.render.figures.style import SOFT
from licences.render.word.styles import add_field, find_colour
from licences.render.word.writer import Writer


def write_report(writer: Writer) -> None:
    """What a client reads behind the letter; all of it stands in the table of contents."""
    writer.write("{{ page.contents }}", "Contents heading")
    add_field(writer.write(""), r'TOC \o "1-1" \h \z', "…")
    for write in (
        _write_changed,
        _write_plan,
        _write_licences,
        _write_documents,
        _write_renewals,
        _write_rest,
        _write_sources,
    ):
        write(writer)


def write_appendix(writer: Writer) -> None:
    """What else there is to know, for who wants to see how it was worked out."""
    writer.write("{{ page.appendix_title }}", "Title").paragraph_format.page_break_before = True
    for write in (
        _write_questions,
        _write_order,
        _write_launch,
        _write_costs,
        _write_details,
        _write_answers,
        _write_limits,
    ):
        write(writer)


def _write_changed(writer: Writer) -> None:
    with writer.block("if changed"):
        writer.heading("{{ changed.title }}", 1)
        writer.write("{{ changed.intro }}")
        with writer.block("for part in changed.parts"):
            writer.heading("{{ part.title }}", 3)
            writer.list("sentence in part.sentences", "{{ sentence }}")


def _write_plan(writer: Writer) -> None:
    writer.heading("{{ page.plan_title }}", 1)
    writer.write("{{ plan_intro }}")
    writer.figure("timeline")
    writer.only_if("not steps", "{{ page.plan_none }}")
    with writer.block("if steps"):
        writer.caption("table", "{{ labels.word.steps }}")
        labels = [
            "page.step",
            "page.after",
            "page.prepare_from",
            "page.submit_on",
            "page.done_on",
            "page.sure",
            "page.slack",
        ]
        cells = [
            "{% if step.on_path %}▶ {% endif %}{{ step.short }}{% if step.remarks %}\n{{ step.remarks }}{% endif %}",
            "{{ step.after }}", "{{ step.start }}", "{{ step.submit_on }}", "{{ step.finish }}", "{{ step.sure }}",
            "{{ step.slack_days }}",
        ]  # fmt: skip
        with writer.block("if has_chances"):
            writer.table("step in steps", labels, cells, (46, 30, 21, 21, 21, 25, 10), style="Small cell")
        with writer.block("if not has_chances"):
            del labels[5], cells[5]
            writer.table("step in steps", labels, cells, (58, 41, 21, 21, 21, 12), style="Small cell")
        writer.write("{{ steps_note }}", "Note")
    with writer.block("if undated_steps"):
        writer.heading("{{ page.undated_title }}", 2)
        _write_lines(writer, "step in undated_steps", "step")


def _write_lines(writer: Writer, each: str, name: str) -> None:
    """A list in which each line begins with what it is about."""
    with writer.block(f"for {each}"):
        line = writer.write("", "Item")
        line.add_run(f"{{{{ {name}.heading }}}}").bold = True
        line.add_run(f"{{{{ {name}.text }}}}")


def _write_licences(writer: Writer) -> None:
    with writer.block("if to_obtain"):
        writer.heading("{{ page.licences_title }}", 1)
        writer.write("{{ page.sure_legend }}", "Note")
    writer.begin_columns()
    with writer.block("if to_obtain"):
        _write_cards(writer, "licence in to_obtain")
        writer.end_columns()


def _write_cards(writer: Writer, each: str) -> None:
    """A licence in a few lines; the full report has all that is known of it."""
    with writer.block(f"for {each}"):
        title = writer.heading("{{ licence.short }} {{ licence.sure_mark }} ", 3)
        code = title.add_run("{{ licence.code }}")
        code.font.size, code.font.color.rgb, code.bold = Pt(6.5), find_colour(SOFT), False
        writer.write("{{ licence.names }}", "Card names")
        with writer.block("if licence.advice"):
            writer.write("", "Card").add_run("{{ licence.advice }}").bold = True
        writer.list("blocker in licence.blocked", "{{ blocker }}", "Card alarm")
        with writer.block("for line in licence.lines"):
            with writer.block("if loop.last"):
                writer.label("{{ line.heading }}", "{{ line.text }}", "Card end")
            with writer.block("if not loop.last"):
                writer.label("{{ line.heading }}", "{{ line.text }}", "Card")
        with writer.only_in("full") as wanted:
            if wanted:
                with writer.block("for line in licence.more"):
                    writer.label("{{ line.heading }}", "{{ line.text }}", "Card end")


def _write_documents(writer: Writer) -> None:
    writer.heading("{{ page.documents_title }}", 1)
    writer.only_if("not papers and not papers_unknown", "{{ page.documents_none }}")
    with writer.block("if papers"):
        writer.write("{{ papers_intro }}", "Lead")
        writer.begin_columns()
        with writer.block("for group in papers_by_who"):
            writer.heading("{{ group.title }}", 3)
            with writer.block("for paper in group.papers"):
                line = writer.write("", "Item")
                line.add_run("☐ {{ paper.name }}").bold = True
                line.add_run("{% if paper.due %} {{ paper.due }}{% endif %} ")
                line.add_run("{{ paper.about }}").font.color.rgb = find_colour(SOFT)
        writer.end_columns()
    writer.only_if("papers_unknown", "{{ papers_unknown }}", "Note")


def _write_renewals(writer: Writer) -> None:
    writer.heading("{{ renewals_title }}", 1)
    writer.only_if("untold_expiries", "{{ untold_expiries }}", "Note")
    writer.only_if("not renewals", "{{ page.renewals_none }}")
    with writer.block("if renewals"):
        writer.write("{{ renewals_intro }}", "Lead")
        writer.caption("table", "{{ labels.word.due }}")
        labels = ("page.licence", "page.due_what", "page.due_when", "page.basis_of_dates")
        cells = ["{{ entry.name }}", "{{ entry.what }}", "{{ entry.when }}", "{{ entry.basis }}"]
        widths = (36, 78, 40, 20)
        with writer.only_in("full") as wanted:
            if wanted:
                writer.table("entry in renewals", labels, cells, widths, style="Small cell")
                writer.figure("renewals")
        if writer.length != "full":
            cells[2] = "{{ entry.when_in_short }}"
            with writer.block("if length != 'full'"):
                writer.table("entry in renewals", labels, cells, widths, style="Small cell")


def _write_rest(writer: Writer) -> None:
    writer.heading("{{ page.rest_title }}", 1)
    with writer.block("if rest"):
        writer.begin_columns()
        with writer.block("for group in rest"):
            writer.heading("{{ group.title }}", 3)
            _write_lines(writer, "line in group.lines", "line")
        writer.end_columns()
    writer.only_if("held_in_vain", "{{ held_in_vain }}", "Note")
    writer.only_if("not_needed", "{{ not_needed }}{{ page.stop }}", "Note")
    with writer.block("if coming"):
        writer.heading("{{ page.coming_title }}", 2)
        writer.list("line in coming", "{{ line }}", "Cell bullet")


def _write_sources(writer: Writer) -> None:
    writer.heading("{{ page.sources_title }}", 1)
    writer.begin_columns()
    if writer.length == "full":
        _write_text(writer, "text in texts")
    else:
        _write_text(writer, "text in texts if text.is_of_plan or length == 'full'")
    writer.end_columns()


def _write_text(writer: Writer, each: str) -> None:
    with writer.block(f"for {each}"):
        line = writer.write("{{ text.number }}.\t{{ text.said }}", "Text of law")
        line.add_run("{% if text.address %} {{ text.address }}{% endif %}").font.color.rgb = find_colour(SOFT)


def _write_questions(writer: Writer) -> None:
    writer.heading("{{ page.missing_title }}", 1)
    writer.only_if("not questions and not outside", "{{ page.missing_none }}")
    with writer.block("if questions"):
        writer.write("{{ missing_intro }}", "Lead")
        writer.caption("table", "{{ labels.word.questions }}")
        writer.table(
            "question in questions",
            ("page.question", "page.settles", "page.share"),
            ("{{ question.text }}", "{{ question.decides }}", "{{ question.share }}"),
            (74, 80, 20),
            style="Small cell",
        )
        writer.only_if("rare_note", "{{ rare_note }}", "Note")


def _write_order(writer: Writer) -> None:
    writer.heading("{{ page.order_title }}", 1)
    writer.write("{{ page.order_intro }}", "Lead")
    writer.list("note in notes", "{{ note }}")
    with writer.block("if conflicts"):
        writer.heading("{{ page.conflicts_title }}", 3)
        writer.list("conflict in conflicts", "{{ conflict }}")
    writer.figure("graph")


def _write_launch(writer: Writer) -> None:
    """Where no date can be promised the letter says why, and nothing is to be added."""
    with writer.block("if has_chances"):
        writer.heading("{{ page.launch_title }}", 1)
        writer.list("sentence in launch", "{{ sentence }}", "Normal")
        writer.figure("launch")


def _write_costs(writer: Writer) -> None:
    writer.heading("{{ page.costs_title }}", 1)
    writer.only_if("not costs", "{{ page.costs_none }}")
    with writer.block("if costs"):
        writer.write("{{ page.costs_intro }}", "Lead")
        writer.caption("table", "{{ labels.word.costs }}")
        writer.table(
            "cost in costs",
            ("page.phase", "page.costs_fee", "page.costs_yearly", "page.costs_market", "page.costs_unknown"),
            ("{{ cost.phase }}", "{{ cost.fee_cny }}", "{{ cost.yearly_fee_cny }}", "{{ cost.market_cny }}",
             "{{ cost.unknown }}"),
            (24, 28, 26, 34, 62),
            style="Small cell",
        )  # fmt: skip
        writer.list("sentence in costs_totals", "{{ sentence }}")
    with writer.block("if quotation"):
        writer.heading("{{ page.quotation_title }}", 2)
        writer.caption("table", "{{ labels.word.quotation }}")
        writer.table(
            "quote in quotation",
            ("page.licence", "page.costs_ours", "page.quotation_remark"),
            ("{{ quote.name }}", "{{ quote.our_fee_cny }}", "{{ quote.remark }}"),
            (70, 34, 70),
            style="Small cell",
        )
        writer.write("{{ quotation_total }}")


def _write_details(writer: Writer) -> None:
    with writer.block("if details"):
        writer.heading("{{ page.details_title }}", 1)
        writer.begin_columns()
        _write_cards(writer, "licence in details")
        writer.end_columns()
    with writer.block("if not_needed_why"):
        writer.heading("{{ page.not_needed_why }}", 2)
        writer.begin_columns()
        _write_lines(writer, "line in not_needed_why", "line")
        writer.end_columns()


def _write_answers(writer: Writer) -> None:
    writer.heading("{{ page.profile_title }}", 1)
    writer.begin_columns()
    with writer.block("for answer in answers"):
        line = writer.write("", "Item")
        line.add_run("{{ answer.heading }}")
        line.add_run("{{ answer.told }}").bold = True
    writer.end_columns()


def _write_limits(writer: Writer) -> None:
    writer.heading("{{ page.limits_title }}", 1)
    writer.list("limit in limits", "{{ limit }}")
