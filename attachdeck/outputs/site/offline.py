"""What makes a website one that can be installed and read without a connection.

Browsers permit that for sites from a server only; a folder is there anyway.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from attachdeck.anki import themes
from attachdeck.anki.note_types import direction
from attachdeck.compile.media import packed_name
from attachdeck.outputs.site.metadata import summary
from attachdeck.outputs.site.website import INDEX, Website, file

MANIFEST = "manifest.webmanifest"
ICON = "icon.svg"
WORKER = "worker.js"


def files(site: Website) -> dict[str, str]:
    """Return the icon, and the manifest that names it."""
    return {ICON: _icon(site), MANIFEST: _manifest(site)}


def worker(site: Website, contents: Mapping[str, bytes]) -> str:
    """Return the service worker, which keeps the site's files under a name made of them.

    The deck and the sounds are left out: they are large, and nobody might want them.
    """
    sounds = {f"media/{name}" for name in _sounds(site)}
    names = sorted(name for name in contents if name not in sounds)
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + b"\0" + hashlib.sha256(contents[name]).digest())
    known = {"course": site.course.id, "version": digest.hexdigest()[:16], "files": names}
    return f"const SITE = {json.dumps(known, ensure_ascii=False)};\n{file(WORKER)}"


def _sounds(site: Website) -> set[str]:
    return {packed_name(site.course, sound) for sound in site.course.sounds.values()}


def _manifest(site: Website) -> str:
    course = site.course
    day = themes.day(course.theme)
    manifest = {
        "name": course.title,
        "short_name": course.title,
        "description": summary(course),
        "lang": course.language,
        "dir": direction(course.language),
        "start_url": INDEX,
        "scope": "./",
        "display": "standalone",
        "background_color": day["desk"],
        "theme_color": day["sheet"],
        "icons": [
            {"src": ICON, "sizes": "any", "type": "image/svg+xml", "purpose": purpose}
            for purpose in ("any", "maskable")
        ],
    }
    return json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"


def _icon(site: Website) -> str:
    day = themes.day(site.course.theme)
    slots = {"accent": site.course.accent, "sheet": day["sheet"], "under": day["line"]}
    return site.fill(ICON, slots)
