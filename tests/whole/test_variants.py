"""Further wordings of a card: one note with one identity, carried by every output, and checked."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attachdeck import outputs, pipeline
from attachdeck.cli import main
from attachdeck.compile.deck import Deck
from attachdeck.engine.verify import Fate, verify
from attachdeck.outputs import gift, paper, site
from attachdeck.preview.site import look
from support.courses import ONE, VARIANTS, Author, compiled, translate, write_course
from support.engine import Learner, do_import

FIRST_ONLY = re.sub(r"    variants:.*?(?=  - id|\Z)", "", VARIANTS, flags=re.DOTALL)
QUESTIONS = (
    "What is a secure base?",
    "From where does one set out?",
    "What does this show:",
    "Turning away?",
    "Keeping need out of sight?",
    "Which one?",
    "And here?",
    "She waits.",
    "He calls again and again.",
    "They ask and are glad.",
    "Write one plan.",
    "Write what you ask.",
    "Write one kind sentence.",
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def text(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())


def test_a_card_keeps_its_note_its_cards_and_its_history_when_it_gets_variants(
    author: Author, learner: Learner
):
    before = author.release(FIRST_ONLY)
    do_import(learner.collection, author.deck)
    for name in ("base", "gaps", "scene"):
        learner.review(name)
    cards = learner.collection.db.all("select id, nid, ord from cards order by id")
    scheduling = learner.scheduling()
    after = author.release(VARIANTS)
    assert do_import(learner.collection, author.deck) == {"updated": 6}
    assert {key: card.guid for key, card in after.cards.items()} == {
        key: card.guid for key, card in before.cards.items()
    }
    assert learner.collection.db.all("select id, nid, ord from cards order by id") == cards
    assert learner.scheduling() == scheduling
    assert "From where does one set out?" in learner.note("base")["Variants"]
    assert not learner.collection.get_empty_cards().notes


def test_a_variant_of_a_cloze_card_may_change_its_reason_alone(tmp_path: Path):
    """Anki shows nothing of a field with gaps that lacks the card's number."""
    card = (
        '  - {id: a, kind: cloze, text: "((1 A)) and ((2 B)).", why: So.,'
        ' variants: [{text: "((1 A)) and ((2 B)).", why: Because.}]}\n'
    )
    pipeline.package(compiled(write_course(tmp_path / "course", cards=card)), tmp_path / "a.apkg")
    findings = {finding.subject: finding for finding in verify(tmp_path / "a.apkg")}
    assert findings["variants"].message == "Anki draws all 2 on both sides"


def test_the_tags_of_a_vignette_name_every_answer(tiny: Callable[..., Deck]):
    [note] = [note for note in tiny(VARIANTS).notes if note.card == "scene"]
    answers = {tag for tag in note.tags if "::pattern::" in tag}
    assert answers == {f"tiny::pattern::{name}" for name in ("unclear", "anxious", "secure")}


def test_each_wording_is_a_question_of_its_own_in_gift(tiny: Callable[..., Deck], tmp_path: Path):
    outputs.put(gift, tiny(VARIANTS), tmp_path / "bank.gift.txt")
    bank = (tmp_path / "bank.gift.txt").read_text(encoding="utf-8")
    questions = dict(re.findall(r"^::([^:]+)::(.*?)(?=^//|\Z)", bank, re.DOTALL | re.MULTILINE))
    assert list(questions) == [
        *("base", "base-variant-1", "base-variant-2"),
        *("gaps-1", "gaps-1-variant-1", "gaps-2", "gaps-2-variant-1"),
        *("type-it", "type-it-variant-1", "choose", "choose-variant-1"),
        *("scene", "scene-variant-1", "scene-variant-2"),
        *("write-it", "write-it-variant-1", "write-it-variant-2"),
    ]
    assert "secure base" in questions["base-variant-1"].partition("####")[2]
    assert "=[plain]John" in questions["gaps-1-variant-1"]
    assert "=[html]Anxious" in questions["scene-variant-1"]
    assert "=[html]Here" in questions["choose-variant-1"]
    assert "=[plain]avoidance" in questions["type-it-variant-1"]
    assert "She comes an hour late." in questions["write-it-variant-1"]
    assert "I ask what happened." in questions["write-it-variant-1"].partition("####")[2]


