"""`attachdeck new`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from attachdeck.authoring import new
from attachdeck.authoring.edits import value_of
from attachdeck.authoring.text_file import EditFault
from attachdeck.cli.groups import Group
from attachdeck.cli.terminal import fail, own_course, show
from attachdeck.domain.course import KINDS_OF_CARD
from attachdeck.domain.diagnostics import did_you_mean
from attachdeck.domain.naming import card_id, free, is_id, slug, word
from attachdeck.schema import schema_text


def _id(_context: click.Context, _parameter: click.Parameter, name: str | None) -> str:
    """Return the id that an option gives, or an empty text. Exit with 2 if it cannot be one."""
    if name is not None and not is_id(name):
        raise click.BadParameter(
            f"`{name}` is not an id: use at most 80 lowercase letters, digits and single hyphens, "
            f"as in `{slug(name, 'secure-base')}`"
        )
    return name or ""


_COURSE = click.argument("course", required=False, type=click.Path(path_type=Path))
_ORIGIN = click.option("--origin", help="Who made it, or where it comes from.")
_LICENCE = click.option("--licence", help="The licence that it is published under.")
Values = dict[str, Any]


@click.group(
    cls=Group,
    epilog="""\b
Examples:
  attachdeck new course my-course
  attachdeck new lesson "What memory is" my-course
  attachdeck new card my-course
  attachdeck new picture plane.svg my-course --alt "A plane"
  attachdeck new card --kind basic --set "prompt=2 + 2?" --set answer=4
