"""Photograph a real Anki for docs/teach/first-hour.md; tests/desktop/run_anki.py runs it.

python tests/desktop/run_anki.py --size 800x600 docs/photograph_anki.py DECK.apkg FOLDER
"""

from pathlib import Path

from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

package, folder = args[0], Path(args[1])
options = ImportAnkiPackageOptions(with_deck_configs=True)
mw.col.import_anki_package(ImportAnkiPackageRequest(package_path=package, options=options))
mw.reset()
mw.moveToState("deckBrowser")
settled(mw.web)
shot(str(folder / "decks.png"))
[deck] = [deck.id for deck in mw.col.decks.all_names_and_ids() if "spacing" in deck.name]
cards = mw.col.find_cards("tag:*kind::reading")
mw.col.sched.suspend_cards(cards)
mw.col.sched.suspend_cards(mw.col.find_cards("Write"))
mw.col.decks.select(deck)
mw.moveToState("review")
settled(mw.web)
mw.reviewer._showAnswer()
settled(mw.web)
shot(str(folder / "card.png"))
