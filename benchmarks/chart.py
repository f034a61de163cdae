"""The chart of the page: seconds over cards, both on logarithmic scales."""

from __future__ import annotations

import math

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 20, 50
COLOURS = ("#0b5c6b", "#a34a00")
STYLE = """\
text { font: 14px system-ui, sans-serif; fill: #1e2328; } .grid { stroke: #d8d4ca; } .paper { \
fill: #fdfcf9; }
@media (prefers-color-scheme: dark) { text { fill: #eceae4; } .grid { stroke: #3c4046; } .paper { \
fill: #17191c; } .line { filter: brightness(1.7); } }"""


def svg(lines: dict[str, dict[int, float]]) -> str:
    """An SVG of one line for each way: seconds by the number of cards."""
    cards = sorted({each for line in lines.values() for each in line})
    taken = [each for line in lines.values() for each in line.values()]
    low, high = math.floor(math.log10(min(taken))), math.ceil(math.log10(max(taken)))
    first, last = math.log10(cards[0]), math.log10(max(cards[-1], cards[0] * 10))

    def x(count: float) -> float:
        return LEFT + (math.log10(count) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(seconds: float) -> float:
        return (
            HEIGHT - BOTTOM - (math.log10(seconds) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)
        )

    said = "; ".join(
        f"{name}: "
        + ", ".join(f"{count:,} cards in {seconds:.2g} s" for count, seconds in line.items())
        for name, line in lines.items()
    )
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            'aria-labelledby="title desc">'
        ),
        (
            '<title id="title">Seconds to build a course, by its cards</title><desc '
            f'id="desc">{said}.</desc><style>{STYLE}</style>'
        ),
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
    ]
    for power in range(low, high + 1):
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(10**power):.1f}" '
            f'y2="{y(10**power):.1f}"/>'
        )
        parts.append(
            f'<text x="{LEFT - 8}" y="{y(10**power) + 5:.1f}" text-anchor="end">{10.0**power:g} '
            "s</text>"
        )
    for count in cards:
        parts.append(
            f'<line class="grid" x1="{x(count):.1f}" x2="{x(count):.1f}" y1="{TOP}" '
            f'y2="{HEIGHT - BOTTOM}"/>'
        )
        parts.append(
            f'<text x="{x(count):.1f}" y="{HEIGHT - BOTTOM + 22}" '
            f'text-anchor="middle">{count:,}</text>'
        )
    for (name, line), colour in zip(lines.items(), COLOURS, strict=True):
        points = " ".join(
            f"{x(count):.1f},{y(seconds):.1f}" for count, seconds in sorted(line.items())
        )
        parts.append(
            f'<polyline class="line" points="{points}" fill="none" stroke="{colour}" '
            'stroke-width="3"/>'
        )
        parts += [
            (
                f'<circle class="line" cx="{x(count):.1f}" cy="{y(seconds):.1f}" r="4" '
                f'fill="{colour}"/>'
            )
            for count, seconds in line.items()
        ]
        parts.append(
            f'<text x="{x(max(line)) + 12:.1f}" y="{y(line[max(line)]) + 5:.1f}">{name}</text>'
        )
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" '
        'text-anchor="middle">cards</text></svg>'
    )
    return "\n".join(parts) + "\n"
