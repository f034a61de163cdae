"""A release seals the lock: what it carries has its time, and what it retires is left out by the
next one. Real Anki judges."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from attachdeck import pipeline
from attachdeck.cli import main
from attachdeck.lock.records import Lock
from support.courses import COURSE_YAML, CUSTOM, OWN, write_course
from support.engine import do_import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anki.collection import Collection

pytest.importorskip("anki", reason="the package anki is missing")

ONE = "  - {id: one, kind: basic, prompt: First?, answer: A}\n"
TWO = "  - {id: two, kind: basic, prompt: Second?, answer: B}\n"
GAPS = "  - {id: gaps, kind: cloze, text: ((1 A)) and ((2 B)).}\n"
RETIRED = ", status: retired, retired_because: It was wrong.}\n"


def retired(card: str) -> str:
    return card.replace("}\n", RETIRED)


class Publisher:
    """Somebody who builds and releases a course by the commands, at times that they choose."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.course = folder / "course"
        self.place = folder / "release"
        self.now = 1_700_000_000

    def run(self, *arguments: object) -> Result:
        environment = {"SOURCE_DATE_EPOCH": str(self.now)}
        return CliRunner(env=environment).invoke(main, [str(argument) for argument in arguments])

    def build(self, cards: str, version: str = "1.0.0", *options: str) -> Result:
        self.now += 1000
        settings = COURSE_YAML.replace("version: 1.0.0", f"version: {version}")
        write_course(self.course, {"course.yaml": settings}, cards=cards)
        return self.run("build", self.course, "-o", self.folder / "built.apkg", *options)

    def release(self, *options: object) -> Result:
        self.now += 1000
        return self.run("release", self.course, "-o", self.place, *options)

    def released(self, cards: str, version: str, *options: object) -> Path:
        """Build and release a version; its package, kept under the version's name."""
        for result in (self.build(cards, version), self.release(*options)):
            assert result.exit_code == 0, result.output
        return Path(shutil.copy(self.place / "tiny.apkg", self.folder / f"{version}.apkg"))

    def lock(self) -> Lock:
        return pipeline.check(self.course).lock

    def lock_text(self) -> str:
        return (self.course / "course.lock").read_text(encoding="utf-8")

    def git(self, *arguments: str) -> None:
        author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        command = ["git", *author, "-c", "commit.gpgsign=false", *arguments]
        subprocess.run(command, cwd=self.course, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "A change")


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path)


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Collection]:
    """The collection of somebody who has nothing of the course yet."""
    from anki.collection import Collection

    collection = Collection(str(tmp_path / "newcomer.anki2"))
    yield collection
    collection.close()


def note(collection: Collection, card: str) -> Any:
    return collection.get_note(collection.find_notes(f"ID:{card}")[0])


def front(collection: Collection, card: str) -> str:
    return note(collection, card).cards()[0].render_output().question_text


def after_check_database(collection: Collection) -> int:
    """How many cards there are after *Tools → Check Database*."""
    collection.fix_integrity()
    return collection.card_count()


# The lock.


def test_a_release_is_recorded_and_what_was_revised_has_its_time(publisher: Publisher):
    publisher.build(ONE + TWO.replace("answer: B", "answer: C"))
    built = publisher.now
    publisher.build(ONE + TWO)
    states = re.findall(r'"(one|two)".*unreleased: (\w+)', publisher.lock_text())
    assert states == [("one", "new"), ("two", "revised")]
    result = publisher.release()
    assert result.exit_code == 0, result.output
    assert (
        f"sealed {publisher.course / 'course.lock'} for version 1.0.0: commit it" in result.stdout
    )
    lock = publisher.lock()
    assert lock.released is not None
    assert (lock.released.version, lock.released.at) == ("1.0.0", publisher.now)
    times = {name: card.changed for name, card in lock.cards.items()}
    assert times == {"one": built, "two": publisher.now}
    assert 'released: {version: "1.0.0", at: 2023-11-14T' in publisher.lock_text()
    assert "unreleased" not in publisher.lock_text()


def test_only_what_changed_gets_the_time_of_the_next_release(publisher: Publisher):
    publisher.released(ONE + TWO, "1.0.0")
    first = publisher.lock()
    publisher.build(ONE + TWO.replace("answer: B", "answer: C"), "1.1.0")
    assert re.findall(r'"(\w+)".*unreleased: changed', publisher.lock_text()) == ["two"]
    publisher.release()
    second = publisher.lock()
    assert second.cards["one"] == first.cards["one"]
    assert (second.cards["two"].changed, second.cards["two"].version) == (publisher.now, "1.1")
    assert second.note_types == first.note_types


