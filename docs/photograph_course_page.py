"""Photograph the course's page in a real Anki for docs/learn/studying.md.

python tests/desktop/run_anki.py --addon COURSE.ankiaddon --answer Yes \\
    docs/photograph_course_page.py PICTURE.png

`--night` makes the dark one. Reduce each afterwards:
`convert PICTURE.png -strip +dither -colors 64 PICTURE.png`.
"""

from aqt.qt import QApplication


def lessons():
    return sorted(deck["name"] for deck in mw.col.decks.all() if deck["name"].count("::") == 1)


def learn(deck, share, interval):
    cards = mw.col.find_cards(f'"deck:{deck}" -tag:*kind::reading')
    for id in cards[: len(cards) * share // 100]:
        card = mw.col.get_card(id)
        card.type, card.queue, card.ivl = 2, 2, interval
        card.due = mw.col.sched.today + id % 7
        mw.col.update_card(card)


def page():
    widgets = QApplication.topLevelWidgets()
    return next((one for one in widgets if hasattr(one, "shown") and one.shown), None)


until(lambda: mw.col.note_count() and not mw.progress.busy(), 60)
until(lambda: any(deck.get("newLimit") == 0 for deck in mw.col.decks.all()))
first, second, *_ = lessons()
learn(first, 95, 20)
learn(second, 60, 9)
title = first.partition("::")[0]
[menu] = [one.menu() for one in mw.form.menuTools.actions() if one.text() == title]
menu.actions()[0].trigger()
until(page)
until(lambda: js(page().web, "!!document.querySelector('.open + .now')"))
page().resize(760, 900)
settled(page().web)
shot(args[0], page())
