"""Tables as people have them become cards, with at most one option, and the message names that
option."""

from __future__ import annotations

import os
import re
import shlex
import sys
import textwrap
from pathlib import Path

import pytest

from attachdeck import pipeline
from support.commands import run
from support.courses import ROOT, compiled

ANIMALS = [("el perro", "der Hund"), ("el gato", "die Katze"), ("la niña", "das Mädchen")]

EXCEL = (
    "\ufeffNr.;Español;Deutsch;Beispiel;Bild\r\n1;el perro;der Hund;El perro ladra.;perro.jpg\r\n"
    '2;el gato;die Katze;"El gato; la gata.";gato.jpg\r\n;;;;\r\n3;la niña;das Mädchen;;\r\n'
)
SHEETS = """\
Word,Translation,Example sentence,Notes
el perro,der Hund,"Ladra, mucho.",m
el gato,die Katze,,
la niña,das Mädchen,,f
"""
TABLES: dict[str, tuple[str, bytes]] = {
    "Excel, German": ("a.csv", EXCEL.encode()),
    "Excel on Windows, CSV": ("b.csv", EXCEL.removeprefix("\ufeff").encode("cp1252")),
    "Excel, Unicode Text": (
        "c.txt",
        EXCEL.removeprefix("\ufeff").replace(";", "\t").encode("utf-16"),
    ),
    "Google Sheets": ("d.csv", SHEETS.encode()),
    "Quizlet": ("e.txt", "el perro\tder Hund\nel gato\tdie Katze\nla niña\tdas Mädchen\n".encode()),
    "a title above": (
        "f.csv",
        "Unidad 3: animales,,\n,,\nPalabra,Alemán,Ejemplo\nel perro,der Hund,Ladra.\n"
        "el gato,die Katze,\n  ,,\nla niña,das Mädchen,\n".encode(),
    ),
    "numbers and no names": (
        "g.csv",
        "1,el perro,der Hund,m\n2,el gato,die Katze,m\n3,la niña,das Mädchen,f\n".encode(),
    ),
    "readings between": (
        "h.csv",
        "Español,IPA,Deutsch\nel perro,el pero,der Hund\nel gato,el gato,die Katze\n"
        "la niña,la nina,das Mädchen\n".encode(),
    ),
    "examples and no names": (
        "i.csv",
        (
            "el perro,der Hund,Ladra mucho.\nel gato,die Katze,\nla niña,das Mädchen,Es feliz.\n"
        ).encode(),
    ),
    "names in another script": ("k.csv", "char,zhuyin\n犬,いぬ\n猫,ねこ\n水,みず\n".encode()),
    "names of several words": (
        "m.csv",
        b'Word in Spanish,"Word, German"\nel perro,der Hund\nel gato,die Katze\n'
        + "la niña,das Mädchen\n".encode(),
    ),
    "sides far apart": (
        "l.csv",
        "id,subject,spanish,ipa,german,sentence_es\n"
        "1,Fauna,el perro,el pero,der Hund,Ladra mucho.\n"
        "2,Fauna,el gato,el gato,die Katze,El gato duerme.\n"
        "3,Otros,la niña,la nina,das Mädchen,La niña lee.\n".encode(),
    ),
    "pipes": (
        "j.csv",
        "Term|Definition\nel perro|der Hund\nel gato|die Katze\nla niña|das Mädchen\n".encode(),
    ),
}


def pairs(folder: Path) -> list[tuple[str, str]]:
    course = pipeline.check(folder).course
    assert course
    return [(card.prompt, card.answer) for card in course.cards()]


def shown_options(stderr: str) -> list[str]:
    """The values for `--columns` that a message names, in its order, as a shell reads them."""
    options = re.findall("add (--columns .*)$", stderr, re.MULTILINE)
    return [shlex.split(option)[1] for option in options]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_as_people_have_it_needs_one_option_at_most(tmp_path: Path, name: str):
    file, content = TABLES[name]
    (tmp_path / file).write_bytes(content)
    result = run("import", tmp_path / file, "-o", tmp_path / "course")
    if result.exit_code:
        assert result.exit_code == 2, result.output
        assert re.search("^  (el perro → der Hund|犬 → いぬ)", result.stderr, re.MULTILINE)
        assert not (tmp_path / "course").exists()
        option = shown_options(result.stderr)[0]
        result = run("import", tmp_path / file, "-o", tmp_path / "course", "--columns", option)
    assert result.exit_code == 0, result.output
    expected = [("犬", "いぬ"), ("猫", "ねこ"), ("水", "みず")] if file == "k.csv" else ANIMALS
    assert pairs(tmp_path / "course") == expected
    assert len(compiled(tmp_path / "course").notes) == 3


