"""What a reply becomes in the browser: a private message, a changed message, or a form on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from adapters.web import render
from adapters.web.chat import Chat
from adapters.web.client import posted
from adapters.web.pages.forms import Forms
from bot.ports.clock import Clock
from bot.views import Ask, Done, Form, Refused, Replace, Reply, Show, View

MOST_ANSWERED = 1000
"""A second press comes soon. What is older than this many others is answered by the core, which does nothing twice."""


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form that a person has in front of them. Sealed, it travels in the page, and a submission names it by that."""

    form: Form
    message: str = ""
    sealed: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    error: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Desk:
    """What is in front of each person: one form, and over it whatever is shown once until they put it away.

    It is gone when the process ends. A form that somebody has before them then can be sent all the same: it travels
    in their page.
    """

    chat: Chat
    clock: Clock
    travel: Forms
    _open: dict[str, list[OpenForm]] = field(default_factory=dict)
    _answered: dict[str, None] = field(default_factory=dict)

    def answered(self, envelope: str) -> bool:
        """Whether the answer to this stands in the chat or lies before somebody: then it needs no second one."""
        return envelope in self._answered

    def front(self, user: str) -> OpenForm | None:
        """The form that a person has in front of them."""
        lying = self._open.get(user)
        return lying[-1] if lying else None

    def named(self, user: str, sealed: str) -> OpenForm | None:
        """The form that a submission names. None where it is not theirs, or no form at all."""
        lying = next((form for form in self._open.get(user, ()) if form.sealed == sealed), None)
        if lying is not None:
            return lying
        taken = self.travel.take(sealed, user)
        return OpenForm(taken, self.travel.message(sealed), sealed) if taken else None

    def put_away(self, user: str, form: OpenForm | None) -> None:
        """A form is done with. Another one that has come in front of them meanwhile stays."""
        if form is not None:
            self._open[user] = [lying for lying in self._open.get(user, ()) if lying.sealed != form.sealed]

    async def take(
        self, user: str, reply: Reply, message: str, form: OpenForm | None = None, envelope: str = ""
    ) -> None:
        """Show a person the answer to what they did. `form` is the one they had filled in, if any."""
        if envelope and not isinstance(reply, Refused):
            self._answered[envelope] = None
            if len(self._answered) > MOST_ANSWERED:
                del self._answered[next(iter(self._answered))]
        match reply:
            case Show(view):
                self.put_away(user, form)
                await self._post(user, view)
            case Replace(view):
                self.put_away(user, form)
                if not await self._replaced(user, message, view):
                    await self._post(user, view)
            case Ask(asked):
                self.put_away(user, form)
                self._lay(user, OpenForm(asked, message, self.travel.put(asked, user, message)))
            case Refused(why, field_name) if form is not None:
                self.put_away(user, form)
                self._lay(user, replace(form, error=(field_name, why)))
            case Refused(why, _):
                await self._post(user, View(why))
            case Done():
                self.put_away(user, form)
            case _:
                assert_never(reply)

    def _lay(self, user: str, form: OpenForm) -> None:
        """Put a form before a person, in place of the last one, but under what cannot be shown again."""
        once = [lying for lying in self._open.get(user, ()) if lying.form.once]
        self._open[user] = [form, *once]

    async def _post(self, user: str, view: View) -> None:
        await self.chat.post(user, posted(view, self.clock()))

    async def _replaced(self, user: str, message: str, view: View) -> bool:
        if not message or not self.chat.belongs(message, user):
            return False
        return await self.chat.replace(message, view.spoken(), render.view(view, message))
