"""What ideas look like."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain import ideas as rules
from bot.domain.ideas import KINDS, VERDICTS, Idea, IdeaKind, IdeaPage, Verdict
from bot.features.ideas.commands import (
    AnswerIdea,
    BackIdea,
    ChangeIdea,
    CompareIdea,
    DecideMerge,
    OfferIdea,
    ProposeMerge,
    ReadAnswers,
    SaveAnswer,
    SaveIdea,
    ShowIdeas,
    StartIdea,
    WithdrawIdea,
)
from bot.views import (
    Button,
    Buttons,
    Choice,
    Divider,
    Element,
    Form,
    Line,
    Note,
    Option,
    Paragraph,
    Quote,
    Strong,
    Style,
    Tick,
    View,
    text,
)
from bot.wire import Flag
from bot.words import N_, NC_, Words

CHOICES = 20
"""Ideas that a leader can choose from as the same, those first that share most words with it."""
SHOWN = N_(
    "What you typed stands in the chat under your name. To offer it without your name, write it anew in the form."
)
SAFE = N_("Without your name, it appears with others at nine or at three, with a day and no time.")
SHOWN_IN = N_("It is shown now in the channels of {unit} and of the whole organisation.")
SHOWN_TO_ALL = N_("It is shown now in the channel of the whole organisation.")
SHOWN_LATER_IN = N_(
    "It is shown with others, without your name, in the channels of {unit} and of the whole organisation."
)
SHOWN_LATER_TO_ALL = N_("It is shown with others, without your name, in the channel of the whole organisation.")
TOLD_HERE = N_("You will be told here when it is answered: by {due}.")
TOLD_BEFORE = N_("You may have been told of it before: we could not tell.")
BACKING = N_("Each colleague can back it once. Nobody sees who does, only how many, in fives.")


@dataclass(frozen=True, slots=True)
class Listed:
    """An idea in a list, as the person who reads it stands to it. `by` is its author's name, where there is one."""

    idea: Idea
    by: str
    own: bool = False
    backs: bool = False
    answers: bool = False


def idea_form(words: str, t: Words, *, shown: bool) -> Form:
    """Where an idea is written. `shown` says that its words stand in a chat already."""
    notes = (Note(t(SHOWN)),) if shown else ()
    return Form(
        t(N_("An idea")),
        OfferIdea,
        (
            Choice("kind", t(N_("What is it?")), _options(KINDS, t), IdeaKind.BETTER),
            Paragraph("text", t(N_("What should we do, or stop?")), value=words, longest=rules.LONGEST),
            _hours_input("", t),
            Tick("named", t(NC_("idea", "Show my name with it")), ticked=shown),
        ),
        submit=t(NC_("idea", "Offer it")),
        cancel=t(N_("Cancel")),
        body=(_all_ideas(t), *notes, Note(t(SAFE))),
    )


def change_form(idea: Idea, t: Words) -> Form:
    """The same with the words as they are."""
    hours = str(idea.hours) if idea.hours else ""
    words = Paragraph("text", t(N_("What should we do, or stop?")), value=idea.text, longest=rules.LONGEST)
    fields = (words, _hours_input(hours, t))
    return Form(t(N_("An idea")), SaveIdea, fields, t(N_("Save")), t(N_("Cancel")), fixed={"idea": idea.id})


def answer_form(idea: Idea, dates: Collection[date], t: Words) -> Form:
    """Where a leader answers. Where it is planned, by one of these dates."""
    days = tuple(Option(day.isoformat(), t.day(day)) for day in dates)
    return Form(
        t(N_("Answer an idea")),
        SaveAnswer,
        (
            Choice("verdict", t(N_("What do you say?")), _options(VERDICTS, t), Verdict.PLANNED),
            Paragraph("reason", t(N_("Why?")), longest=rules.LONGEST),
            Choice("by", t(NC_("idea", "By when, if you will do it?")), days, days[1].value),
        ),
        submit=t(N_("Answer")),
        cancel=t(N_("Cancel")),
        body=(Quote(idea.text),),
        fixed={"idea": idea.id},
    )


