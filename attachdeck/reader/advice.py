"""What the YAML parser's complaints mean to an author, and how to mend them.

Where a line as it should stand is shown, it has been tried: the parser reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from attachdeck.diagnostics import Diagnostic, close
from attachdeck.location import Location
from attachdeck.patterns import pattern
from attachdeck.quoting import in_quotes, quoted, shortened

if TYPE_CHECKING:
    import yaml

_OR_BELOW = ", or write it after `|` on lines of its own"
_QUOTE = "needs quotes around it"
_KEY = r"\s*(?:- +)?[\w-]+"
_OPENING, _CLOSING = "“„«»‘‚‹›", "”“»«’‘›‹"
_LONGEST_TEXT = 300_000
"""In characters: how large a file may be in which lines are tried."""
_LONGEST_LINE = 2_000
_ALIKE = 0.75
"""How alike (difflib's ratio) a word must be to a key to be a misspelt one."""
_MOST_TRIED = 20
"""How many ways to mend a line, or lines to mend, are tried at most."""
_ABOVE = 100
"""How many lines above one tell in which columns lines begin."""
_FIRST_KEYS = ("id", "key", "file", "name", "text", "where")
"""Keys with which authors begin an entry."""
MISREAD = pattern(
    r"\\\\|(\\(?:t(?:ext(?:bf|it|rm|tt|sf)?\{|heta|imes|riangle|ilde|herefore|frac|binom)|n(?:abla|eq|leq|geq|otin|earrow|warrow|subseteq)(?![a-z]))"
    r"|(?<!\w)[A-Z]:\\(?:temp|tmp|tools|new|network|notes)(?![a-z]))"
)
"""In double quotes: words of formulas, and folders of Windows, that begin like a tab or a line end; group 1. A backslash twice is one, and nothing more."""
_BULLETS = "–—•·▪◦*"
_ENTRY = pattern(rf"(\s*)(?:[{_BULLETS}]|-(?=[^\s-])|-(?=[^\S ]))\s*([\w-]+: .*)")
"""What was meant to begin an entry, and does not."""
_KEYS = frozenset(
    """
    accent accent_night accept alt answer article authors back browser_back browser_font browser_front browser_size bury_siblings cards changes checked
    cloze collapsed confusion contact container content_note css cue deck description desired_retention doi element example exclude_from_search extends
    fields file files font formerly front full_deck height help hide hint homepage id keep_identity key kind language latex_after latex_before latex_svg
    left licence lines lint name near_miss new_cards_a_day night note note_type notice objective objectives option option_sets options origin page picture
    pictures plain_text practice_deck prevent_deletion prompt question read reading regions retired_because reverse reviews_a_day right role rtl scenario
    shape size sort_field sources speech status steps sticky stock_kind study summary supports tags templates text theme title top unit url version
    volume_pages where whole why width year
    """.split()  # noqa: SIM905  # One key a line would be a page of its own.
)
"""The keys of all schemas; a test holds them together."""
_NO_TEXTS = frozenset(
    """
    accept article browser_size bury_siblings cards cloze collapsed desired_retention exclude_from_search fields files height help keep_identity latex_svg
    left lines lint near_miss new_cards_a_day objectives option_sets pictures plain_text prevent_deletion regions reverse reviews_a_day right role rtl
    size sources steps sticky stock_kind study tags templates theme top whole width year
    """.split()  # noqa: SIM905  # Nor are these.
)
"""Those of them that take no text, so that quotation marks would not help; a test sees to these, too."""


class Said(NamedTuple):
    """What is wrong, how to mend it, and the line and column where it stands, if not where the parser stopped."""

    message: str
    help: str
    at: tuple[int, int] | None = None


class _Page:
    """A text that the parser does not read, line by line, and a way to try what it should say; `stopped` is the line that it stopped in, if not at the end."""

    def __init__(self, text: str, parse: Callable[[str], Iterator[yaml.Event]], stopped: int = 0) -> None:
        self.lines = text.split("\n")
        self.parse = parse
        self.small = len(text) <= _LONGEST_TEXT
        self.stopped = stopped if any(each.strip() for each in self.lines[stopped - 1 :]) else 0

    def __getitem__(self, line: int) -> str:
        return self.lines[line - 1]

    def above(self, line: int) -> Iterator[str]:
        """The lines above one that are not blank, the nearest first."""
        return (each for each in reversed(self.lines[max(line - _ABOVE, 0) : line - 1]) if each.strip())

    def reads(self, line: int, instead: str, beyond: int = 0) -> bool:
        """Whether the parser comes beyond a line, or a later one, if that line says something else."""
        import yaml

        if not self.small or len(instead) > _LONGEST_LINE:
            return False
        try:
            # Only what begins on a later line shows that it does.
            any(
                event.start_mark is not None and event.start_mark.line >= (beyond or line)
                for event in self.parse("\n".join([*self.lines[: line - 1], instead, *self.lines[line:]]))
            )
        except yaml.MarkedYAMLError as error:
            marks = [mark.line for mark in (error.problem_mark, error.context_mark) if mark]
            return min(marks, default=0) >= (beyond or line)
        return True

    def mended(self, line: int) -> str:
        """A line as it should stand, with its text in quotes; empty where that does not help."""
        return next((shown.strip() for whole, shown in _in_quotes(self[line][:_LONGEST_LINE]) if self.reads(line, whole)), "")

    def opened(self, line: int) -> tuple[int, int] | None:
        """Where a quotation mark stands that was forgotten to be closed, so that the next one, in this line, closes it."""
        import yaml

        last: yaml.Event | None = None
        try:
            for event in self.parse("\n".join(self.lines)) if self.small else ():
                last = event if isinstance(event, yaml.ScalarEvent) and event.style else None
        except yaml.MarkedYAMLError:
            pass
        if last is None or last.start_mark is None or last.end_mark is None or last.end_mark.line != line - 1:
            return None
        between = self.lines[last.start_mark.line + 1 : line]
        return (last.start_mark.line + 1, last.start_mark.column + 1) if any(re.match(_KEY + ": ", each) for each in between) else None

    def column(self, line: int) -> int:
        """In which column a line that is indented wrongly could begin; 0 where that does not help."""
        said = self[line].strip()
        columns: dict[int, None] = {}
        for each in self.above(line):
            found = re.match(r" *" if said.startswith("- ") else r" *(?:- +)*", each)
            if found and (not said.startswith("- ") or each[found.end() :].startswith("- ")):
                columns[found.end()] = None
        now = len(self[line]) - len(self[line].lstrip())
        near = sorted(columns, key=lambda each: abs(each - now))[:_MOST_TRIED]
        return next((each + 1 for each in near if each != now and self.reads(line, " " * each + said)), 0)


def _in_quotes(line: str) -> Iterator[tuple[str, str]]:
    """A line with its text in quotes, whole and as messages show it, in every way in which it may be meant."""
    found = re.fullmatch(r"(\s*(?:- +)*(?:[\w-]+ *: +)?)(\S.*)", line.rstrip())
    if found and not (_NO_TEXTS & {found[1].strip(" -:")}) and (found[1].rstrip().endswith(":") or (found[1].strip() and found[2][0] not in "{[")):
        for text in _texts(found[2]):
            yield found[1] + in_quotes(text), found[1] + quoted(text)


def _texts(written: str) -> Iterator[str]:
    """What an author may have meant by what stands as a text."""
    mark = written[0]
    if mark in _OPENING and written[-1] in _CLOSING:
        yield written[1:-1]
    if mark in "\"'":
        bare = re.sub(r"(?<=[\"']) +#.*$", "", written)
        inner = re.sub(r"\\([\"\\])", r"\1", bare[1:]) if mark == '"' else bare[1:].replace("''", "'")
        if mark == '"' and "\\n" in MISREAD.sub("", inner):
            return  # A line end in the text, which no other quotes can hold.
        if bare.count(mark) == 1:
            yield inner
        elif bare[-1] == mark:
            yield inner[:-1]
    yield written


def _line_too_deep(page: _Page, line: int, column: int) -> Said | None:
    if not re.fullmatch(_KEY, page[line][: column - 1]):
        return _second_key(page, line, column)
    begin = page.column(line)
    above = next((number for number in range(line - 1, 0, -1) if page[number].strip()), 0)
    if above and (said := _no_entry(page, above, 0) or _keyless(page, above, line)):
        return said
    word = re.sub(r"^(?:- +)+", "", page[line].strip()).partition(":")[0]
    if not (word in _KEYS or close(word, _KEYS, cutoff=_ALIKE)):
        opening = next((each.strip() for each in page.above(line) if len(each) - len(each.lstrip()) < len(page[line]) - len(page[line].lstrip())), "")
        key = re.match(r"(?:- +)*([\w-]+): ", opening)
        where = f": `{key[1]}: |`" if key else ""
        return Said("this colon begins a second value", f"a text of several lines that holds `: ` stands after `|`, on the lines below it{where}")
    what = "an entry" if page[line].lstrip().startswith("- ") else "a key"
    return Said(
        "this line is indented further than the one above it, and so goes on with its text",
        f"{f'if it is {what}, begin it in column {begin}' if begin else 'keys of one card start in the same column'}; a text of several lines stands after `|`",
    )


def _second_key(page: _Page, line: int, column: int) -> Said | None:
    found = re.search(r" ([\w-]+)$", page[line][max(column - 40, 0) : column - 1])
    if not found or found[1] not in _KEYS:
        return None
    meant = page.mended(line)
    help = f"begin `{found[1]}:` on a line of its own" + (f"; where it is a part of the text, write `{meant}`" if meant else "")
    return Said("a second key stands on this line", help, (line, column - len(found[1])))


def _keyless(page: _Page, above: int, line: int) -> Said | None:
    """What is wrong with a line without a key above a line with one."""
    written = page[above].rstrip()
    indented = len(written) - len(written.lstrip())
    found = re.fullmatch(r"(\s*(?:- +)*)([\w-]+)\s*[;=：\s]\s*([^:]*)", written[:_LONGEST_LINE])
    if found and found[2] in _KEYS and page.reads(above, f"{found[1]}{found[2]}: {found[3]}"):
        return Said(
            "this line has no `key: value`", f"a key needs a colon and a space after it: `{found[2]}: {shortened(found[3])}`", (above, found.end(1) + 1)
        )
    first = next((number for number, each in enumerate(page.lines, 1) if each.strip() and not each.startswith("#")), 0)
    if above == first and not re.match(_KEY + ":", written) and indented == len(page[line]) - len(page[line].lstrip()):
        return Said("this line has no `key: value`", "delete it, or write `# ` before it, which makes it a comment", (above, indented + 1))
    return None


def _text_not_deep(page: _Page, line: int, _column: int) -> Said | None:
    before = next(page.above(line), "")
    if re.search(r": +[|>][+-]?$", before):
        return Said("the text of several lines is not indented", "indent it further than the key before it")
    return None


def _no_colon(page: _Page, line: int, column: int) -> Said | None:
    if said := _text_not_deep(page, line, column):
        return said
    written = page[line].rstrip()
    if comment := re.match(r"\s*(?://|<!--|/\*)\s*(.*?)\s*(?:-->|\*/)?$", written[:_LONGEST_LINE]):
        return Said("a comment begins with `# `", f"write `# {shortened(comment[1])}`")
    if re.fullmatch(r"\s*([-=_*~+])\1{2,}", written):
        return Said("a line of signs separates nothing here", "delete it")
    found = re.fullmatch(r"(\s*(?:- +)*)([\w-]+)(\s*[:;=：]\s*|\s+)(\S.*)", written[:_LONGEST_LINE])
    if found and not found[3].strip() and found[2] not in _KEYS:
        found = None
    if not found:
        whole = re.fullmatch(r"\s*(?:- +)*\"([\w-]+: )(.*)\"", written[:_LONGEST_LINE])
        if whole:
            return Said("this line has no `key: value`", f"quotation marks stand around the text alone: `{whole[1]}{quoted(whole[2])}`")
        help = "to go on with the text above, indent it further than the key there; otherwise write a key before it, and a colon"
        return Said("this line has no `key: value`", help) if page.reads(line, f"{' ' * 40}{written.strip()}") else None
    meant = f"{found[2]}: {found[4]}"
    plain = found[4][0] not in "&*!|>" and page.reads(line, found[1] + meant)
    if not plain and not page.reads(line, f"{found[1]}{found[2]}: {in_quotes(found[4])}"):
        return None
    meant = meant if plain else f"{found[2]}: {quoted(found[4])}"
    meant = meant if len(meant) <= _LONGEST_LINE // 20 else f"{found[2]}: …"
    if re.search(r"[^\S \t]", found[3]):
        return Said("a character that only looks like a space stands behind the colon", f"write `{meant}`, with the space bar", (line, found.end(2) + 1))
    if found[3].strip():
        return Said("this line has no `key: value`", f"a key needs a colon and a space after it: `{meant}`")
    return Said("this line has no `key: value`", f"if it goes on with the text above, indent it further than its key; a key needs a colon after it: `{meant}`")


def _out_of_place(page: _Page, line: int, _column: int) -> Said | None:
    written = page[line]
    if re.fullmatch(_KEY + r": +[\"'\[{].*", written):
        return _text_after_its_end(page, line)
    said = written.strip()
    indented = len(written) - len(written.lstrip())
    deeper = next(page.above(line), "")
    opening = next((each for each in page.above(line) if len(each) - len(each.lstrip()) < indented), "")
    if re.search(r": +[|>][-+0-9]*$", opening) and (far := len(deeper) - len(deeper.lstrip())) > indented:
        return Said("this line is indented less than the text that it belongs to", f"begin it in column {far + 1}, as the line above it does")
    bare = re.sub(r"^(?:- +)+", "", said)
    if bare != said and not bare.startswith(_FIRST_KEYS) and page.reads(line, written.replace(said, bare)):
        return Said("a list cannot begin among keys", f"delete the `- ` before `{bare.partition(':')[0]}`")
    return _indented_wrongly(page, line, 1)


def _text_after_its_end(page: _Page, line: int) -> Said:
    mark = re.match(_KEY + r": +(.)", page[line])
    meant = page.mended(line)
    if mark and mark[1] in "[{":
        return Said("the text goes on behind its closing bracket", f"a text that begins with `{{` or `[` {_QUOTE}" + (f": `{meant}`" if meant else _OR_BELOW))
    help = "put quotation marks of the other kind around the whole text"
    return Said("the text goes on behind its closing quotation mark", f"{help}: `{meant}`" if meant else f"{help}{_OR_BELOW}")


def _indented_wrongly(page: _Page, line: int, column: int) -> Said | None:
    written = page[line]
    if written[: column - 1].strip():
        if written[column - 1 :].strip() == ",":
            return Said("no comma stands between entries", "delete it")
        return _between_braces(page, line) or _text_after_its_end(page, line)
    said = written.strip()
    if said.startswith(tuple(f"{key}:" for key in _FIRST_KEYS)) and page.reads(line, written.replace(said, f"- {said}")):
        return Said("an entry begins with `- `, a hyphen and a space", f"write `- {said[:60]}`, and indent its other keys as far")
    begin = page.column(line)
    help = f"begin it in column {begin}: keys of one card start in the same column, and entries of a list with `- `"
    return Said("this line is indented wrongly", help) if begin else None


def _no_entry(page: _Page, line: int, _column: int) -> Said | None:
    stars = re.fullmatch(r"(\s*(?:- +)*)\*+([\w-]+)(?:\*+:|:\*+) *(.*)", page[line].rstrip()[:_LONGEST_LINE])
    if stars and page.reads(line, f"{stars[1]}{stars[2]}: {stars[3]}"):
        return Said("a key stands without stars", f"write `{stars[2]}: {shortened(stars[3])}`", (line, stars.end(1) + 1))
    found = _ENTRY.fullmatch(page[line].rstrip()[:_LONGEST_LINE])
    if not found or not page.reads(line, f"{found[1]}- {found[2]}"):
        return None
    return Said("an entry begins with `- `, a hyphen and a space", f"write `- {found[2][:60]}`", (line, found.end(1) + 1))


def _bracket(page: _Page, line: int, _column: int) -> Said | None:
    if page.stopped > line and page[line].rstrip().endswith(("{", "[", ",")):
        before = next((number for number in range(page.stopped - 1, line - 1, -1) if page[number].strip()), line)
        if page.reads(before, f"{page[before].rstrip()},", page.stopped):
            return Said("a comma is missing here", "write `,` at the end of this line", (before, len(page[before].rstrip()) + 1))
    bare = re.sub(r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}", "", re.sub(r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}", "", page[line][:_LONGEST_LINE]))
    closing = "".join({"[": "]", "{": "}"}[each] for each in reversed(bare) if each in "[{")
    if not closing:
        return _between_braces(page, line)
    closed = page[line].rstrip() + closing
    if not page.reads(line, closed):
        return None
    meant = page.mended(line)
    help = f"close it: `{_short(closed)}`" + (f"; a text that begins with a bracket {_QUOTE}: `{meant}`" if meant else "")
    return Said("this bracket is never closed", help)


