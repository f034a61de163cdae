"""`attachdeck plan`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli.progress import Progress
from attachdeck.cli.terminal import course_folder, fail, no_engine, show, spare_own_files, table
from attachdeck.compile.deck import Deck
from attachdeck.domain.course import Course
from attachdeck.engine.collection import NoEngine, Pace, simulator
from attachdeck.engine.planning import NoPlan, Plan, Term, plan, term
from attachdeck.reporters import chart as picture
from attachdeck.reporters import plan as reporter
from attachdeck.reporters.text import tally
from attachdeck.system.safe_write import write_bytes

_A_DAY = click.IntRange(1, 9999)


@click.command(
    epilog="""\b
Examples:
  attachdeck plan
  attachdeck plan my-course --new 5
  attachdeck plan my-course --weeks 10          plan for a term of ten weeks
  attachdeck plan my-course --chart plan.svg
"""
)
@click.argument("course", required=False, type=click.Path(path_type=Path))
@click.option(
    "--new", type=_A_DAY, metavar="N", help="New cards a day.  [default: from course.yaml]"
)
@click.option(
    "--reviews",
    type=_A_DAY,
    metavar="N",
    help="Maximum reviews a day.  [default: from course.yaml]",
)
@click.option(
    "--retention",
    type=click.IntRange(70, 97),
    metavar="PERCENT",
    help="Share of cards a learner should recall.  [default: from course.yaml]",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 3600),
    metavar="N",
    help="Seconds for each card.  [default: Anki's own estimate]",
)
@click.option(
    "--weeks",
    type=click.IntRange(3, 520),
    metavar="N",
    multiple=True,
    default=(6, 12),
    show_default=True,
    help="The length of a term in weeks (repeatable).",
)
@click.option(
    "--chart",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also draw a chart of the weeks as SVG.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to show the plan.",
)
def command(
    course: Path | None,
    new: int | None,
    reviews: int | None,
    retention: int | None,
    seconds: int | None,
    weeks: tuple[int, ...],
    chart: Path | None,
    form: str,
) -> None:
    """Simulate how long a course takes, and how many new cards a day fit into a term.

    Shows when each lesson opens, how many cards and minutes each day needs, and what share of the
    cards a learner still recalls after six months. Anki's own engine simulates a beginner who
    studies every day with default FSRS settings. The last two weeks of a term are for review only.
    Needs the extra `attachdeck[verify]`.
    """
    folder = course_folder(course)
    spare_own_files(folder, chart, "--chart")
    with Progress() as progress:
        progress("reading the course")
        deck = _deck(folder)
        study = deck.study
        pace = Pace(
            new=new or study.new_cards_a_day,
            reviews=reviews or study.reviews_a_day,
            retention=retention or study.desired_retention,
        )
        progress("simulating a learner")
        course_plan, terms = _planned(deck, pace, list(dict.fromkeys(weeks)), seconds)
    if chart:
        _draw(course_plan, deck.course, chart)
    if form == "json":
        click.echo(reporter.as_json(course_plan, terms))
        return
    lines = [*reporter.lessons(course_plan), "", *reporter.terms(terms)]
    click.echo("\n".join([table(reporter.rows(course_plan)), "", *lines]))


def _deck(folder: Path) -> Deck:
    """Return the deck of a course. Exit with 1 if the course has errors."""
    checked = pipeline.check(folder)
    if checked.course is None:
        show(checked.diagnostics, checked.texts)
        fail(f"{tally(checked.diagnostics)}; no plan was made")
    return pipeline.compiled(checked, 0).deck


def _planned(
    deck: Deck, pace: Pace, weeks: Iterable[int], seconds: int | None
) -> tuple[Plan, list[Term]]:
    """Return the plan of a course, and its terms of so many weeks. Exit with 1 where no plan is
    possible, and with 2 where Anki's engine is missing."""
    try:
        with simulator() as simulate:
            course_plan = plan(deck, pace, simulate, seconds)
            return course_plan, [term(deck, length, pace, simulate, seconds) for length in weeks]
    except NoEngine:
        no_engine()
    except NoPlan as error:
        fail(str(error))


def _draw(course_plan: Plan, course: Course, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, picture.svg(course_plan, course).encode())
    except OSError as error:
        fail(f"the chart cannot be written to {path}: {error.strerror or error}")
    click.echo(f"chart: {path}", err=True)