def compare_form(idea: Idea, others: Sequence[Idea], t: Words) -> Form:
    """Which of these says the same?"""
    options = tuple(Option(other.id, other.text) for other in others[:CHOICES])
    return Form(
        t(N_("The same idea")),
        ProposeMerge,
        (Choice("other", t(N_("Which one says the same?")), options, options[0].value),),
        submit=t(NC_("idea", "Ask its author")),
        cancel=t(N_("Cancel")),
        body=(Quote(idea.text), Note(t(N_("They are made one only if whoever offered this one says yes.")))),
        fixed={"idea": idea.id},
    )


def offered(idea: Idea, unit: str, t: Words) -> View:
    """The receipt: that it is kept, where it is shown, and by when it is answered. `unit` is nothing for the whole.

    Of one without a name neither words nor id are in it: a chat is kept, and would tell whose it is.
    """
    named, unnamed = (SHOWN_IN, SHOWN_LATER_IN) if unit else (SHOWN_TO_ALL, SHOWN_LATER_TO_ALL)
    lines = (text(t(named if idea.author else unnamed, unit=unit)), text(t(TOLD_HERE, due=t.day(idea.due))))
    title = t(N_("Thank you for your idea"))
    if not idea.author:
        return View(title, (*lines, _all_ideas(t)))
    own = (Button(t(N_("Change it")), ChangeIdea(idea.id), asks=True), _withdraw(idea, t))
    return View(title, (Quote(idea.text), *lines, Buttons(own)))


def shared(idea: Idea, by: str, t: Words) -> View:
    """An idea in a channel."""
    backs = (Button(t(NC_("idea", "I back this")), BackIdea(idea.id)),) if idea.open else ()
    ways = Buttons((*backs, Button(t(N_("All ideas")), ShowIdeas())))
    said = (Quote(idea.text, by), *_standing(idea, rules.backed_by(idea), t), ways)
    return View(t(_title(idea)), said, about=idea.id, edition=idea.edition)


def gone(t: Words) -> View:
    """What stands in place of one that was taken back."""
    return View(t(N_("An idea was withdrawn by the person who offered it.")))


def several(listed: Sequence[Listed], page: IdeaPage, t: Words) -> View:
    """A page of the ideas there are."""
    body: list[Element] = [] if listed else [text(t(N_("There are none yet. Offer one with /idea.")))]
    for each in listed:
        body += [*_part(each, t), Divider()]
    before = (Button(t(N_("The ones before")), ShowIdeas(page.number - 1)),) if page.number else ()
    after = (Button(t(N_("The next ones")), ShowIdeas(page.number + 1)),) if page.more else ()
    offer = Button(t(N_("Offer an idea")), StartIdea(), Style.PRIMARY, asks=True)
    return View(t(N_("Ideas")), (*body, Note(t(BACKING)), Buttons((offer, *before, *after))))


def answers_form(answered: Sequence[tuple[Idea, str]], t: Words) -> Form:
    """Ideas with what was said to them, to be read."""
    parts = tuple(
        part for idea, by in answered for part in (Quote(idea.text, by), *_standing(idea, rules.backed_by(idea), t))
    )
    none = (text(t(N_("No idea that you have offered or back has an answer now."))),)
    title, submit, cancel = t(N_("Answers to ideas")), t(N_("All ideas")), t(NC_("button", "Close"))
    return Form(title, ShowIdeas, (), submit, cancel, parts or none)


def thanks_for_backing(t: Words) -> View:
    """What whoever backs an idea is told."""
    return View(t(N_("You back this idea")), (text(t(N_("You will be told here when it is answered."))),))


def waiting(n: int, due: date, t: Words) -> View:
    """That ideas wait for this person's answer."""
    many = t.many("{n} idea waits for your answer", "{n} ideas wait for your answer", n)
    look = Button(t(N_("Look at them")), ShowIdeas(), Style.PRIMARY)
    return View(many, (text(t(N_("The first one is due on {due}."), due=t.day(due))), Buttons((look,))))


def answered(t: Words, *, again: bool) -> View:
    """The news for whoever offered or backs an idea. It says neither which idea nor which of the two they did."""
    read = Button(t(N_("Read it")), ReadAnswers(), Style.PRIMARY, asks=True)
    note = (text(t(TOLD_BEFORE)),) if again else ()
    return View(t(N_("An idea that you offered or back has been answered")), (*note, Buttons((read,))))


