"""The plain way: PyYAML's SafeLoader, one reused jsonschema validator a file kind, markdown-it-py,
genanki with a deck a lesson.

What one writes on an afternoon who knows these libraries; no positions, no lock, no references
checked, no stable times. It reads the same files, holds them against the same schemas, and makes as
many notes and cards.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

import genanki
import yaml
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

SCHEMAS = Path(__file__).parent.parent / "attachdeck" / "schema"
STYLE = ".card { font-family: sans-serif; font-size: 20px; text-align: center; }"
FIELDS = ("Prompt", "Answer", "Reverse", "Why", "Confusion", "Sources", "ID")
BACK = "{{FrontSide}}<hr>{{Answer}}<p>{{Why}}</p><p>{{Confusion}}</p>{{Sources}}"


def number(name: str) -> int:
    """An id from a name."""
    return (
        1_600_000_000_000
        + int.from_bytes(hashlib.sha256(name.encode()).digest()[:5], "big") % 100_000_000_000
    )


BASIC = genanki.Model(
    number("basic"),
    "Plain basic",
    fields=[{"name": name} for name in FIELDS],
    templates=[
        {"name": "Forward", "qfmt": "{{Prompt}}", "afmt": BACK},
        {
            "name": "Backward",
            "qfmt": "{{#Reverse}}{{Answer}}{{/Reverse}}",
            "afmt": "{{FrontSide}}<hr>{{Prompt}}",
        },
    ],
    css=STYLE,
)
CLOZE = genanki.Model(
    number("cloze"),
    "Plain cloze",
    fields=[{"name": name} for name in ("Text", "Why", "Confusion", "Sources", "ID")],
    templates=[{"name": "Cloze", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}<p>{{Why}}</p>"}],
    css=STYLE,
    model_type=genanki.Model.CLOZE,
)


class Loader(yaml.SafeLoader):
    """PyYAML's, but a day stays text, and so do `yes`, `no`, `on` and `off`."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML wants it so.
        first: [
            (tag, form)
            for tag, form in pairs
            if not tag.endswith(":timestamp") and (first in "tTfF" or not tag.endswith(":bool"))
        ]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Course:
    """Reads, checks and builds one course."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        self.validators: dict[str, Draft202012Validator] = {}
        self.course = self.read(folder / "course.yaml", "course")
        self.works = {
            each["key"]: each for each in self.read(folder / "sources.yaml", "sources")["sources"]
        }

    def read(self, path: Path, kind: str) -> dict:
        """A file that has passed its schema."""
        if kind not in self.validators:
            self.validators[kind] = Draft202012Validator(
                json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
            )
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506  # It is a safe one.
        self.validators[kind].validate(value)
        return value

    def html(self, text: str) -> str:
        """A text's HTML."""
        return self.markdown.render(text).strip() if text else ""

    def sources(self, card: dict) -> str:
        """The works that a card cites."""
        cited = (each if isinstance(each, str) else each["key"] for each in card.get("sources", ()))
        return "<br>".join(
            (
                f"{self.works[key]['authors']} ({self.works[key].get('year', 'n.d.')}). "
                f"{self.works[key]['title']}"
            )
            for key in cited
        )

    def note(self, card: dict, lesson: str) -> genanki.Note:
        """A card's note."""
        why, confusion = self.html(card.get("why", "")), self.html(card.get("confusion", ""))
        tags = [lesson, card["kind"], *(re.sub(r"\s", "-", tag) for tag in card.get("tags", ()))]
        shared = [why, confusion, self.sources(card), card["id"]]
        guid = genanki.guid_for(self.course["id"], card["id"])
        if card["kind"] == "cloze":
            text = re.sub(r"\(\(([0-9]+) (.*?)\)\)", r"{{c\1::\2}}", card["text"])
            return genanki.Note(
                model=CLOZE, fields=[self.html(text), *shared], tags=tags, guid=guid
            )
        prompt = card.get("prompt") or card.get("question") or card.get("scenario") or card["id"]
        answer = card.get("answer") or "; ".join(self.answers(card))
        reverse = "y" if card["kind"] == "reversed" else ""
        return genanki.Note(
            model=BASIC,
            fields=[self.html(prompt), self.html(answer), reverse, *shared],
            tags=tags,
            guid=guid,
        )

    def answers(self, card: dict) -> list[str]:
        """What a card without an answer of its own answers."""
        options = card.get("options") if isinstance(card.get("options"), list) else []
        return (
            [each["text"] for each in options if each.get("right")]
            or card.get("steps")
            or [card.get("example") or card["id"]]
        )

    def build(self, output: Path) -> int:
        """Write the package; how many notes it has."""
        decks = []
        for path in sorted((self.folder / "lessons").glob("*.yaml")):
            lesson = self.read(path, "lesson")
            deck = genanki.Deck(
                number(lesson["id"]),
                f"{self.course['deck']}::{lesson['title']}",
                self.html(_reading(lesson)),
            )
            for card in lesson["cards"]:
                deck.add_note(self.note(card, lesson["id"]))
            decks.append(deck)
        media = [
            str(path)
            for path in sorted((self.folder / "media").glob("*"))
            if path.suffix in (".svg", ".png")
        ]
        genanki.Package(decks, media_files=media).write_to_file(output)
        return sum(len(deck.notes) for deck in decks)


def _reading(lesson: dict) -> str:
    reading = lesson.get("reading", "")
    return reading if isinstance(reading, str) else "\n".join(part["text"] for part in reading)


if __name__ == "__main__":
    print(Course(Path(sys.argv[1])).build(Path(sys.argv[2])))
