"""`attachdeck push`: what the running Anki gets, what it keeps, and what is said where there is
none."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from attachdeck.cli import main
from attachdeck.engine import ankiconnect
from support.courses import ALL_KINDS, COURSE, COURSE_YAML, CUSTOM, OWN, seal, write_course
from support.engine import do_import

pytest.importorskip("anki", reason="the package anki is missing")

from support.anki_connect import AnkiConnectServer, Answer  # It needs the engine.

if TYPE_CHECKING:
    from anki.collection import Collection

ONE = "  - {id: one, kind: basic, prompt: First?, answer: A}\n"
TWO = "  - {id: two, kind: basic, prompt: Second?, answer: B}\n"


class Desk:
    """An author whose Anki is running, on the same computer."""

    def __init__(self, folder: Path, anki: AnkiConnectServer) -> None:
        self.folder = folder
        self.anki = anki
        self.now = 1_700_000_000

    def push(self, cards: str = ONE + TWO, *options: str, key: str = "", **files: str) -> Result:
        self.now += 1000
        write_course(self.folder / "course", dict(files), cards=cards)
        runner = CliRunner(env={"SOURCE_DATE_EPOCH": str(self.now), ankiconnect.KEY: key})
        return runner.invoke(
            main, ["push", str(self.folder / "course"), "--port", str(self.anki.port), *options]
        )

    def at_once(self, cards: str = ONE + TWO, **files: str) -> str:
        result = self.push(cards, "--no-dialog", **files)
        assert result.exit_code == 0, result.output
        return result.stdout

    def failed(self, cards: str = ONE + TWO, *options: str, key: str = "") -> str:
        result = self.push(cards, *options, key=key)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        return result.stderr

    @property
    def files(self) -> list[str]:
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.name in ("course.lock", "tiny.apkg")
        )


@pytest.fixture
def serve() -> Iterator[Callable[..., AnkiConnectServer]]:
    started: list[AnkiConnectServer] = []

    def start(collection: Collection | None, key: str | None = None) -> AnkiConnectServer:
        started.append(AnkiConnectServer(collection, key))
        return started[-1]

    yield start
    for process in started:
        process.close()


@pytest.fixture
def desk(
    tmp_path: Path,
    collection: Collection,
    serve: Callable[..., AnkiConnectServer],
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    return Desk(tmp_path / "desk", serve(collection))


def note(collection: Collection, card: str):
    return collection.get_note(collection.find_notes(f"ID:{card}")[0])


def test_a_first_push_shows_ankis_dialog_with_the_deck(desk: Desk, collection: Collection):
    result = desk.push()
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Anki has nothing of this course yet: 2 cards are new\n")
    assert "Anki shows its import dialog" in result.stdout
    package = Path(desk.anki.dialog)
    assert package == desk.folder / "build/tiny.apkg"
    assert desk.files == ["build/tiny.apkg", "course/course.lock"]
    assert collection.note_count() == 0, "nothing is imported before the learner says so"
    assert do_import(collection, package) == {"new": 2}
    assert "importPackage" not in desk.anki.asked


def test_a_push_at_once_imports_every_kind_and_again_finds_nothing_to_change(
    desk: Desk, collection: Collection
):
    assert desk.at_once(ALL_KINDS).endswith("Anki has imported the deck\n")
    assert collection.note_count() == len(collection.find_notes("tag:tiny::*")) == 9
    before = (
        collection.db.all("select id, guid, mod, flds, tags from notes"),
        collection.db.all("select * from cards"),
    )
    output = desk.at_once(ALL_KINDS)
    assert output.startswith("no card would change\nlock    no changes\n")
    assert (
        collection.db.all("select id, guid, mod, flds, tags from notes"),
        collection.db.all("select * from cards"),
    ) == before


def test_a_changed_card_is_shown_and_arrives_and_progress_stays(desk: Desk, collection: Collection):
    desk.at_once()
    card = note(collection, "one").cards()[0]
    card.start_timer()
    collection.sched.answerCard(card, 3)
    collection.sched.suspend_cards([note(collection, "two").cards()[0].id])
    columns = "id, did, type, queue, due, ivl, reps, data"
    before = (
        collection.db.all(f"select {columns} from cards order by id"),
        collection.db.all("select * from revlog"),
    )
    output = desk.at_once(ONE.replace("answer: A", "answer: A better one") + TWO)
    assert "reworded one\n  Answer: A {+better one+}\n" in output
    assert "two" not in output
    assert "A better one" in note(collection, "one")["Answer"]
    assert (
        collection.db.all(f"select {columns} from cards order by id"),
        collection.db.all("select * from revlog"),
    ) == before


def test_what_the_learner_changed_later_is_said_to_stay_and_stays(
    desk: Desk, collection: Collection
):
    desk.at_once()
    mine = note(collection, "one")
    mine["Answer"] = "In my words"
    collection.update_note(mine)
    output = desk.at_once(ONE.replace("answer: A", "answer: A better one") + TWO)
    assert "kept one: changed in Anki after its last change in the course" in output
    assert "no card would change" in output
    assert note(collection, "one")["Answer"] == "In my words"


def test_a_dry_run_says_what_would_change_and_touches_nothing(desk: Desk, collection: Collection):
    desk.at_once(ONE)
    lock = (desk.folder / "course/course.lock").read_bytes()
    (desk.folder / "build/tiny.apkg").unlink()
    desk.anki.asked.clear()
    result = desk.push(ONE + TWO, "--dry-run")
    assert result.exit_code == 0
    assert result.stdout == "added two: Second?\nnothing was sent\n"
    assert (desk.files, collection.note_count()) == (["course/course.lock"], 1)
    assert (desk.folder / "course/course.lock").read_bytes() == lock
    assert not {"importPackage", "guiImportFile"} & set(desk.anki.asked)


def test_a_card_that_is_gone_from_the_course_is_named(desk: Desk):
    desk.at_once()
    (desk.folder / "course/course.lock").unlink()
    shutil.rmtree("build")
    assert "the card `two` is missing: learners keep it" in desk.at_once(ONE)


def test_a_card_that_an_earlier_release_retired_stays_as_it_is(desk: Desk):
    """It is left out of the package, so nothing of it can change."""
    desk.at_once()
    seal(desk.folder / "course", desk.now)
    cards = ONE + TWO.replace("}", ", status: retired, retired_because: Wrong.}")
    versions = {number: COURSE_YAML.replace("1.0.0", number) for number in ("1.0.1", "1.0.2")}
    assert "retired two" in desk.at_once(cards, **{"course.yaml": versions["1.0.1"]})
    seal(desk.folder / "course", desk.now)
    assert "no card would change" in desk.at_once(cards, **{"course.yaml": versions["1.0.2"]})


def test_a_retired_card_that_anki_does_not_have_never_comes(desk: Desk):
    output = desk.at_once(ONE + TWO.replace("}", ", status: retired, retired_because: Wrong.}"))
    assert "two" not in output.partition("lock ")[0]
    assert "no card would change" in desk.at_once(
        ONE + TWO.replace("}", ", status: retired, retired_because: Wrong.}")
    )


def test_a_field_of_the_learners_own_is_not_risked(desk: Desk, collection: Collection):
    desk.at_once()
    kind = note(collection, "one").note_type()
    collection.models.add_field(kind, collection.models.new_field("Mine"))
    collection.models.update_dict(kind)
    message = desk.failed(ONE.replace("answer: A", "answer: Z") + TWO, "--no-dialog")
    assert "the note type `basic` has different fields or templates in Anki" in message
    assert desk.anki.asked.count("importPackage") == 1
    result = desk.push(ONE.replace("answer: A", "answer: Z") + TWO)
    assert result.exit_code == 0
    assert "Anki copies it and never updates the old notes" in result.stdout


def test_custom_cards_are_sent_and_not_compared(desk: Desk, collection: Collection):
    """AnkiConnect tells no GUIDs, and a note of the course's own note type need not say its id."""
    line = "1 custom cards are not compared: AnkiConnect cannot identify their notes\n"
    first = desk.at_once(ONE + CUSTOM, **OWN)
    assert first.startswith(f"{line}Anki has nothing of this course yet: 1 cards are new\n")
    assert "Anki has imported the deck" in first
    again = desk.at_once(ONE + CUSTOM.replace("Two", "Three"), **OWN)
    assert again.startswith(f"{line}no card would change\n")
    assert [collection.get_note(note)["Front"] for note in collection.find_notes("Three")] == [
        "<b>One</b>"
    ]


