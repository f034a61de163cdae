"""Changes between two releases: for a terminal, as Markdown for release notes, and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from attachdeck.domain.quoting import shortened
from attachdeck.lock.comparison import Bump, Changes, Rewording, with_brackets
from attachdeck.reporters.text import Style, plain

_NAMED = 5
"""How many cards a line names."""


def text(changes: Changes, style: Style = plain) -> Iterator[str]:
    """Yield them for people at a terminal, line by line; the last line says which version number
    they ask for."""
    yield from lines(changes, style)
    yield f"version: {_asked(changes.bump)}"


def lines(changes: Changes, style: Style = plain) -> Iterator[str]:
    """Yield them for people at a terminal, line by line."""
    for act in changes.acts:
        yield f"{style('learners must act', 'error')}: {act}"
    yield from (
        f"{style('withheld', 'error')} {key}: by its time this change is not newer than what "
        "learners have"
        for key in changes.withheld
    )
    if changes.renewed:
        yield f"{style('renewed', 'error')} {renewed(changes)}"
    for key, view in changes.added.items():
        yield f"{style('added', 'help')} {key}: {_gist(view.texts)}".rstrip(": ")
    renumbered = changes.renumbered
    for key, rewordings in changes.reworded.items():
        if key in renumbered:
            continue
        yield f"{style('reworded', 'warning')} {key}"
        yield from (f"  {text.field}: {_marked(text, style)}" for text in rewordings)
    if renumbered:
        yield f"{style('renumbered', 'warning')} {', '.join(renumbered)}"
    yield from (
        f"{style('moved', 'warning')} {key}: {before} → {after}"
        for key, (before, after) in changes.moved.items()
    )
    for key, (came, went) in changes.retagged.items():
        tags = " ".join([*(f"+{tag}" for tag in came), *(f"-{tag}" for tag in went)])
        yield f"{style('retagged', 'warning')} {key}: {tags}"
    yield from (f"{style('retired', 'warning')} {key}" for key in changes.retired)
    yield from (f"{style('restyled', 'warning')} {key}" for key in changes.restyled)
    yield from (f"{style('media', 'warning')} +{name}" for name in changes.media[0])
    yield from (f"{style('media', 'warning')} -{name}" for name in changes.media[1])
    for word, texts in (("test", changes.tests), ("structure", changes.structure)):
        yield from (
            f"{style(word, 'warning')} {text.field}: {_marked(text, style)}" for text in texts
        )


def markdown(changes: Changes) -> Iterator[str]:
    """Yield them as Markdown, line by line; the last line names the version that they need."""
    yield from for_learners(changes)
    yield f"Version: {_asked(changes.bump)}."


def for_learners(changes: Changes) -> Iterator[str]:
    """Yield them for release notes, line by line: cards by their questions, not by their ids."""
    yield from _section("What you must do", (f"- {_act(changes, act)}" for act in changes.acts))
    yield from _section("New cards", _cards(changes, changes.added))
    yield from _section("Reworded cards", _rewordings(changes))
    yield from _section("Renumbered reading cards", _cards(changes, changes.renumbered))
    moved = (
        f"- {_card(changes, key)}: from {before} to {after}"
        for key, (before, after) in changes.moved.items()
    )
    yield from _section("Moved cards", moved)
    yield from _section("Retagged cards", _retaggings(changes))
    yield from _section("Retired cards", _cards(changes, changes.retired))
    yield from _section("Restyled note types", (f"- {key}" for key in changes.restyled))
    came, went = changes.media
    media = (*(f"- new: {name}" for name in came), *(f"- no longer used: {name}" for name in went))
    yield from _section("Media", media)
    # Learners may read this before they take a test, so it does not reveal the scenes.
    tests = (f"- {text.field}: {_outcome(text)}" for text in changes.tests)
    yield from _section("Tests on the website", tests)


def _card(changes: Changes, key: str) -> str:
    """Return a card's question on one line, or its id where no text is known."""
    return shortened(" ".join(changes.questions.get(key, "").split())) or f"`{key}`"


def _cards(changes: Changes, keys: Iterable[str]) -> Iterator[str]:
    return (f"- {_card(changes, key)}" for key in keys)


