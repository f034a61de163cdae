"""The plan of a course as a picture: new cards and reviews a day, week by week, in the course's
colours; light or dark as the reader's screen is."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from attachdeck.domain.course import Course
from attachdeck.engine.collection import Day
from attachdeck.engine.planning import Plan, minutes

_WIDTH, _HEIGHT = 760, 380
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 72, 740, 320
_LOOK = """\
    text { font: 13px system-ui, sans-serif; fill: #333 }
    .title { font-size: 17px; font-weight: 600; fill: #111 }
    .paper { fill: #fff } .line { stroke: #ddd } .new { fill: %(light)s } .reviews { fill: #8a9399 }
    @media (prefers-color-scheme: dark) {
      text { fill: #ccc } .title { fill: #eee }
      .paper { fill: #1e1e1e } .line { stroke: #444 } .new { fill: %(dark)s } \
.reviews { fill: #77828a }
    }"""


def svg(plan: Plan, course: Course) -> str:
    """Return the picture as SVG, with its numbers in words for readers who do not see it."""
    weeks = list(plan.weeks())
    top = max(_a_day(week, "new") + _a_day(week, "reviews") for week in weeks)
    step = _step(top)
    look = _LOOK % {"light": course.accent, "dark": course.accent_night}
    name = course.title if len(course.title) <= 50 else f"{course.title[:49]}…"
    title = escape(f"{name}: cards a day, week by week")
    words = " ".join(f"{_in_words(number, week)}." for number, week in enumerate(weeks, 1))
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    spoken = 'role="img" aria-labelledby="title desc" lang="en"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {spoken}>',
            f'  <title id="title">{title}</title>',
            f'  <desc id="desc">{words}</desc>',
            f"  <style>\n{look}\n  </style>",
            f'  <rect class="paper" width="{_WIDTH}" height="{_HEIGHT}"/>',
            f'  <text class="title" x="{_LEFT}" y="30">{title}</text>',
            *_legend(),
            *_grid(top, step),
            *_bars(weeks, top),
            "</svg>\n",
        ]
    )


def _legend() -> Iterator[str]:
    for place, (kind, words) in enumerate((("new", "new cards"), ("reviews", "reviews"))):
        x = _LEFT + 110 * place
        yield (
            f'  <rect class="{kind}" x="{x}" y="45" width="12" height="12"/>'
            f'<text x="{x + 18}" y="56">{words}</text>'
        )


def _grid(top: float, step: int) -> Iterator[str]:
    for value in range(0, int(top) + 1, step):
        y = _y(value, top)
        yield (
            f'  <line class="line" x1="{_LEFT}" y1="{y}" x2="{_RIGHT}" y2="{y}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:g}" text-anchor="end">{value}</text>'
        )


def _bars(weeks: list[tuple[Day, ...]], top: float) -> Iterator[str]:
    width = (_RIGHT - _LEFT) / len(weeks)
    labelled = _step(len(weeks) / 3)
    for number, week in enumerate(weeks, 1):
        x, wide = round(_LEFT + width * (number - 1) + width * 0.1, 1), round(width * 0.8, 1)
        new, both = (
            _y(_a_day(week, "new"), top),
            _y(_a_day(week, "new") + _a_day(week, "reviews"), top),
        )
        yield (
            f"  <g><title>{_in_words(number, week)}</title>"
            f'<rect class="new" x="{x}" y="{new}" width="{wide}" height="{_BOTTOM - new:.1f}"/>'
            f'<rect class="reviews" x="{x}" y="{both}" width="{wide}" height="{new - both:.1f}"/>'
            "</g>"
        )
        if number == 1 or number % labelled == 0:
            yield _middle(f"{x + wide / 2:.1f}", 20, str(number))
    yield _middle(f"{(_LEFT + _RIGHT) / 2:g}", 44, "week")


def _middle(x: str, below: int, text: str) -> str:
    return f'  <text x="{x}" y="{_BOTTOM + below}" text-anchor="middle">{text}</text>'


def _in_words(number: int, week: tuple[Day, ...]) -> str:
    return (
        f"Week {number}: {_a_day(week, 'new'):.0f} new cards, "
        f"{_a_day(week, 'reviews'):.0f} reviews, {minutes(week):.0f} minutes a day"
    )


def _a_day(week: tuple[Day, ...], kind: str) -> float:
    return float(sum(getattr(day, kind) for day in week)) / len(week)


def _y(value: float, top: float) -> float:
    return round(_BOTTOM - (_BOTTOM - _TOP) * value / top, 1)


def _step(top: float) -> int:
    """Return a round number that goes into `top` five times at most."""
    return next(
        int(base * 10**power)
        for power in range(9)
        for base in (1, 2, 5)
        if base * 10**power * 5 >= top
    )