def test_each_wording_is_on_the_website_below_its_card(tiny: Callable[..., Deck], tmp_path: Path):
    outputs.put(site, tiny(VARIANTS), tmp_path / "site")
    page = (tmp_path / "site" / "lesson-first.html").read_text(encoding="utf-8")
    for question in QUESTIONS:
        assert text(page).count(question) == 1, question
    # Gaps are two cards; each has its variant below it. Progress is kept by card.
    assert page.count("Other wordings") == page.count("data-key=") == 7
    assert Counter(re.findall(r'<article class="prompt [a-z-]+"( id)?', page)) == {" id": 7, "": 10}


def test_each_wording_is_a_card_on_paper_with_its_own_answer(
    tiny: Callable[..., Deck], tmp_path: Path
):
    outputs.put(paper, tiny(VARIANTS), tmp_path / "print")
    cards = text((tmp_path / "print" / "cards.html").read_text(encoding="utf-8"))
    handout = text((tmp_path / "print" / "handout.html").read_text(encoding="utf-8"))
    for question in QUESTIONS:
        assert cards.count(question) == 1, question
        assert question in handout
    assert "№17" in cards
    assert "№18" not in cards


def test_a_spreadsheet_brings_variants_there_and_back(tmp_path: Path):
    write_course(tmp_path / "course", cards=VARIANTS)
    result = run("build", tmp_path / "course", "--to", "csv", "-o", tmp_path / "cards.csv")
    assert result.exit_code == 0, result.output
    result = run("import", tmp_path / "cards.csv", "-o", tmp_path / "back")
    assert result.exit_code == 0, result.output
    course = pipeline.check(tmp_path / "course").course
    back = pipeline.check(tmp_path / "back").course
    assert course
    assert back
    found = {card.id: card.written.get("variants") for card in back.cards()}
    for card in course.cards():
        if card.kind != "vignette":  # Its option set is in course.yaml, which a table has not.
            assert without_pictures(found[card.id]) == without_pictures(card.written["variants"])


def without_pictures(variants: object) -> str:
    """Variants as text; a table brings no pictures."""
    return " ".join(re.sub(r"!\[.*?\)", "", json.dumps(variants, sort_keys=True)).split())


def test_an_edit_of_a_variant_in_a_spreadsheet_comes_back_into_the_course(tmp_path: Path):
    folder = write_course(tmp_path / "course", cards=VARIANTS)
    assert run("fmt", folder).exit_code == 0
    formatted = (folder / "lessons" / "01-first.yaml").read_text(encoding="utf-8")
    table = tmp_path / "cards.csv"
    assert run("build", folder, "--to", "csv", "-o", table).exit_code == 0
    cells = table.read_text("utf-8-sig").replace("They ask and are glad.", "They ask for help.")
    table.write_text(cells, encoding="utf-8")
    result = run("import", "--into", folder, table)
    assert result.exit_code == 0, result.output
    lesson = (folder / "lessons" / "01-first.yaml").read_text(encoding="utf-8")
    assert lesson == formatted.replace("They ask and are glad.", "They ask for help.")


def test_a_translation_has_each_text_of_a_variant(tmp_path: Path):
    folder = write_course(tmp_path / "course", cards=VARIANTS)
    assert run("translate", "extract", "es", folder).exit_code == 0
    catalogue = (folder / "translations" / "es" / "first.po").read_text(encoding="utf-8")
    contexts = re.findall(r'^msgctxt "(.*:variants\..*)"$', catalogue, re.MULTILINE)
    assert {
        "base:variants.1.prompt",
        "base:variants.1.answer",
        "gaps:variants.1.text",
        "choose:variants.1.options.3.why",
        "scene:variants.2.near_miss.why",
        "write-it:variants.1.scenario",
        "write-it:variants.2.standard",
    } <= set(contexts)
    assert "scene:variants.1.answer" not in contexts
    translate(folder, "first", base_variants_1_prompt="¿De dónde se parte?")
    course = pipeline.check(folder, "es").course
    assert course
    assert next(course.cards()).variants[0].prompt == "¿De dónde se parte?"


def test_what_changes_in_a_variant_is_told_word_by_word(author: Author, tmp_path: Path):
    author.release(VARIANTS)
    old = author.deck.rename(tmp_path / "old.apkg")
    author.release(VARIANTS.replace("From where does one set out", "Whence does one set out"))
    found = json.loads(run("diff", old, author.deck, "--format", "json").stdout)
    [rewording] = found["reworded"]["base"]
    assert rewording["field"] == "Variants"
    assert "Whence does one" in rewording["after"]
    assert found["version"] == "patch"


