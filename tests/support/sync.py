"""Anki's own sync server, and computers and phones that sync with it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from support.engine import opened


class Account:
    """An account on a sync server, with the devices that use it."""

    def __init__(self, folder: Path, address: str, stack: ExitStack) -> None:
        self.folder = folder
        self.address = address
        self.stack = stack

    def device(self, name: str) -> Device:
        collection = self.stack.enter_context(opened(self.folder / f"{name}.anki2"))
        return Device(collection, self.address)


class Device:
    """A collection that syncs; a phone is one without the add-on."""

    def __init__(self, collection: Any, address: str) -> None:
        self.collection = collection
        self.login = collection.sync_login("name", "word", address)

    def sync(self) -> None:
        """Sync; the first device sends all that it has, and later ones begin with that."""
        result = self.collection.sync_collection(self.login, sync_media=False)
        if result.required in (result.FULL_UPLOAD, result.FULL_DOWNLOAD):
            self.collection.close_for_full_sync()
            self.collection.full_upload_or_download(
                auth=self.login, server_usn=None, upload=result.required == result.FULL_UPLOAD
            )
            self.collection.reopen(after_full_sync=True)
        else:
            assert result.required == result.NO_CHANGES, "a sync asks which side to keep"


@contextmanager
def account(folder: Path) -> Iterator[Account]:
    """Start a sync server on a free port of this computer, with one account."""
    environment = os.environ | {
        "SYNC_HOST": "127.0.0.1",
        "SYNC_PORT": "0",
        "SYNC_USER1": "name:word",
        "SYNC_BASE": str(folder / "server"),
        "RUST_LOG": "anki=info",
        "NO_COLOR": "1",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "anki.syncserver"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        yield from _with_devices(folder, server)
    finally:
        server.kill()
        server.communicate()


def _with_devices(folder: Path, server: Any) -> Iterator[Account]:
    for line in server.stdout:
        address = re.search(r"127\.0\.0\.1:\d+", line)
        if address:
            break
    else:
        raise AssertionError("the sync server did not start")
    with ExitStack() as stack:
        yield Account(folder, f"http://{address[0]}/", stack)