def test_a_card_keeps_the_release_that_brought_it(publisher: Publisher):
    publisher.build(ONE)
    assert publisher.lock().cards["one"].since == 0
    publisher.released(ONE, "1.0.0")
    first = publisher.now
    publisher.released(ONE.replace("answer: A", "answer: B") + TWO, "1.1.0")
    cards = publisher.lock().cards
    assert (cards["one"].since, cards["two"].since) == (first, publisher.now)


def test_a_release_never_moves_a_time_back(publisher: Publisher):
    publisher.released(ONE + TWO, "1.0.0")
    publisher.build(ONE + TWO.replace("answer: B", "answer: C"), "1.0.1")
    built = publisher.lock()
    publisher.now -= 1_000_000
    assert publisher.release().exit_code == 0
    sealed = publisher.lock()
    assert sealed.cards["two"].changed == built.cards["two"].changed
    assert sealed.released
    assert sealed.released.at >= max(card.changed for card in sealed.cards.values())


def test_the_same_command_on_the_tagged_commit_makes_the_same_files(publisher: Publisher):
    publisher.course.mkdir()
    publisher.git("init", "-q")
    publisher.build(ONE + TWO)
    assert "not committed" in publisher.release().stderr
    publisher.commit()
    unsealed = publisher.release("--locked")
    assert unsealed.exit_code == 1
    assert (
        "course.lock is not sealed for version 1.0.0: run `attachdeck release`" in unsealed.stderr
    )
    assert not publisher.place.exists()
    assert publisher.release().exit_code == 0
    sums = (publisher.place / "SHA256SUMS").read_bytes()
    publisher.commit()
    lock = publisher.lock_text()
    for options in ((), ("--locked",), ("--check", publisher.place / "manifest.json")):
        again = publisher.release(*options)
        assert again.exit_code == 0, again.output
        assert "sealed" not in again.stdout
        assert (publisher.place / "SHA256SUMS").read_bytes() == sums
        assert publisher.lock_text() == lock
    built = publisher.build(ONE + TWO, "1.0.0", "--locked")
    assert built.exit_code == 0, built.output
    assert (publisher.folder / "built.apkg").read_bytes() == (
        publisher.place / "tiny.apkg"
    ).read_bytes()


def test_a_version_is_released_once(publisher: Publisher):
    publisher.released(ONE, "1.2.0")
    publisher.build(ONE + TWO, "1.2.0")
    result = publisher.release()
    assert result.exit_code == 1
    assert "version 1.2.0 has been released and the course has changed since" in result.stderr
    assert "write `version: 1.2.1` or higher in course.yaml" in result.stderr
    publisher.build(ONE + TWO, "1.1.9")
    assert "1.1.9 is lower" in publisher.release().stderr


def test_a_release_that_fails_leaves_the_lock(publisher: Publisher):
    first = publisher.released(ONE + TWO, "1.0.0")
    publisher.build(ONE + TWO.replace("answer: B", "answer: C"), "1.0.1")
    lock = publisher.lock_text()
    publisher.place = publisher.folder / "mine"
    publisher.place.mkdir()
    (publisher.place / "thesis.txt").write_text("Years of work.", encoding="utf-8")
    result = publisher.release("--from", first)
    assert "contains other files" in result.stderr
    assert publisher.lock_text() == lock
    assert [path.name for path in publisher.course.iterdir() if path.name.startswith(".")] == []


def test_the_engine_s_no_leaves_the_lock(publisher: Publisher, newcomer: Collection):
    """The last release came from elsewhere, with another layout of a note type."""
    publisher.now = int(time.time()) - 10_000
    first = publisher.released(ONE + TWO, "1.0.0")
    do_import(newcomer, first)
    note_type = newcomer.models.by_name("Tiny: Basic")
    newcomer.models.add_field(note_type, newcomer.models.new_field("Their own"))
    newcomer.models.update_dict(note_type)
    theirs = publisher.folder / "theirs.apkg"
    export(newcomer, theirs)
    publisher.now = int(time.time()) + 10_000
    publisher.build(ONE + TWO.replace("answer: B", "answer: C"), "2.0.0")
    lock = publisher.lock_text()
    result = publisher.release("--from", theirs)
    assert result.exit_code == 1
    assert "Anki's engine found a problem: update: " in result.stderr
    assert publisher.lock_text() == lock