def asked_to_merge(idea: Idea, other: Idea, t: Words) -> View:
    """Whether the author of one agrees that another one says the same."""
    yes = Button(t(N_("Yes, make them one")), DecideMerge(idea.id, other.id, Flag.YES), Style.PRIMARY)
    no = Button(t(N_("No, keep mine")), DecideMerge(idea.id, other.id))
    return View(
        t(N_("Is your idea the same as another one?")),
        (text(t(N_("Yours:"))), Quote(idea.text), text(t(N_("The other one:"))), Quote(other.text), Buttons((yes, no))),
    )


def said(title: str, t: Words) -> View:
    """A sentence, and the way on."""
    return View(t(title), (_all_ideas(t),))


def overdue(n: int, due: date, t: Words) -> tuple[Element, ...]:
    """That ideas have not been answered in time."""
    many = t.many(
        "{n} idea should have been answered by now, the oldest by {due}.",
        "{n} ideas should have been answered by now, the oldest by {due}.",
        n,
        due=t.day(due),
    )
    return text(many), _all_ideas(t)


def standing_line(waiting: int, answered: int, t: Words) -> Element:
    """How many ideas have been answered, and how many wait."""
    words = N_("Ideas so far: {answered} answered, {waiting} waiting for an answer.")
    return text(t(words, answered=answered, waiting=waiting))


def _part(listed: Listed, t: Words) -> Iterator[Element]:
    idea = listed.idea
    yield Quote(idea.text, listed.by)
    yield from _standing(idea, rules.backed_by(idea, with_me=listed.backs), t)
    buttons = tuple(_buttons(listed, t))
    if buttons:
        yield Buttons(buttons, about=idea.text)


def _buttons(listed: Listed, t: Words) -> Iterator[Button]:
    idea = listed.idea
    if idea.open and listed.answers:
        yield Button(t(N_("Answer")), AnswerIdea(idea.id), Style.PRIMARY, asks=True)
        if idea.author and not idea.apart:
            yield Button(t(N_("It is the same as another")), CompareIdea(idea.id), asks=True)
    if idea.open and not listed.own and not listed.backs:
        yield Button(t(NC_("idea", "I back this")), BackIdea(idea.id))
    if listed.own and idea.open and not idea.frozen:
        yield Button(t(N_("Change it")), ChangeIdea(idea.id), asks=True)
    if listed.own:
        yield _withdraw(idea, t)


def _standing(idea: Idea, backed: int, t: Words) -> Iterator[Element]:
    """How it stands: what would be saved, how many back it, and what was said to it."""
    if idea.hours:
        yield text(
            t.many("It would save about {n} hour a month.", "It would save about {n} hours a month.", idea.hours)
        )
    if backed:
        yield text(t(N_("{n} or more colleagues back it."), n=backed))
    if idea.into:
        yield text(t(rules.MERGED))
    elif idea.answer is None:
        yield text(t(N_("A leader answers by {due}."), due=t.day(idea.due)))
    else:
        yield text(Strong(t(VERDICTS[idea.answer.verdict])), f": {idea.answer.reason}")
        if idea.answer.by:
            yield text(t(N_("By {day}."), day=t.day(idea.answer.by)))


def _title(idea: Idea) -> str:
    return N_("An idea") if idea.kind is IdeaKind.BETTER else N_("Could we stop this?")


def _options(labels: dict[IdeaKind, str] | dict[Verdict, str], t: Words) -> tuple[Option, ...]:
    return tuple(Option(value, t(label)) for value, label in labels.items())


def _hours_input(hours: str, t: Words) -> Line:
    label = t(N_("How many hours a month would it save? (if you know)"))
    return Line("hours", label, value=hours, required=False, longest=10)


def _withdraw(idea: Idea, t: Words) -> Button:
    return Button(t(N_("Withdraw it")), WithdrawIdea(idea.id), Style.DANGER)


def _all_ideas(t: Words) -> Buttons:
    return Buttons((Button(t(N_("All ideas")), ShowIdeas()),))
