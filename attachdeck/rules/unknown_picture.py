"""A picture or sound is not listed

`media/media.yaml` must list every picture with its alt text, origin and licence, and every sound
with its transcript.
attachdeck loads nothing from the internet.
Fix: run `attachdeck new picture FILE` or `attachdeck new sound FILE`, or correct the name.

Bad:

    - {id: a, kind: basic, prompt: "Who? ![](tree.svg)", answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: "Who? ![](plane.svg)", answer: Bowlby.}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity, did_you_mean
from attachdeck.reader.folder import PICTURE_ENDINGS
from attachdeck.reader.sounds import SOUND_ENDINGS
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.markdown import (
    MOST_IN_TEXT,
    Text,
    course_texts,
    definitions,
    pictures_in,
)

SEVERITY = Severity.ERROR
_ADDRESS = re.compile(r"[a-z]+:|//", re.IGNORECASE)


def check(course: Course, context: Context) -> Iterator[Finding]:
    return _unknown(course, context, context.doubtful_texts(course))


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    return _unknown(course, context, course_texts(course))


def _unknown(course: Course, context: Context, texts: Iterable[Text]) -> Iterator[Finding]:
    """Yield a finding for each picture of a text that media.yaml does not list."""
    for text in texts:
        for name in (*_shown(course, context, text), *_defined(course, context, text)):
            noun = "sound" if name.lower().endswith(SOUND_ENDINGS) else "picture"
            message = f"the {noun} `{name}` is not in media/media.yaml"
            yield Finding(context.within(text.node, name), message, _help(course, name))


def _shown(course: Course, context: Context, text: Text) -> Iterator[str]:
    """Yield the names of the first unknown pictures that a text shows."""
    names = pictures_in(text.node.value)
    return islice((name for name in names if not _is_known(course, context, name)), MOST_IN_TEXT)


def _defined(course: Course, context: Context, text: Text) -> Iterator[str]:
    """Yield the names of unknown pictures that stand in a line of their own, below a label."""
    for definition in definitions(text.node.value) if "![" in text.node.value else ():
        name = definition.target
        is_picture = definition.is_used and name.lower().endswith(PICTURE_ENDINGS + SOUND_ENDINGS)
        if is_picture and not _is_known(course, context, name):
            yield name


def _is_known(course: Course, context: Context, name: str) -> bool:
    """Return whether media.yaml lists a picture, or may do so if it has errors."""
    listed = name in course.pictures or name in course.sounds
    return listed or context.may_define("media/media.yaml", name)


def _help(course: Course, name: str) -> str:
    is_sound = name.lower().endswith(SOUND_ENDINGS)
    noun = "sound" if is_sound else "picture"
    if _ADDRESS.match(name):
        return (
            f"put the {noun} into media/, list it in media/media.yaml and write its file name here"
        )
    about = "transcript" if is_sound else "alt text"
    return (
        did_you_mean(name, {*course.pictures, *course.sounds})
        or f"run `attachdeck new {noun} FILE`, or list it in media/media.yaml with its {about}, "
        "origin and licence"
    )
