"""Validated documents to a Course: references are resolved here, and what a schema cannot say is checked here."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from typing import Any, TypeVar

from attachdeck.anki import cloze
from attachdeck.anki.colour import BACKGROUNDS, ENOUGH, contrast
from attachdeck.domain.course import (
    BasicCard,
    Card,
    ChoiceCard,
    Citation,
    ClozeCard,
    Course,
    CustomCard,
    Help,
    HelpLine,
    Lesson,
    Objective,
    OcclusionCard,
    Option,
    OptionSet,
    OwnNoteType,
    Picture,
    PracticeCard,
    Region,
    ReversedCard,
    Section,
    SequenceCard,
    Source,
    Study,
    TypedCard,
    VignetteCard,
)
from attachdeck.domain.diagnostics import Diagnostic, did_you_mean, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader import CourseFiles, Document, Node, NoteTypeFiles
from attachdeck.reader.document import lines_in, location_of
from attachdeck.reader.folder import PICTURE_ENDINGS
from attachdeck.reader.pictures import Box, frame, spoilt, svg_boxes

T = TypeVar("T")

_NOTHING_SILENCED: dict[str, tuple[str, Location]] = {}
_LESSON_FILE = re.compile(r"(?P<number>[0-9]{1,4})[-_. ].+\.ya?ml")
_TABLE = re.compile(r"\|[ \t]*:?-")
"""What every table of more than one column has in the line below its head."""
_TABLES_LINE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*+\|?[ \t]*")
"""The line below the head of a table."""
_OTHER_BLOCK = re.compile(r" {0,3}(?:[-+*>#]|[0-9]{1,9}[.)])(?:\s|$)|```|~~~")
_BAR = re.compile(r"(?<!\\)\|")
_DEFINITION = re.compile(
    r" {0,3}\[(?P<label>[^\[\]]+)\]:[ \t]*(?P<target>[^\s<]\S*|<[^<>]*>)[ \t]*(?:\"[^\"]*\"|'[^']*'|\([^()]*\))?[ \t]*"
)
"""A line that gives a link or a picture its address; Markdown shows nothing of it."""
_LABEL = re.compile(r"\[([^\[\]]+)\]")
_MOST_LEFT_OUT = 100
"""How many cells of its tables a text may lack."""
_MOST_HINTS = 40
"""For how many diagnostics a name is looked for that may be meant: it takes longer than to read the card."""
_MOST_IN_TEXT = 20
"""Of how many unknown pictures, lost rows or lost lines in one text an author is told at once."""
_DEEP = re.compile(r">\s*+(?:>\s*+){100}")
"""Quotations in quotations; the sanitiser takes the square of their number."""
# Nothing that begins holds the beginning of another; so a text of beginnings alone is read once, and not once for each.
_IMAGE = re.compile(
    r"!\[(?:(?!!\[)[^\]])*+\]\(\s*<?(?P<markdown>[^\s)>]*)|<img\b(?:(?!<img\b)[^>])*?\bsrc\s*=\s*[\"']?(?P<html>[^\s\"'>]*)",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_SHORT = 12
"""How many signs at the most an author is told to write in the place of others."""
_SAFE = "delete it: a card may not run scripts nor load pages; what only shows text, pictures and sounds may stay"
_TEXT_KEYS = frozenset(
    (
        "prompt",
        "answer",
        "why",
        "confusion",
        "hint",
        "text",
        "question",
        "scenario",
        "cue",
        "example",
        "reading",
        "summary",
        "retired_because",
    )
)
_GROUPS = frozenset(("options", "reverse", "near_miss", "steps", "reading"))
"""Keys of a card or a lesson under which more texts stand."""

MAX_GAP_PROBLEMS = 20
"""Of how many mistakes in the gaps of one text an author is told at once."""


def lesson_number(file: str) -> int | None:
    """The number with which the name of a lesson's file begins, or None where it has none."""
    match = _LESSON_FILE.fullmatch(file.rpartition("/")[2])
    return int(match["number"]) if match else None


def decode(files: CourseFiles) -> tuple[Course, list[Diagnostic]]:
    """The course that a folder's documents describe; every document has passed its schema."""
    decoder = _Decoder(files)
    return decoder.course(), decoder.diagnostics


class LessonDecoder:
    """Decodes the lessons of a course one by one, each as if it were the only one.

    `course` is the course without them, and `problems` say what is wrong with it.
    """

    def __init__(self, files: CourseFiles) -> None:
        self._decoder = _Decoder(replace(files, lessons=()))
        self.course = self._decoder.course()
        self.problems = self._decoder.diagnostics

    def __call__(self, document: Document) -> tuple[Lesson | None, list[Diagnostic]]:
        """A lesson, and what is wrong with it if it stands alone; None where it is none of this course, or its file has no number."""
        decoder = self._decoder.afresh(document)
        root = _root(document)
        if decoder.changes_another(root):
            return None, decoder.diagnostics
        number = decoder.lesson_number(document)
        decoder.name_objectives(root)
        lesson = decoder.lesson(number, root) if number is not None else None
        decoder.formerly_once()
        return lesson, decoder.diagnostics


