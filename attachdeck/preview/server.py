"""A server for one reader: on the loopback only, for its own page only, and never a file that is
not shown.

- It listens on 127.0.0.1, answers GET and HEAD, and only where the request names this host:
  another site's page that has rebound its name to this address gets nothing.
- The page may load nothing from elsewhere (its content security policy), and a card is drawn in a
  sandboxed frame: whatever a course's text holds, it reaches neither the page nor the network.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from attachdeck.compile.objects import Memory
from attachdeck.preview.following import Seen, follow
from attachdeck.preview.site import Site, look
from attachdeck.reader import own_folders

_ASSETS = {
    "/": ("index.html", "text/html"),
    "/preview.css": ("preview.css", "text/css"),
    "/preview.js": ("preview.js", "text/javascript"),
    "/parts.js": ("parts.js", "text/javascript"),
    "/cards.js": ("cards.js", "text/javascript"),
    "/review.js": ("review.js", "text/javascript"),
}
_MEDIA_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src "
    "'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
_SECONDS_FOR_FIRST_PAGE = 1
"""How long the browser may draw its first page before saves are followed, which begins with another
look at the course."""
_LOOKS = {"night": "nightMode night_mode", "phone": "mobile android"}


class Preview:
    """A course that is followed, and the server that shows it. `url` is where.

    `ready` is set once the first look at the course is done; a browser that asks before waits.
    """

    def __init__(self, folder: Path, port: int = 0, *, jobs: int = 1, editor: str = "") -> None:
        """Bind to a port of the loopback (0: a free one). Raise OSError where the port is taken.

        `jobs` processes compile the course; `editor` is the address that opens a line of a file.
        """
        self.folder = folder
        self.jobs = jobs
        self.editor = editor
        self.memory = Memory()
        self.site = Site(seen=Seen(tuple(own_folders(folder))))
        self.run_id = secrets.token_hex(4)
        self.version = 0
        self.versions: dict[str, int] = {}
        self.changed = threading.Condition()
        self.ready = threading.Event()
        self.ended = threading.Event()
        self.server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def run(self) -> None:
        """Serve and follow saves until `close`, or until Ctrl-C."""
        try:
            self._show(self._look())
            self.ready.set()
            threading.Thread(target=self._follow, daemon=True).start()
            self.server.serve_forever(poll_interval=0.2)
        finally:
            self.ended.set()
            self.server.server_close()

    def close(self) -> None:
        """End `run`."""
        self.server.shutdown()

    def _follow(self) -> None:
        self.ended.wait(_SECONDS_FOR_FIRST_PAGE)
        try:
            for site in follow(self._look, self.site, self.ended):
                self._show(site)
        except Exception as error:  # noqa: BLE001  # The page must say why it follows no more.
            self._show(self.site.stuck(self.folder, error))

    def _look(self) -> Site:
        """Return the course as it is now, or the failure to show: the next save may fix it."""
        try:
            return look(self.folder, self.site, self.memory, self.jobs)
        except Exception as error:  # noqa: BLE001  # The page must follow whatever goes wrong.
            return self.site.stuck(self.folder, error)

    def _show(self, site: Site) -> None:
        """Make a site the one that is shown, and tell the page."""
        before, now = self.site.entries, site.entries
        with self.changed:
            self.version += 1
            self.versions = {
                file: self.versions[file] if before.get(file) == entry else self.version
                for file, entry in now.items()
            }
            self.site = site
            self.changed.notify_all()

    def state(self, known: str) -> dict[str, Any]:
        """Return what the page must know to show the course, for JSON.

        `known` is the `version` of the state that the page has: lessons that have not changed since
        come without their contents.
        """
        run_id, _, version = known.partition("-")
        since = int(version) if run_id == self.run_id and version.isdecimal() else -1
        with self.changed:
            site, number, versions = self.site, self.version, self.versions
        lessons = [
            entry if versions[file] > since else {"file": file, "same": True}
            for file, entry in site.entries.items()
        ]
        return {
            "version": f"{self.run_id}-{number}",
            "title": site.title,
            "lessons": lessons,
            "problems": site.problems,
            "editor": self.editor,
            "here": f"{Path.cwd().as_posix().rstrip('/')}/",
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], preview: Preview) -> None:
        super().__init__(address, _Handler)
        self.preview = preview

    def handle_error(self, request: object, client_address: object) -> None:
        """Do nothing: a browser that goes away is no mistake."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "attachdeck"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # http.server's name.
        port = self.server.server_address[1]
        if self.headers.get("Host", "") not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            self.answer(
                HTTPStatus.FORBIDDEN, b"This server answers only its own page.", "text/plain"
            )
            return
        url = urlsplit(self.path)
        path = unquote(url.path)
        preview = self.server.preview
        if path in _ASSETS:
            name, kind = _ASSETS[path]
            self.answer(
                HTTPStatus.OK,
                (files(__package__) / "assets" / name).read_bytes(),
                kind,
                _PAGE_POLICY,
            )
        elif path == "/state":
            answer = preview.state(parse_qs(url.query).get("known", [""])[0])
            content = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")
            self.answer(HTTPStatus.OK, content, "application/json")
        elif path == "/events":
            self.events(preview)
        elif (
            path.startswith("/media/")
            and (file := preview.site.media.get(path.removeprefix("/media/"))) is not None
        ):
            kind = _MEDIA_TYPES.get(path.rpartition(".")[2].lower(), "application/octet-stream")
            self.answer(
                HTTPStatus.OK,
                file,
                kind,
                "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            )
        elif (card := self.card(path, parse_qs(url.query).get("look", [""])[0])) is not None:
            self.answer(HTTPStatus.OK, card.encode(), "text/html", self.card_policy(port))
        else:
            self.answer(HTTPStatus.NOT_FOUND, b"There is nothing here.", "text/plain")

    do_HEAD = do_GET  # noqa: N815  # http.server's name.

    def card(self, path: str, looks: str) -> str | None:
        """Return the document at `/card/ID/PLACE/WORDING/SIDE`, or None."""
        parts = path.split("/")
        if (
            len(parts) != 6
            or parts[1] != "card"
            or not (parts[3].isdecimal() and parts[4].isdecimal())
            or parts[5] not in ("front", "back")
        ):
            return None
        classes = " ".join(_LOOKS[name] for name in looks.split() if name in _LOOKS)
        place, wording = int(parts[3]), int(parts[4])
        return self.server.preview.site.document(parts[2], place, wording, parts[5], classes)

    def card_policy(self, port: int) -> str:
        origins = f"http://127.0.0.1:{port} http://localhost:{port}"
        return (
            "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src "
            f"{origins}; media-src {origins}; base-uri {origins}; sandbox allow-scripts"
        )

    def answer(
        self, status: HTTPStatus, content: bytes, kind: str, policy: str = "default-src 'none'"
    ) -> None:
        self.send_response(status)
        self.send_header(
            "Content-Type",
            f"{kind}; charset=utf-8"
            if kind.startswith("text/") or kind == "application/json"
            else kind,
        )
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", policy)
        for name, value in (
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def events(self, preview: Preview) -> None:
        """Send a line for each change, as server-sent events.

        https://html.spec.whatwg.org/multipage/server-sent-events.html
        """
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        for version in _versions(preview):
            self.wfile.write(f"data: {preview.run_id}-{version}\n\n".encode())
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Do nothing: requests are of no interest to an author."""


def _versions(preview: Preview) -> Iterator[int]:
    """Yield each new version of the site, and the same again now and then.

    A reader who has gone is noticed by that.
    """
    while True:
        with preview.changed:
            version = preview.version
        yield version
        with preview.changed:
            preview.changed.wait_for(_newer(preview, version), timeout=10)


def _newer(preview: Preview, version: int) -> Callable[[], bool]:
    return lambda: preview.version != version
