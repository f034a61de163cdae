"""The lock: times move only when content does, nothing is torn, and what would harm a learner is
refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from attachdeck import pipeline
from attachdeck.cli import main
from attachdeck.lock.file import lock_text, read_lock, write_lock
from attachdeck.lock.ids import LOWEST_DECK_ID
from attachdeck.lock.records import CardRecord, DeckRecord, Lock, NoteTypeRecord, Release
from attachdeck.reader import read_text
from support.commands import run
from support.courses import CLOZE, COURSE_YAML, LESSON_HEAD, ONE, ROOT, TWO, Author, write_course


def test_only_what_changed_gets_a_new_time(author: Author):
    before = author.release()
    after = author.release(ONE.replace("answer: A", "answer: Better") + TWO)
    assert after.cards["one"].changed == author.now
    assert after.cards["two"] == before.cards["two"]
    assert after.note_types == before.note_types


def test_a_build_without_changes_writes_the_same_deck_and_touches_nothing(author: Author):
    author.built()
    deck, lock = author.deck.read_bytes(), (author.course / "course.lock").stat().st_mtime_ns
    author.built()
    assert (author.deck.read_bytes(), (author.course / "course.lock").stat().st_mtime_ns) == (
        deck,
        lock,
    )


def test_what_does_not_reach_the_card_moves_no_time(author: Author):
    before = author.release()
    reordered = "# A remark.\n" + TWO + ONE.replace("answer: A", 'answer: "A"')
    assert author.release(reordered).cards == before.cards


def test_a_time_moves_forward_even_when_the_clock_goes_back(author: Author):
    before = author.release()
    author.now -= 1_000_000
    after = author.release(ONE.replace("answer: A", "answer: Better") + TWO)
    assert after.cards["one"].changed == before.cards["one"].changed + 1


def test_a_tag_says_in_which_version_a_card_last_changed(author: Author):
    author.release()
    newer = COURSE_YAML.replace("version: 1.0.0", "version: 1.3.2")
    author.release(ONE + TWO.replace("answer: B", "answer: Better"), **{"course.yaml": newer})
    tags = {
        note.fields[0]: [tag for tag in note.tags if "changed" in tag]
        for note in pipeline.compiled(pipeline.check(author.course), 0).deck.notes
    }
    assert tags == {"First?": ["tiny::changed::1.0"], "Second?": ["tiny::changed::1.3"]}


def test_build_says_what_changed(author: Author):
    assert "lock    2 new (one, two), 7 note types, 2 decks" in author.build().stdout.replace(
        "7 note types (basic, choice, cloze, occlusion, practice, reference, sequence)",
        "7 note types",
    ).replace("2 decks (Tiny, Tiny::01 First)", "2 decks")
    assert "lock    no changes" in author.build().stdout
    assert "lock    1 changed (one)" in author.build(ONE.replace("First?", "1st?") + TWO).stdout
    gone = author.build(TWO.replace("id: two", "id: three")).stdout
    assert "lock    1 new (three), 2 gone before any release (one, two)\n" in gone
    author.release()
    retired = TWO.replace("}", ", status: retired, retired_because: Wrong.}")
    assert "lock    1 retired (two)" in author.build(ONE + retired).stdout


def test_a_lock_from_the_future_is_told(author: Author):
    assert "in the future" not in author.build().stdout
    author.now = 4_000_000_000
    assert (
        "lock    1 changed (one); its latest time, 2096-10-02, is in the future"
        in author.build(ONE.replace("First?", "1st?") + TWO).stdout
    )


def test_locked_fails_where_the_lock_is_not_up_to_date(author: Author):
    missing = author.build(ONE + TWO, "--locked")
    assert missing.exit_code == 1
    assert "course.lock is missing" in missing.stderr
    assert not author.deck.exists()
    author.release()
    author.release(ONE + TWO, "--locked")
    stale = author.build(ONE + TWO.replace("answer: B", "answer: C"), "--locked")
    assert stale.exit_code == 1
    assert "1 changed (two)" in stale.stderr


def test_a_read_only_course_is_built_without_writing(
    author: Author, monkeypatch: pytest.MonkeyPatch
):
    def read_only(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pipeline, "write_lock", read_only)
    result = author.build()
    assert result.exit_code == 0
    assert "lock    not written (Permission denied)" in result.stdout
    assert not (author.course / "course.lock").exists()


def test_an_installed_course_is_never_written_to(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from attachdeck.layers import courses

    author.release()
    before = (author.course / "course.lock").read_bytes()
    write_course(author.course, cards=ONE.replace("First?", "Otherwise?") + TWO)
    monkeypatch.setattr(courses, "installed", lambda: {"attachment": author.course})
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    result = CliRunner().invoke(main, ["build", "attachment"])
    assert result.exit_code == 0
    assert "lock    out of date, and unchanged" in result.stdout
    assert (author.course / "course.lock").read_bytes() == before


def test_a_failing_write_leaves_the_old_lock(author: Author, monkeypatch: pytest.MonkeyPatch):
    author.release()
    path = author.course / "course.lock"
    before = path.read_bytes()

    def torn(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", torn)
    with pytest.raises(KeyboardInterrupt):
        write_lock(Lock("tiny"), path)
    assert path.read_bytes() == before
    assert [path.name for path in author.course.iterdir() if path.name.startswith(".")] == []


def test_a_renamed_card_keeps_its_guid_when_formerly_is_dropped_later(author: Author):
    before = author.release()
    renamed = TWO.replace("id: two", "id: zwei")
    author.release(ONE + renamed.replace("}", ", formerly: two}"))
    after = author.release(ONE + renamed)
    assert after.cards["zwei"].guid == before.cards["two"].guid


def test_a_merged_lock_may_know_a_card_by_both_of_its_names(author: Author):
    """One branch renamed the card, the other changed it: the merge keeps both lines."""
    before = author.release()
    path = author.course / "course.lock"
    renamed = TWO.replace("id: two", "id: zwei").replace("}", ", formerly: two}")
    author.release(ONE + renamed)
    line = next(line for line in lock_text(before).splitlines() if line.startswith('  "two"'))
    path.write_text(
        path.read_text(encoding="utf-8").replace('  "zwei"', f'{line}\n  "zwei"'), encoding="utf-8"
    )
    assert set(author.lock().cards) == {"one", "two", "zwei"}
    assert set(author.release(ONE + renamed).cards) == {"one", "zwei"}


def test_a_retired_card_has_no_cards_in_the_package(author: Author):
    author.release()
    after = author.release(ONE + TWO.replace("}", ", status: retired, retired_because: Wrong.}"))
    assert after.cards["two"].retired
    deck = pipeline.compiled(pipeline.check(author.course), 0).deck
    assert [len(note.cards) for note in deck.notes] == [1, 0]
    assert "tiny::retired" in deck.notes[1].tags


def test_a_vanished_card_is_refused(author: Author):
    author.release()
    refusal = author.refused(ONE)
    assert "error[vanished-card]: the card `two` is missing" in refusal
    assert "restore it with `status: retired`" in refusal
    renamed = author.refused(ONE + TWO.replace("id: two", "id: two-b"))
    assert "if it is now `two-b`, write `formerly: two` there" in renamed


def test_a_renamed_deck_is_refused(author: Author):
    author.release()
    refusal = author.refused(
        ONE + TWO,
        **{
            "lessons/01-first.yaml": (
                LESSON_HEAD.replace("title: First", "title: Beginnings") + ONE + TWO
            )
        },
    )
    assert (
        "error[renamed-deck]: the deck `Tiny::01 First` is now called `Tiny::01 Beginnings`"
        in refusal
    )
    assert "in the lesson `first` write `deck: 01 First`" in refusal
    kept = LESSON_HEAD.replace("title: First", "title: Beginnings\ndeck: 01 First") + ONE + TWO
    author.release(**{"lessons/01-first.yaml": kept})


def test_a_changed_course_id_is_refused(author: Author):
    author.release()
    assert "error[changed-course-id]" in author.refused(
        ONE + TWO, **{"course.yaml": COURSE_YAML.replace("id: tiny", "id: other")}
    )


def test_a_kind_of_another_note_type_is_refused(author: Author):
    author.release()
    refusal = author.refused(ONE + "  - {id: two, kind: cloze, text: ((1 B)) is second.}\n")
    assert (
        "error[changed-note-type]: the card `two` had the note type `basic` and now has `cloze`"
        in refusal
    )


def test_a_kind_of_another_note_type_under_another_id_is_refused(author: Author):
    author.release()
    refusal = author.refused(
        ONE + "  - {id: zwei, formerly: two, kind: cloze, text: ((1 B)) is second.}\n"
    )
    assert (
        "error[changed-note-type]: the card `two` had the note type `basic` and now has `cloze`"
        in refusal
    )


def test_a_reused_id_is_refused(author: Author):
    author.release()
    author.release(ONE + TWO.replace("id: two", "id: zwei").replace("}", ", formerly: two}"))
    refusal = author.refused(
        ONE + TWO.replace("id: two", "id: zwei") + TWO.replace("Second?", "New?")
    )
    assert "error[reused-id]" in refusal


def test_a_card_whose_rename_was_undone_by_a_merge_is_refused(author: Author):
    """One branch renamed the card, the other kept it: the merge of the lessons keeps both, and so
    does that of the locks."""
    before = author.release()
    path = author.course / "course.lock"
    renamed = TWO.replace("id: two", "id: zwei")
    author.release(ONE + renamed.replace("}", ", formerly: two}"))
    line = next(line for line in lock_text(before).splitlines() if line.startswith('  "two"'))
    path.write_text(
        path.read_text(encoding="utf-8").replace('  "zwei"', f'{line}\n  "zwei"'), encoding="utf-8"
    )
    refusal = author.refused(ONE + TWO + renamed)
    assert "error[reused-id]: the cards `two` and `zwei` are the same card for learners" in refusal
    author.release(ONE + renamed)


SEQUENCE = "  - {id: two, kind: sequence, prompt: In order?, steps: [A, B, C]}\n"
REVERSED = (
    "  - {id: two, kind: reversed, prompt: Second?, answer: B, reverse: {prompt: B?, answer: "
    "Second}}\n"
)


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (CLOZE, CLOZE.replace("((2 C))", "C"), "gap 2"),
        (CLOZE, CLOZE.replace("((1 B))", "((3 B))"), "gap 1"),
        (SEQUENCE, SEQUENCE.replace(", C]", "]"), "step 3"),
        (REVERSED, TWO, "other side"),
    ],
)
def test_what_would_leave_learners_an_empty_card_is_refused(
    author: Author, before: str, after: str, what: str
):
    lock = author.release(ONE + before)
    refusal = author.refused(ONE + after)
    assert f"error[lost-side]: the card `two` has lost its {what}" in refusal
    assert "course.lock:" in refusal
    # Each way out that the message names.
    author.release(
        ONE
        + before.replace("}\n", ", status: retired, retired_because: Wrong.}\n")
        + after.replace("id: two", "id: zwei")
    )
    both = ONE + after + after.replace("id: two", "id: zwei")
    author.refused(both)
    assert run("forget", "two", "--course", author.course).exit_code == 0
    assert author.release(both).cards["two"].guid == lock.cards["two"].guid


def test_a_gap_more_is_no_loss(author: Author):
    author.release(ONE + CLOZE)
    assert author.release(ONE + CLOZE.replace("follow", "((3 follow))")).cards["two"].places == (
        0,
        1,
        2,
    )


def test_a_card_that_is_retired_gets_no_gap(author: Author):
    """Anki would make the gap's card by itself, with an id apart from its siblings'."""
    author.release(ONE + CLOZE)
    retired = CLOZE.replace("}\n", ", status: retired, retired_because: Wrong.}\n")
    refusal = author.refused(ONE + retired.replace("follow", "((3 follow))"))
    assert "error[retired-side]: the retired card `two` has gained its gap 3" in refusal
    author.release(ONE + retired)


def test_a_lock_of_the_first_format_learns_which_cards_a_note_has(author: Author):
    author.built(ONE + CLOZE)
    path = author.course / "course.lock"
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace("lock: 3", "lock: 1")
        .replace(", unreleased: new", "")
        .replace(", places: [0, 1]", ""),
        encoding="utf-8",
    )
    known = author.lock().cards["two"]
    assert known.places == ()
    after = author.built(ONE + CLOZE).cards["two"]
    assert (after.places, after.changed) == ((0, 1), known.changed)


def test_a_lock_of_the_second_format_knows_no_release(author: Author):
    author.built()
    path = author.course / "course.lock"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("lock: 3", "lock: 2").replace(", unreleased: new", ""), encoding="utf-8"
    )
    lock = author.lock()
    assert lock.released is None
    assert {card.unreleased for card in lock.cards.values()} == {"new"}
    author.built(ONE)
    assert path.read_text(encoding="utf-8").startswith(text.partition("decks:")[0])


NEITHER = "  - {id: three, kind: cloze, text: ((1 C)) is third.}\n"


def test_before_the_first_release_the_lock_follows(author: Author):
    """Write over a sample: cards are gone, a deck is renamed, kinds and sides change."""
    author.built(ONE + CLOZE)
    lesson = LESSON_HEAD.replace("title: First", "title: Beginnings") + TWO + NEITHER
    lock = author.built("", **{"lessons/01-first.yaml": lesson})
    assert {key: card.note_type for key, card in lock.cards.items()} == {
        "two": "basic",
        "three": "cloze",
    }
    assert lock.decks["lesson first"].name == "Tiny::01 Beginnings"
    author.built(CLOZE)
    author.built(CLOZE.replace("((2 C))", "C"))


def test_what_came_since_the_last_release_can_be_lost_by_nobody(author: Author):
    author.release(ONE)
    author.built(ONE + CLOZE)
    assert set(author.built(ONE + TWO).cards) == {"one", "two"}
    assert set(author.built(ONE).cards) == {"one"}
    author.release(ONE + TWO)
    assert "vanished-card" in author.refused(ONE)


def test_another_course_id_before_the_first_release_makes_a_course_of_its_own(author: Author):
    """As in a copy of a course: its cards are others than those of the original."""
    before = author.built()
    after = author.built(**{"course.yaml": COURSE_YAML.replace("id: tiny", "id: other")})
    assert after.course == "other"
    assert not {card.guid for card in before.cards.values()} & {
        card.guid for card in after.cards.values()
    }


def test_a_changed_layout_is_refused(author: Author, monkeypatch: pytest.MonkeyPatch):
    author.release()
    from attachdeck.anki import note_types

    read = note_types._yaml

    def with_another_field(file):
        found = read(file)
        return (
            [*found, {"name": "More", "id": 99, "why": "A test."}]
            if file.name == "shared_fields.yaml"
            else found
        )

    monkeypatch.setattr(note_types, "_yaml", with_another_field)
    refusal = author.refused(ONE + TWO)
    assert (
        "error[changed-layout]: the fields or templates of the note type `basic` have changed"
        in refusal
    )
    assert "Anki would copy the note type" in refusal


@pytest.mark.parametrize(
    ("damage", "refusal"),
    [
        (
            lambda text: text.replace("cards:\n", "cards:\n<<<<<<< HEAD\n"),
            "course.lock contains merge-conflict markers",
        ),
        (
            lambda text: text.replace("lock: 3", "lock: 4"),
            "course.lock has format 4, but this attachdeck reads only format 3",
        ),
        (
            lambda text: text + text.splitlines(keepends=True)[-1],
            "course.lock is damaged: `two` is written twice",
        ),
        (lambda text: text[: len(text) // 2], "course.lock is damaged"),
        (lambda text: text.replace("changed: 2", "changed: x2"), "course.lock is damaged"),
        (
            lambda text: re.sub(r'content: "\w+"', "content: 1.5", text),
            "course.lock is damaged: `content` must be text, but this is a number",
        ),
        (lambda _: "", "course.lock is damaged"),
    ],
)
def test_a_damaged_lock_is_a_clear_error(author: Author, damage, refusal: str):
    author.release()
    path = author.course / "course.lock"
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    stderr = author.refused(ONE + TWO)
    assert refusal in stderr
    assert "help: " in stderr
    assert "Traceback" not in stderr


def test_two_authors_additions_merge_like_lines_of_a_list(author: Author, tmp_path: Path):
    cards = {
        f"c{place:02}": ONE.replace("id: one", f"id: c{place:02}") for place in range(1, 20, 2)
    }
    author.built("".join(cards.values()))
    path = author.course / "course.lock"
    (tmp_path / "base").write_bytes(path.read_bytes())
    for mine, added in (("ours", "c04"), ("theirs", "c14")):
        path.write_bytes((tmp_path / "base").read_bytes())
        author.built("".join((cards | {added: ONE.replace("id: one", f"id: {added}")}).values()))
        (tmp_path / mine).write_bytes(path.read_bytes())
    merged = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    ).stdout
    lock, damage = read_lock(read_text(merged.decode(), "course.lock")[0], ())
    assert damage == []
    assert set(lock.cards) == {*cards, "c04", "c14"}


NAMES = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)
HASHES = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
TIMES = st.integers(0, 4_000_000_000)
PLACES = st.lists(st.integers(0, 499), max_size=3, unique=True).map(tuple)
LOCKS = st.builds(
    Lock,
    course=st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    decks=st.dictionaries(
        NAMES.map("lesson {}".format),
        st.builds(
            DeckRecord,
            st.integers(LOWEST_DECK_ID, 2**40),
            st.text(st.characters(exclude_categories=("C", "Z")), min_size=1),
            st.sampled_from(["", "new"]),
        ),
        max_size=3,
    ),
    note_types=st.dictionaries(
        st.sampled_from(["basic", "cloze"]),
        st.builds(
            NoteTypeRecord,
            st.integers(1, 2**40),
            HASHES,
            HASHES,
            TIMES,
            st.sampled_from(["", "new", "revised", "changed"]),
        ),
    ),
    cards=st.dictionaries(
        NAMES,
        st.builds(
            CardRecord,
            NAMES,
            st.just("basic"),
            HASHES,
            TIMES,
            st.just("1.0"),
            st.booleans(),
            PLACES,
            st.just("") | HASHES,
            st.sampled_from(["", "new", "revised", "changed"]),
            st.sampled_from(["", "1.2.0"]),
        ),
        max_size=4,
    ),
    released=st.none() | st.builds(Release, st.just("1.2.0"), TIMES),
)


@pytest.mark.slow
@given(
    LOCKS.filter(
        lambda lock: lock.decks and lock.note_types and lock.course not in ("null", "true", "false")
    )
)
def test_a_lock_says_what_was_written(lock: Lock):
    document, problems = read_text(lock_text(lock), "course.lock")
    assert read_lock(document, tuple(problems)) == (lock, [])


KILLER = """
import os, signal, sqlite3, sys, tempfile, zipfile
from itertools import count
from pathlib import Path
from attachdeck import pipeline
from support.stopping import act_at