class _Decoder:
    """Knows what has been named so far, and collects diagnostics."""

    def __init__(self, files: CourseFiles) -> None:
        self.files = files
        self.diagnostics: list[Diagnostic] = []
        self.texts = files.texts()
        self.sources = self.unique(files.sources, "sources", "key", self.source)
        self.pictures = self.unique(files.media, "pictures", "file", self.picture)
        self.kept = self.unique(
            files.media, "files", "file", lambda entry: self.picture_bytes(entry["file"])
        )
        self.note_types = {
            name: self.own_note_type(name, each) for name, each in files.note_types.items()
        }
        self.one_note_type_each()
        self.option_sets: dict[str, OptionSet] = {}
        self.shown: dict[str, tuple[list[tuple[str, str]], set[str]]] = {}
        self.needs_a_look = True
        self.cited: dict[tuple[str, str], Citation] = {}
        self.name_nothing()
        self.names_shown(_root(files.course), "title", "deck", "practice_deck")

    def name_nothing(self) -> None:
        self.objectives: dict[str, tuple[Objective, Node]] = {}
        root = _root(self.files.course)
        # The ids of the reference cards, which learners may have from before.
        self.cards: dict[str, Node] = {
            f"course-{key}": root.get(key) or root for key in ("notice", "help")
        }
        self.lessons: dict[str, Node] = {}
        self.formers: list[tuple[str, Node]] = []
        self.deck_names = ""

    def afresh(self, document: Document) -> _Decoder:
        """A decoder that knows the course, and of lessons none but this document."""
        found = copy(self)
        found.diagnostics = []
        found.texts = {**self.texts, document.file: document.text}
        # Few files have what is looked for, and none that has no sign of it, nor of a character in disguise.
        text = document.text
        found.needs_a_look = any(sign in text for sign in ("![", "<", "\\", "]:")) or any(
            sign.search(text) for sign in (_TABLE, _DEEP)
        )
        found.name_nothing()
        return found

    def report(self, rule: str, message: str, at: Location, help: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(rule=rule, message=message, at=at, help=help))

    def course(self) -> Course:
        root = _root(self.files.course)
        for text in _all_texts(root):
            self.tables(text)
            self.quotations(text)
        for key in ("description", "notice", "help", "option_sets"):
            for text in _all_texts(root[key]) if key in root else ():
                self.images(text)
                self.definitions(text)
        for each in root["option_sets"].value if "option_sets" in root else ():
            options = root["option_sets"][each]["options"]
            self.one_text_each(options[name] for name in options.value)
        self.option_sets = {
            name: OptionSet(name, sets["question"], dict(sets["options"]))
            for name, sets in root.value.get("option_sets", {}).items()
        }
        for key in ("hide", "keep_identity"):
            if key in root:
                help = "name the other course under `extends`, or delete this key"
                self.report(
                    "extends",
                    f"`{key}` does nothing in a course that extends no other",
                    root.key_at(key),
                    help,
                )
        own = [
            document for document in self.files.lessons if not self.changes_another(_root(document))
        ]
        numbered = [
            (number, document)
            for document in own
            if (number := self.lesson_number(document)) is not None
        ]
        numbered.sort(key=lambda pair: pair[0])
        for (first, one), (second, other) in itertools.pairwise(numbered):
            if first == second:
                help = f"the other one is {one.file}; rename one of the two, this one for instance to `{self.free_number(other)}`"
                self.report(
                    "lesson-number",
                    f"two lessons have the number {first}",
                    Location(other.file),
                    help,
                )
        for _, document in numbered:
            self.name_objectives(_root(document))
        lessons = tuple(self.lesson(number, _root(document)) for number, document in numbered)
        self.one_deck_each(lessons, root.value.get("practice_deck", "Practice"))
        self.formerly_once()
        value = root.value
        licence = value["licence"]
        theme = value.get("theme", {})
        self.readable(root)
        return Course(
            id=value["id"],
            title=value["title"],
            version=value["version"],
            language=value["language"],
            licence=licence["name"],
            licence_url=licence.get("url", ""),
            authors=tuple(value.get("authors", ())),
            homepage=value.get("homepage", ""),
            deck=value["deck"],
            practice_deck=value.get("practice_deck", "Practice"),
            description=value["description"],
            notice=value.get("notice", ""),
            help=_help(value["help"]) if "help" in value else None,
            study=Study(**value.get("study", {})),
            speech=value.get("speech", ""),
            lint=_settings(root),
            accent=theme.get("accent", "#0b5c6b"),
            accent_night=theme.get("accent_night", "#7fd1de"),
            option_sets=self.option_sets,
            sources=self.sources,
            pictures=self.pictures,
            note_types=self.note_types,
            files=self.kept,
            lessons=lessons,
        )

    def readable(self, root: Node) -> None:
        """Report an accent colour in which text could not be read."""
        for key, backgrounds in BACKGROUNDS.items():
            if "theme" not in root or key not in root["theme"]:
                continue
            chosen = root["theme"][key]
            least = min(contrast(chosen.value, background) for background in backgrounds)
            if least < ENOUGH:
                message = f"text in this colour is hard to read: its contrast is {least:.1f} to 1, and {ENOUGH} to 1 is the least"
                self.report(
                    "contrast",
                    message,
                    chosen.at,
                    f"choose a {'darker' if key == 'accent' else 'lighter'} colour; {backgrounds[1]} is behind it",
                )

    def unique(
        self, document: Document | None, key: str, name: str, make: Callable[[Node], T | None]
    ) -> dict[str, T]:
        """The entries of a list by their names; a name that comes twice is reported."""
        found: dict[str, T] = {}
        first: dict[str, Node] = {}
        listed = _root(document).get(key) if document else None
        for entry in listed.items() if listed else ():
            self.once(entry, name, first, "duplicate-name")
            made = make(entry)
            if made is not None:
                found[entry.value[name]] = made
        return found

    def once(self, entry: Node, key: str, seen: dict[str, Node], rule: str) -> None:
        """Report a name that another entry has already."""
        name = entry.value[key]
        if name in seen:
            first = seen[name].get(key) or seen[name]
            self.report(
                rule,
                f"`{name}` is used twice",
                entry[key].at,
                f"the first one is at {first.at}; give one of the two another name",
            )
        else:
            seen[name] = entry

    def known(self, rule: str, node: Node, known: Mapping[str, T], where: str) -> T | None:
        """What a name refers to, or None and a diagnostic."""
        found = known.get(node.value)
        if found is None:
            near = (
                did_you_mean_or_list(node.value, known)
                if len(self.diagnostics) < _MOST_HINTS
                else None
            )
            self.report(
                rule,
                f"`{node.value}` is not in {where}",
                node.at,
                near or "add it there",
            )
        return found

    def source(self, entry: Node) -> Source:
        value = {
            key: each
            for key, each in entry.value.items()
            if key not in ("kind", "read", "supports")
        }
        return Source(**value, place=entry)

    def picture(self, entry: Node) -> Picture | None:
        value = entry.value
        content = self.picture_bytes(entry["file"])
        night_content = self.picture_bytes(entry["night"]) if "night" in value else None
        for key, found in (("file", content), ("night", night_content)):
            if found is not None and (wrong := spoilt(found, value[key])):
                self.report(
                    "broken-picture",
                    f"{wrong}: nothing of it would be shown",
                    entry[key].at,
                    "export it again, and put the new file in its place",
                )
        common = {
            "alt": value["alt"],
            "origin": value["origin"],
            "licence": value["licence"],
            "place": entry,
        }
        night = (
            Picture(file=value["night"], content=night_content, **common)
            if night_content is not None
            else None
        )
        return (
            Picture(file=value["file"], content=content, night=night, **common)
            if content is not None
            else None
        )

    def picture_bytes(self, node: Node) -> bytes | None:
        content = self.files.pictures.get(node.value)
        if content is None:
            self.report(
                "missing-picture",
                f"there is no file `{node.value}` in media/",
                node.at,
                did_you_mean(node.value, self.files.pictures)
                or "put the file there, or delete this entry",
            )
        return content

    def changes_another(self, root: Node) -> bool:
        """Whether a lesson changes one of another course, which is reported: where this course extends that one, both are one lesson by now."""
        if "changes" in root:
            help = "name that course under `extends` in course.yaml; for a lesson of this course's own, write `id` in place of `changes`"
            self.report(
                "extends",
                "this lesson changes one of another course, and this course extends none",
                root.key_at("changes"),
                help,
            )
        return "changes" in root

    def lesson_number(self, document: Document) -> int | None:
        number = lesson_number(document.file)
        if number is None:
            help = (
                f"rename it to `{self.free_number(document)}`, with the number that gives its place"
            )
            self.report(
                "file-name",
                "the name of a lesson's file begins with its number",
                Location(document.file),
                help,
            )
        return number

    def free_number(self, document: Document) -> str:
        """The name of a lesson's file with the first number that is behind those of all others."""
        last = max(
            (
                number
                for each in self.files.lessons
                if (number := lesson_number(each.file)) is not None
            ),
            default=0,
        )
        words = re.sub(r"^[0-9]*[-_. ]*(?=.*\.)", "", document.file.rpartition("/")[2])
        return f"{last + 1:02}-{'lesson' if words.startswith('.') else ''}{words}"

    def name_objectives(self, root: Node) -> None:
        for entry in root["objectives"].items():
            name = entry.value["id"]
            if name in self.objectives:
                self.report(
                    "duplicate-id",
                    f"`{name}` is used twice",
                    entry["id"].at,
                    f"the first one is at {self.objectives[name][1].at}; give one of the two another name",
                )
            else:
                self.objectives[name] = (
                    Objective(name, entry.value["text"], entry["id"]),
                    entry["id"],
                )

    def lesson(self, number: int, root: Node) -> Lesson:
        value = root.value
        self.once(root, "id", self.lessons, "duplicate-id")
        self.look_through(root)
        self.deck_names = self.names_shown(root, "title", "deck", "full_deck")
        self.summary_pictures(root)
        reading = tuple(self.reading(root))
        cards = [self.card(entry) for entry in root["cards"].items()]
        return Lesson(
            id=value["id"],
            number=number,
            title=value["title"],
            deck=value.get("deck")
            or f"{number:02} {value['title']}".replace("::", ":").replace('"', "'"),
            full_deck=value.get("full_deck", ""),
            summary=value["summary"],
            content_note=value.get("content_note", ""),
            objectives=tuple(
                Objective(entry.value["id"], entry.value["text"], entry["id"])
                for entry in root["objectives"].items()
            ),
            reading=reading,
            cards=tuple(card for card in cards if card),
            place=root,
        )

    def summary_pictures(self, root: Node) -> None:
        """Report a picture that only a lesson's summary shows: it comes to learners with a note, and no note shows it."""
        summary = root["summary"]
        if "![" not in summary.value and "<img" not in summary.value:
            return
        study = _root(self.files.course).value.get("study", {})
        parts = [card for card in root["cards"].items() if card.value.get("status") != "retired"]
        if "reading" in root and study.get("reading_cards", True):
            parts.append(root["reading"])
        shown = "\n".join(text.value for part in parts for text in _all_texts(part))
        for name in _pictures_in(summary.value):
            if name in self.pictures and name not in shown:
                self.report(
                    "undelivered-picture",
                    f"no card of this lesson shows the picture `{name}`, so learners would not get it",
                    self.within(summary, name),
                    "show it in the `reading` or on a card, too; or take it out of the summary",
                )

    def reading(self, root: Node) -> Iterator[Section]:
        """The sections of a lesson's reading; their ids are those of cards."""
        if "reading" not in root:
            return
        reading = root["reading"]
        if isinstance(reading.value, str):
            id = f"{root.value['id']}-reading"
            if id in self.cards:
                self.id_of_a_reading(id, reading)
            self.cards.setdefault(id, reading)
            yield Section(id=id, title="", text=reading.value, place=reading)
            return
        for entry in reading.items():
            self.once(entry, "id", self.cards, "duplicate-id")
            if "formerly" in entry:
                self.formers.append((entry.value["formerly"], entry["formerly"]))
            yield Section(**entry.value, place=entry)

    def id_of_a_reading(self, id: str, reading: Node) -> None:
        """Report a card that has the id of the card that a reading of one text becomes."""
        first = self.cards[id].get("id") or self.cards[id]
        self.report(
            "duplicate-id",
            f"the card of this reading has the id `{id}`, which is used twice",
            reading.at,
            f"the first one is at {first.at}; give that card another id",
        )

    def one_deck_each(self, lessons: tuple[Lesson, ...], practice: str) -> None:
        """Report a subdeck that two lessons share, or a lesson and the practice cards; Anki does not tell capitals from small letters."""
        taken = {practice.casefold(): "the deck of the practice cards"}
        for lesson in (each for each in lessons if not each.full_deck):
            owner = taken.setdefault(
                lesson.deck.casefold(), f"the deck of the lesson `{lesson.id}`"
            )
            if owner != f"the deck of the lesson `{lesson.id}`":
                self.report(
                    "duplicate-deck",
                    f"the deck `{lesson.deck}` is {owner}",
                    lesson.at,
                    "give this lesson another title, or a name of its own under `deck:`",
                )

    def formerly_once(self) -> None:
        """Report a former id that another card has or had: two cards cannot carry on the progress of one."""
        for former, node in self.formers:
            owner = self.cards.get(former)
            if owner is not None:
                self.report(
                    "duplicate-id",
                    f"`{former}` is the id of another card",
                    node.at,
                    f"it is in use at {(owner.get('id') or owner).at}; a card that carries on its progress cannot stand beside it",
                )
            self.cards.setdefault(former, node)

    def card(self, node: Node) -> Card | None:
        value = node.value
        if "formerly" in value:
            self.formers.append((value["formerly"], node["formerly"]))
        self.once(node, "id", self.cards, "duplicate-id")
        self.look_through(node)
        common = {
            "id": value["id"],
            "place": node,
            "silenced": _settings(node) if "lint" in value else _NOTHING_SILENCED,
            "why": value.get("why", ""),
            "confusion": value.get("confusion", ""),
            "hint": value.get("hint", ""),
            "sources": self.citations(node),
            "tags": tuple(value.get("tags", ())),
            "objective": self.objective(node),
            "content_note": value.get("content_note", ""),
            "article": tuple(value.get("article", ())),
            "retired_because": value.get("retired_because", "")
            if value.get("status") == "retired"
            else "",
            "formerly": value.get("formerly", ""),
            "written": value,
        }
        make: Callable[[Node, dict[str, Any]], Card | None] = getattr(self, f"{value['kind']}_card")
        return make(node, common)

    def citations(self, node: Node) -> tuple[Citation, ...]:
        found = []
        for place, entry in enumerate(node.value.get("sources", ())):
            key, page = (
                (entry["key"], entry.get("page", "")) if isinstance(entry, dict) else (entry, "")
            )
            if citation := self.cited.get((key, page)):
                found.append(citation)
            elif source := self.sources.get(key):
                found.append(self.cited.setdefault((key, page), Citation(source, page)))
            else:
                named = node["sources"][place]
                self.known(
                    "unknown-source", named.get("key") or named, self.sources, "sources.yaml"
                )
        return tuple(found)

    def objective(self, node: Node) -> Objective | None:
        name = node.value.get("objective")
        if name is None:
            return None
        found = self.objectives.get(name) or self.known(
            "unknown-objective", node["objective"], self.objectives, "the objectives of any lesson"
        )
        return found[0] if found else None

    def look_through(self, node: Node) -> None:
        """Report what a card's or a lesson's texts cannot show."""
        if self.needs_a_look and _needs_a_look(node.value):
            for part in markdown_texts(node):
                self.images(part)
                self.tables(
                    part,
                    in_gaps=node.value.get("kind") == "cloze"
                    and part.value is node.value.get("text"),
                )
                self.quotations(part)
                self.definitions(part)

    def images(self, text: Node) -> None:
        """Report the first pictures that media.yaml does not list; those in code are only text."""
        unknown = (name for name in _pictures_in(text.value) if name not in self.pictures)
        for name in itertools.islice(unknown, _MOST_IN_TEXT):
            if re.match(r"[a-z]+:|//", name, re.IGNORECASE):
                help: str | None = (
                    "put the picture into media/, list it in media/media.yaml, and name it by its file name"
                )
            else:
                help = (
                    did_you_mean(name, self.pictures)
                    or "list it in media/media.yaml with its alt text, origin and licence"
                )
            self.report(
                "unknown-picture",
                f"the picture `{name}` is not in media/media.yaml",
                self.within(text, name),
                help,
            )

    def tables(self, text: Node, *, in_gaps: bool = False) -> None:
        """Report tables with so many cells left out that a few bytes would become megabytes, those with a row of which cells are lost, and those that
        are none; a bar in a formula or in a gap parts no cells."""
        lacking = sum(map(_cells_left_out, re.split(r"\n[ \t]*\n", text.value)))
        if lacking > _MOST_LEFT_OUT:
            message = f"rows of this table lack {lacking:,} cells"
            longest = max(text.value.split("\n"), key=lambda line: line.count("|"))
            self.report(
                "table",
                message,
                self.within(text, longest.strip()),
                f"give each row as many `|` as the longest one; {_MOST_LEFT_OUT} cells of a text may be left out",
            )
        if _TABLE.search(text.value) and "```" not in text.value:
            whole = cloze.to_anki(text.value)[0] if in_gaps else text.value
            for line, message, help in itertools.islice(
                _cells_lost(cloze.FORMULA.sub("x", whole).split("\n")), _MOST_IN_TEXT
            ):
                self.report("table", message, self.within(text, line.strip()), help)

    def definitions(self, text: Node) -> None:
        """Report text that is taken for the address of a link that is not there, and vanishes."""
        if "]:" not in text.value or "```" in text.value:
            return
        found = list(_definitions(text.value))
        uses = (
            Counter(label.strip().casefold() for label in _LABEL.findall(text.value))
            if found
            else Counter()
        )
        uses.subtract(label.casefold() for _, label, _ in found)
        for line, label, target in found[:_MOST_IN_TEXT]:
            if uses[label.casefold()] < 1:
                help = "a line that begins with `[…]:` gives the address of a link: put a space before the colon"
                self.report(
                    "link",
                    f"`[{label}]` is no link in this text, so that nothing of this line is shown",
                    self.within(text, line.strip()),
                    help,
                )
            elif (
                "![" in text.value
                and target.lower().endswith(PICTURE_ENDINGS)
                and target not in self.pictures
            ):
                help = (
                    did_you_mean(target, self.pictures)
                    or "list it in media/media.yaml with its alt text, origin and licence"
                )
                self.report(
                    "unknown-picture",
                    f"the picture `{target}` is not in media/media.yaml",
                    self.within(text, target),
                    help,
                )

    def quotations(self, text: Node) -> None:
        """Report quotations in quotations in quotations."""
        if _DEEP.search(text.value):
            self.report(
                "nesting",
                "quotations are nested more than 100 levels deep",
                text.at,
                "one `>` at the beginning of a line makes a quotation",
            )

    def within(self, node: Node, snippet: str) -> Location:
        """Where a piece of a text stands in the file; the whole text where it cannot be found as written."""
        line, column, end_line, _ = node.mark.span
        for number, text in enumerate(lines_in(self.texts[node.file])[line - 1 : end_line], line):
            start = text.find(snippet, column - 1 if number == line else 0) if snippet else -1
            if start >= 0:
                return Location(node.file, number, start + 1, number, start + 1 + len(snippet))
        return node.at

    def basic_card(self, node: Node, common: dict[str, Any]) -> Card:
        return BasicCard(prompt=node.value["prompt"], answer=node.value["answer"], **common)

    def reversed_card(self, node: Node, common: dict[str, Any]) -> Card:
        prompt, answer = node.value["prompt"], node.value["answer"]
        reverse = node.value.get("reverse", {})
        return ReversedCard(
            prompt=prompt,
            answer=answer,
            reverse_prompt=reverse.get("prompt", answer),
            reverse_answer=reverse.get("answer", prompt),
            **common,
        )

    def cloze_card(self, node: Node, common: dict[str, Any]) -> Card:
        text, problems = cloze.to_anki(node.value["text"])
        for problem in problems[:MAX_GAP_PROBLEMS]:
            self.report(
                "cloze", problem.message, self.within(node["text"], problem.snippet), problem.help
            )
        return ClozeCard(text=text, **common)

    def typed_card(self, node: Node, common: dict[str, Any]) -> Card:
        return TypedCard(
            prompt=node.value["prompt"],
            answer=node.value["answer"],
            accept=tuple(node.value.get("accept", ())),
            **common,
        )

    def choice_card(self, node: Node, common: dict[str, Any]) -> Card:
        options = tuple(
            Option(each["text"], each.get("right", False), each.get("why", ""))
            for each in node.value["options"]
        )
        if len({option.right for option in options}) == 1:
            lacks = "wrong" if options[0].right else "right"
            help = (
                "add an option that does not fit, with its reason"
                if lacks == "wrong"
                else "write `right: true` under the right one"
            )
            self.report("choice", f"no option is {lacks}", node.key_at("options"), help)
        if len({" ".join(option.text.split()) for option in options}) < len(options):
            self.one_text_each(node["options"][place]["text"] for place in range(len(options)))
        return ChoiceCard(question=node.value["question"], options=options, **common)

    def one_text_each(self, texts: Iterable[Node]) -> None:
        """Report an option that says what another one says: a learner could not tell which of them is right."""
        first: dict[str, Node] = {}
        for text in texts:
            known = first.setdefault(" ".join(text.value.split()), text)
            if known is not text:
                self.report(
                    "choice",
                    "two options say the same",
                    text.at,
                    f"the first one is at {known.at}; write another option, or delete one of the two",
                )

    def vignette_card(self, node: Node, common: dict[str, Any]) -> Card | None:
        chosen = self.known(
            "unknown-option-set",
            node["options"],
            self.option_sets,
            "the option sets of course.yaml",
        )
        if chosen is None:
            return None
        where = f"the option set `{chosen.id}`"
        miss = node["near_miss"]
        self.known("unknown-option", node["answer"], chosen.options, where)
        self.known("unknown-option", miss["option"], chosen.options, where)
        answer = node.value["answer"]
        if miss.value["option"] == answer:
            self.report(
                "vignette",
                "the near miss is the answer itself",
                miss["option"].at,
                "name the option that a learner would most easily take for it",
            )
        reasons = {miss.value["option"]: miss.value["why"]}
        options = tuple(
            Option(text, name == answer, reasons.get(name, ""))
            for name, text in chosen.options.items()
        )
        return VignetteCard(
            question=node.value.get("question", chosen.question),
            options=options,
            scenario=node.value["scenario"],
            cue=node.value["cue"],
            option_set=chosen.id,
            answer=answer,
            **common,
        )

    def sequence_card(self, node: Node, common: dict[str, Any]) -> Card:
        return SequenceCard(
            prompt=node.value["prompt"],
            steps=tuple(node.value["steps"]),
            whole=node.value.get("whole", False),
            **common,
        )

    def occlusion_card(self, node: Node, common: dict[str, Any]) -> Card | None:
        picture = self.known("unknown-picture", node["picture"], self.pictures, "media/media.yaml")
        if picture is None:
            return None
        found = [
            (entry, region)
            for entry in node["regions"].items()
            if (region := self.region(entry, node, picture))
        ]
        self.regions_apart(found, node)
        regions = tuple(region for _, region in found)
        hide_all = node.value.get("hide", "all") == "all"
        return OcclusionCard(
            prompt=node.value["prompt"],
            picture=picture,
            regions=regions,
            hide_all=hide_all,
            **common,
        )

    def regions_apart(self, regions: list[tuple[Node, Region]], card: Node) -> None:
        """Report regions that lie where others do, and those that were written as parts of 1 and lie in a corner, all together."""
        numbers = [
            [entry.value.get(key, 100) for key in ("left", "top", "width", "height")]
            for entry, _ in regions
        ]
        if (
            numbers
            and card.value.get("unit", "percent") == "percent"
            and max(map(max, numbers)) <= 1
        ):
            message = "the regions of this card lie in one hundredth of the picture, in its corner"
            self.report(
                "region",
                message,
                card.key_at("regions"),
                "their numbers are percent of the picture: write 20 for 0.2",
            )
            return
        first: dict[tuple[float, ...], Node] = {}
        for entry, region in regions:
            known = first.setdefault((region.left, region.top, region.width, region.height), entry)
            if known is not entry:
                help = f"the first one is at {known.start}; give this one its own place, or delete one of the two"
                self.report(
                    "region",
                    f"the region `{region.name}` lies where another one does",
                    entry.start,
                    help,
                )

    def region(self, entry: Node, card: Node, picture: Picture) -> Region | None:
        """A region in percent of its picture, whichever way it was written; None and a diagnostic where it cannot be told."""
        written = entry.value
        in_percent = "element" not in written and card.value.get("unit", "percent") == "percent"
        whole = Box(0, 0, 100, 100) if in_percent else frame(picture.content, picture.file)
        if whole is None:
            help = "save it again with an image editor, or write the regions in percent"
            self.report(
                "region", f"`{picture.file}` does not say how large it is", entry.start, help
            )
            return None
        if "element" in written:
            found = self.known(
                "unknown-element",
                entry["element"],
                svg_boxes(picture.content),
                f"`{picture.file}` as a rect, circle, ellipse or image without transform",
            )
            if found is None:
                return None
            box = Box(
                found.left - whole.left,
                found.top - whole.top,
                found.width,
                found.height,
                found.round,
            )
        else:
            box = Box(written["left"], written["top"], written["width"], written["height"])
        if (
            box.left < 0
            or box.top < 0
            or box.left + box.width > whole.width
            or box.top + box.height > whole.height
        ):
            limits = f"the picture is {whole.width:g} wide and {whole.height:g} high"
            limits = (
                "`left` and `width` together are 100 at most, and so are `top` and `height`"
                if in_percent
                else limits
            )
            self.report(
                "region",
                f"the region `{written['name']}` reaches beyond the picture",
                entry.start,
                limits,
            )
        return Region(
            name=written["name"],
            shape=written.get("shape", "ellipse" if box.round else "rect"),
            left=box.left / whole.width * 100,
            top=box.top / whole.height * 100,
            width=box.width / whole.width * 100,
            height=box.height / whole.height * 100,
        )

    def custom_card(self, node: Node, common: dict[str, Any]) -> Card | None:
        from attachdeck.anki.unsafe_html import dangers, unfit, unsafe_as_text

        own = self.known("unknown-note-type", node["note_type"], self.note_types, "note_types/")
        if own is None:
            return None
        names = {each["name"]: each for each in own.written["fields"]}
        in_tags, as_text = self.ways_to_show(own)
        values = {
            **node.value["fields"],
            "Tags": " ".join(common["tags"]),
            "Type": own.written["name"],
        }
        values |= {
            "Deck": self.deck_names,
            "Subdeck": self.deck_names,
            "Card": " ".join(each["name"] for each in own.written["templates"]),
        }
        for name, forbidden in in_tags:
            if bad := unfit(values.get(name, ""), forbidden):
                place = node["fields"][name].at if name in node["fields"] else node.start
                message = f"a template puts `{name}` inside of a tag, where `{bad}` could begin something else"
                self.report(
                    "unsafe-html",
                    message,
                    place,
                    "write it there without that, or put the field between tags in the template",
                )
        for name, value in node.value["fields"].items():
            at = node["fields"][name]
            if name not in names:
                self.report(
                    "unknown-field",
                    f"the note type `{own.id}` has no field `{name}`",
                    node["fields"].key_at(name),
                    did_you_mean_or_list(name, names),
                )
            for danger in dangers(value) or (unsafe_as_text(value) if name in as_text else ()):
                self.report(
                    "unsafe-html",
                    f"{danger.what} cannot stand on a card",
                    self.within(at, danger.what),
                    _mend(danger.instead),
                )
        for tag in common["tags"]:
            self.harmless(tag, node["tags"])
        return CustomCard(note_type=own.id, fields=dict(node.value["fields"]), **common)

    def ways_to_show(self, own: OwnNoteType) -> tuple[list[tuple[str, str]], set[str]]:
        """Which fields a note type's templates put inside of tags, each with what it then must not hold, and which they show as text."""
        from attachdeck.anki.unsafe_html import fields_in_tags, shown_as_text

        if own.id not in self.shown:
            in_tags = [each for text in own.texts.values() for each in fields_in_tags(text).items()]
            self.shown[own.id] = (
                in_tags,
                {name for text in own.texts.values() for name in shown_as_text(text)},
            )
        return self.shown[own.id]

    def harmless(self, name: str, node: Node) -> None:
        """Report a name or a tag that could run a script: templates show them as they are."""
        from attachdeck.anki.unsafe_html import dangers

        for danger in dangers(name):
            self.report(
                "unsafe-html",
                f"{danger.what} cannot stand on a card",
                node.at,
                _mend(danger.instead),
            )

    def names_shown(self, root: Node, *keys: str) -> str:
        """The names that templates of the course's own show of where a card lies; one that could run a script is reported."""
        names = {key: root[key] for key in keys if key in root}
        for key, name in names.items():
            if self.note_types or key == "full_deck":  # It came with another's cards.
                self.harmless(name.value, name)
        return " ".join(name.value for name in names.values())

    def one_note_type_each(self) -> None:
        """Report an id in Anki that two note types of the course's own have."""
        owners: dict[int, Node] = {}
        for root in (_root(each.document) for each in self.files.note_types.values()):
            at = root.get("id")
            if at and (first := owners.setdefault(at.value, at)) is not at:
                help = f"the first one is at {first.at}, and Anki would take both for one note type: delete the `id` of the one that is new"
                self.report(
                    "duplicate-id", f"`{at.value}` is the id of another note type", at.at, help
                )

    def own_note_type(self, name: str, files: NoteTypeFiles) -> OwnNoteType:
        """A note type of the course's own; its files must be there, and hold nothing that could run a script."""
        from attachdeck.anki.unsafe_html import css_dangers, dangers

        root = _root(files.document)
        templates = [
            entry[side] for entry in root["templates"].items() for side in ("front", "back")
        ]
        for node in (*templates, root["css"]):
            if node.value not in files.texts:
                self.report(
                    "missing-file",
                    f"there is no file `{node.value}` in note_types/{name}/",
                    node.at,
                    did_you_mean_or_list(node.value, files.texts),
                )
        for file, document in files.texts.items():
            for danger in (
                css_dangers(document.text) if file.endswith(".css") else dangers(document.text)
            ):
                self.report(
                    "unsafe-html",
                    f"{danger.what} cannot stand on a card",
                    location_of(document.file, document.text, danger.start),
                    _SAFE,
                )
        for node in (root["name"], *(entry["name"] for entry in root["templates"].items())):
            self.harmless(node.value, node)
        for key in ("fields", "templates"):
            seen: dict[str, Node] = {}
            for entry in root[key].items():
                self.once(entry, "name", seen, "duplicate-name")
        names = {each["name"]: each for each in root.value["fields"]}
        if "sort_field" in root:
            self.known("unknown-field", root["sort_field"], names, "the fields of this note type")
        texts = {file: document.text for file, document in files.texts.items()}
        return OwnNoteType(
            id=name, written=root.value, texts=texts, folder=files.document.file.rpartition("/")[0]
        )

    def practice_card(self, node: Node, common: dict[str, Any]) -> Card:
        return PracticeCard(
            prompt=node.value["prompt"], example=node.value.get("example", ""), **common
        )