def _no_beginning(page: _Page, line: int, column: int) -> Said:
    if hidden := re.search(r"(?<=[\[{,:])\s*(#[^\s,\]}]+)", page[line][:_LONGEST_LINE]):
        return Said("a `#` begins a comment here", f"a text that begins with `#` {_QUOTE}: `{quoted(hidden[1])}`", (line, hidden.start(1) + 1))
    begins = re.fullmatch(_KEY + ": +", page[line][: column - 1])
    meant = page.mended(line) if begins and page[line][column - 1 : column] in ",]}" else ""
    if meant:
        return Said("a text cannot begin with `,`, `]` or `}`", f"it {_QUOTE}: `{meant}`")
    return Said("a value is missing here", "close the bracket before it, or write the value")


def _between_braces(page: _Page, line: int) -> Said | None:
    """What keeps keys and their values between braces on one line from being read."""
    written = page[line].rstrip()
    if not re.match(r"\s*(?:- +)*(?:[\w-]+: +)?\{", written) or len(written) > _LONGEST_LINE:
        return None
    if page.stopped > line:
        return _on_a_later_line(page, page.stopped)
    for key in re.finditer(r"(?<=[^\s,{]) (?=(?:" + "|".join(sorted(_KEYS)) + "): )", written):
        if page.reads(line, f"{written[: key.start()]},{written[key.start() :]}"):
            word = written[key.end() :].partition(":")[0]
            return Said("a comma is missing here", f"write `, ` before `{word}:`", (line, key.start() + 1))
    ends = [written.rfind("}"), *(each.start() for each in re.finditer(r", *[\w-]+: ", written))]
    for begin in islice(re.finditer(r"(?<=[{ ])[\w-]+: +(?=\S)", written), _MOST_TRIED):
        end = min((each for each in ends if each > begin.end()), default=0)
        text = written[begin.end() : end]
        for meant in _texts(text) if text else ():
            if page.reads(line, written[: begin.end()] + in_quotes(meant) + written[end:]):
                help = f"put quotation marks around the whole text: `{begin.group()}{quoted(meant)}`"
                return Said("this text cannot stand between braces without quotation marks", help, (line, begin.end() + 1))
    return None