course, deck = Path(sys.argv[1]), Path(sys.argv[2])
lesson = course / "lessons/01-first.yaml"
text = lesson.read_text(encoding="utf-8")

def write(release):
    lesson.write_text(text.replace("Second?", f"Second in release {release}?"), encoding="utf-8")

def build(release):
    compiled = pipeline.compiled(pipeline.check(course), 1_700_000_000 + release)
    pipeline.keep(compiled, course / "course.lock")
    pipeline.package(compiled.deck, deck)

def killed(moment):
    child = os.fork()
    if child == 0:
        act_at(moment, course.parent, lambda: os.kill(os.getpid(), signal.SIGKILL))
        build(moment)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])

for moment in count(1):
    write(moment)
    ended = not killed(moment)
    checked = pipeline.check(course)
    assert not any(each.rule == "damaged-lock" for each in checked.diagnostics), checked.diagnostics
    assert set(checked.lock.cards) == {"one", "two"}
    with zipfile.ZipFile(deck) as package, tempfile.TemporaryDirectory() as folder:
        assert package.testzip() is None
        connection = sqlite3.connect(package.extract("collection.anki2", folder))
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("select count() from notes").fetchone() == (2,)
        connection.close()
    if ended:
        print(moment - 1)
        break
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_killing_a_build_at_any_point_tears_neither_lock_nor_deck(author: Author):
    author.release()
    result = subprocess.run(
        [sys.executable, "-c", KILLER, author.course, author.deck],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")},
    )
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= 20