def test_the_preview_shows_each_wording_by_itself(tmp_path: Path):
    shown = look(write_course(tmp_path / "course", cards=VARIANTS))
    [lesson] = shown.lessons.values()
    cards = {card["id"]: card["wordings"] for card in lesson.entry["cards"]}
    assert cards == {"base": 3, "gaps": 2, "type-it": 2, "choose": 2, "scene": 3, "write-it": 3}
    for wording, (question, answer) in enumerate(
        [("What is a secure base?", "Where one sets"), ("From where does", "From a <strong>secure")]
    ):
        front = shown.document("base", 0, wording, "front", "")
        back = shown.document("base", 0, wording, "back", "")
        assert front
        assert back
        assert question in front
        assert answer in back
        assert answer not in front
        assert 'class="variants"' not in front + back
    assert shown.document("base", 0, 3, "front", "") is None


def test_verify_draws_each_and_finds_a_template_without_a_place_for_it(tmp_path: Path):
    deck = compiled(write_course(tmp_path / "course", cards=VARIANTS))
    pipeline.package(deck, tmp_path / "good.apkg")
    findings = {finding.subject: finding for finding in verify(tmp_path / "good.apkg")}
    # 2 of `base`, 1 for each of the two cards of `gaps`, 1, 1, 2 and 2.
    assert findings["variants"].message == "Anki draws all 10 on both sides"
    assert {finding.fate for finding in findings.values()} == {Fate.GOOD}

    dated = deck.note_types["basic"]
    broken = [
        dataclasses.replace(template, back=template.back.replace(' data-field="Answer"', ""))
        for template in dated.note_type.templates
    ]
    note_type = dataclasses.replace(dated.note_type, templates=tuple(broken))
    types = deck.note_types | {"basic": dataclasses.replace(dated, note_type=note_type)}
    pipeline.package(dataclasses.replace(deck, note_types=types), tmp_path / "bad.apkg")
    findings = {finding.subject: finding for finding in verify(tmp_path / "bad.apkg")}
    assert (findings["variants"].fate, findings["variants"].cards) == (Fate.LOST, ("base",))


def test_a_course_without_variants_has_no_line_about_them(author: Author):
    author.release(ONE)
    assert "variants" not in {finding.subject for finding in verify(author.deck)}


def test_new_writes_a_card_with_variants_and_a_course_that_shows_how(tmp_path: Path):
    assert run("new", "course", tmp_path / "course", "--title", "Memory").exit_code == 0
    card = ("prompt=What is 2 + 2?", "answer=4", "variants=[{prompt: What is 1 + 3?}]")
    options = [option for setting in card for option in ("--set", setting)]
    result = run("new", "card", tmp_path / "course", "--kind", "basic", *options)
    assert result.exit_code == 0, result.output
    course = pipeline.check(tmp_path / "course").course
    assert course
    prompts = [[variant.prompt for variant in card.variants] for card in course.cards()]
    assert prompts[0]
    assert prompts[-1] == ["What is 1 + 3?"]


BASIC = "  - {id: a, kind: basic, prompt: Who?, answer: Bowlby., variants: [VARIANT]}\n"
TYPED = "  - {id: a, kind: typed, prompt: Who?, answer: Bowlby, variants: [VARIANT]}\n"
CLOZE = '  - {id: a, kind: cloze, text: "((1 A)) and ((2 B)).", variants: [VARIANT]}\n'
CHOICE = (
    "  - {id: a, kind: choice, question: Who?, options: [{text: A, right: true},"
    " {text: B, why: No.}], variants: [VARIANT]}\n"
)
SCENE = (
    "  - {id: a, kind: vignette, scenario: She waits., options: pattern, answer: secure,"
    " cue: So., near_miss: {option: anxious, why: No.}, variants: [VARIANT]}\n"
)
WRITE = (
    "  - {id: a, kind: produce, prompt: Write., answer: A., standard: S., variants: [VARIANT]}\n"
)


