"""Whatever people write, the page shows it as words and nothing else."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from adapters.web import render
from bot.features.stories.commands import StartStory
from bot.views import (
    Bar,
    Bars,
    Button,
    Buttons,
    Choice,
    Divider,
    Emphasis,
    Fields,
    Form,
    Heading,
    Line,
    Link,
    Note,
    Once,
    Option,
    Paragraph,
    Quote,
    Strong,
    Text,
    Tick,
    View,
)
from bot.wire import clean

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=y>', "</textarea><b>", "&amp;<!--", "javascript:alert(1)")
OURS = frozenset(
    [
        "h2",
        "h3",
        "h4",
        "p",
        "strong",
        "em",
        "blockquote",
        "footer",
        "dl",
        "div",
        "dt",
        "dd",
        "table",
        "caption",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "svg",
        "rect",
        "hr",
        "form",
        "input",
        "button",
        "label",
        "fieldset",
        "legend",
        "textarea",
    ]
)
words = st.sampled_from(HOSTILE) | st.text(max_size=30)
links = st.builds(Link, words, st.just("https://pages.example/enter#code"))
inlines = words | st.builds(Strong, words) | st.builds(Emphasis, words) | links
buttons = st.builds(
    Buttons, st.lists(st.builds(Button, words, st.builds(StartStory, words.map(clean))), max_size=3).map(tuple), words
)
elements = st.one_of(
    st.builds(Text, st.lists(inlines, max_size=3).map(tuple)),
    st.builds(Heading, words),
    st.builds(Once, words),
    st.builds(Note, words),
    st.builds(Quote, words, words),
    st.builds(Fields, st.lists(st.tuples(words, words), max_size=3).map(tuple)),
    st.builds(Bars, words, st.lists(st.builds(Bar, words, st.floats(-1, 2), words), max_size=3).map(tuple)),
    st.just(Divider()),
    buttons,
)
bodies = st.lists(elements, max_size=4).map(tuple)
options = st.lists(st.builds(Option, words, words), min_size=1, max_size=3).map(tuple)
inputs = st.one_of(
    st.builds(Line, st.just("a"), words, words, words),
    st.builds(Paragraph, st.just("b"), words, words, words),
    st.builds(Choice, st.just("c"), words, options, words),
    st.builds(Tick, st.just("d"), words),
)
forms = st.builds(
    Form, words, st.just(StartStory), st.lists(inputs, max_size=3).map(tuple), words, words, bodies
)  # fmt: skip


class Elements(HTMLParser):
    """Every element and attribute that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.comments = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_comment(self, data: str) -> None:
        del data
        self.comments += 1


def sound(html: str) -> bool:
    seen = Elements(html)
    foreign = seen.tags - OURS
    return not foreign and not seen.comments and not {name for name in seen.attributes if name.startswith("on")}


@given(st.builds(View, words, bodies, words), words)
def test_a_message_holds_no_element_but_ours(view: View, message: str) -> None:
    """No word of a view becomes an element, an attribute or a comment."""
    assert sound(render.view(view, message))


@given(forms, words, st.tuples(st.sampled_from(["", "a", "b", "c", "d"]), words))
def test_a_form_holds_no_element_but_ours(form: Form, typed: str, error: tuple[str, str]) -> None:
    """Nor does a word of a form, of what was typed into it, or of what was wrong with it."""
    assert sound(render.form(form, dict.fromkeys("abcd", typed), typed, error))
