"""What the columns of a table mean: by usual names, by what an author says, or by a guess to be
confirmed."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attachdeck.domain.diagnostics import did_you_mean
from attachdeck.importing.cards import CARRIED
from attachdeck.importing.found import CannotImport

Asked = Mapping[str, str]
"""What `--columns` says: the key of a card by a column's name, or by its number."""

_NAMES = {
    "prompt": (
        "front|question|q|term|word|words|vocabulary|phrase|expression|frage|begriff|wort|vokabel|"
        "vorderseite|mot|terme|recto|pregunta|palabra|término|anverso|domanda|parola|pergunta|"
        "palavra|pytanie|слово|вопрос|単語|表面|单词|正面"
    ),
    "answer": (
        "back|a|definition|meaning|translation|antwort|bedeutung|übersetzung|rückseite|traduction|"
        "réponse|signification|verso|respuesta|traducción|significado|reverso|risposta|traduzione|"
        "resposta|tradução|odpowiedź|перевод|ответ|意味|裏面|意思|反面"
    ),
    "text": "cloze|lückentext|texto con huecos",
    "why": (
        "extra|explanation|notes|note|comment|comments|remark|remarks|example|examples|"
        "example sentence|sentence|beispiel|beispiele|beispielsatz|bemerkung|anmerkung|notiz|"
        "ejemplo|ejemplos|nota|notas|exemple|exemples|phrase d'exemple|remarque|esempio|exemplo|"
        "przykład|пример|例文|例句"
    ),
    "lesson": (
        "deck|chapter|topic|unit|subject|category|theme|section|lektion|kapitel|thema|kategorie|"
        "leçon|thème|catégorie|lección|unidad|tema|categoría|lezione|rozdział|тема|单元"
    ),
    "tags": "tag|schlagwort|schlagwörter|étiquettes|etiquetas",
}
_KEYS = {name: key for key, names in _NAMES.items() for name in names.split("|")}
_QUESTIONS = frozenset(("prompt", "question", "text", "scenario"))
KNOWN = CARRIED | frozenset(("id", "lesson", "tags", "sources", "objective", "article", "formerly"))
"""What a column can be called without being a name of an author's own."""
_TARGETS = CARRIED | frozenset(("id", "lesson", "tags"))

_UNSURE_NAMES = """
arabic|cantonese|chinese|mandarin|danish|dutch|english|finnish|french|german|greek|hebrew|hindi
italian|japanese|korean|latin|norwegian|polish|portuguese|russian|spanish|swedish|turkish
deutsch|englisch|französisch|spanisch|italienisch|latein|lateinisch|russisch|japanisch|chinesisch
español|castellano|inglés|francés|alemán|italiano|portugués|français|anglais|espagnol|allemand
italien|inglese|francese|tedesco|spagnolo|português|inglês|polski|angielski|niemiecki
русский|английский|日本語|英語|中文|英文|汉字|한국어|영어
kanji|hanzi|hangul|name|country|capital|land|hauptstadt
"""
_UNSURE = frozenset(_UNSURE_NAMES.strip().replace("\n", "|").split("|"))
"""Names of columns that do not tell which side of a card they are."""
_BESIDE_NAMES = """
kana|hiragana|romaji|reading|pinyin|拼音|pronunciation|ipa|aussprache|pronunciación|prononciation
no|no.|nr|nr.|n°|nº|#|number|index|lfd. nr.|image|picture|bild|imagen|foto|audio|sound
gender|genus|plural|part of speech|wortart|type|level|date|datum|year|género|genre
"""
_BESIDE = frozenset(_BESIDE_NAMES.strip().replace("\n", "|").split("|"))
"""Names of columns that are seldom a side of a card."""
_NUMBER = re.compile(r"[0-9]+\.?")
_OTHER_SCRIPT = re.compile(r"[^A-Za-z]+")
_FILE = re.compile(
    r"\S+\.(?:png|jpe?g|gif|svg|webp|mp3|ogg|wav)|https?://\S+|<img\b.*>|\[sound:.*\]"
)
_END = re.compile(r"[.?!…。？！]\W{0,3}\Z")
_SHORT = 3
"""How many words the name of a column has at most."""


