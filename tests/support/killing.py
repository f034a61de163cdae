"""Kill an update by the add-on at every second call of Anki's engine, and while the engine writes
what it imports; and run it again.

    killing.py COLLECTION ADDON BACKUPS

Run as a program, because each attempt is a process of its own: it prints a line of JSON for each,
with what the attempt left, and what the next start made of it. The last one was not killed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any


def main(collection: Path, addon: Path, backups: Path) -> None:
    for moment in count(0, 2):
        folder = collection.parent / str(moment)
        shutil.copytree(collection.parent / "kept", folder)
        file = folder / collection.name
        status = in_child(lambda file=file, moment=moment: killed(file, addon, backups, moment))
        left = json.loads(in_child_with_result(lambda file=file: seen(file)))
        again = json.loads(in_child_with_result(lambda file=file: updated(file, addon, backups)))
        sys.stdout.write(f"{json.dumps([status, left, again])}\n")
        shutil.rmtree(folder)
        if status == 0:
            return


def in_child(act: Any) -> int:
    """Call in a process of its own; its exit status, below 0 for a signal."""
    child = os.fork()
    if not child:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_child_with_result(act: Any) -> str:
    read, write = os.pipe()

    def tell() -> None:
        with os.fdopen(write, "w", encoding="utf-8") as file:
            file.write(json.dumps(act()))

    child = os.fork()
    if not child:
        try:
            tell()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as file:
        text = file.read()
    os.waitpid(child, 0)
    return text


def killed(file: Path, addon: Path, backups: Path, moment: int) -> None:
    """Update, and be killed before the engine is called for the n-th time, or with 0 in its import.

    The engine writes an import into its journal, the file `…-wal`, when it ends the transaction.
    """
    from anki._backend import RustBackend
    from anki.collection import Collection

    collection = Collection(str(file))
    calls, call = count(1), RustBackend._run_command
    journal = file.with_name(f"{file.name}-wal")

    def watch(size: int) -> None:
        while journal.stat().st_size == size:
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    def run(self: Any, *arguments: Any) -> Any:
        if next(calls) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(self, *arguments)

    def imported(*arguments: Any) -> Any:
        size = journal.stat().st_size
        Thread(target=watch, args=[size], daemon=True).start()
        return do_import(*arguments)

    if not moment:
        do_import = collection.import_anki_package
        collection.import_anki_package = imported

    RustBackend._run_command = run
    apply(collection, addon, backups)
    RustBackend._run_command = call
    collection.close()


def updated(file: Path, addon: Path, backups: Path) -> dict[str, Any]:
    """Update, and return what there is then."""
    from anki.collection import Collection

    collection = Collection(str(file))
    apply(collection, addon, backups)
    step = collection.undo_status().undo
    collection.close()
    return seen(file) | {"step": step}


def apply(collection: Any, addon: Path, backups: Path) -> None:
    from attachdeck.addon.update import apply

    course = json.loads((addon / "course.json").read_text(encoding="utf-8"))
    apply(collection, addon / "deck.apkg", course, str(backups))


def seen(file: Path) -> dict[str, Any]:
    """All that an update may and may not change, and whether Anki finds the collection whole."""
    from anki.collection import Collection

    collection = Collection(str(file))
    rows = {
        "notes": "select guid, mid, mod, tags, flds from notes order by guid",
        "studied": "select id, nid, did, type, queue, due, ivl, reps, flags from cards "
        "where reps or flags or queue < 0 order by id",
        "cards": "select nid, ord, did from cards order by nid, ord",
        "reviews": "select * from revlog order by id",
    }
    found: dict[str, Any] = {name: collection.db.all(query) for name, query in rows.items()}
    found["decks"] = sorted((deck["name"], deck["desc"]) for deck in collection.decks.all())
    found["styles"] = sorted(
        (model["name"], model["css"], str([(t["qfmt"], t["afmt"]) for t in model["tmpls"]]))
        for model in collection.models.all()
    )
    found["media"] = sorted(name.name for name in Path(collection.media.dir()).iterdir())
    found["whole"] = collection.db.scalar("pragma integrity_check") == "ok"
    collection.close()
    return found


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
