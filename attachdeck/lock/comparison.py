"""The differences between two releases that learners would notice, and the version they need."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import IntEnum
from typing import Any

_PLACE = "Place"
"""The field that says which section of its reading a card is."""
_PLUMBING = ("::lesson::", "::changed::")
_RETIRED = "::retired"
_STEERING = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_GAP = re.compile(r"\{\{c[0-9,]+::((?:(?!::|\}\}).)*)(?:::(?:(?!\}\}).)*)?\}\}", re.DOTALL)
_MOST_WORDS, _MOST_PAIRS = 2_000, 10_000
"""Maximum number of words that are compared word by word, and of pairs of the same word.

difflib's time grows with their product.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A card as a learner gets it: its texts by field, tags, note type and lesson.

    `texts` are None where only a hash is known. `places` are those of its cards in Anki, `changed`
    is the second (since 1970) of its last change; none and 0 where that is not known. `files` is a
    hash of the files that it shows under names of their own, and None where that is not known.
    """

    content: str
    note_type: str
    texts: Mapping[str, str] | None = None
    tags: frozenset[str] = frozenset()
    lesson: str = ""
    retired: bool = False
    places: tuple[int, ...] = ()
    changed: int = 0
    files: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One release: its cards by id, note types, deck names by what they hold, and media.

    A note type has a hash of its layout, and one of all. `guids` names cards by their GUIDs, by
    which Anki knows them whatever an author calls them; a note without such a name, of somebody
    else's package, is named by its GUID. `note_type_ids` gives note types' ids in Anki. `tests` and
    `structure` are what a course says beside its cards, and None where only a deck is known.
    """

    cards: Mapping[str, CardView]
    course: str = ""
    version: str = ""
    note_types: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    decks: Mapping[str, str] = field(default_factory=dict)
    media: frozenset[str] | None = None
    guids: Mapping[str, str] = field(default_factory=dict)
    note_type_ids: Mapping[str, int] = field(default_factory=dict)
    tests: Mapping[str, str] | None = None
    structure: Mapping[str, str] | None = None

    def named_like(self, other: Snapshot) -> Snapshot:
        """Return this release with the other's names for cards and note types.

        An author may have renamed a card, and in a package of others it has only a GUID.
        """
        known = {number: key for key, number in other.note_type_ids.items()}
        types = {key: known.get(number, key) for key, number in self.note_type_ids.items()}
        mine = {key: guid for guid, key in self.guids.items()}
        names = {key: other.guids.get(mine.get(key, key), key) for key in self.cards}
        cards = {
            names[key]: replace(card, note_type=types.get(card.note_type, card.note_type))
            for key, card in self.cards.items()
        }
        guids = {guid: names.get(key, key) for guid, key in self.guids.items()}
        note_types = {types.get(key, key): hashes for key, hashes in self.note_types.items()}
        return replace(
            self,
            cards=cards,
            guids=guids,
            note_types=note_types,
            note_type_ids={types[key]: number for key, number in self.note_type_ids.items()},
        )


Pair = tuple[CardView, CardView]
"""A card before and after."""