class Unclear(Exception):
    """What the columns mean has to be confirmed; `option` is the guess as `--columns` takes it."""

    def __init__(self, reason: str, option: str, other: str) -> None:
        super().__init__(reason)
        self.reason, self.option, self.other = reason, option, other


@dataclass(frozen=True, slots=True)
class Columns:
    """The key of each column, empty where it has none, and whether the first row names them."""

    keys: tuple[str, ...]
    has_names: bool


def asked(text: str) -> Asked:
    """Read `--columns`: `Spanish=prompt,English=answer`. Raise CannotImport."""
    keys: dict[str, str] = {}
    for part in next(csv.reader([text], skipinitialspace=True), []):
        name, equals, key = (piece.strip() for piece in part.rpartition("="))
        if not equals or not name or not key:
            raise CannotImport(
                f"`--columns` cannot be read at `{part}`: write NAME=KEY, as in "
                "`--columns Spanish=prompt,English=answer`"
            )
        if key.partition(".")[0] not in _TARGETS:
            near = did_you_mean(key, sorted(_TARGETS)) or "use prompt, answer, why or tags"
            raise CannotImport(f"`--columns`: `{key}` is not a key of a card; {near}")
        if key in keys.values():
            raise CannotImport(f"`--columns` names two columns for `{key}`: name only one")
        keys[name] = key
    return keys


def resolved(asked: Asked, names: Sequence[str]) -> dict[int, str]:
    """Return the keys that `--columns` gives, by the columns' places. Raise CannotImport."""
    folded = [name.strip().casefold() for name in names]
    keys = {}
    for name, key in asked.items():
        if name.casefold() in folded:
            keys[folded.index(name.casefold())] = key
        elif name.isdecimal() and 0 < int(name) <= len(names):
            keys[int(name) - 1] = key
        else:
            listed = ", ".join(f"`{label.strip()}`" for label in names if label.strip())
            raise CannotImport(f"`--columns`: there is no column `{name}`; choose from {listed}")
    return keys


def key_of(name: str) -> str:
    """Return the key of a card that a column's name means, or the name."""
    plain = name.strip().lower()
    return _KEYS.get(plain, name.strip() if "." in name else plain)


def is_sentence(cell: str) -> bool:
    """Return whether a cell ends like a sentence, and so has no tags."""
    return _END.search(cell.rstrip()[-4:]) is not None


def _is_phrase(cell: str) -> bool:
    return is_sentence(cell) or len(cell.split()) > _SHORT


def of_table(rows: Sequence[Sequence[str]], choice: Asked) -> Columns:
    """Return what the columns of a table mean. Raise CannotImport, and Unclear where that is a
    guess."""
    first, others = rows[0], rows[1:]
    width = max(map(len, rows))
    names = [*first, *[""] * (width - len(first))]
    if choice:
        return _as_asked(resolved(choice, names), names, choice)
    keys = _usual(names)
    if not _QUESTIONS & set(keys):
        return _without_names(names, others)
    is_half = "prompt" in keys and not {"answer", "kind", "text"} & set(keys)
    if is_half and (option := _guess(names, others, named=True)):
        raise Unclear("no column is called `answer`", option, "")
    return Columns(tuple(keys[: len(first)]), True)


def _usual(names: Sequence[str]) -> list[str]:
    """Return what names of columns mean; of two words for one key the second is a name like any
    other."""
    keys: list[str] = []
    by_kind = any(name.strip().lower() == "kind" for name in names)
    for name in names:
        plain = name.strip().lower()
        key = plain if by_kind and plain in KNOWN else key_of(name)
        keys.append(name.strip().lower() if key in keys else key)
    return keys


