"""`attachdeck preview`."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from attachdeck.cli.terminal import course_folder, fail
from attachdeck.preview.server import Preview


@click.command(
    epilog="""\b
Examples:
  attachdeck preview
  attachdeck preview my-course --no-browser --port 8000
"""
)
@click.argument("course", required=False, type=click.Path(path_type=Path))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port to listen on.  [default: a free one]",
)
@click.option("--no-browser", is_flag=True, help="Only say where the page is.")
def command(course: Path | None, port: int, no_browser: bool) -> None:
    """Show a course in the browser as a learner meets it, and follow every save.

    COURSE is the folder that holds course.yaml. The page can be seen on this computer only. Ctrl-C
    ends it.
    """
    folder = course_folder(course)

    try:
        preview = Preview(folder, port)
    except OSError as error:
        fail(
            f"port {port} cannot be used: {error.strerror or error}; leave --port out to take a "
            "free one"
        )
    click.echo(f"{folder} is shown at {preview.url} (Ctrl-C ends it)")
    if not no_browser:
        webbrowser.open(preview.url)
    try:
        preview.run()
    except KeyboardInterrupt:
        click.echo()