""",
)
def command() -> None:
    """Start a course, lesson or card, or add a picture or sound."""


@command.command("course", short_help="Create a small working course in FOLDER.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--title", help="The course's title.  [default: from the folder's name]")
@click.option(
    "--id", "name", callback=_id, help="The course's stable id.  [default: from the title]"
)
@click.option("--vscode", is_flag=True, help="Also write settings for Visual Studio Code.")
@click.option("--ci", is_flag=True, help="Also write a GitHub workflow and a pre-commit file.")
def new_course(folder: Path, title: str | None, name: str, vscode: bool, ci: bool) -> None:
    """Create a small working course in FOLDER, with comments that explain it."""
    title = title or folder.resolve().name.replace("-", " ").replace("_", " ").strip().capitalize()
    with _failures_said():
        added = new.course(folder, title, name or slug(title, "course"), vscode=vscode, ci=ci)
    _say(added)
    click.echo(f"\nNext: attachdeck preview {word(folder)}    then open the files in an editor")


@command.command("lesson")
@click.argument("title")
@_COURSE
@click.option(
    "--id", "name", callback=_id, help="The lesson's stable id.  [default: from the title]"
)
def new_lesson(title: str, course: Path | None, name: str) -> None:
    """Add a lesson with this TITLE after the last lesson of COURSE."""
    folder = own_course(course)
    with _failures_said():
        added = new.lesson(folder, title, name)
        new.checked(folder, added)
    _say([added])


@command.command("card")
@_COURSE
@click.option(
    "--lesson",
    default="",
    help="The lesson's id, or part of its file name.  [default: the last lesson]",
)
@click.option(
    "--kind",
    metavar="KIND",
    type=click.Choice(sorted(KINDS_OF_CARD)),
    help=f"The kind: {', '.join(sorted(KINDS_OF_CARD))}.  [default: attachdeck asks]",
)
@click.option("--id", "name", callback=_id, help="The card's stable id.  [default: from its words]")
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="A key of the card and its value (repeatable).",
)
def new_card(
    course: Path | None, lesson: str, kind: str | None, name: str, settings: tuple[str, ...]
) -> None:
    """Add a card to a lesson of COURSE. The rest of the file stays as it is.

    attachdeck asks for anything the card needs and you leave out.
    """
    folder = own_course(course)
    with _failures_said():
        path = new.lesson_file(folder, lesson)
    values = _values(settings)
    taken = new.card_ids(folder)
    if name in taken:
        fail(f"the id `{name}` is already used; try `--id {free(name, taken)}`")
    kind = kind or click.prompt("Kind", type=click.Choice(sorted(KINDS_OF_CARD)), default="basic")
    _refuse_unknown_keys(kind, values)
    _ASKED[kind](values)
    card = {"id": name or card_id(values, taken), "kind": kind} | values

    with _failures_said():
        try:
            added = new.entry(path, "cards", card)
            checked = new.checked(folder, added)
        except (new.CannotAdd, EditFault, OSError):
            # Somebody may have typed all of it.
            click.echo(f"This card was not added:\n\n{new.as_entry(card)}", err=True)
            raise
    _say([added])
    show(added.among(checked.diagnostics), checked.texts)


@command.command("picture", short_help="Copy a picture into a course and list it.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_COURSE
@click.option("--alt", help="A description for people who cannot see the picture.")
@_ORIGIN
@_LICENCE
def new_picture(
    file: Path, course: Path | None, alt: str | None, origin: str | None, licence: str | None
) -> None:
    """Copy the picture FILE into COURSE's media folder and list it in media.yaml.

    attachdeck asks for anything you leave out. It never replaces an existing file.
    """
    from attachdeck.authoring.media import picture

    folder = own_course(course)
    alt = alt or click.prompt("A description for people who cannot see it")
    name = _add_file(picture, folder, file, {"alt": alt, **_credit(origin, licence)})
    click.echo(f"\nTo show it in a text, write: ![]({name})")


@command.command("sound", short_help="Copy a sound or video into a course and list it.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_COURSE
@click.option("--transcript", help="What can be heard in it, for people who cannot hear it.")
@_ORIGIN
@_LICENCE
def new_sound(
    file: Path,
    course: Path | None,
    transcript: str | None,
    origin: str | None,
    licence: str | None,
) -> None:
    """Copy the sound or video FILE into COURSE's media folder and list it in media.yaml.

    attachdeck asks for anything you leave out. It never replaces an existing file.
    """
    from attachdeck.authoring.media import sound

    folder = own_course(course)
    transcript = transcript or click.prompt("What can be heard in it")
    name = _add_file(sound, folder, file, {"transcript": transcript, **_credit(origin, licence)})
    click.echo(f"\nTo play it on a card, write: audio: {{front: {name}}}")
    click.echo(f"To play it in a text, write: ![]({name})")


def _credit(origin: str | None, licence: str | None) -> dict[str, str]:
    """Return who made a file and its licence, and ask for what is left out."""
    return {
        "origin": origin or click.prompt("Who made it, or where it comes from"),
        "licence": licence or click.prompt("Its licence"),
    }


def _add_file(
    add: Callable[[Path, Path, Mapping[str, str]], tuple[Path, new.Added]],
    folder: Path,
    file: Path,
    about: Mapping[str, str],
) -> str:
    """Add a file to a course, print its place, and return its name there."""
    with _failures_said():
        place, added = add(folder, file, about)
    click.echo(place)
    _say([added])
    return place.name


def _values(settings: tuple[str, ...]) -> Values:
    values: Values = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise click.UsageError(
                f"`--set {setting}`: write it as KEY=VALUE, in quotes if it has spaces"
            )
        if key in ("id", "kind"):
            raise click.UsageError(f"`--set {setting}`: write it as `--{key} {value}`")
        if key in values:
            raise click.UsageError(f"`--set {setting}`: `{key}` is set twice")
        values[key] = value_of(key, value)
    return values


def _refuse_unknown_keys(kind: str, values: Values) -> None:
    """Exit with 2 for a key that cards of this kind do not have, before anything is asked."""
    known = json.loads(schema_text("lesson"))["$defs"][kind]["properties"]
    for key in values:
        if key not in known:
            raise click.UsageError(
                f"`--set {key}=…`: a card of kind `{kind}` has no `{key}`; "
                f"{did_you_mean(key, known) or 'run `attachdeck schema lesson` to see its keys'}"
            )


def _ask(values: Values, key: str, question: str) -> None:
    if key not in values:
        values[key] = click.prompt(question)


def _basic(values: Values) -> None:
    _ask(values, "prompt", "Question")
    _ask(values, "answer", "Answer")


def _reversed(values: Values) -> None:
    _basic(values)
    if "reverse" not in values:
        values["reverse"] = {
            "prompt": click.prompt("Question in the other direction", default=values["answer"])
        }


def _cloze(values: Values) -> None:
    _ask(values, "text", "Statement, with each gap as ((1 hidden words))")


def _choice(values: Values) -> None:
    _ask(values, "question", "Question")
    if "options" in values:
        return
    options: list[Values] = [{"text": click.prompt("The right option"), "right": True}]
    while len(options) < 9 and (
        text := click.prompt(
            "A wrong option (press Enter to finish)" if len(options) > 1 else "A wrong option",
            **_or_end(len(options) > 1),
        )
    ):
        options.append({"text": text, "why": click.prompt("Why it is wrong")})
    values["options"] = options


def _vignette(values: Values) -> None:
    _ask(values, "scenario", "Scene")
    _ask(values, "options", "Option set (a name from option_sets in course.yaml)")
    _ask(values, "answer", "Name of the right option")
    _ask(values, "cue", "The cue that decides the answer")
    if "near_miss" not in values:
        values["near_miss"] = {
            "option": click.prompt("The wrong option that comes closest"),
            "why": click.prompt("Why it is wrong"),
        }


def _sequence(values: Values) -> None:
    _ask(values, "prompt", "What process do the steps describe?")
    if "steps" in values:
        return
    steps: list[str] = []
    while len(steps) < 12 and (
        step := click.prompt(
            f"Step {len(steps) + 1}" + (" (press Enter to finish)" if len(steps) > 1 else ""),
            **_or_end(len(steps) > 1),
        )
    ):
        steps.append(step)
    values["steps"] = steps


def _occlusion(values: Values) -> None:
    _ask(values, "prompt", "Question about the picture")
    _ask(values, "picture", "Picture (a file in media/)")
    if "regions" in values:
        return
    region = {"name": click.prompt("What the region shows")}
    values["regions"] = [
        region
        | {
            side: click.prompt(f"Its {side}, in percent", type=float)
            for side in ("left", "top", "width", "height")
        }
    ]


def _practice(values: Values) -> None:
    _ask(values, "prompt", "What the learner should do")


def _produce(values: Values) -> None:
    _ask(values, "prompt", "What the learner should write")
    _ask(values, "answer", "A model answer")
    _ask(values, "standard", "What a good answer needs")


def _or_end(may_end: bool) -> dict[str, Any]:
    return {"default": "", "show_default": False} if may_end else {}


_ASKED: dict[str, Callable[[Values], None]] = {
    "basic": _basic, "reversed": _reversed, "typed": _basic, "cloze": _cloze, "choice": _choice,
    "vignette": _vignette, "sequence": _sequence, "occlusion": _occlusion, "practice": _practice,
    "produce": _produce,
}  # fmt: skip


@contextmanager
def _failures_said() -> Iterator[None]:
    """Print what cannot be added, or has mistakes, and make the command fail."""
    try:
        yield
    except (new.CannotAdd, EditFault) as error:
        if isinstance(error, new.Mistaken):
            show(error.diagnostics, error.texts)
        fail(str(error))
    except OSError as error:
        fail(f"`{error.filename}` cannot be written: {error.strerror or error}")


def _say(added: list[new.Added]) -> None:
    for addition in added:
        click.echo(f"{addition.path}:{addition.line}" if addition.line > 1 else str(addition.path))