def _act(changes: Changes, act: str) -> str:
    """Return a change after which learners must do something, as it is said to one of them."""
    for theirs, yours in (("learners' ", "your "), ("learners ", "you "), ("they ", "you ")):
        act = act.replace(theirs, yours)
    return re.sub(r"^the card `([^`]+)`", lambda card: f"“{_card(changes, card[1])}”", act)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield lines below a heading; nothing where there are none."""
    if listed := list(lines):
        yield from (f"## {title}", "", *listed, "")


def _rewordings(changes: Changes) -> Iterator[str]:
    renumbered = changes.renumbered
    for key, rewordings in changes.reworded.items():
        if key not in renumbered:
            yield f"- {_card(changes, key)}"
            yield from (f"  - {text.field}: {_marked_down(_readable(text))}" for text in rewordings)


def _readable(text: Rewording) -> Rewording:
    """Return a rewording without the notation of gaps, unless only that has changed."""
    before, after = with_brackets(text.before), with_brackets(text.after)
    return text if before == after else Rewording(text.field, before, after)


def _retaggings(changes: Changes) -> Iterator[str]:
    for key, (came, went) in changes.retagged.items():
        tags = [*(f"now `{tag}`" for tag in came), *(f"no longer `{tag}`" for tag in went)]
        yield f"- {_card(changes, key)}: {', '.join(tags)}"


def as_json(changes: Changes) -> str:
    """Return them for programs, as one JSON object."""
    return json.dumps(
        {
            "version": changes.bump.name.lower(),
            "acts": changes.acts,
            "withheld": changes.withheld,
            "renewed": changes.renewed,
            "added": list(changes.added),
            "reworded": {key: _texts(rewordings) for key, rewordings in changes.reworded.items()},
            "moved": {
                key: {"from": before, "to": after} for key, (before, after) in changes.moved.items()
            },
            "retagged": {
                key: {"added": came, "removed": went}
                for key, (came, went) in changes.retagged.items()
            },
            "retired": changes.retired,
            "removed": changes.removed,
            "restyled": changes.restyled,
            "media": {"added": changes.media[0], "removed": changes.media[1]},
            "tests": _texts(changes.tests),
            "structure": _texts(changes.structure),
        },
        ensure_ascii=False,
        indent=2,
    )


def _texts(rewordings: Iterable[Rewording]) -> list[dict[str, str]]:
    return [
        {"field": text.field, "before": text.before, "after": text.after} for text in rewordings
    ]


def renewed(changes: Changes) -> str:
    """Return which unchanged cards have a newer time, and what that does to learners."""
    named = ", ".join(changes.renewed[:_NAMED]) + " …" * (len(changes.renewed) > _NAMED)
    cards = "1 card" if len(changes.renewed) == 1 else f"{len(changes.renewed)} cards"
    return (
        f"{cards} ({named}): unchanged but with a newer time, so an import would overwrite "
        "learners' own changes; restore course.lock if it was lost"
    )


def _asked(bump: Bump) -> str:
    return {
        Bump.NONE: "nothing changes for learners",
        Bump.PATCH: "a patch (x.y.Z): wording, tags, looks",
        Bump.MINOR: "minor (x.Y.0): there are new cards",
        Bump.MAJOR: "major (X.0.0): learners must act",
    }[bump]


def _gist(texts: object) -> str:
    first = next(iter(texts.values()), "") if isinstance(texts, dict) else ""
    return first if len(first) <= 100 else f"{first[:99]}…"


def _marked(rewording: Rewording, style: Style) -> str:
    return _runs(
        rewording,
        lambda run: style(f"[-{run}-]", "error"),
        lambda run: style(f"{{+{run}+}}", "help"),
    )


def _outcome(rewording: Rewording) -> str:
    if not rewording.before:
        return "new"
    return "changed" if rewording.after else "removed"


def _marked_down(rewording: Rewording) -> str:
    return _runs(rewording, "~~{}~~".format, "**{}**".format)


def _runs(rewording: Rewording, went: Callable[[str], str], came: Callable[[str], str]) -> str:
    mark = {"-": went, "+": came}
    return " ".join(run if verb == "=" else mark[verb](run) for verb, run in rewording.words())
