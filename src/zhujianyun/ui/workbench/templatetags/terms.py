"""Terms of the field, explained where they stand (名词提示).

Without script a term is a link to the glossary; with it, hovering, focusing or touching it shows the
explanation with its legal basis.
"""

from __future__ import annotations

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from zhujianyun.ui.workbench import glossary

register = template.Library()


@register.simple_tag
def term(name: str, said: str = "") -> SafeString:
    """A term of the glossary under its own or another wording (名词); an unknown one is plain text."""
    found = glossary.terms().get(name)
    return _link(found, said or name) if found else SafeString(conditional_escape(said or name))


@register.filter
def terms(text: object) -> SafeString:
    """A text in which every term of the glossary is marked, each once (标注名词)."""
    pieces, seen = glossary.split(str(text)), set()
    made = []
    for piece, found in pieces:
        if found is None or found.name in seen:
            made.append((conditional_escape(piece),))
            continue
        seen.add(found.name)
        made.append((_link(found, piece),))
    return format_html_join("", "{}", made) if made else mark_safe("")  # noqa: S308 - nothing in it


def _link(found: glossary.Term, said: str) -> SafeString:
    return format_html(
        '<a class="wb-term" href="/workbench/glossary/#{}" data-wb-term data-text="{}" data-basis="{}">{}</a>',
        found.anchor,
        found.text,
        found.basis_zh,
        said,
    )
