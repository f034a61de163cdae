"""The kind `produce`: a moment, the learner's own words, a model answer and a standard."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck import outputs, pipeline
from attachdeck.outputs import gift, paper, site, spreadsheet
from attachdeck.preview.rendering import sides
from support.commands import run
from support.courses import ONE, PRODUCE, Author, compiled, translate, write_course
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection
    from playwright.sync_api import Browser

ANSWER = "If I want to write again, then I put the phone away."
STANDARD = "It names a moment and one small thing to do."


def test_it_is_one_card_in_the_deck_of_its_lesson(tmp_path: Path, collection: Collection):
    author = Author(tmp_path)
    author.built(PRODUCE)
    assert do_import(collection, author.deck) == {"new": 1}
    [card_id] = collection.find_cards("")
    card = collection.get_card(card_id)
    assert collection.decks.name(card.did) == "Tiny::01 First"
    assert card.note()["ID"] == "plan"
    question, answer = card.question(), card.answer()
    for text in ("No answer since morning.", "Write one plan for this moment."):
        assert text in question
        assert text in answer
    for text in (ANSWER, STANDARD):
        assert text not in question
        assert text in answer
    assert "[[type:" not in question + answer, "Anki would compare what is typed"


def test_practice_may_become_produce_and_back(author: Author):
    """Both are of one note type, so that learners keep their progress."""
    practice = "  - {id: plan, kind: practice, prompt: Write one plan.}\n"
    before = author.release(practice).cards["plan"]
    after = author.release(PRODUCE).cards["plan"]
    assert (after.guid, after.note_type) == (before.guid, before.note_type)
    author.release(practice)


def test_without_scripts_the_back_is_whole(tmp_path: Path, chromium: Browser):
    deck = compiled(write_course(tmp_path, cards=PRODUCE))
    [note] = deck.notes
    drawn = sides(deck.note_types["practice"].note_type, note, 0)
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.set_content(f"<body class=card>{drawn.back}")
    text = page.locator("body").inner_text()
    assert ANSWER in text
    assert STANDARD in text
    assert "Your words" not in text


def test_what_was_written_is_shown_as_text_and_only_on_its_card(tmp_path: Path, chromium: Browser):
    deck = compiled(
        write_course(tmp_path, cards=PRODUCE + PRODUCE.replace("id: plan", "id: other"))
    )
    plan, other = (sides(deck.note_types["practice"].note_type, note, 0) for note in deck.notes)
    page = chromium.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    style = deck.note_types["practice"].note_type.css
    page.set_content(f"<style>{style}</style><body class=card><div id=qa></div>")
    show = """html => {
      const qa = document.getElementById("qa");
      qa.innerHTML = html;
      for (const old of qa.querySelectorAll("script")) {
        const script = document.createElement("script");
        script.textContent = old.textContent;
        old.replaceWith(script);
      }
    }"""
    page.evaluate(show, plan.front)
    page.get_by_label("In your own words").fill("<img src=x onerror=alert(1)>\nThen I walk.")
    page.evaluate(show, plan.back)
    assert (
        page.locator(".written").inner_text().endswith("<img src=x onerror=alert(1)>\nThen I walk.")
    )
    assert page.locator(".written img").count() == 0
    page.evaluate(show, other.back)
    assert page.locator(".written").is_hidden()
    page.evaluate(show, plan.front)
    page.evaluate(show, plan.back)
    assert page.locator(".written").is_hidden(), "each time it is written anew"
    assert troubles == []


def test_outputs_know_it(tmp_path: Path):
    deck = compiled(write_course(tmp_path / "course", cards=PRODUCE))
    outputs.put(gift, deck, tmp_path / "bank.txt")
    bank = (tmp_path / "bank.txt").read_text(encoding="utf-8")
    assert "Write one plan for this moment." in bank.partition("{")[0]
    assert ANSWER in bank.partition("{")[2]
    assert "####" in bank
    outputs.put(spreadsheet, deck, tmp_path / "deck.csv")
    text = (tmp_path / "deck.csv").read_text(encoding="utf-8-sig")
    [row] = csv.DictReader(text.splitlines())
    assert (row["kind"], row["answer"], row["standard"]) == ("produce", ANSWER, STANDARD)
    outputs.put(paper, deck, tmp_path / "paper")
    assert STANDARD in (tmp_path / "paper" / "cards.html").read_text(encoding="utf-8")
    outputs.put(site, deck, tmp_path / "site")
    page = (tmp_path / "site" / "lesson-first.html").read_text(encoding="utf-8")
    assert page.index("<textarea") < page.index(ANSWER) < page.index(STANDARD)


def test_a_spreadsheet_brings_it_back(tmp_path: Path):
    deck = compiled(write_course(tmp_path / "course", cards=PRODUCE))
    outputs.put(spreadsheet, deck, tmp_path / "deck.csv")
    assert run("import", tmp_path / "deck.csv", "-o", tmp_path / "again").exit_code == 0
    checked = pipeline.check(tmp_path / "again")
    assert checked.course
    [card] = checked.course.cards()
    assert (card.kind, card.answer, card.standard) == ("produce", ANSWER, STANDARD)


def test_its_texts_are_translated(tmp_path: Path):
    folder = write_course(tmp_path, cards=PRODUCE)
    assert run("translate", "extract", "es", folder).exit_code == 0
    translate(folder, "first", plan_standard="Nombra un momento.")
    checked = pipeline.check(folder, "es")
    assert checked.course
    [card] = checked.course.cards()
    assert card.standard == "Nombra un momento."


@pytest.mark.parametrize("key", ["prompt", "answer", "standard"])
def test_a_missing_key_is_told(tmp_path: Path, key: str):
    lines = [line for line in PRODUCE.splitlines(True) if not line.startswith(f"    {key}:")]
    [problem] = pipeline.check(write_course(tmp_path, cards="".join(lines))).diagnostics
    assert f"`{key}`" in problem.message


def test_new_card_asks_for_it(tmp_path: Path):
    folder = write_course(tmp_path, cards=ONE)
    about = {"prompt": "Write.", "answer": ANSWER, "standard": STANDARD}
    settings = [part for key, value in about.items() for part in ("--set", f"{key}={value}")]
    assert run("new", "card", folder, "--kind", "produce", *settings).exit_code == 0
    card = list(pipeline.check(folder).course.cards())[-1]
    assert json.dumps([card.prompt, card.answer, card.standard]) == json.dumps(list(about.values()))
