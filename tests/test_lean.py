"""What libraries are spared at the start is there for whoever asks for it later."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import json, re, sys
from attachdeck import schema
from attachdeck.outputs import apkg
schema._acceptor("course")
spared = [name for name in ("asyncio", "email.utils", "cached_property") if name in sys.modules]
import email.utils, yaml
from cached_property import cached_property
read = yaml.load("{day: 1969-01-02, yes: 0b11, odd: 1_000.5}", yaml.SafeLoader)
try:
    yaml.load("\\x01", yaml.SafeLoader)
    refused = False
except yaml.reader.ReaderError:
    refused = True
print(json.dumps({
    "spared": spared,
    "mail": email.utils.parseaddr("A <a@example.org>"),
    "property": cached_property.__name__,
    "read": {str(key): str(value) for key, value in read.items()},
    "refused": refused,
    "compiles": isinstance(re.compile("a"), re.Pattern),
}))
"""


def test_what_was_spared_is_there_later():
    found = json.loads(
        subprocess.run(
            [sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True
        ).stdout
    )
    assert found == {
        "spared": [],
        "mail": ["A", "a@example.org"],
        "property": "cached_property",
        "read": {"day": "1969-01-02", "True": "3", "odd": "1000.5"},
        "refused": True,
        "compiles": True,
    }
