"""Errors in what lessons and objectives require: unknown names, circles, order, beginnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from attachdeck.decode.names import MOST_HINTS, Name, Names, Requirement, may_be_in
from attachdeck.domain.diagnostics import Diagnostic, did_you_mean_or_list

Requirements = Sequence[Requirement]

_MOST_CIRCLES = 20
"""Maximum number of circles reported."""


def problems(lessons: Sequence[Names], unsure: Sequence[str] = ()) -> Iterator[Diagnostic]:
    """Report errors in the requirements of lessons, which come in the course's order.

    `unsure` are the texts of lessons that could not be read, and may define any name in them.
    """
    of_lessons = [Requirement(names.lesson, names.requires) for names in lessons if names.lesson]
    yield from _wrong(of_lessons, _places(of_lessons), "lesson", unsure)
    for layer in _layers(lessons):
        yield from _roots(layer)
    objectives = {
        name.id: place for place, names in enumerate(lessons) for name in names.objectives
    }
    requirements = [requirement for names in lessons for requirement in names.requirements]
    yield from _wrong(requirements, objectives, "objective", unsure)


def _places(requirements: Requirements) -> dict[str, int]:
    return {requirement.of.id: place for place, requirement in enumerate(requirements)}


def _wrong(
    requirements: Requirements, places: Mapping[str, int], what: str, unsure: Sequence[str]
) -> Iterator[Diagnostic]:
    """Report errors in the requirements of lessons or of objectives.

    `places` are those of all of them in the course's order.
    """
    circles = list(islice(_circles(requirements), _MOST_CIRCLES))
    in_circles = {name for circle in circles for name in circle}
    unknown = 0
    for requirement in requirements:
        for name in requirement.on:
            if name.id not in places:
                if not may_be_in(unsure, name.id):
                    unknown += 1
                    yield _unknown(name, places if unknown <= MOST_HINTS else (), what)
            elif places[name.id] > places[requirement.of.id] and name.id not in in_circles:
                yield _later(requirement.of, name, what)
    for circle in circles:
        yield _circle(circle, requirements, what)


def _unknown(name: Name, known: Iterable[str], what: str) -> Diagnostic:
    return Diagnostic(
        rule="requires-unknown",
        message=f"there is no {what} `{name.id}`",
        at=name.at,
        help=did_you_mean_or_list(name.id, known) or f"write the id of another {what}",
    )


def _later(of: Name, name: Name, what: str) -> Diagnostic:
    where = "it comes later" if what == "lesson" else "it belongs to a later lesson"
    return Diagnostic(
        rule="requires-later",
        message=f"`{of.id}` requires the {what} `{name.id}`, but {where}",
        at=name.at,
        help="renumber the two files so that the required lesson comes first, or delete this name",
    )


def _circles(requirements: Requirements) -> Iterator[tuple[str, ...]]:
    """Yield each circle of names that require one another, from its first name in the course."""
    on = {requirement.of.id: [name.id for name in requirement.on] for requirement in requirements}
    order = {name: place for place, name in enumerate(on)}
    done: set[str] = set()
    known: set[frozenset[str]] = set()
    for start in on:
        for circle in _circles_from(start, on, done):
            if frozenset(circle) not in known:
                known.add(frozenset(circle))
                first = circle.index(min(circle, key=lambda name: order[name]))
                yield (*circle[first:], *circle[:first])


def _circles_from(
    start: str, on: Mapping[str, Sequence[str]], done: set[str]
) -> Iterator[tuple[str, ...]]:
    """Yield the circles that the requirements of one name lead to."""
    if start in done:
        return
    way = {start: iter(on[start])}
    while way:
        last = next(reversed(way))
        name = next(way[last], None)
        if name is None:
            done.add(last)
            del way[last]
        elif name in way:
            names = list(way)
            yield tuple(names[names.index(name) :])
        elif name in on and name not in done:
            way[name] = iter(on[name])


def _circle(circle: Sequence[str], requirements: Requirements, what: str) -> Diagnostic:
    first, second = circle[0], (*circle, circle[0])[1]
    name = next(
        name
        for requirement in requirements
        if requirement.of.id == first
        for name in requirement.on
        if name.id == second
    )
    if len(circle) == 1:
        message = f"the {what} `{first}` requires itself"
    else:
        names = " requires ".join(f"`{name}`" for name in (*circle, first))
        message = f"circular requirement: {names}"
    return Diagnostic(
        rule="requires-circle",
        message=message,
        at=name.at,
        help="delete the least important of these names under `requires`",
    )


def _layers(lessons: Iterable[Names]) -> Iterable[Requirements]:
    """Return the lessons of each folder.

    A course that extends another one has lessons in two folders, each with its own beginning.
    """
    layers: dict[str, list[Requirement]] = {}
    for names in lessons:
        if names.lesson:
            folder = names.file.rpartition("/")[0]
            layers.setdefault(folder, []).append(Requirement(names.lesson, names.requires))
    return layers.values()


def _roots(requirements: Requirements) -> Iterator[Diagnostic]:
    """Report the lessons besides the first that build on none, where others do."""
    if not any(requirement.on for requirement in requirements):
        return
    roots = [requirement.of for requirement in requirements if not requirement.on]
    for root in roots[1:]:
        yield Diagnostic(
            rule="requires-root",
            message=f"`{root.id}` requires no lesson; only the first lesson, `{roots[0].id}`, can "
            "do that",
            at=root.at,
            help=f"list the lessons that it builds on, such as `requires: [{roots[0].id}]`",
        )
