"""The course inside Anki: the code of an add-on, which `outputs/addon.py` packs unchanged.

It runs in Anki's own Python, which is 3.9 in Anki 23.12: nothing here needs a newer one, or any
package but Anki. Imports are relative, because an add-on's folder may have any name. A course
reaches this code as data only (`course.json`, `lessons.json`, `deck.apkg`).

`merge`, `gate` and `page` are pure. `package`, `update` and `lessons` need Anki's engine, and the
others its window.
"""
