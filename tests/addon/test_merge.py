"""Laws of the merge: what the learner wrote stays, and what they left alone is corrected."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from attachdeck.addon.merge import Merged, Side, differing, merge, merge_tags, merge_text
from attachdeck.anki import stamp

texts = st.sampled_from(["", "A", "B", "Caf\u00e9", "Cafe\u0301", "日本"])
fields = st.dictionaries(st.integers(1, 4), texts, max_size=4)
tags = st.lists(st.sampled_from(["a", "A", "b::c", "leech", "own"]), unique=True).map(tuple)


def stamped(old: dict[int, str], tags: tuple[str, ...] = ()) -> stamp.Stamp:
    """Return the stamp of a note that the course wrote so."""
    said = stamp.read(stamp.written(1, stamp.marked(sorted(old.items())), tags))
    assert said
    return said


def merged(old: dict[int, str], mine: dict[int, str], theirs: dict[int, str]) -> Merged:
    return merge(stamped(old), Side(mine, ()), Side(theirs, ()))


@given(fields, fields, fields)
def test_each_field_is_the_learners_or_the_courses_and_no_other(old, mine, theirs):
    result = merged(old, mine, theirs)
    assert result.fields.keys() == mine.keys()
    for field, text in result.fields.items():
        assert text in (mine[field], theirs.get(field))


@given(fields, fields, fields)
def test_what_the_learner_wrote_stays(old, mine, theirs):
    result = merged(old, mine, theirs)
    for field, text in mine.items():
        if stamp.mark(text) != stamp.mark(old.get(field, "")):
            assert result.fields[field] == text


@given(fields, fields)
def test_a_note_that_was_left_alone_becomes_the_courses(old, theirs):
    result = merged(old, dict(old), theirs)
    for field in old.keys() & theirs.keys():
        assert stamp.mark(result.fields[field]) == stamp.mark(theirs[field])
    assert not result.kept


@given(fields, fields, fields)
def test_a_correction_that_does_not_arrive_is_reported(old, mine, theirs):
    result = merged(old, mine, theirs)
    for field in mine.keys() & theirs.keys():
        changed = stamp.mark(theirs[field]) != stamp.mark(old.get(field, ""))
        arrived = stamp.mark(result.fields[field]) == stamp.mark(theirs[field])
        assert (field in result.conflicts) == (changed and not arrived)
    assert set(result.conflicts) <= set(result.kept)
    assert result.kept == differing(stamped(theirs), result.fields, theirs)


@given(fields, fields, fields, tags, tags, tags)
@example({}, {}, {}, ("a",), (), ("A", "a"))
def test_a_second_merge_changes_nothing(old, mine, theirs, had, own, new):
    first = merge(stamped(old, had), Side(mine, own), Side(theirs, new))
    base = stamped(theirs, new)
    again = merge(base, Side(first.fields, first.tags), Side(theirs, new))
    assert (again.fields, again.tags, again.conflicts) == (first.fields, first.tags, ())


@given(tags, tags, tags)
def test_own_tags_stay_removed_ones_stay_away_and_new_ones_arrive(had, mine, theirs):
    result = {tag.casefold() for tag in merge_tags(stamped({}, had), mine, theirs)}
    have = {tag.casefold() for tag in mine}
    assert {tag.casefold() for tag in mine if tag not in had} <= result
    for tag in theirs:
        if tag not in had:
            assert tag.casefold() in result
    ours = {tag.casefold() for tag in theirs}
    for tag in had:
        if tag.casefold() not in have and tag.casefold() in ours and tag in theirs:
            others = {t.casefold() for t in theirs if t not in had}
            assert (tag.casefold() in result) == (tag.casefold() in others)
    assert len(result) == len(merge_tags(stamped({}, had), mine, theirs))


@given(texts, texts, texts)
def test_a_style_that_was_left_alone_is_replaced_and_an_own_one_stays(old, mine, theirs):
    result = merge_text(stamp.mark(old), mine, theirs, newer=True)
    assert result == (theirs if stamp.mark(old) == stamp.mark(mine) else mine)
    assert merge_text(None, mine, theirs, newer=False) == mine
    assert merge_text(None, mine, theirs, newer=True) == theirs