def export(collection: Collection, path: Path) -> None:
    from anki.collection import ExportAnkiPackageOptions

    options = ExportAnkiPackageOptions(with_media=True, legacy=True)
    collection.export_anki_package(out_path=str(path), options=options, limit=None)


def test_a_translation_has_releases_of_its_own(publisher: Publisher):
    publisher.released(ONE + TWO, "1.0.0")
    assert publisher.run("translate", "extract", "es", publisher.course).exit_code == 0
    built = publisher.run(
        "build", publisher.course, "--language", "es", "-o", publisher.folder / "es.apkg"
    )
    assert built.exit_code == 0, built.output
    original = publisher.lock_text()
    publisher.place = publisher.folder / "es"
    result = publisher.release("--language", "es")
    assert result.exit_code == 0, result.output
    assert "tag that commit `v1.0.0-es`" in result.stdout
    assert (publisher.place / "tiny-es.apkg").is_file()
    assert publisher.lock_text() == original
    lock = pipeline.check(publisher.course, "es").lock
    assert lock.released
    assert lock.released.version == "1.0.0"


# Retired cards.


def test_a_retired_card_that_was_never_released_is_in_no_package(
    publisher: Publisher, newcomer: Collection
):
    package = publisher.released(ONE + retired(TWO) + retired(GAPS), "1.0.0")
    assert do_import(newcomer, package) == {"new": 1}
    assert after_check_database(newcomer) == 1
    assert set(publisher.lock().cards) == {"one"}
    package = publisher.released(ONE + TWO + retired(GAPS), "1.1.0")
    assert do_import(newcomer, package) == {"new": 1, "duplicate": 1}


def test_a_retired_card_tells_those_who_have_it_and_nobody_after_that(
    publisher: Publisher, collection: Collection, newcomer: Collection
):
    do_import(collection, publisher.released(ONE + TWO + GAPS, "1.0.0"))
    retiring = publisher.released(ONE + retired(TWO) + retired(GAPS), "1.0.1")
    after = publisher.released(ONE + retired(TWO) + retired(GAPS), "1.0.2")
    known = publisher.lock().cards

    assert do_import(collection, retiring) == {"updated": 2, "duplicate": 1}
    for card in ("two", "gaps"):
        assert "It was wrong." in front(collection, card)
    assert do_import(collection, after) == {"duplicate": 1}
    assert after_check_database(collection) == 4
    for card in ("two", "gaps"):
        assert "It was wrong." in front(collection, card)

    assert do_import(newcomer, after) == {"new": 1}
    assert after_check_database(newcomer) == 1
    assert {name for name, card in known.items() if card.retired_in == "1.0.1"} == {"two", "gaps"}


def test_new_learners_of_the_release_that_retires_are_known_to_verify(
    publisher: Publisher, newcomer: Collection
):
    first = publisher.released(ONE + TWO + GAPS, "1.0.0")
    retiring = publisher.released(ONE + retired(TWO) + retired(GAPS), "1.0.1", "--from", first)
    again = publisher.release("--locked")
    assert "`two`, `gaps` are retired: learners are informed, and the next release" in again.stdout
    do_import(newcomer, retiring)
    assert newcomer.card_count() == 1
    assert after_check_database(newcomer) == 4
    judged = publisher.run("verify", retiring, "--upgrade-from", first)
    assert judged.exit_code == 0, judged.output
    assert (
        "known    check database  Anki makes 3 cards for retired notes, for new learners "
        "only; the next release leaves them out: two, gaps\n"
    ) in judged.stdout
    after = publisher.released(ONE + retired(TWO) + retired(GAPS), "1.0.2")
    assert "known" not in publisher.run("verify", after, "--upgrade-from", retiring).stdout


def test_who_skips_the_release_that_retires_can_import_it_later(
    publisher: Publisher, collection: Collection
):
    do_import(collection, publisher.released(ONE + TWO, "1.0.0"))
    retiring = publisher.released(ONE + retired(TWO), "1.0.1")
    after = publisher.released(ONE.replace("answer: A", "answer: C") + retired(TWO), "1.0.2")
    assert do_import(collection, after) == {"updated": 1}
    assert "It was wrong." not in front(collection, "two")
    assert do_import(collection, retiring) == {"updated": 1, "duplicate": 1}
    assert "It was wrong." in front(collection, "two")
    assert note(collection, "one")["Answer"] == "C"