def _on_a_later_line(page: _Page, line: int) -> Said | None:
    """The same of a line between braces that begin above it."""
    found = re.fullmatch(r"(\s*[\w\"'-]+: +)(\S.*?)([,\]}]*)", page[line].rstrip()[:_LONGEST_LINE])
    for meant in _texts(found[2]) if found else ():
        if found and page.reads(line, found[1] + in_quotes(meant) + found[3]):
            help = f"put quotation marks around the whole text: `{found[1].lstrip()}{quoted(meant)}`"
            return Said("this text cannot stand between braces without quotation marks", help, (line, found.end(1) + 1))
    return None


def _short(line: str) -> str:
    """A line as messages show it."""
    return shortened(line.strip())


def _not_behind_a_bar(page: _Page, line: int, column: int) -> Said:
    sign = "|" if "|" in page[line][: column - 1] else ">"
    meant = page.mended(line)
    return Said(
        f"behind `{sign}` nothing can stand on the same line",
        "write the text on the lines below, indented further" + (f"; where the sign belongs to it, write `{meant}`" if meant else ""),
    )


def _directive(page: _Page, line: int, _column: int) -> Said | None:
    above = next((number for number in range(1, line) if page[number].startswith("%")), 0)
    if above:
        return Said("a line that begins with `%` is for YAML itself", "delete it", (above, 1))
    dots = next((number for number in range(line - 1, 0, -1) if page[number].rstrip() == "..."), 0)
    return Said("three dots alone on a line are the end of a file for YAML", "delete them, or indent them like the text around", (dots, 1)) if dots else None


