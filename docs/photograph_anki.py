"""Photograph a real Anki for the documentation; `make cards` runs it for each of two decks.

    python tests/desktop/run_anki.py docs/photograph_anki.py DECK.apkg FOLDER [SEARCH]

Imports the deck through Anki's own dialog. Writes into the folder `import.png`, the dialog;
`decks.png`, the list of decks afterwards; and `card.png`, the back of the card that SEARCH finds.
"""

from pathlib import Path

from aqt.import_export.import_dialog import AnkiPackageArgs, ImportDialog
from aqt.qt import Qt

IMPORT = "document.querySelector('button.primary').click()"
UPDATES = "document.querySelector('details').open = true"

package, folder, search = args[0], Path(args[1]), "".join(args[2:])
dialog = ImportDialog(mw, AnkiPackageArgs(package))
dialog.hide()  # A window takes another modality only while it is hidden.
dialog.setWindowModality(Qt.WindowModality.NonModal)
dialog.resize(700, 420)
dialog.show()
until(dialog.web.isVisible)
until(lambda: js(dialog.web, "document.querySelector('details') !== null"))
js(dialog.web, UPDATES)
shot(folder / "import.png", dialog)
js(dialog.web, IMPORT)
until(mw.col.note_count)
until(lambda: js(dialog.web, "document.querySelector('details') === null"))
dialog.reject()
mw.reset()
mw.moveToState("deckBrowser")
shot(folder / "decks.png")
if search:
    [card] = mw.col.find_cards(search)
    mw.col.sched.suspend_cards([other for other in mw.col.find_cards("") if other != card])
    mw.col.decks.select(mw.col.get_card(card).did)
    mw.moveToState("review")
    settled(mw.web)
    mw.reviewer._showAnswer()
    shot(folder / "card.png")