def _as_asked(chosen: Mapping[int, str], names: Sequence[str], choice: Asked) -> Columns:
    """Return what `--columns` says, and for the other columns what their names mean."""
    folded = {name.strip().casefold() for name in names}
    has_names = any(name.casefold() in folded for name in choice)
    taken = set(chosen.values())
    keys = []
    for place, name in enumerate(names):
        usual = key_of(name) if has_names else ""
        if usual in taken:  # Its usual meaning was given to another column.
            usual = f"{name.strip()} (column {place + 1})"
        keys.append(chosen.get(place, usual))
    return Columns(tuple(keys), has_names)


def _without_names(names: Sequence[str], others: Sequence[Sequence[str]]) -> Columns:
    """Return what the columns mean where no usual name says it."""
    plain = _guess(names, [names, *others], named=False)
    is_certain = _is_of_another_kind(names, others)
    if others and (is_certain or _looks_like_names(names)):
        named = _guess(names, others, named=True)
        listed = ", ".join(name.strip() for name in names if name.strip())
        reason = f"the first row seems to name the columns ({listed})"
        raise Unclear(reason, named, "" if is_certain else plain)
    if len(names) > _SHORT:
        raise Unclear("it is not clear which column is the question", plain, "")
    third = [row[2] for row in (names, *others) if len(row) > 2]
    is_tags = all(len(cell.split()) < 2 for cell in third)
    return Columns(("prompt", "answer", "tags" if is_tags else "")[: len(names)], False)


def _is_of_another_kind(names: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Return whether a first row has a word over numbers or over another script, so that it is no
    card."""
    return any(
        (not _NUMBER.fullmatch(name) and _are(_NUMBER, cells))
        or (name.isascii() and name.isalpha() and len(cells) > 1 and _are(_OTHER_SCRIPT, cells))
        for place, name in enumerate(map(str.strip, names))
        if name and (cells := _column(others, place))
    )


def _looks_like_names(names: Sequence[str]) -> bool:
    """Return whether a first row may name the columns: by a usual name, or in capitalised words."""
    cells = [name.strip() for name in names if name.strip()]
    usual = _KEYS.keys() | _UNSURE | _BESIDE
    return any(cell.lower() in usual for cell in cells) or all(
        cell[0].isupper() and len(cell.split()) <= _SHORT and not is_sentence(cell)
        for cell in cells
    )


def _guess(names: Sequence[str], rows: Sequence[Sequence[str]], *, named: bool) -> str:
    """Return a guess of what the columns mean, as `--columns` takes it; empty where there is
    none."""
    usual = dict(enumerate(_usual(names))) if named else {}
    keys = {place: key for place, key in usual.items() if key in ("prompt", "answer", "why")}
    free = [
        place
        for place, name in enumerate(names)
        if usual.get(place) not in KNOWN and _may_be_a_side(name, _column(rows, place))
    ]
    missing = [key for key in ("prompt", "answer") if key not in keys.values()]
    likely = sorted(free, key=lambda place: names[place].strip().lower() not in _UNSURE)
    keys |= dict(zip(sorted(likely[: len(missing)]), missing, strict=False))
    phrases = [place for place in free if place not in keys and _are_phrases(_column(rows, place))]
    if phrases and "why" not in keys.values():
        keys[phrases[0]] = "why"
    if not {"prompt", "answer"} <= set(keys.values()):
        return ""
    return ",".join(
        f"{_as_word(names[place], place, named)}={key}" for place, key in sorted(keys.items())
    )


def _may_be_a_side(name: str, cells: Sequence[str]) -> bool:
    if name.strip().lower() in _BESIDE or not cells:
        return False
    return not _are(_NUMBER, cells) and not _are(_FILE, cells)


def _are_phrases(cells: Sequence[str]) -> bool:
    return sum(map(_is_phrase, cells)) * 2 > len(cells)


def _are(kind: re.Pattern[str], cells: Sequence[str]) -> bool:
    return bool(cells) and all(map(kind.fullmatch, cells))


def _column(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in rows if len(row) > place and row[place].strip()]


def _as_word(name: str, place: int, named: bool) -> str:
    """Return how `--columns` names a column."""
    word = name.strip()
    if not named or not word:
        return str(place + 1)
    return '"' + word.replace('"', '""') + '"' if set(word) & set(',"') else word
