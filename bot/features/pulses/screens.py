"""What a pulse looks like."""

from __future__ import annotations

from bot.domain import pulses as rules
from bot.domain.ballots import COMMENT
from bot.domain.pulses import Pulse
from bot.domain.questions import QUESTIONS, SCALE
from bot.features.pulses.commands import AnswerPulse, ExplainAnswers, SaveComment, WriteComment
from bot.views import Button, Buttons, Divider, Element, Form, Note, Paragraph, Strong, Style, Tick, View, text
from bot.words import N_, NC_, Words

SEALED_COMMENT = N_(
    "It is sealed until the pulse closes. Afterwards it stands among the others, without a name and in random order."
)
NONE_PLANNED = N_("No pulse is planned at the moment.")
UNHELD = N_(
    "What we cannot protect: what you write may give you away, and somebody who controls the server while the pulse "
    "is open could, with effort, look. That is why it is open for a few days only."
)
HELD = N_(
    "A trustee holds the key to this pulse: without their passphrase nobody can open the answers, not even the server. "
    "What we cannot protect: what you write may give you away, and somebody who changes the program itself could read "
    "what comes in from then on."
)
SEALED = N_(
    "Your answers are sealed. Nobody can read them before the pulse closes, and afterwards they are only counted "
    "together with those of at least four others."
)


def asking(pulse: Pulse, answered: frozenset[str], t: Words, *, reminder: bool = False) -> View:
    """The questions as rows of buttons. It shows which are answered, never how."""
    body: list[Element] = [text(_lead(pulse, answered, t, reminder=reminder))]
    for number, item in enumerate(pulse.items, start=1):
        body += _question(pulse, item, number, item in answered, t)
    body += [Divider(), _actions(pulse, answered, t), Note(t(SEALED))]
    return View(
        t(N_("How is the change going for you?")), tuple(body), summary=_lead(pulse, answered, t, reminder=reminder)
    )


def promise(pulse: Pulse, t: Words) -> View:
    """What happens with an answer, and what we cannot protect, before anybody is asked to trust it."""
    return View(
        t(N_("What happens with my answer?")),
        (
            text(
                t(
                    N_(
                        "Each answer is locked with a key made for this pulse alone, without your name, a time or an "
                        "order."
                    )
                )
            ),
            text(
                t(
                    N_("At the close ({when}) all are opened together, counted, and destroyed, and so is the key."),
                    when=t.moment(pulse.closes),
                )
            ),
            text(
                t(
                    N_(
                        "What is left: how many chose each answer, in groups where at least {k} people answered, and "
                        "comments where at least {k_comment} wrote one, in random order. Nobody can tell who answered."
                    ),
                    k=pulse.k,
                    k_comment=pulse.k_comment,
                )
            ),
            text(t(HELD if pulse.trustee else UNHELD)),
        ),
    )


def _question(pulse: Pulse, item: str, number: int, answered: bool, t: Words) -> list[Element]:  # noqa: FBT001
    words = t(QUESTIONS[item].text)
    mark = t(NC_("answer", " (recorded)")) if answered else ""
    scale = tuple(Button(t(label), AnswerPulse(pulse.id, item, score)) for score, label in SCALE.items())
    return [text(Strong(f"{number}. {words}"), mark), Buttons(scale, about=words)]


def _lead(pulse: Pulse, answered: frozenset[str], t: Words, *, reminder: bool) -> str:
    closes = t.moment(pulse.closes)
    if set(pulse.items) <= answered:
        return t(N_("Thank you, everything is recorded. You can change it until {when}."), when=closes)
    if answered:
        return t(N_("Recorded. You can change it until {when}."), when=closes)
    if reminder:
        return t(N_("Still open until {when}, if you would like to be heard. This is the only reminder."), when=closes)
    return t.many(
        "One question, one press. Open until {when}.", "{n} questions, one press each. Open until {when}.",
        len(pulse.items), when=closes,
    )  # fmt: skip


def _actions(pulse: Pulse, answered: frozenset[str], t: Words) -> Buttons:
    comment = N_("Replace my comment") if COMMENT in answered else N_("Add a comment")
    return Buttons(
        (
            Button(t(comment), WriteComment(pulse.id), Style.PRIMARY, asks=True),
            Button(t(N_("What happens with my answer?")), ExplainAnswers(pulse.id)),
        )
    )


def comment_form(pulse: Pulse, t: Words) -> Form:
    """Where a comment is written."""
    return Form(
        t(N_("Your comment")),
        SaveComment,
        (
            Paragraph(
                "comment",
                t(N_("What should the people who lead us know?")),
                hint=t(
                    N_("Please name nobody. It is shown only if at least {n} people write one."), n=pulse.k_comment
                ),
                longest=rules.COMMENT_LONGEST,
            ),
            Tick("quotable", t(N_("It may be quoted in the weekly digest, without names"))),
        ),
        submit=t(N_("Seal it")),
        cancel=t(N_("Cancel")),
        body=(Note(t(SEALED_COMMENT)),),
        fixed={"pulse": pulse.id},
    )  # fmt: skip


def nothing_open(when: str, t: Words) -> View:
    """There is nothing to answer now; `when` there will be, if that is known."""
    if not when:
        return View(t(NONE_PLANNED))
    return View(t(N_("No pulse is open for you now.")), (text(t(N_("The next one opens on {when}."), when=when)),))
