"""Views and forms as HTML. Every word is escaped; what people write is only ever text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from markupsafe import Markup, escape

from bot.views import (
    Bar,
    Bars,
    Button,
    Buttons,
    Choice,
    Divider,
    Element,
    Emphasis,
    Fields,
    Form,
    Heading,
    Inline,
    Input,
    Line,
    Link,
    Note,
    Once,
    Paragraph,
    Quote,
    Strong,
    Text,
    Tick,
    View,
)
from bot.wire import Flag

PRESS, FILL = "/press", "/fill"
CANCEL = Markup('<button class="plain" name="submit" value="no" formnovalidate>{}</button>')
HIDDEN = Markup('<input type="hidden" name="{}" value="{}">')


def view(shown: View, message: str = "") -> Markup:
    """A message. `message` is its id, which a press sends along so that it can be replaced."""
    return Markup('<h3 class="title">{}</h3>{}').format(shown.title, body(shown.body, message))


def body(elements: Iterable[Element], message: str = "") -> Markup:
    """The parts of a message or a form, one below the other."""
    return Markup("").join(_element(element, message) for element in elements)


def form(
    asked: Form, typed: Mapping[str, str], sealed: str = "", error: tuple[str, str] = ("", ""), draft: str = ""
) -> Markup:
    """A form with what was typed in it already, and what was wrong with it: the input's name and a sentence.

    `sealed` is the form as it travels, by which its submission names it. `draft` is what a browser calls the words in
    it while they are being written; `typed` that some of them are in it already.
    """
    field, why = error
    return Markup(
        '<form method="post" action="{}" class="fill" aria-labelledby="form-title" data-draft="{}"{}{}>'
        '<h2 id="form-title" tabindex="-1">{}</h2>{}{}{}{}<div class="row">'
        '<button class="primary" name="submit" value="yes">{}</button>{}</div></form>'
    ).format(
        FILL,
        draft,
        Markup(" data-once") if asked.once else "",
        Markup(" data-typed") if typed else "",
        asked.title,
        _hidden({"message": sealed}),
        Markup("").join(_element(element, "", inside_form=True) for element in asked.body),
        Markup('<p class="error" role="alert">{}</p>').format(why) if why and not field else "",
        Markup("").join(_input(i, typed, why if i.name == field else "") for i in asked.inputs),
        asked.submit,
        "" if asked.once else CANCEL.format(asked.cancel),
    )


def _element(element: Element, message: str, *, inside_form: bool = False) -> Markup:
    match element:
        case Text(parts):
            return Markup("<p>{}</p>").format(_inline(parts))
        case Heading(words):
            return Markup("<h4>{}</h4>").format(words)
        case Note(words):
            return Markup('<p class="note">{}</p>').format(words)
        case Quote(words, by):
            author = Markup("<footer>{}</footer>").format(by) if by else ""
            return Markup("<blockquote><p>{}</p>{}</blockquote>").format(words, author)
        case Once(words):
            return Markup('<p class="once">{}</p>').format(words)
        case Fields(rows):
            pairs = Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*row) for row in rows)
            return Markup("<dl>{}</dl>").format(pairs)
        case Bars(caption, rows):
            return _bars(caption, rows)
        case Divider():
            return Markup("<hr>")
        case Buttons(items, about):
            return _buttons(items, about, message, inside_form=inside_form)
        case _:
            assert_never(element)


def _inline(parts: Iterable[Inline]) -> Markup:
    return Markup("").join(_part(part) for part in parts)


def _part(part: Inline) -> Markup:
    match part:
        case Strong(words):
            return Markup("<strong>{}</strong>").format(words)
        case Emphasis(words):
            return Markup("<em>{}</em>").format(words)
        case Link(words, url):
            return Markup('<a href="{}">{}</a>').format(url, words)
        case str():
            return escape(part)
        case _:
            assert_never(part)


def _bars(caption: str, rows: Iterable[Bar]) -> Markup:
    """A table whose middle column is drawn: the numbers are words beside it, for every reader."""
    lines = Markup("").join(
        Markup(
            '<tr><th scope="row">{}</th><td class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" '
            'aria-hidden="true"><rect class="of" width="100" height="8"/><rect width="{:.0f}" height="8"/></svg></td>'
            "<td>{}</td></tr>"
        ).format(row.label, max(0.0, min(1.0, row.share)) * 100, row.shown)
        for row in rows
    )
    return Markup("<table><caption>{}</caption><tbody>{}</tbody></table>").format(caption, lines)


def _buttons(items: Iterable[Button], about: str, message: str, *, inside_form: bool) -> Markup:
    """Buttons are forms of their own, so that they work without a script; inside a form they are part of it."""
    drawn = Markup("").join(_inner_button(b) if inside_form else _button(b, message) for b in items)
    label = Markup(' role="group" aria-label="{}"').format(about) if about else ""
    return Markup('<div class="buttons"{}>{}</div>').format(label, drawn)


def _button(button: Button, message: str) -> Markup:
    return Markup('<form method="post" action="{}">{}<button class="{}">{}</button></form>').format(
        PRESS, _hidden({"message": message, **_sent(button)}), button.style, button.label
    )


def _inner_button(button: Button) -> Markup:
    """Sends its command in place of the form's own: everything it needs is in its value."""
    sent = "&".join(f"{name}={value}" for name, value in _sent(button).items())
    return Markup('<button class="{}" name="instead" value="{}" formnovalidate>{}</button>').format(
        button.style, sent, button.label
    )


