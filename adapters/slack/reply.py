"""What the core answered, as things to do on Slack. Decides only; `server` does them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from adapters.slack import limits
from adapters.slack.inbound import Origin, Surface
from adapters.slack.render import closing, home, message, modal
from adapters.slack.text import Json, clip
from bot.views import Ask, Done, Refused, Replace, Reply, Show, View, text


@dataclass(frozen=True, slots=True)
class Post:
    """Send a private message, or change the one that was pressed, where the request came from."""

    url: str
    payload: Json


@dataclass(frozen=True, slots=True)
class Open:
    """Open a modal; on top of another one if there is one already."""

    trigger: str
    view: Json
    on_top: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Put something else into a modal that is open."""

    view_id: str
    view: Json


@dataclass(frozen=True, slots=True)
class Publish:
    """Draw somebody's home tab."""

    user: str
    view: Json


FollowUp = Post | Change | Publish


@dataclass(frozen=True, slots=True)
class Answer:
    """What to do: open a modal while the press is fresh, answer the envelope, do the rest afterwards."""

    body: Json = field(default_factory=dict)
    opens: Open | None = None
    after: FollowUp | None = None


def answer(reply: Reply, origin: Origin) -> Answer:
    """How a reply reaches the person, depending on where they are."""
    if isinstance(reply, Done):
        return Answer()
    match origin.surface:
        case Surface.COMMAND:
            return _to_command(reply, origin)
        case Surface.MESSAGE:
            return _to_message(reply, origin)
        case Surface.MODAL:
            return _to_modal(reply, origin)
        case Surface.SUBMISSION:
            return _to_submission(reply, origin)
        case Surface.HOME | Surface.HOME_OPENED:
            return _to_home(reply, origin)
        case _:
            assert_never(origin.surface)


def private(view: View) -> Json:
    """A message that only one person sees."""
    return {"response_type": "ephemeral", "replace_original": False, **message(view)}


def too_late(why: str, origin: Origin) -> Answer:
    """What to say where a modal could not be opened. In a modal or the home tab that would take another modal."""
    if origin.surface in {Surface.COMMAND, Surface.MESSAGE}:
        return answer(Refused(why), origin)
    return Answer()


Spoken = Show | Replace | Ask | Refused


def _to_command(reply: Spoken, origin: Origin) -> Answer:
    """The answer to a command is a private message in the very response: it cannot get lost on the way."""
    if isinstance(reply, Ask):
        return Answer(opens=Open(origin.trigger, modal(reply.form, origin.way)))
    return Answer(body=private(_view(reply)))


def _to_message(reply: Spoken, origin: Origin) -> Answer:
    match reply:
        case Ask(form):
            return Answer(opens=Open(origin.trigger, modal(form, origin.way)))
        case Replace(view):
            return Answer(after=Post(origin.way.response_url, _in_place(view)))
        case Show() | Refused():
            return Answer(after=Post(origin.way.response_url, private(_view(reply))))
        case _:
            assert_never(reply)


def _to_modal(reply: Spoken, origin: Origin) -> Answer:
    match reply:
        case Ask(form):
            return Answer(opens=Open(origin.trigger, modal(form, origin.way), on_top=True))
        case Refused():
            return Answer(opens=Open(origin.trigger, closing(_view(reply), origin.way), on_top=True))
        case Show(view) | Replace(view):
            return Answer(after=Change(origin.view, closing(view, origin.way)))
        case _:
            assert_never(reply)


def _to_submission(reply: Spoken, origin: Origin) -> Answer:
    match reply:
        case Ask(form):
            next_one = replace(origin.way, step=origin.way.step + 1)
            return Answer({"response_action": "update", "view": modal(form, next_one)})
        case Refused(why, name):
            return _beside(name, why, origin)
        case Show(view) | Replace(view) if not origin.way.response_url:
            return Answer({"response_action": "update", "view": closing(view)})
        case Replace(view) if origin.way.from_message:
            return Answer({"response_action": "clear"}, after=Post(origin.way.response_url, _in_place(view)))
        case Show(view) | Replace(view):
            return Answer({"response_action": "clear"}, after=Post(origin.way.response_url, private(view)))
        case _:
            assert_never(reply)


def _to_home(reply: Spoken, origin: Origin) -> Answer:
    match reply:
        case Ask(form):
            return Answer(opens=Open(origin.trigger, modal(form)) if origin.trigger else None)
        case Show() | Refused() if origin.surface is Surface.HOME:
            return Answer(opens=Open(origin.trigger, closing(_view(reply))))
        case Show() | Replace() | Refused():
            return Answer(after=Publish(origin.user, home(_view(reply))))
        case _:
            assert_never(reply)


def _beside(name: str, why: str, origin: Origin) -> Answer:
    """A refusal beside its input, or beside the first one; what was typed stays where it is."""
    place = name if name in origin.inputs else next(iter(origin.inputs), "")
    if not place:
        return Answer({"response_action": "update", "view": closing(_refusal(why))})
    return Answer({"response_action": "errors", "errors": {place: clip(why, limits.ERROR)}})


def _view(reply: Show | Replace | Refused) -> View:
    return _refusal(reply.why) if isinstance(reply, Refused) else reply.view


def _refusal(why: str) -> View:
    return View("", (text(why),), summary=why)


def _in_place(view: View) -> Json:
    return {"replace_original": True, **message(view)}
