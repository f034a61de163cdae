"""Serve AnkiConnect's protocol over Anki's own engine: what it imports is really imported."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

Answer = tuple[int, dict[str, str], bytes]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asked may have gone away."""


class AnkiConnectServer:
    """A running Anki.

    `odd` answers a question in another way than AnkiConnect, if it answers at all;
    `asked` are the actions so far.
    """

    def __init__(self, collection: Collection | None, key: str | None = None) -> None:
        self.collection = collection
        self.key = key
        self.odd: Callable[[str], Answer | None] = lambda _: None
        self.asked: list[str] = []
        self.dialog = ""
        self.api = 6
        self.headers: dict[str, str] = {}
        self.server = _Server(("127.0.0.1", 0), self.handler())
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}
        )
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=10)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        anki = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                anki.headers = dict(self.headers)
                status, headers, body = anki.odd(question["action"]) or (
                    200,
                    {"Content-Type": "text/json"},
                    json.dumps(anki.answer(question)).encode(),
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(question["action"])
        if question.get("key") != self.key:
            return {"result": None, "error": "valid api key must be provided"}
        if question["action"] == "version":
            return {"result": self.api, "error": None}
        if question["action"] not in _ACTIONS:
            return {"result": None, "error": "unsupported action"}
        if self.collection is None:
            return {"result": None, "error": "collection is not available"}
        return {
            "result": _ACTIONS[question["action"]](self, self.collection, **question["params"]),
            "error": None,
        }


def _note(note: Any) -> dict[str, Any]:
    fields = {
        name: {"value": value, "order": order} for order, (name, value) in enumerate(note.items())
    }
    cards = [card.id for card in note.cards()]
    return {
        "noteId": note.id,
        "tags": note.tags,
        "fields": fields,
        "modelName": note.note_type()["name"],
        "mod": note.mod,
        "cards": cards,
    }


def _import(_: AnkiConnectServer, collection: Collection, path: str) -> bool:
    """As AnkiConnect's importer does it: everything on."""
    options = ImportAnkiPackageOptions(
        merge_notetypes=True, with_scheduling=True, with_deck_configs=True
    )
    collection.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options))
    collection.models._clear_cache()
    return True


def _show_dialog(anki: AnkiConnectServer, _: Collection, path: str) -> None:
    anki.dialog = path


_ACTIONS: dict[str, Callable[..., Any]] = {
    "findCards": lambda _, collection, query: list(collection.find_cards(query)),
    "cardsToNotes": lambda _, collection, cards: list(
        dict.fromkeys(collection.get_card(card).nid for card in cards)
    ),
    "notesInfo": lambda _, collection, notes: [_note(collection.get_note(note)) for note in notes],
    "modelNamesAndIds": lambda _, collection: {
        model.name: model.id for model in collection.models.all_names_and_ids()
    },
    "findModelsById": lambda _, collection, **given: [
        collection.models.get(each) for each in given["modelIds"]
    ],
    "deckNames": lambda _, collection: [deck.name for deck in collection.decks.all_names_and_ids()],
    "getDeckConfig": lambda _, collection, deck: collection.decks.config_dict_for_deck_id(
        collection.decks.id(deck)
    ),
    "importPackage": _import,
    "guiImportFile": _show_dialog,
}