def test_notes_on_a_clone_of_the_note_type_are_not_risked(desk: Desk, collection: Collection):
    desk.at_once()
    clone = collection.models.copy(note(collection, "one").note_type())
    move = collection.models.change_notetype_info(
        old_notetype_id=note(collection, "one").mid, new_notetype_id=clone["id"]
    ).input
    move.note_ids.append(note(collection, "one").id)
    collection.models.change_notetype_of_notes(move)
    assert "the note type `Tiny: " in desk.failed(ONE + TWO, "--no-dialog")
    assert (
        "the card `one` has a different note type: Anki never updates it again"
        in desk.push(ONE + TWO, "--dry-run").stdout
    )


def test_options_of_the_learners_own_are_not_risked(desk: Desk, collection: Collection):
    desk.at_once()
    deck = collection.decks.by_name("Tiny::01 First")
    deck["conf"] = 1
    collection.decks.save(deck)
    assert "the deck `Tiny::01 First` has its own options in Anki" in desk.failed(
        ONE + TWO, "--no-dialog"
    )
    assert desk.anki.asked.count("importPackage") == 1
    assert collection.decks.by_name("Tiny::01 First")["conf"] == 1


def test_styles_are_compared(desk: Desk):
    desk.at_once()
    output = desk.at_once(**{"course.yaml": COURSE_YAML + 'theme: {accent: "#123456"}\n'})
    assert "restyled basic" in output