def test_a_first_row_that_may_be_a_card_is_asked_about(tmp_path: Path):
    (tmp_path / "words.csv").write_text("Hola,Hello\nAdiós,Bye\n", encoding="utf-8")
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "names")
    assert result.exit_code == 2
    names, numbers = shown_options(result.stderr)
    for option, folder in ((names, "names"), (numbers, "card")):
        done = run("import", tmp_path / "words.csv", "-o", tmp_path / folder, "--columns", option)
        assert done.exit_code == 0, done.output
    assert pairs(tmp_path / "names") == [("Adiós", "Bye")]
    assert pairs(tmp_path / "card") == [("Hola", "Hello"), ("Adiós", "Bye")]


@pytest.mark.parametrize(("answer", "cards"), [("y", 1), ("n", 0)])
def test_in_a_terminal_the_first_cards_are_shown_and_confirmed(
    tmp_path: Path, answer: str, cards: int
):
    pty = pytest.importorskip("pty", reason="this system has no terminals for programs")

    (tmp_path / "words.csv").write_text("Spanish,English\nhola,hello\n", encoding="utf-8")
    command = [
        sys.executable, "-m", "attachdeck", "import", str(tmp_path / "words.csv"),
        "-o", str(tmp_path / "course"),
    ]  # fmt: skip
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, command)
    shown = b""
    answered = False
    while True:
        try:
            part = os.read(terminal, 1024)
        except OSError:  # The other side is closed.
            break
        if not part:
            break
        shown += part
        if not answered and b"Import it like this?" in shown:
            os.write(terminal, f"{answer}\n".encode())
            answered = True
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    assert "hola → hello" in shown.decode()
    assert status == (0 if cards else 2)
    assert len(pairs(tmp_path / "course") if cards else []) == cards


def test_columns_bring_every_key_of_a_card(tmp_path: Path):
    (tmp_path / "words.csv").write_text(
        'Spanish,English,Example,Hint,Group,Tags\nhola,hello,"¡Hola, Ana!",greet,Unit 1,a b\n',
        encoding="utf-8",
    )
    options = "Spanish=answer,English=prompt,Example=why,Group=lesson"
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "course", "--columns", options)
    assert result.exit_code == 0, result.output
    assert "not imported" not in result.stdout
    course = pipeline.check(tmp_path / "course").course
    assert course
    (card,) = course.cards()
    assert (card.prompt, card.answer, card.why, card.hint, card.tags, course.lessons[0].title) == (
        "hello", "hola", "¡Hola, Ana!", "greet", ("a", "b"), "Unit 1",
    )  # fmt: skip


def test_a_column_that_is_asked_for_wins_over_one_of_that_name(tmp_path: Path):
    (tmp_path / "words.csv").write_text("why,front,back,note\nx,hola,hello,y\n", encoding="utf-8")
    options = ("--columns", "note=why")
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "course", *options)
    assert result.exit_code == 0, result.output
    assert "not imported: the column `why (column 1)`" in result.stdout
    course = pipeline.check(tmp_path / "course").course
    assert course
    assert [card.why for card in course.cards()] == ["y"]


def test_columns_of_a_text_for_anki_may_be_chosen(tmp_path: Path):
    text = "#separator:tab\n#columns:Spanish\tNote\tEnglish\nhola\tformal?\thello\n"
    (tmp_path / "words.txt").write_text(text, encoding="utf-8")
    for options in ("Spanish=prompt,English=answer,Note=why", "1=prompt,3=answer,2=why"):
        folder = tmp_path / options[:1]
        done = run("import", tmp_path / "words.txt", "-o", folder, "--columns", options)
        assert done.exit_code == 0, done.output
        assert pairs(folder) == [("hola", "hello")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--columns", "a"), "write NAME=KEY"),
        (("--columns", "a=anser"), "did you mean `answer`?"),
        (("--columns", "a=prompt,b=prompt"), "two columns for `prompt`"),
        (("--columns", "x=prompt"), "there is no column `x`; choose from `a`, `b`"),
        (("--columns", "3=prompt"), "there is no column `3`"),
        (("--encoding", "klingon"), "there is no encoding `klingon`"),
        (("--encoding", "hex"), "there is no encoding `hex`"),
        (("--encoding", "ascii"), "is not in ascii (line 2)"),
    ],
)
def test_options_that_do_not_fit_are_told(tmp_path: Path, options: tuple[str, ...], message: str):
    (tmp_path / "words.csv").write_text("a,b\nhé,ho\n", encoding="utf-8")
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "course", *options)
    assert result.exit_code in (1, 2)
    assert message in result.stderr