def _sent(button: Button) -> dict[str, str]:
    return {"command": button.sends.name(), **{f"v.{name}": value for name, value in button.sends.write().items()}}


def _hidden(values: Mapping[str, str]) -> Markup:
    return Markup("").join(HIDDEN.format(name, value) for name, value in values.items())


def _input(asked: Input, typed: Mapping[str, str], error: str) -> Markup:
    wrong = (
        Markup('<p class="error" role="alert" id="{}-error">{}</p>').format(asked.name, error) if error else Markup("")
    )
    about = _required(required=not isinstance(asked, Tick | Choice) and asked.required) + _described(asked, error)
    match asked:
        case Tick(name, label, ticked):
            on = typed.get(name, Flag.YES if ticked else Flag.NO) == Flag.YES
            return Markup('<label class="tick"><input type="checkbox" name="v.{}" value="yes"{}> {}</label>{}').format(
                name, Markup(" checked") if on else "", label, wrong
            )
        case Choice(name, label, options, value, hint):
            chosen = typed.get(name, value)
            radios = Markup("").join(
                Markup('<label class="tick"><input type="radio" name="v.{}" value="{}"{}> {}</label>').format(
                    name, option.value, Markup(" checked") if option.value == chosen else "", option.label
                )
                for option in options
            )
            return Markup("<fieldset><legend>{}</legend>{}{}{}</fieldset>").format(
                label, _hint(name, hint), radios, wrong
            )
        case Line(name, label, hint, value, _, longest):
            box = Markup('<input id="f-{0}" name="v.{0}" value="{1}" maxlength="{2}"{3}>')
            drawn = box.format(name, typed.get(name, value), longest, about)
        case Paragraph(name, label, hint, value, _, longest):
            # Without `maxlength`: a browser would cut what is pasted, and say nothing.
            box = Markup('<textarea id="f-{0}" name="v.{0}" rows="4" data-longest="{2}"{3}>\n{1}</textarea>')
            drawn = box.format(name, typed.get(name, value), longest, about)
        case _:
            assert_never(asked)
    return Markup('<label for="f-{}">{}</label>{}{}{}').format(name, label, _hint(name, hint), drawn, wrong)


def _hint(name: str, hint: str) -> Markup:
    return Markup('<p class="note" id="{}-hint">{}</p>').format(name, hint) if hint else Markup("")


def _described(asked: Input, error: str) -> Markup:
    """Which words beside an input are about it, and whether it is what was wrong."""
    hint = "" if isinstance(asked, Tick) or not asked.hint else f"{asked.name}-hint"
    beside = " ".join(filter(None, (hint, f"{asked.name}-error" if error else "")))
    wrong = Markup(' aria-invalid="true"') if error else Markup("")
    return wrong + (Markup(' aria-describedby="{}"').format(beside) if beside else Markup(""))


def _required(*, required: bool) -> Markup:
    return Markup(" required") if required else Markup("")