def test_an_own_style_is_kept(desk: Desk, collection: Collection):
    desk.at_once()
    kind = note(collection, "one").note_type()
    kind["css"] += ".card { color: green }"
    collection.models.update_dict(kind)
    assert "kept the note type basic" in desk.at_once()
    assert "green" in note(collection, "one").note_type()["css"]


def test_a_course_with_mistakes_is_not_pushed(desk: Desk):
    result = desk.push("  - {id: one, kind: basic, prompt: First?}\n")
    assert result.exit_code == 1
    assert "no deck was written" in result.stderr
    assert desk.anki.asked == []


def test_what_would_harm_learners_is_not_pushed(desk: Desk):
    desk.at_once()
    seal(desk.folder / "course", desk.now)
    asked = len(desk.anki.asked)
    assert "vanished-card" in desk.failed(ONE)
    assert len(desk.anki.asked) == asked


def test_a_learners_copy_of_a_note_is_not_ours(desk: Desk, collection: Collection):
    desk.at_once()
    ours = note(collection, "one")
    copy = collection.new_note(ours.note_type())
    copy.fields, copy.tags = [*ours.fields], ours.tags
    copy["Answer"] = "In my words"
    collection.add_note(copy, ours.cards()[0].did)
    output = desk.at_once(ONE.replace("answer: A", "answer: A better one") + TWO)
    assert "Answer: A {+better one+}" in output
    assert collection.get_note(copy.id)["Answer"] == "In my words"


def test_a_note_of_another_origin_with_the_courses_tag_is_left_out(
    desk: Desk, collection: Collection
):
    desk.at_once()
    for name in ("Basic", note(collection, "one").note_type()["name"]):
        stranger = collection.new_note(collection.models.by_name(name))
        stranger.fields[0], stranger.tags = "Mine?", ["tiny::mine"]
        if "ID" in stranger:
            stranger["ID"] = "\x1b[2Jx"
        collection.add_note(stranger, collection.decks.id("Tiny"))
    assert desk.at_once().startswith("no card would change\n")


def test_the_flagship_comes_back_from_anki_as_it_went(
    desk: Desk, collection: Collection, flagship_package: Path
):
    do_import(collection, flagship_package)
    result = CliRunner().invoke(
        main, ["push", str(COURSE), "--dry-run", "--port", str(desk.anki.port)]
    )
    assert result.exit_code == 0, result.output
    assert result.stdout == "no card would change\nnothing was sent\n"


def test_codes_for_the_terminal_are_not_passed_on(desk: Desk, collection: Collection):
    desk.at_once()
    mine = note(collection, "one")
    mine["Answer"] = "\x1b]0;title\x07\x9b31mred"
    mine.tags = [*mine.tags, "\x1b[2Jtag"]
    collection.update_note(mine)
    collection.db.execute("update notes set mod = 1 where id = ?", mine.id)
    stdout = desk.push(ONE + TWO, "--dry-run").stdout
    assert "reworded one" in stdout
    assert not set("\x1b\x07\x9b") & set(stdout)


def test_the_key_opens_ankiconnect(
    tmp_path: Path,
    collection: Collection,
    serve: Callable[..., AnkiConnectServer],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path, serve(collection, "secret"))
    for wrong in ("", "guessed"):
        message = desk.failed(key=wrong)
        assert "AnkiConnect needs its API key: set ATTACHDECK_ANKICONNECT_KEY" in message
        assert "guessed" not in message
    assert desk.push(key="secret").exit_code == 0