def _mend(instead: str) -> str:
    """What an author does about something that cannot stand on a card, where a few signs may stand in its place."""
    return (
        f"write `{instead}` in its place"
        if 0 < len(instead) <= _SHORT and instead.isascii()
        else _SAFE
    )


def _root(document: Document) -> Node:
    """What a document says; it has passed its schema, so it says something."""
    assert document.root is not None  # noqa: S101  # The pipeline stops before decoding a broken document.
    return document.root


def _settings(node: Node) -> dict[str, tuple[str, Location]]:
    """What stands under `lint`: by the rule's name what is said of it, and where."""
    said = node.get("lint")
    return {name: (said.value[name], said.key_at(name)) for name in said.value} if said else {}


def _pictures_in(text: str) -> Iterator[str]:
    """The pictures that a text shows, by the names that it gives them; what stands in code is only text."""
    for match in _IMAGE.finditer(_CODE.sub("", text) if "`" in text else text):
        yield match["markdown"] or match["html"] or ""


def _cells_left_out(paragraph: str) -> int:
    """How many cells Markdown adds to a paragraph that is a table, at most."""
    if not _TABLE.search(paragraph):
        return 0
    bars = [line.count("|") for line in paragraph.strip().split("\n")]
    return max(bars) * len(bars) - sum(bars)


