"""Sources as readers see them: in short, and as full references."""

from __future__ import annotations

import re
from html import escape

from attachdeck.domain.course import Citation, Course, Source


def cited(course: Course) -> list[Source]:
    """Return the sources that a course's cards cite, by author."""
    sources = {
        citation.source.key: citation.source for card in course.cards() for citation in card.sources
    }
    return sorted(sources.values(), key=lambda work: (work.authors, work.year or 0, work.title))


def unfolding(citation: Citation) -> str:
    """Return a source in short, unfolding to the full reference."""
    source = citation.source
    page = f", {citation.page}" if citation.page else ""
    short = escape(f"{surnames(source.authors)}, {source.year or 'n.d.'}{page}", quote=False)
    return f"<li><details><summary>{short}</summary>{reference(source)}</details></li>"


def reference(source: Source) -> str:
    """Return a reference in the manner of the APA."""
    text = escape(
        f"{source.authors.rstrip('.')}. ({source.year or 'n.d.'}). {source.title.rstrip('.')}.",
        quote=False,
    )
    place = ", ".join(part for part in (source.container, source.volume_pages) if part)
    text += f" {escape(place.rstrip('.'), quote=False)}." if place else ""
    address = f"https://doi.org/{source.doi}" if source.doi else source.url
    return (
        f'{text} <a href="{escape(address)}" rel="noopener noreferrer">'
        f"{escape(address, quote=False)}</a>"
        if address
        else text
    )


def surnames(authors: str) -> str:
    """Return surnames as `Bowlby`, `Main & Solomon`, `Cyr et al.`; a body's name stays whole."""
    authors = " ".join(authors.split())
    names = re.findall(r"(?:^|,\s+|&\s+|;\s+)([^,;&]+?),\s+[^\W\d_]\.", authors)
    if not names:
        return authors.partition(";")[0].strip()
    if len(names) > 2 or "et al" in authors:
        return f"{names[0]} et al."
    return " & ".join(names)
