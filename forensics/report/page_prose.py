"""Text for the page: the values of a view, and whole sections of Markdown, as HTML that can hold nothing else.

A value of a view is plain words and code between backticks. It is escaped here, once, whatever it holds; only then
do code and instants become elements. Markdown is rendered with raw HTML and links off; what it makes of the folds
that our own templates write, and of tables, is put right on its tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from forensics.report.page_pen import BEGIN, END, MIDDLE, TIMED, untimed
from forensics.timeline import utc_text

CODE = re.compile(r"`([^`]+)`")
DATE = r"(?<![0-9-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?(?![0-9-])"
WORDS = re.compile(f"{TIMED.pattern}|({DATE})|([0-9.,]+ %)")
PIECE = re.compile(f"{CODE.pattern}|{WORDS.pattern}")
DATED = re.compile(f'<span class="date">({DATE})</span>')
BOLD = re.compile(r"\*\*(.+?)\*\*")
FOLD_BEGIN = re.compile(r"<details>\n<summary>([^<>]*)</summary>")
FOLD_END = "</details>"
CONTROL = dict.fromkeys(map(ord, BEGIN + MIDDLE + END))
# Nothing in a report is a link, a picture or an underlined heading: evidence that looks like one stays text.
NOT_READ = ("link", "image", "autolink", "reference", "lheading", "entity", "html_inline", "html_block", "hr", "code")


def inline(text: str) -> Markup:
    """Return a value of a view as HTML: escaped, then with its code, its times and its dates as elements."""
    return Markup(PIECE.sub(dressed, str(escape(text))).translate(CONTROL))


def dressed(match: re.Match[str]) -> str:
    """Return code, a time of day, or a date or a rate in which no line breaks, as elements."""
    utc, text, date, rate = match.groups()[-4:]
    if date is not None:
        return f'<span class="date">{date}</span>'
    if rate is not None:
        return f'<span class="rate">{rate}</span>'
    return f"<code>{match[1]}</code>" if utc is None else time_element(utc, text)


def time_element(utc: str, text: str) -> str:
    """Return an instant for people and machines."""
    return f'<time datetime="{utc}">{text}</time>'


def with_instants(html: str, instants: Mapping[str, int | None]) -> str:
    """Return a page whose dates tell their UTC, as far as the pen wrote them and each is one instant."""
    return DATED.sub(lambda match: dated(match, instants.get(match[1])), html)


def dated(match: re.Match[str], at: int | None) -> str:
    """Return a date with its instant, as it is where that is not known."""
    return match[0] if at is None else time_element(utc_text(at), match[1])


def plain(markdown: str) -> str:
    """Return a line of Markdown without its marks, for a title."""
    return untimed(BOLD.sub(r"\1", CODE.sub(r"\1", markdown))).strip()


def line(markdown: str) -> Markup:
    """Return a line of Markdown as HTML."""
    return Markup(parser().renderInline(markdown))


def prose(markdown: str, caption: str) -> Markup:
    """Return Markdown as HTML; its tables are called ``caption``, and its first heading is left out."""
    tokens = parser().parse(markdown)
    shown = list(with_tables(with_folds(without_title(tokens)), f'<caption class="unseen">{escape(caption)}</caption>'))
    return Markup(parser().renderer.render(shown, parser().options, {}))


@cache
def parser() -> MarkdownIt:
    """Return the reader of Markdown: raw HTML off, tables on, and nothing that could lead elsewhere."""
    made = MarkdownIt("js-default").disable(NOT_READ)
    made.add_render_rule("text", text_of)
    return made


def text_of(_renderer: RendererProtocol, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
    """Return the words of Markdown, escaped, with their times and dates as elements."""
    return WORDS.sub(dressed, str(escape(tokens[at].content))).translate(CONTROL)


def without_title(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens without the heading at their head, which the page says in its own way."""
    is_titled = bool(tokens) and tokens[0].type == "heading_open"
    return list(tokens[3 if is_titled else 0 :])


def with_folds(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield tokens with the paragraphs that are folds of our templates as such, as long as each is closed again."""
    texts = [each.content.strip() if each.type == "inline" else "" for each in tokens]
    begun, ended = sum(map(bool, map(FOLD_BEGIN.fullmatch, texts))), texts.count(FOLD_END)
    at = 0
    while at < len(tokens):
        is_paragraph = tokens[at].type == "paragraph_open" and begun == ended
        fold = FOLD_BEGIN.fullmatch(texts[at + 1]) if is_paragraph else None
        if fold:
            yield raw(f"<details><summary>{inline(fold[1])}</summary>\n")
        elif is_paragraph and texts[at + 1] == FOLD_END:
            yield raw("</details>\n")
        else:
            yield tokens[at]
            at += 1
            continue
        at += 3


def raw(html: str) -> Token:
    """Return a token that stands as it is: our own elements only."""
    return Token("html_block", "", 0, content=html)


def with_tables(tokens: Iterator[Token], caption: str) -> Iterator[Token]:
    """Yield tokens with tables that tell their headings to whoever cannot see them, and on a phone."""
    headings: list[str] = []
    column, is_head = 0, False
    for token in tokens:
        match token.type:
            case "table_open":
                headings, is_head = [], True
                yield raw(
                    f'<div class="wide"><table class="cards" role="table"><caption class="unseen">{caption}</caption>\n'
                )
                continue
            case "table_close":
                yield raw("</table></div>\n")
                continue
            case "tbody_open":
                is_head = False
            case "tr_open":
                column = 0
            case "inline" if is_head:
                headings.append(untimed(token.content))
            case "th_open" | "td_open":
                dress_cell(token, headings[column] if not is_head and column < len(headings) else "", column, is_head)
                column += 1
            case "td_close" if token.tag == "td":
                token.tag = "th" if column == 1 else "td"
        dress_row(token)
        yield token


def dress_cell(token: Token, heading: str, column: int, is_head: bool) -> None:
    """Give a cell its scope, its role and its heading, and its side as a class instead of a style."""
    is_right = "right" in str(token.attrs.pop("style", ""))
    is_row_heading = not is_head and column == 0
    token.tag = "th" if is_head or is_row_heading else "td"
    if is_head or is_row_heading:
        token.attrSet("scope", "col" if is_head else "row")
    token.attrSet("role", "columnheader" if is_head else "rowheader" if is_row_heading else "cell")
    if is_right:
        token.attrSet("class", "number")
    if heading and not is_row_heading:
        token.attrSet("data-of", heading)


def dress_row(token: Token) -> None:
    """Give the parts of a table their roles, which cards would lose."""
    roles = {"thead_open": "rowgroup", "tbody_open": "rowgroup", "tr_open": "row"}
    if token.type in roles:
        token.attrSet("role", roles[token.type])