class Bump(IntEnum):
    """Which part of a version number must rise."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True, slots=True)
class Rewording:
    """A field's text before and after."""

    field: str
    before: str
    after: str

    def words(self) -> Iterator[tuple[str, str]]:
        """Yield runs of words that stayed (`=`), went (`-`) or came (`+`), in order."""
        before, after = self.before.split(), self.after.split()
        if _are_many(before, after):
            first = _shared(before, after)
            last = _shared(before[first:][::-1], after[first:][::-1])
            runs = (
                before[:first],
                before[first : len(before) - last],
                after[first : len(after) - last],
                before[len(before) - last :],
            )
            yield from (
                (verb, " ".join(run)) for verb, run in zip("=-+=", runs, strict=True) if run
            )
            return
        for verb, a, b, c, d in difflib.SequenceMatcher(
            None, before, after, autojunk=False
        ).get_opcodes():
            if verb == "equal":
                yield "=", " ".join(before[a:b])
                continue
            if b > a:
                yield "-", " ".join(before[a:b])
            if d > c:
                yield "+", " ".join(after[c:d])


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The differences between two releases.

    `acts` are the changes after which a learner must do something, in words; `questions` are the
    first texts of all cards, where they are known; `withheld` are the
    cards whose change would not arrive, because by its time it is not newer than what learners
    have; `renewed` are those that only have a newer time, so that an import would overwrite
    learners' own edits for nothing. `tests` are on the website and on paper; `structure` is what
    lessons and objectives require and mix, and the levels of objectives.
    """

    added: Mapping[str, CardView] = field(default_factory=dict)
    reworded: Mapping[str, tuple[Rewording, ...]] = field(default_factory=dict)
    moved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    retagged: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    retired: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    restyled: tuple[str, ...] = ()
    media: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    acts: tuple[str, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)
    withheld: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    tests: tuple[Rewording, ...] = ()
    structure: tuple[Rewording, ...] = ()

    @property
    def renumbered(self) -> tuple[str, ...]:
        """Return the reading cards of which nothing changed but their place in the reading."""
        return tuple(
            key
            for key, rewordings in self.reworded.items()
            if [rewording.field for rewording in rewordings] == [_PLACE]
        )

    @property
    def bump(self) -> Bump:
        """Return the part of the version number that must rise.

        It is major where learners must act, minor for new cards, patch for anything else.
        """
        if self.acts:
            return Bump.MAJOR
        if self.added:
            return Bump.MINOR
        cards = (self.reworded, self.moved, self.retagged, self.retired)
        others = (self.restyled, *self.media, self.tests)
        return Bump.PATCH if any((*cards, *others)) else Bump.NONE


def compare(old: Snapshot, new: Snapshot) -> Changes:
    """Return the differences between two releases, ready to be shown.

    Texts are compared as they are, and made `printable` afterwards.
    """
    old = old.named_like(new)
    new = new.named_like(old)
    both = [key for key in new.cards if key in old.cards]
    pairs = {key: (old.cards[key], new.cards[key]) for key in both}
    changes = Changes(
        added={key: card for key, card in new.cards.items() if key not in old.cards},
        removed=tuple(_removed(old, new)),
        restyled=tuple(
            key
            for key, hashes in new.note_types.items()
            if key in old.note_types and old.note_types[key] != hashes
        ),
        media=_media(old.media, new.media),
        acts=tuple(_acts(old, new)),
        questions={key: _question(card) for key, card in {**old.cards, **new.cards}.items()},
        tests=_differences(old.tests, new.tests),
        structure=_differences(old.structure, new.structure),
    )
    shown: Changes = printable(_with_changed_cards(changes, pairs))
    return shown


def _question(card: CardView) -> str:
    """Return the first text of a card, with its gaps in brackets; empty where it is not known."""
    return with_brackets(next(iter((card.texts or {}).values()), ""))


def with_brackets(text: str) -> str:
    """Return a text with each of Anki's gaps as its words in brackets."""
    return _GAP.sub(r"[\1]", text)


def _with_changed_cards(changes: Changes, pairs: Mapping[str, Pair]) -> Changes:
    """Return changes with those of the cards that both releases have."""
    retired = [key for key, (before, after) in pairs.items() if after.retired > before.retired]
    staying = {key: pair for key, pair in pairs.items() if key not in retired}
    # Of a lock only hashes are known: no texts, tags or places.
    seen = {
        key: (before, after)
        for key, (before, after) in staying.items()
        if before.texts is not None and after.texts is not None
    }
    reworded = {key: _reworded(*pair) for key, pair in staying.items() if _text_differs(*pair)}
    retagged = {key: tags for key, pair in seen.items() if any(tags := _retagged(*pair))}
    changed = (*reworded, *retagged.keys() - reworded, *retired)
    return replace(
        changes,
        reworded=reworded,
        retagged=retagged,
        retired=tuple(retired),
        moved={
            key: (before.lesson, after.lesson)
            for key, (before, after) in seen.items()
            if before.lesson != after.lesson
        },
        withheld=tuple(
            key for key in changed if 0 < pairs[key][1].changed <= pairs[key][0].changed
        ),
        renewed=tuple(
            key
            for key, pair in pairs.items()
            if key not in reworded and key not in retagged and _is_only_newer(*pair)
        ),
    )