def _cells_lost(lines: list[str]) -> Iterable[tuple[str, str, str]]:
    """The lines of a text with which cells of a table are lost, or the whole table: each with what is wrong and how to mend it."""
    width = 0  # Of the table that goes on.
    before = ""
    for line in lines:
        if not line.strip() or _OTHER_BLOCK.match(line):
            width = 0
        elif width:
            cells = _cells(line)
            if any(each.strip() for each in cells[width:]):
                message = f"this row has {len(cells)} cells, and the head of the table {width}: the surplus is not shown"
                yield (
                    line,
                    message,
                    "give the head and the line below it as many cells; or write `\\|` for a bar that parts none",
                )
        elif (
            "|" in line
            and "|" in before
            and not line.startswith(("    ", "\t"))
            and _TABLES_LINE.fullmatch(line)
        ):
            width = len(_cells(before))
            if width != len(_cells(line)):
                message = f"the head of this table has {width} cells, and the line below it {len(_cells(line))}: it is shown as text"
                yield (
                    line,
                    message,
                    f"write `{'|---' * width}|` below the head"
                    if width <= 12
                    else "give both as many `|`",
                )
                width = 0
        before = line


def _cells(line: str) -> list[str]:
    return _BAR.split(line.strip().removeprefix("|").removesuffix("|"))


