"""Laws of the gate: which lessons are open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from attachdeck.addon.gate import (
    Lesson,
    Progress,
    is_learned,
    open_lessons,
    requirements,
    to_lock,
)

IDS = ["a", "b", "c", "d", "e"]


@st.composite
def courses(draw: st.DrawFn) -> list[Lesson]:
    """Draw a course in which lessons require earlier ones, or one that it does not have."""
    lessons = []
    for place, id in enumerate(IDS[: draw(st.integers(0, 5))]):
        earlier = st.lists(st.sampled_from([*IDS[:place], "elsewhere"]), unique=True)
        lessons.append(Lesson(id, draw(st.none() | earlier.map(tuple))))
    return lessons


@st.composite
def counts(draw: st.DrawFn) -> Progress:
    cards = draw(st.integers(0, 10))
    begun = draw(st.integers(0, cards))
    return Progress(cards, draw(st.integers(0, begun)), begun)


progress = st.dictionaries(st.sampled_from(IDS), counts())


@given(courses(), progress)
def test_a_learner_can_always_go_on(lessons: list[Lesson], done: dict[str, Progress]):
    """Whoever has learned all that is open has a lesson more, or has all of them."""
    while True:
        is_open = open_lessons(lessons, done)
        if len(is_open) == len(lessons):
            return
        learned = done | {
            id: Progress(count.cards, count.cards, count.cards)
            for id in is_open
            if (count := done.get(id, Progress()))
        }
        assert len(open_lessons(lessons, learned)) > len(is_open)
        done = learned


@given(courses(), progress)
def test_what_is_open_stays_open_when_more_is_learned(
    lessons: list[Lesson], done: dict[str, Progress]
):
    more = {id: Progress(count.cards, count.cards, count.cards) for id, count in done.items()}
    assert set(open_lessons(lessons, done)) <= set(open_lessons(lessons, more))


@given(courses(), progress)
def test_a_lesson_is_open_by_what_it_requires_or_because_it_was_begun(
    lessons: list[Lesson], done: dict[str, Progress]
):
    is_open = open_lessons(lessons, done)
    known = [lesson.id for lesson in lessons]
    for place, lesson in enumerate(lessons):
        waits = [
            id
            for id in requirements(lessons, place)
            if id in known and not is_learned(done.get(id, Progress()))
        ]
        begun = done.get(lesson.id, Progress()).begun
        assert (lesson.id in is_open) == (not waits or begun > 0)


@given(courses(), progress, st.sets(st.sampled_from(IDS)))
def test_nothing_that_was_begun_or_opened_by_hand_is_locked(
    lessons: list[Lesson], done: dict[str, Progress], by_hand: set[str]
):
    locked = set(to_lock(lessons, done, by_hand))
    assert not locked & by_hand
    assert not {id for id in locked if done.get(id, Progress()).begun}
    assert locked | set(open_lessons(lessons, done)) | by_hand >= {x.id for x in lessons}


def test_four_cards_of_five_are_enough():
    lessons = [Lesson("a"), Lesson("b")]
    assert open_lessons(lessons, {"a": Progress(5, 3, 5)}) == ("a",)
    assert open_lessons(lessons, {"a": Progress(5, 4, 5)}) == ("a", "b")
