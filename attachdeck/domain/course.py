"""The domain: what a course is made of, whatever file it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from attachdeck.domain.location import Location


class Place(Protocol):
    """Something that knows where it begins, and looks that up when it is asked, as it takes
    time."""

    @property
    def start(self) -> Location:
        """Return where it begins."""


class Placed:
    """Something that an author wrote in a file."""

    __slots__ = ()

    place: Place

    @property
    def at(self) -> Location:
        """Return where it was written."""
        return self.place.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Placed):
    """A work that cards cite."""

    key: str
    authors: str
    title: str
    year: int | None = None
    container: str = ""
    volume_pages: str = ""
    doi: str = ""
    url: str = ""
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """A source, and where in it."""

    source: Source
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Placed):
    """A picture of the course: its bytes, and what media.yaml states about it."""

    file: str
    alt: str
    origin: str
    licence: str
    content: bytes = field(repr=False)
    night: Picture | None = None
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound(Placed):
    """A sound or a film of the course, with what must be known of it and its bytes.

    `transcript` is what is said or heard in it; empty where nobody has written it down.
    """

    file: str
    transcript: str
    origin: str
    licence: str
    content: bytes = field(repr=False)
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Objective(Placed):
    """What a learner can do after a lesson.

    `level` is one of `LEVELS` or empty; `requires` are the ids of other objectives. `is_mixed` says
    that its lesson draws cards of others for it.
    """

    id: str
    text: str
    place: Place = field(compare=False, repr=False)
    level: str = ""
    requires: tuple[str, ...] = ()
    is_mixed: bool = False


LEVELS = ("remember", "understand", "apply", "analyse", "evaluate", "create")
"""What an objective may ask of a learner: Bloom's taxonomy as revised in 2001, lowest first."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice: its text, whether it is right, and the reason (empty where none is
    given). `near` is the wrong one of a scene that comes nearest."""

    text: str
    right: bool
    why: str = ""
    near: bool = False


@dataclass(frozen=True, slots=True)
class OptionSet:
    """A question and its options by name, shared by the vignettes of a course."""

    id: str
    question: str
    options: dict[str, str]


@dataclass(frozen=True, slots=True)
class Region(Placed):
    """A part of a picture that an occlusion card hides; lengths in percent of the picture's width
    or height."""

    name: str
    shape: str
    left: float
    top: float
    width: float
    height: float
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card(Placed):
    """One thing that a learner should be able to recall; compiles to exactly one note. `written` is
    what its author wrote, key by key.

    `variants` are further wordings of it: whole cards with the same id, of which each says only in
    part something else. `wording` counts them from 1; it is 0 for the card itself.
    """

    kind: ClassVar[str]

    id: str
    place: Place = field(compare=False, repr=False)
    why: str = ""
    confusion: str = ""
    hint: str = ""
    front_audio: Sound | None = None
    back_audio: Sound | None = None
    sources: tuple[Citation, ...] = ()
    tags: tuple[str, ...] = ()
    objective: Objective | None = None
    content_note: str = ""
    article: tuple[str, ...] = ()
    retired_because: str = ""
    formerly: str = ""
    variants: tuple[Card, ...] = ()
    wording: int = 0
    silenced: dict[str, tuple[str, Location]] = field(
        default_factory=dict, compare=False, repr=False
    )
    written: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicCard(Card):
    """A prompt and its answer."""

    kind = "basic"
    prompt: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversedCard(BasicCard):
    """A prompt and its answer, asked both ways."""

    kind = "reversed"
    reverse_prompt: str
    reverse_answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClozeCard(Card):
    """A statement with gaps, in Anki's notation."""

    kind = "cloze"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCard(BasicCard):
    """A prompt whose answer the learner types; the answer is plain text."""

    kind = "typed"
    accept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceCard(Card):
    """A question with options."""

    kind = "choice"
    question: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VignetteCard(ChoiceCard):
    """A scene, and a question about it whose options a set gives."""

    kind = "vignette"
    scenario: str
    cue: str
    option_set: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceCard(Card):
    """Ordered steps."""

    kind = "sequence"
    prompt: str
    steps: tuple[str, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OcclusionCard(Card):
    """A picture with hidden regions."""

    kind = "occlusion"
    prompt: str
    picture: Picture
    regions: tuple[Region, ...]
    hide_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeCard(Card):
    """Something to do, with no right answer."""

    kind = "practice"
    prompt: str
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProduceCard(Card):
    """A moment, and what to write about it in one's own words; a model answer to compare with, and
    the standard that it meets. Nothing is compared or graded."""

    kind = "produce"
    scenario: str = ""
    prompt: str
    answer: str
    standard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCard(Card):
    """A text to look up, without a question: the course's notice, or its help lines."""

    kind = "reference"
    prompt: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCard(ReferenceCard):
    """A section of a lesson's reading; `part` says which of how many, in the course's language."""

    kind = "reading"
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomCard(Card):
    """A note of one of the course's own note types, its fields as HTML."""

    kind = "custom"
    note_type: str
    fields: Mapping[str, str]


KINDS_OF_CARD = frozenset(
    card.kind
    for card in (
        BasicCard,
        ReversedCard,
        ClozeCard,
        TypedCard,
        ChoiceCard,
        VignetteCard,
        SequenceCard,
        OcclusionCard,
        PracticeCard,
        ProduceCard,
    )
)
"""The kinds that an author writes from scratch; reference cards are made from course.yaml, and
custom ones belong to note types of the course's own."""


APPLYING_KINDS = frozenset((VignetteCard.kind, PracticeCard.kind, ProduceCard.kind))
"""The kinds of card in which a learner applies what an objective is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNoteType(Placed):
    """A note type of the course's own: what its `note_type.yaml` says, and the texts of its
    templates and style by file."""

    id: str
    written: Mapping[str, Any]
    texts: Mapping[str, str]
    folder: str = field(compare=False, repr=False)
    place: Place = field(default=Location("note_type.yaml"), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Placed):
    """A section of a lesson's reading, which becomes one reading card with this id.

    A reading that was written as one text is one section without a title.
    """

    id: str
    title: str
    text: str
    formerly: str = ""
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """What a lesson of mixed review draws from earlier lessons: the cards of objectives (by their
    ids), and those with tags."""

    objectives: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def all_tags(self) -> tuple[str, ...]:
        """Return the tags by which Anki finds the cards, those of the objectives among them."""
        return (*(f"objective::{name}" for name in self.objectives), *self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson(Placed):
    """One lesson: its number gives the reading order, its id is its identity. `full_deck` is the
    deck's whole name where it is not under the course's. `requires` are the ids of the lessons that
    it builds on."""

    id: str
    number: int
    title: str
    deck: str
    full_deck: str = ""
    summary: str
    objectives: tuple[Objective, ...]
    cards: tuple[Card, ...]
    option_sets: dict[str, OptionSet] = field(default_factory=dict)
    content_note: str = ""
    requires: tuple[str, ...] = ()
    mixed: Mixed | None = None
    reading: tuple[Section, ...] = ()
    place: Place = field(compare=False, repr=False)

    @property
    def reading_text(self) -> str:
        """Return the Markdown of all sections of the reading."""
        return "\n\n".join(section.text for section in self.reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenScene(Placed):
    """A scene of a test: one question with the options of a set, one of them right."""

    id: str
    scenario: str
    question: str
    options: tuple[Option, ...]
    why: str = ""
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTest:
    """A set of scenes that are no cards; `id` is `baseline` or `final`."""

    id: str
    title: str
    intro: str
    scenes: tuple[UnseenScene, ...]


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Where to find help in one part of the world."""

    where: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """The help lines of a course, and the day on which somebody last checked them."""

    checked: str
    lines: tuple[HelpLine, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeStudy:
    """Deck options of practice cards: the longest interval in days, and the share to recall.

    The share, in percent, counts with FSRS only. Anki takes it over with the deck, the interval
    only with the deck options.
    """

    maximum_interval: int = 14
    desired_retention: int = 97


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Gentle deck options: cards a day, with FSRS the share of cards to recall, in percent.

    `reading_cards` says whether the readings become cards, `autoplay` whether Anki plays sounds by
    itself.
    """

    new_cards_a_day: int = 8
    reviews_a_day: int = 200
    bury_siblings: bool = True
    desired_retention: int = 90
    reading_cards: bool = True
    autoplay: bool = False
    practice: PracticeStudy = field(default_factory=PracticeStudy)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonsOpen:
    """When lessons open in the add-on: `when` is `learned` or `always`.

    A card is learned from an interval of so many days on, and a lesson when so many percent of its
    cards are.
    """

    when: str = "learned"
    cards: int = 80
    days: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(Placed):
    """A whole course, or what it is beside its lessons. `place` is that of course.yaml."""

    id: str
    title: str
    version: str
    language: str
    licence: str
    deck: str
    description: str
    lessons: tuple[Lesson, ...]
    licence_url: str = ""
    authors: tuple[str, ...] = ()
    homepage: str = ""
    report: str = ""
    practice_deck: str = "Practice"
    notice: str = ""
    help: Help | None = None
    study: Study = field(default_factory=Study)
    lessons_open: LessonsOpen = field(default_factory=LessonsOpen)
    speech: str = ""
    lint: dict[str, tuple[str, Location]] = field(default_factory=dict, compare=False, repr=False)
    theme: str = "calm"
    accent: str = "#0a5361"
    accent_night: str = "#8ad6e0"
    option_sets: dict[str, OptionSet] = field(default_factory=dict)
    tests: tuple[CourseTest, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)
    sounds: dict[str, Sound] = field(default_factory=dict)
    note_types: dict[str, OwnNoteType] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    place: Place = field(default=Location("course.yaml"), compare=False, repr=False)

    def cards(self) -> Iterator[Card]:
        """Yield every card, in the author's order."""
        for lesson in self.lessons:
            yield from lesson.cards

    def wordings(self) -> Iterator[Card]:
        """Yield every card, each followed by its variants."""
        for card in self.cards():
            yield card
            yield from card.variants