def _definitions(text: str) -> Iterable[tuple[str, str, str]]:
    """The lines that give addresses, at the beginning of a paragraph: each with its label and its address."""
    begins = True
    for line in text.split("\n"):
        found = _DEFINITION.fullmatch(line) if begins else None
        if found:
            yield line, found["label"].strip(), found["target"]
        begins = bool(found) or not line.strip()


def _needs_a_look(value: Any) -> bool:
    """Whether a card's or a lesson's texts may hold what `look_through` looks for, its cards excepted; looking at values alone is fast."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, str):
            if (
                "![" in part
                or "<" in part
                or "]:" in part
                or ("|" in part and _TABLE.search(part))
                or (">" in part and _DEEP.search(part))
            ):
                return True
        elif isinstance(part, (dict, list)) and key != "cards" and _needs_a_look(part):
            return True
    return False


def markdown_values(value: Mapping[str, Any]) -> Iterable[str]:
    """The same texts as `markdown_texts` without their places, which is several times as fast."""
    for key, part in value.items():
        if isinstance(part, str):
            if key in _TEXT_KEYS:
                yield part
        elif key in _GROUPS:
            for each in part if isinstance(part, list) else (part,):
                yield from (each,) if isinstance(each, str) else markdown_values(each)


def markdown_texts(node: Node) -> Iterable[Node]:
    """The Markdown texts of a card or a lesson, its cards excepted."""
    for key, value in node.value.items():
        if key in _TEXT_KEYS and isinstance(value, str):
            yield node[key]
        elif key in _GROUPS and not isinstance(value, str):
            parts = node[key].items() if isinstance(value, list) else (node[key],)
            for part in parts:
                yield from (part,) if isinstance(part.value, str) else markdown_texts(part)


def _all_texts(node: Node) -> Iterable[Node]:
    """All that is text in a part of a document, Markdown or not."""
    if isinstance(node.value, str):
        yield node
    elif isinstance(node.value, (dict, list)):
        for key in node.value if isinstance(node.value, dict) else range(len(node.value)):
            yield from _all_texts(node[key])


def _help(value: Mapping[str, Any]) -> Help:
    return Help(
        checked=value["checked"],
        note=value.get("note", ""),
        lines=tuple(HelpLine(each["where"], each["contact"]) for each in value["lines"]),
    )