def _is_only_newer(before: CardView, after: CardView) -> bool:
    """Return whether a card has a newer time and is otherwise the same.

    A package does not say which files a custom card shows; of all other cards their names do.
    """
    files = {before.files, after.files} - {None}
    same = before.content == after.content and before.retired == after.retired
    return same and len(files) < 2 and 0 < before.changed < after.changed


def printable(value: Any) -> Any:
    """Return a value without characters that control a terminal or the direction of text.

    Every text in it may be a stranger's.
    """
    if isinstance(value, str):
        return _STEERING.sub("\ufffd", value)
    if isinstance(value, tuple | frozenset):
        return type(value)(map(printable, value))
    if isinstance(value, Mapping):
        return {printable(key): printable(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{part.name: printable(getattr(value, part.name)) for part in fields(value)}
        )
    return value


def next_version(version: str, bump: Bump) -> str:
    """Return the lowest version number that fits a change since `version` (three numbers)."""
    parts = [int(part) for part in version.split(".")]
    if bump is not Bump.NONE:
        place = Bump.MAJOR - bump
        parts = [*parts[:place], parts[place] + 1, *[0] * (2 - place)]
    return ".".join(str(part) for part in parts)


def _are_many(before: list[str], after: list[str]) -> bool:
    counts_before, counts_after = Counter(before), Counter(after)
    return (
        len(before) + len(after) > _MOST_WORDS
        or sum(count * counts_after[word] for word, count in counts_before.items()) > _MOST_PAIRS
    )


def _shared(before: list[str], after: list[str]) -> int:
    """Return the number of words at the beginning that both share."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(before), len(after)))


def _text_differs(before: CardView, after: CardView) -> bool:
    if before.texts is None or after.texts is None:
        return before.content != after.content
    return before.texts != after.texts


def _reworded(before: CardView, after: CardView) -> tuple[Rewording, ...]:
    """Return each field whose text differs; nothing where only hashes are known."""
    return _differences(before.texts, after.texts)


def _differences(
    before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> tuple[Rewording, ...]:
    """Return each named text that differs; nothing where the texts of one side are not known."""
    if before is None or after is None:
        return ()
    names = dict.fromkeys((*before, *after))
    texts = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(Rewording(name, old, new) for name, old, new in texts if old != new)


def _retagged(before: CardView, after: CardView) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return tags that came and tags that went, but not those for lesson, change and retirement."""
    old, new = (
        {
            tag
            for tag in card.tags
            if not any(part in tag for part in _PLUMBING) and not tag.endswith(_RETIRED)
        }
        for card in (before, after)
    )
    return tuple(sorted(new - old)), tuple(sorted(old - new))


def _media(
    old: frozenset[str] | None, new: frozenset[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return media that came and media that went; none if a release is known from its lock only."""
    if old is None or new is None:
        return (), ()
    return tuple(sorted(new - old)), tuple(sorted(old - new))


def _acts(old: Snapshot, new: Snapshot) -> Iterator[str]:
    if old.course and new.course and old.course != new.course:
        yield (
            f"the course's id was `{old.course}` and is now `{new.course}`: "
            "learners get every card as a new card"
        )
    for key, name in new.decks.items():
        if old.decks.get(key, name) != name:
            yield (
                f"the deck `{old.decks[key]}` is now called `{name}`: "
                "learners' cards stay in the old deck"
            )
    for key, (layout, _) in new.note_types.items():
        if key in old.note_types and old.note_types[key][0] != layout:
            yield (
                f"the layout of the note type `{key}` has changed: "
                "Anki copies it and never updates the old notes"
            )
    for key, card in new.cards.items():
        if key in old.cards and old.cards[key].note_type != card.note_type:
            yield f"the card `{key}` has a different note type: Anki never updates it again"
        elif (
            key in old.cards
            and card.places
            and (lost := len(set(old.cards[key].places) - set(card.places)))
        ):
            yield (
                f"the card `{key}` has lost {lost} of its {len(old.cards[key].places)} cards in "
                "Anki: learners keep them as empty cards until they choose Tools → Empty Cards"
            )
    for key in _removed(old, new):
        yield f"the card `{key}` is missing: learners keep it without further corrections"


def _removed(old: Snapshot, new: Snapshot) -> Iterator[str]:
    """Yield the cards that are gone. A retired one is left out of packages once learners know."""
    return (key for key, card in old.cards.items() if key not in new.cards and not card.retired)