def test_a_card_that_is_no_longer_retired_comes_back_as_it_was(
    publisher: Publisher, collection: Collection
):
    for cards, version in ((ONE + TWO, "1.0.0"), (ONE + retired(TWO), "1.0.1")):
        do_import(collection, publisher.released(cards, version))
    guid = note(collection, "two").guid
    publisher.released(ONE + retired(TWO), "1.0.2")
    back = publisher.released(ONE + TWO, "1.1.0")
    assert do_import(collection, back) == {"updated": 1, "duplicate": 1}
    assert note(collection, "two").guid == guid
    assert "Second?" in front(collection, "two")


def test_a_retired_custom_card_is_left_out_too(publisher: Publisher, newcomer: Collection):
    """Nothing in it says that it is retired, and its text may be as it was."""
    write_course(publisher.course, OWN)
    publisher.released(ONE + CUSTOM, "1.0.0")
    publisher.released(ONE + retired(CUSTOM), "1.0.1")
    after = publisher.released(ONE + retired(CUSTOM), "1.0.2")
    assert do_import(newcomer, after) == {"new": 1}
    assert after_check_database(newcomer) == 1


def test_a_retired_card_that_is_left_out_is_not_gone(publisher: Publisher):
    publisher.released(ONE + TWO, "1.0.0")
    retiring = publisher.released(ONE + retired(TWO), "1.0.1")
    after = publisher.released(ONE + retired(TWO), "1.0.2", "--from", retiring)
    for new in (publisher.course, after):
        result = publisher.run("diff", retiring, new)
        assert result.exit_code == 0, result.output
        assert "nothing changes for learners" in result.stdout
        assert "gone" not in result.stdout


# Times.


def test_who_got_a_build_by_hand_keeps_their_own_words_at_the_first_release(
    publisher: Publisher, collection: Collection
):
    publisher.build(ONE + TWO)
    do_import(collection, publisher.folder / "built.apkg")
    mine = note(collection, "one")
    mine["Answer"] = "My own words"
    collection.update_note(mine)
    publisher.now = int(time.time()) + 100
    package = publisher.released(ONE + TWO.replace("answer: B", "answer: C"), "1.0.0")
    assert do_import(collection, package) == {"updated": 1, "duplicate": 1}
    assert note(collection, "one")["Answer"] == "My own words"
    assert note(collection, "two")["Answer"] == "C"


@pytest.mark.parametrize("before", ["a release", "a build"])
def test_a_correction_reaches_a_leech_that_was_tagged_after_it_was_built(
    publisher: Publisher, collection: Collection, before: str
):
    """Anki's own `leech` tag makes the learner's copy newer than the build, and older than the
    release."""
    publisher.now = int(time.time()) - 10_000
    publisher.build(ONE + TWO)
    if before == "a release":
        publisher.release()
    do_import(collection, publisher.folder / "built.apkg")
    publisher.build(ONE + TWO.replace("answer: B", "answer: Corrected"), "1.0.1")
    fail_until_leech(collection, "two")
    tagged = note(collection, "two")
    assert "leech" in tagged.tags
    assert tagged.mod > publisher.lock().cards["two"].changed
    assert do_import(collection, publisher.folder / "built.apkg") == {"duplicate": 2}
    publisher.now = int(time.time()) + 100
    assert publisher.release().exit_code == 0
    assert do_import(collection, publisher.place / "tiny.apkg") == {"updated": 1, "duplicate": 1}
    assert note(collection, "two")["Answer"] == "Corrected"
    assert "leech" not in note(collection, "two").tags


def fail_until_leech(collection: Collection, card: str) -> None:
    """Answer a card Again until Anki calls it a leech, as the reviewer does."""
    failing = note(collection, card).cards()[0]
    lapses = 7  # One less than Anki's threshold.
    collection.db.execute(
        "update cards set type = 2, queue = 2, ivl = 10, due = 0, reps = 20, lapses = ? where id "
        "= ?",
        lapses,
        failing.id,
    )
    failing = collection.get_card(failing.id)
    failing.start_timer()
    states = collection._backend.get_scheduling_states(failing.id)
    answer = collection.sched.build_answer(card=failing, states=states, rating=0)
    collection.sched.answer_card(answer)
