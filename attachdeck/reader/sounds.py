"""What is known of a sound or video from its bytes: whether it is what its name says."""

from __future__ import annotations

FILMS = (".mp4", ".webm")
"""How the names of films end; Anki plays them in a window of their own."""

SOUND_ENDINGS = (".mp3", ".m4a", ".wav", ".ogg", ".oga", ".opus", ".flac", *FILMS)
"""How the names of sounds and films end."""

SELDOM_PLAYED = (".ogg", ".oga", ".opus", ".flac", ".webm")
"""How the names of files end that Anki on an iPhone or iPad does not play."""

_MAGIC = {
    "wav": ((0, b"RIFF"), (8, b"WAVE")),
    "ogg": ((0, b"OggS"),),
    "oga": ((0, b"OggS"),),
    "opus": ((0, b"OggS"),),
    "flac": ((0, b"fLaC"),),
    "m4a": ((4, b"ftyp"),),
    "mp4": ((4, b"ftyp"),),
    "webm": ((0, b"\x1aE\xdf\xa3"),),
}
"""The bytes that a file of each kind has at certain places."""


def spoilt_sound(content: bytes, name: str) -> str:
    """Return why no player would play a file; nothing where it begins as its name says."""
    ending = name.rpartition(".")[2].lower()
    if not content:
        return "this file is empty"
    if ending == "mp3":
        fits = content.startswith(b"ID3") or _is_frame(content[:2])
    else:
        magic = _MAGIC.get(ending, ((0, b""),))
        fits = all(content[place:].startswith(sign) for place, sign in magic)
    return "" if fits else f"this file is not a sound or video of type {ending.upper()}"


def _is_frame(head: bytes) -> bool:
    """Return whether two bytes begin a frame of MPEG audio: eleven bits, a version, a layer."""
    return len(head) == 2 and head[0] == 0xFF and head[1] >= 0xE0 and head[1] & 0x06 != 0