class _Advice(NamedTuple):
    """What the parser's phrase means to an author, and how to mend it; `begun` points at where the broken thing begins.

    `closer` says what it comes from, where the page, the line and the column tell. `help` is followed by the line as it should stand, or by `otherwise`.
    """

    phrase: str
    message: str
    help: str
    otherwise: str = _OR_BELOW
    begun: bool = False
    closer: Callable[[_Page, int, int], Said | None] = lambda *_: None


_ADVICE = (
    _Advice("mapping values are not allowed", "this colon begins a second value", f"a text that holds `: ` {_QUOTE}", closer=_line_too_deep),
    _Advice("found unexpected end of stream", "this quotation mark is never closed", "close it", begun=True),
    _Advice(
        "did not find expected ',' or",
        "this bracket is never closed",
        "close it; a text that begins with `{` or `[` needs quotes around it",
        "",
        begun=True,
        closer=_bracket,
    ),
    _Advice(
        "could not find expected ':'",
        "this line has no `key: value`",
        "a key needs a colon and a space after it: `prompt: …`; a text of several lines stands after `|`",
        "",
        begun=True,
        closer=_no_colon,
    ),
    _Advice(
        "did not find expected key",
        "this does not fit what stands before it",
        "check the indentation and the quotation marks here and in the line above; a text with a quotation mark in it is best written after `|`",
        "",
        closer=_out_of_place,
    ),
    _Advice(
        "did not find expected '-' indicator",
        "this line is indented wrongly",
        "keys of one card start in the same column, and entries of a list with `- `",
        "",
        closer=_indented_wrongly,
    ),
    _Advice("found character that cannot start any token", "a text cannot begin with this character", f"text that begins with `@`, `%` or a backtick {_QUOTE}"),
    _Advice(
        "did not find expected node content",
        "a value is missing here",
        "close the bracket before it, or write the value",
        "",
        closer=_no_beginning,
    ),
    _Advice("found unknown escape character", "a backslash is special in double quotes", "use single quotes"),
    _Advice("did not find expected hexdecimal number", "a backslash is special in double quotes", "use single quotes"),
    _Advice("block sequence entries are not allowed", "a list cannot begin here", f"begin it on a line of its own; a text that begins with `- ` {_QUOTE}"),
    _Advice("did not find expected alphabetic", "a text cannot begin with `*` or `&`", f"it {_QUOTE}", begun=True, closer=_no_entry),
    _Advice("did not find expected whitespace or line break", "a text cannot begin with `!`, `&` or `*`", f"it {_QUOTE}", begun=True),
    _Advice("did not find expected comment or line break", "behind `|` nothing can stand on the same line", "", closer=_not_behind_a_bar),
    _Advice("found unexpected ':'", "", "", closer=lambda *_: Said("a value is missing here", "write a space and a value behind the colon, or delete the key")),
    _Advice("<document start>", "nothing can stand behind the end of this", "check the brackets and the quotation marks above", "", closer=_directive),
    _Advice("mapping keys are not allowed", "a text cannot begin with `? `", f"it {_QUOTE}"),
)


