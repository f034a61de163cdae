"""Runs inside a real Anki (run_anki.py): studies a card with sounds, and tells what is played."""

import json

from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest
from aqt import gui_hooks

job = json.loads(args[0])
begun: list[str] = []
gui_hooks.av_player_did_begin_playing.append(lambda _player, tag: begun.append(tag.filename))

CLICK = "document.querySelector('#qa .replay-button').click()"
PAGE = """(() => ({
  buttons: document.querySelectorAll("#qa .replay-button").length,
  transcripts: [...document.querySelectorAll("#qa .transcript")].map((each) => each.textContent),
  open: document.querySelectorAll("#qa .transcript[open]").length,
}))()"""


def side(show) -> dict:
    """Show a side; return what it plays by itself, what it has, and what its first button plays."""
    begun.clear()
    show()
    until(lambda: js(mw.web, "!!document.querySelector('#qa .replay-button')"))
    settled(mw.web)
    if job["autoplay"]:
        until(lambda: begun)
    by_itself = list(begun)
    page = js(mw.web, PAGE)
    begun.clear()
    js(mw.web, CLICK)
    until(lambda: begun)
    return page | {"by itself": by_itself, "clicked": list(begun)}


options = ImportAnkiPackageOptions(with_deck_configs=job["presets"])
mw.col.import_anki_package(ImportAnkiPackageRequest(package_path=job["package"], options=options))
mw.col.models._clear_cache()
mw.col.decks.select(mw.col.decks.id_for_name("Tiny"))


def question() -> None:
    happens(gui_hooks.reviewer_did_show_question, lambda: mw.moveToState("review"))


def answer() -> None:
    happens(gui_hooks.reviewer_did_show_answer, mw.reviewer._showAnswer)


result({"front": side(question), "back": side(answer)})
