"""A running Anki on this computer, reached through its add-on AnkiConnect.

Requests go straight to 127.0.0.1, through no proxy, and follow no redirect. Any program may answer
there, so an answer is bounded in size and time, and accepted only in the shape of AnkiConnect's API
(version 6).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
PORT = 8765
KEY = "ATTACHDECK_ANKICONNECT_KEY"
"""The environment variable with AnkiConnect's API key; everybody on the computer could read an
option."""
API = 6
ADD_ON = "2055492159"
"""AnkiConnect's number on AnkiWeb."""

MAX_ANSWER = 256 * 1024 * 1024
"""The maximum size of an answer, in bytes."""
SECONDS_TO_ANSWER = 30.0
SECONDS_TO_IMPORT = 600.0

_MEANINGS = {
    "valid api key": (
        f"AnkiConnect needs its API key: set {KEY} to the `apiKey` of the add-on's configuration "
        "(Tools → Add-ons → AnkiConnect → Config)"
    ),
    "collection is not available": (
        "Anki is running, but no profile is open: open your profile and try again"
    ),
    "unsupported action": (
        f"this AnkiConnect is too old: update the add-on {ADD_ON} "
        "(Tools → Add-ons → Check for Updates)"
    ),
}


class NoAnki(Exception):
    """Why there is no Anki to speak to, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldNote:
    """A note as the running Anki has it: its fields by name; `modified` is the time of its last
    change there, in seconds since 1970."""

    id: int
    note_type: str
    fields: Mapping[str, str]
    tags: frozenset[str]
    modified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What the running Anki has of a course: its notes, and its note types as Anki writes them, by
    their ids."""

    notes: tuple[HeldNote, ...]
    note_types: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AnkiConnect:
    """AnkiConnect at a port of this computer. Every method raises NoAnki."""

    port: int = PORT
    key: str = ""

    def holding(self, course: str, note_types: set[int]) -> Holding:
        """Return what Anki has of the course with this id, and of these note types."""
        with _believed(self.port):
            # By way of cards: AnkiConnect stumbles over a note that has none.
            cards = self.ask("findCards", query=f'"tag:{course}::*"')
            notes = self.ask("notesInfo", notes=self.ask("cardsToNotes", cards=cards))
            known = note_types & {int(id) for id in self.ask("modelNamesAndIds").values()}
            return Holding(
                notes=tuple(_note(note) for note in notes if note),
                note_types={
                    int(note_type["id"]): _note_type(note_type)
                    for note_type in self.ask("findModelsById", modelIds=sorted(known))
                },
            )

    def presets(self, decks: set[str]) -> dict[str, int]:
        """Return the preset of each of these decks that Anki has."""
        with _believed(self.port):
            return {
                name: int(self.ask("getDeckConfig", deck=name)["id"])
                for name in sorted(decks & set(self.ask("deckNames")))
            }

    def meet(self) -> None:
        """Make sure that an AnkiConnect answers that is new enough."""
        version = self.ask("version")
        if not isinstance(version, int) or version < API:
            raise NoAnki(
                f"this AnkiConnect is too old (API {_printable(version)} instead of {API}): update "
                f"the add-on {ADD_ON} (Tools → Add-ons → Check for Updates)"
            )

    def open_import(self, package: Path) -> None:
        """Show Anki's own import dialog for a package; the learner decides there."""
        self.ask("guiImportFile", path=package.resolve().as_posix())

    def import_package(self, package: Path) -> None:
        """Import a package at once.

        AnkiConnect merges note types and imports progress and presets, whatever the learner chose
        in Anki's import dialog before.
        """
        if (
            self.ask("importPackage", SECONDS_TO_IMPORT, path=package.resolve().as_posix())
            is not True
        ):
            raise NoAnki(
                "Anki did not import the package and gave no reason; "
                "import it yourself: File → Import"
            )

    def ask(self, action: str, seconds: float | None = None, **parameters: Any) -> Any:
        """Return the result of one of AnkiConnect's actions."""
        question = {"action": action, "version": API, "params": parameters} | (
            {"key": self.key} if self.key else {}
        )
        try:
            answer = json.loads(
                self._post(json.dumps(question).encode(), seconds or SECONDS_TO_ANSWER)
            )
        except (ValueError, RecursionError) as error:
            raise _stranger(self.port) from error
        if not isinstance(answer, dict) or answer.keys() != {"result", "error"}:
            raise _stranger(self.port)
        if (problem := answer["error"]) is not None:
            message = _printable(problem)
            raise NoAnki(
                next(
                    (meaning for words, meaning in _MEANINGS.items() if words in message),
                    f"AnkiConnect reports: {message}",
                )
            )
        return answer["result"]

    def _post(self, body: bytes, seconds: float) -> bytes:
        until = time.monotonic() + seconds
        try:
            with contextlib.closing(
                http.client.HTTPConnection(HOST, self.port, timeout=seconds)
            ) as connection:
                connection.request("POST", "/", body, {"Content-Type": "application/json"})
                with connection.getresponse() as answer:
                    if answer.status != http.client.OK:
                        raise _stranger(self.port)
                    return b"".join(_read(answer, until))
        except TimeoutError as error:
            raise NoAnki(
                "Anki does not answer: close any dialog that is open in Anki, and try again"
            ) from error
        except ConnectionRefusedError as error:
            raise NoAnki(
                f"nothing answers at {HOST}:{self.port}: start Anki with the add-on AnkiConnect "
                f"({ADD_ON}, Tools → Add-ons → Get Add-ons); or run `attachdeck build` and import "
                "the file yourself"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise _stranger(self.port) from error


def _read(answer: http.client.HTTPResponse, until: float) -> Iterator[bytes]:
    """Yield an answer's parts.

    Raise HTTPException after `MAX_ANSWER` bytes, and TimeoutError after the monotonic time `until`.
    """
    size = 0
    while part := answer.read1(65536):
        size += len(part)
        if size > MAX_ANSWER:
            raise http.client.HTTPException("too long")
        if time.monotonic() > until:
            raise TimeoutError
        yield part


@contextlib.contextmanager
def _believed(port: int) -> Iterator[None]:
    """Raise NoAnki where an answer does not have the shape that AnkiConnect's answers have."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _stranger(port) from error


def _note(values: Mapping[str, Any]) -> HeldNote:
    fields = {str(name): str(field["value"]) for name, field in values["fields"].items()}
    return HeldNote(
        id=int(values["noteId"]),
        note_type=str(values["modelName"]),
        fields=fields,
        tags=frozenset(map(str, values["tags"])),
        modified=int(values["mod"]),
    )


def _note_type(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(values["name"]),
        "mod": int(values["mod"]),
        "type": int(values["type"]),
        "css": str(values["css"]),
        "flds": [{"id": part.get("id"), "name": str(part["name"])} for part in values["flds"]],
        "tmpls": [
            {"id": part.get("id"), **{key: str(part[key]) for key in ("name", "qfmt", "afmt")}}
            for part in values["tmpls"]
        ],
    }


def _stranger(port: int) -> NoAnki:
    return NoAnki(
        f"the program at {HOST}:{port} is not a working AnkiConnect: update the add-on {ADD_ON}, "
        "or name its port with --port"
    )


def _printable(message: object) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", str(message))[:300]