def syntax_error(error: yaml.MarkedYAMLError, text: str, shown: str, parse: Callable[[str], Iterator[yaml.Event]]) -> Diagnostic:
    """The parser's complaint about a file's text as a diagnostic; `parse` is the parser itself."""
    problem = error.problem or error.context or "it does not follow the rules of YAML"
    advice = next((each for each in _ADVICE if each.phrase in problem), None)
    mark = (error.context_mark if advice and advice.begun else error.problem_mark) or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    page = _Page(text, parse, error.problem_mark.line + 1 if error.problem_mark else line)
    # At the end of the text the parser stands behind the last line, where there is nothing to show.
    if line > 1 and not "".join(page.lines[line - 1 :]).strip():
        line = max((number for number, each in enumerate(page.lines, 1) if each.strip()), default=1)
        column = len(page[line]) + 1
    message, help = (advice.message, advice.help) if advice else (problem, None)
    if page[line][column - 1 : column] == "\t":
        message, help = "a tab stands in the indentation", "indent with spaces"
    elif odd := _no_space(page.lines, line):
        line, column = odd
        message, help = "a character that only looks like a space stands in the indentation", "delete it, and indent with the space bar"
    elif "did not find expected" in problem and (began := page.opened(line)):
        line, column = began
        meant = page.mended(line)
        message, help = "this quotation mark is never closed", f"close it: `{meant}`" if meant else f"close it{_OR_BELOW}"
    elif advice and (closer := advice.closer(page, line, column) or _between_braces(page, line)):
        message, help = closer.message, closer.help
        line, column = closer.at or (line, column)
    elif advice:
        meant = page.mended(line)
        help = f"{help}: `{meant}`" if meant else f"{help}{advice.otherwise}"
    return Diagnostic(rule="yaml-syntax", message=message, at=Location(shown, line, column, line, column + 1), help=help)


def as_text(line: int, text: str, parse: Callable[[str], Iterator[yaml.Event]]) -> str:
    """How to write a line whose text means something else to YAML, for the end of a hint."""
    meant = _Page(text, parse).mended(line)
    return f": `{meant}`" if meant else _OR_BELOW


def _no_space(lines: list[str], line: int) -> tuple[int, int] | None:
    """Where in the indentation of a line, or of the one before, a character stands that only looks like a space."""
    for number in (line, line - 1):
        if number and (found := re.match(r" *(?=[^\S ])", lines[number - 1])):
            return number, found.end() + 1
    return None