def test_a_lock_says_the_same_however_it_is_laid_out(tmp_path: Path):
    course = write_course(tmp_path)
    assert run("build", course, "-o", tmp_path / "deck.apkg").exit_code == 0
    path = course / "course.lock"
    text = path.read_text(encoding="utf-8")
    lock = pipeline.check(course).lock
    assert lock.cards
    assert lock_text(lock) == text
    for other in (
        text.replace("cards:\n", "cards:\n\n"),
        text + "# A remark.\n",
        text.replace(", version", ",  version"),
    ):
        path.write_text(other, encoding="utf-8")
        assert pipeline.check(course).lock == lock


@pytest.mark.parametrize("remark", ["", "# A remark.\n"])
def test_a_day_that_no_month_has_is_damage(tmp_path: Path, remark: str):
    course = write_course(tmp_path)
    assert run("build", course, "-o", tmp_path / "deck.apkg").exit_code == 0
    path = course / "course.lock"
    path.write_text(
        re.sub(r"changed: [0-9]{4}-[0-9]{2}", "changed: 2026-13", path.read_text(encoding="utf-8"))
        + remark,
        encoding="utf-8",
    )
    result = run("build", course, "-o", tmp_path / "deck.apkg")
    assert result.exit_code == 1
    assert "error[damaged-lock]" in result.stderr


def test_the_ids_of_the_reference_cards_are_never_a_cards(author: Author):
    author.release()
    assert "error[duplicate-id]: `course-help` is used twice" in author.refused(
        ONE + TWO.replace("id: two", "id: course-help")
    )