def test_no_profile_is_open(tmp_path: Path, serve: Callable[..., AnkiConnectServer]):
    assert "no profile is open" in Desk(tmp_path, serve(None)).failed()


def test_an_old_ankiconnect(desk: Desk):
    desk.anki.api = 5
    assert "this AnkiConnect is too old (API 5 instead of 6)" in desk.failed()


def test_anki_is_not_running(desk: Desk):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        message = desk.failed(ONE, "--port", str(free.getsockname()[1]))
    assert "start Anki with the add-on AnkiConnect" in message
    assert desk.files == [], "nothing is written where nothing can be sent"


def html(_: str) -> Answer:
    return 200, {"Content-Type": "text/html"}, b"<html>It works!</html>"


ODD = {
    "a page": html,
    "nothing": lambda _: (200, {}, b""),
    "a list": lambda _: (200, {}, b"[1]"),
    "deep": lambda _: (200, {}, b"[" * 200_000),
    "another shape": lambda _: (200, {}, b'{"result": 6}'),
    "other bytes": lambda _: (200, {}, b"\xff\xfe\x00"),
    "an error of the server": lambda _: (500, {}, b'{"result": 6, "error": null}'),
    "notes of another shape": lambda action: (
        (200, {}, b'{"result": [[1]], "error": null}') if action == "notesInfo" else None
    ),
    "cards of another shape": lambda action: (
        (200, {}, b'{"result": 7, "error": null}') if action == "notesInfo" else None
    ),
    "types of another shape": lambda action: (
        (200, {}, b'{"result": [{"id": 1}], "error": null}') if action == "findModelsById" else None
    ),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_something_else_answers(desk: Desk, odd: Callable[[str], Answer | None]):
    desk.anki.odd = odd
    message = desk.failed()
    assert "is not a working AnkiConnect" in message
    assert desk.files == []


def test_an_unknown_error_is_shown_in_short_and_without_codes(desk: Desk):
    body = b'{"result": null, "error": "\\u001b[31m' + b"x" * 5000 + b'"}'
    desk.anki.odd = lambda _: (200, {}, body)
    message = desk.failed()
    assert "AnkiConnect reports:" in message
    assert "\x1b" not in message
    assert len(message) < 400


def test_an_action_that_is_missing_asks_for_an_update(desk: Desk):
    desk.anki.odd = lambda action: (
        (200, {}, b'{"result": null, "error": "unsupported action"}')
        if action == "findModelsById"
        else None
    )
    assert "this AnkiConnect is too old" in desk.failed()


def test_a_redirect_is_not_followed(
    desk: Desk, serve: Callable[..., AnkiConnectServer], collection: Collection
):
    elsewhere = serve(collection)
    desk.anki.odd = lambda _: (307, {"Location": f"http://127.0.0.1:{elsewhere.port}/"}, b"")
    assert "is not a working AnkiConnect" in desk.failed()
    assert elsewhere.asked == []


def test_a_proxy_is_not_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert desk.push().exit_code == 0


def test_a_huge_answer_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ankiconnect, "MAX_ANSWER", 1000)
    desk.anki.odd = lambda _: (200, {}, b'{"result": "' + b"x" * 100_000 + b'", "error": null}')
    assert "is not a working AnkiConnect" in desk.failed()


def test_an_anki_that_does_not_answer_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    done = threading.Event()
    monkeypatch.setattr(ankiconnect, "SECONDS_TO_ANSWER", 0.2)
    desk.anki.odd = lambda _: (done.wait(30), None)[1]
    message = desk.failed()
    done.set()
    assert "Anki does not answer" in message


def test_an_answer_in_drops_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ankiconnect, "SECONDS_TO_ANSWER", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(200):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return
                    time.sleep(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        message = desk.failed(ONE, "--port", str(listening.getsockname()[1]))
        thread.join(timeout=20)
    assert "Anki does not answer" in message


@pytest.mark.parametrize("port", ["0", "65536", "example.org", "127.0.0.1:8765"])
def test_a_port_is_a_number(desk: Desk, port: str):
    assert desk.push(ONE, "--port", port).exit_code == 2


def test_an_import_that_leaves_something_out_is_no_success(desk: Desk):
    desk.anki.odd = lambda action: (
        (200, {}, b'{"result": true, "error": null}') if action == "importPackage" else None
    )
    assert "these cards still differ from the course: one, two" in desk.failed(
        ONE + TWO, "--no-dialog"
    )
