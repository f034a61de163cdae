"""A server for one reader: on the loopback only, for its own page only, and never a file that is
not shown.

- It listens on 127.0.0.1, answers GET and HEAD, and only where the request names this host:
  another site's page that has rebound its name to this address gets nothing.
- The page may load nothing from elsewhere (its content security policy), and a card is drawn in a
  sandboxed frame: whatever a course's text holds, it reaches neither the page nor the network.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from attachdeck.preview.site import Site, look

_ASSETS = {
    "/": ("index.html", "text/html"),
    "/preview.css": ("preview.css", "text/css"),
    "/preview.js": ("preview.js", "text/javascript"),
}
_MEDIA_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
_LOOKS = {"night": "nightMode night_mode", "phone": "mobile android"}
SECONDS_BETWEEN_LOOKS = 0.25


class Preview:
    """A course that is watched, and the server that shows it. `url` is where."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Bind to a port of the loopback (0: a free one). Raise OSError where the port is
        taken."""
        self.folder = folder
        # Before the first look, else a save right behind it would never be seen.
        self.seen = _stamps((folder,))
        self.site = self._look(Site())
        self.version = 1
        self.changed = threading.Condition()
        self.server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def run(self) -> None:
        """Serve and watch until `close`, or until Ctrl-C."""
        threading.Thread(target=self._watch, daemon=True).start()
        try:
            self.server.serve_forever(poll_interval=0.2)
        finally:
            self.server.server_close()

    def close(self) -> None:
        """End `run`."""
        self.server.shutdown()

    def _watch(self) -> None:
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            now = _stamps(self.site.folders)
            if now != self.seen:
                self.seen = now
                site = self._look(self.site)
                with self.changed:
                    self.site = site
                    self.version += 1
                    self.changed.notify_all()

    def _look(self, before: Site) -> Site:
        """Return the course as it is now; what went wrong is shown, for the next save may mend
        it."""
        try:
            return look(self.folder, before)
        except Exception as error:  # noqa: BLE001  # The page must follow whatever goes wrong.
            return before.stuck(self.folder, error)


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
            state = preview.site.state() | {"version": preview.version}
            self.answer(
                HTTPStatus.OK, json.dumps(state, ensure_ascii=False).encode(), "application/json"
            )
        elif path == "/events":
            self.events(preview)
        elif (
            path.startswith("/media/")
            and (content := preview.site.media.get(path.removeprefix("/media/"))) is not None
        ):
            kind = _MEDIA_TYPES.get(path.rpartition(".")[2].lower(), "application/octet-stream")
            self.answer(
                HTTPStatus.OK,
                content,
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
            f"{origins}; base-uri {origins}; sandbox allow-scripts"
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
            self.wfile.write(f"data: {version}\n\n".encode())
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


def _stamps(folders: tuple[Path, ...]) -> dict[str, tuple[int, int]]:
    """Return when each file of these courses was last changed, and its size."""
    stamps = {}
    for path in (
        place
        for folder in folders
        for place in (folder, folder / "lessons", folder / "media", *folder.glob("note_types/*"))
    ):
        try:
            for file in path.iterdir():
                if file.is_file():
                    status = file.stat()
                    stamps[str(file)] = (status.st_mtime_ns, status.st_size)
        except OSError:
            continue  # An editor that saves may take a file away for a moment.
    return stamps
