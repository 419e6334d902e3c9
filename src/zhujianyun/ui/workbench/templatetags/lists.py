"""Cells of the list (列表单元格): the value of the column, dressed for the page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from zhujianyun.ui.workbench import columns
from zhujianyun.ui.workbench.listing import Line
from zhujianyun.ui.workbench.templatetags import workbench

register = template.Library()
NOTHING = "—"


@register.simple_tag
def cell(column: columns.Column, line: Line) -> SafeString:
    """One cell with its element (单元格): what the export writes, plus links, marks and colours."""
    said = columns.text(column.value(line))
    if column.code == "number":
        return format_html(
            '<th scope="row" class="{}"><a href="{}" data-wb-open>{}</a></th>', column.css, line.url, said
        )
    if column.code == "state":
        return format_html("<td>{}</td>", workbench.state(line.state))
    if column.code == "left":
        return _left(line, said)
    css = column.css if said else f"{column.css} wb-only-wide"
    if column.code in ("title", "applicant", "project"):
        return format_html('<td class="{}" title="{}"><span>{}</span></td>', css, said, said or NOTHING)
    return format_html('<td class="{}">{}</td>', css, said or NOTHING)


def _left(line: Line, said: str) -> SafeString:
    if not said:
        return format_html('<td class="wb-only-wide"><span class="wb-soft">{}</span></td>', NOTHING)
    return format_html("<td>{}</td>", workbench.lamp(line.case.lamp if line.paused else line.lamp, said))