def test_several_words_are_no_tag(tmp_path: Path):
    (tmp_path / "words.csv").write_text(
        'Front,Back,Tags\nuno,one,"irregular verbs, unit3"\ndos,two,I say hello to her.\n'
        "tres,three,a b c d\n",
        encoding="utf-8",
    )
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "course")
    assert "line 2: `irregular verbs` cannot be a tag" in result.stdout
    assert "line 3: `I say hello to her.` cannot be a tag" in result.stdout
    course = pipeline.check(tmp_path / "course").course
    assert course
    assert [card.tags for card in course.cards()] == [("unit3",), (), ("a", "b", "c", "d")]


def test_a_mac_text_and_a_text_in_an_encoding_that_is_named(tmp_path: Path):
    (tmp_path / "words.csv").write_bytes("front;back\nseñor;Sir\n".encode("mac_roman"))
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "course")
    assert result.exit_code == 1
    assert "`--encoding mac_roman` if `señor;Sir` looks right" in result.stderr
    options = ("--encoding", "mac_roman")
    assert run("import", tmp_path / "words.csv", "-o", tmp_path / "course", *options).exit_code == 0
    assert pairs(tmp_path / "course") == [("señor", "Sir")]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("la abundancia;obfitość\nel bullicio;zgiełk\n", "cp1250"),
        ("слово;palabra\nпривет;hola\n", "cp1251"),
        ("el niño;der Junge\nél;er\n", "mac_roman"),
    ],
)
def test_an_encoding_that_is_not_western_is_never_guessed(tmp_path: Path, text: str, encoding: str):
    (tmp_path / "words.csv").write_bytes(text.encode(encoding))
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "course")
    assert result.exit_code == 1
    first = text.partition("\n")[0]
    assert f"`--encoding {encoding}` if `{first}` looks right" in result.stderr


def test_what_was_guessed_of_an_encoding_is_shown(tmp_path: Path):
    text = "l’été;der Sommer\n¿qué?;was\nœuvre;Werk\n"
    (tmp_path / "words.csv").write_bytes(text.encode("cp1252"))
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    assert "read it as cp1252" in result.stdout
    assert "`l’été;der Sommer`" in result.stdout
    assert pairs(tmp_path / "course")[1] == ("¿qué?", "was")


def test_quotation_marks_between_tabs_may_mean_themselves(tmp_path: Path):
    (tmp_path / "words.tsv").write_text('"sobre" todo\tabove all\nel "uno\tone\n', encoding="utf-8")
    result = run("import", tmp_path / "words.tsv", "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    assert pairs(tmp_path / "course") == [('"sobre" todo', "above all"), ('el "uno', "one")]


def test_the_documented_table_is_imported_as_the_page_says(tmp_path: Path):
    page = (ROOT / "docs" / "teach" / "importing.md").read_text(encoding="utf-8")
    page = page.partition("## Import a table")[2].partition("### ")[0]
    table, message = (
        textwrap.dedent(block) for block in re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    )
    (option,) = re.findall(r"-o \S+ --columns (\S+)", page)
    (tmp_path / "words.csv").write_text(table, encoding="utf-8")
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "spanish")
    assert result.exit_code == 2
    lines = [line.strip() for line in result.stderr.splitlines()]
    assert [line.strip() for line in message.splitlines()] == lines[: message.count("\n")]
    done = run("import", tmp_path / "words.csv", "-o", tmp_path / "spanish", "--columns", option)
    assert done.exit_code == 0, done.output
    assert pairs(tmp_path / "spanish") == [("hello", "hola"), ("goodbye", "adiós")]


def test_the_documented_text_for_anki_is_imported(tmp_path: Path):
    page = (ROOT / "docs" / "teach" / "importing.md").read_text(encoding="utf-8")
    page = page.partition("## Import a text for Anki")[2]
    text = page.partition("```text\n")[2].partition("```")[0]
    (tmp_path / "words.txt").write_text(text, encoding="utf-8")
    done = run("import", tmp_path / "words.txt", "-o", tmp_path / "spanish")
    assert done.exit_code == 0, done.output
    assert pairs(tmp_path / "spanish") == [("hola", "hello")]