@pytest.mark.parametrize(
    ("card", "variant", "rule", "said"),
    [
        (BASIC, "{prompt: ' Who? '}", "variant", "two wordings of this card are the same"),
        (BASIC, "{prompt: Whom?}, {prompt: Whom?}", "variant", "two wordings of this card"),
        (BASIC, "{prompt: Whom?, hint: B}", "variant", "but the card does not"),
        (BASIC, "{}", "schema", ""),
        (BASIC, "{question: Whom?}", "unknown-key", "did you mean `prompt`?"),
        (BASIC, "{prompt: '<!-- x -->'}", "no-card", "this text renders as blank"),
        (TYPED, "{prompt: Whom?, answer: X}", "unknown-key", "Anki compares with only one answer"),
        (CLOZE, '{text: "((1 A)) and B."}', "variant", "use the same numbers (1, 2)"),
        (
            CLOZE,
            '{text: "((1 A)) and ((2 B)), ((3 C))."}',
            "variant",
            "the gap numbers of this variant differ",
        ),
        (CLOZE, '{text: "((1 A and ((2 B))."}', "cloze", ""),
        (CHOICE, "{options: [{text: A, right: true}]}", "schema", ""),
        (CHOICE, "{options: [{text: A, right: true}, {text: B, right: true}]}", "choice", ""),
        (CHOICE, "{options: [{text: A, right: true}, {text: B}]}", "missing-key", "`why`"),
        (SCENE, "{scenario: He runs.}", "missing-key", "`cue` is missing"),
        (SCENE, "{answer: anxious, cue: So.}", "missing-key", "`near_miss` is missing"),
        (
            SCENE,
            "{answer: anxious, cue: X, near_miss: {option: anxious, why: No.}}",
            "vignette",
            "the near miss is the right answer",
        ),
        (
            SCENE,
            "{answer: anxius, cue: X, near_miss: {option: secure, why: No.}}",
            "unknown-option",
            "did you mean `anxious`?",
        ),
        (WRITE, "{scenario: She runs.}", "missing-key", "`answer` is missing"),
        (WRITE, "{scenario: She runs., answer: Ask.}", "variant", "but the card does not"),
        (WRITE, "{prompt: Write.}", "variant", "two wordings of this card are the same"),
        (WRITE, "{model: Wait.}", "unknown-key", "`answer`"),
        (
            "  - {id: a, kind: practice, prompt: Do., variants: [VARIANT]}\n",
            "{prompt: Go.}",
            "unknown-key",
            "",
        ),
    ],
)
def test_a_variant_that_cannot_work_is_an_error_at_its_place(
    tmp_path: Path, card: str, variant: str, rule: str, said: str
):
    folder = write_course(tmp_path / "course", cards=card.replace("VARIANT", variant))
    problems = pipeline.check(folder).diagnostics
    told = [problem for problem in problems if problem.rule == rule]
    assert len(told) == len(problems) == 1, [
        (problem.rule, problem.message) for problem in problems
    ]
    assert said in f"{told[0].message} {told[0].help}"
    assert told[0].at.line == 7
    if rule not in ("schema", "missing-key") and "practice" not in card:
        assert (told[0].at.column or 0) > card.index("variants")


def test_what_is_wrong_with_the_card_itself_is_told_once(tmp_path: Path):
    wrong = SCENE.replace("secure", "sekure").replace("VARIANT", "{question: Which?}")
    problems = pipeline.check(write_course(tmp_path / "course", cards=wrong)).diagnostics
    assert [problem.rule for problem in problems] == ["unknown-option"]


@pytest.mark.parametrize("sounding", ["prompt", "variant", "why"])
def test_a_sound_in_a_text_that_changes_is_an_error(tmp_path: Path, sounding: str):
    """Anki plays what any part of a side names, also what a script has put aside."""
    sound = {
        key: " ![](hola.wav)" if key == sounding else "" for key in ("prompt", "variant", "why")
    }
    card = (
        f"  - {{id: a, kind: basic, prompt: 'Who{sound['prompt']}?', answer: Bo.,"
        f" why: 'So{sound['why']}.', variants: [{{prompt: 'Whom{sound['variant']}?'}}]}}\n"
    )
    listed = "sounds:\n  - {file: hola.wav, origin: Mine., licence: CC0, transcript: Hola.}\n"
    files: dict[str, str | bytes] = {
        "media/media.yaml": listed,
        "media/hola.wav": b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + bytes(28),
    }
    problems = pipeline.check(write_course(tmp_path / "course", files, cards=card)).diagnostics
    # The reason stays, whichever wording is shown.
    expected = [] if sounding == "why" else ["variant"]
    assert [problem.rule for problem in problems] == expected, problems


def test_rules_for_good_cards_look_at_variants_and_say_a_thing_once(tmp_path: Path):
    card = BASIC.replace("Bowlby.", "John Bowlby., why: Everybody always loses!")
    good = card.replace("VARIANT", "{prompt: Whom do we read?}")
    bad = card.replace("VARIANT", "{prompt: Was it John Bowlby?}")
    counts = []
    for name, cards in (("good", good), ("bad", bad)):
        result = run("check", write_course(tmp_path / name, cards=cards), "--strict")
        counts.append(Counter(re.findall(r"\[([a-z-]+)\]", result.output)))
    assert counts[1] - counts[0] == {"answer-in-prompt": 1}
