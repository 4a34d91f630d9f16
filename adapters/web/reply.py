"""What a reply becomes in the browser: a private message, a changed message, or a form on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from adapters.web import render
from adapters.web.chat import Chat
from adapters.web.client import posted
from bot.ports import Clock
from bot.views import Ask, Done, Form, Refused, Replace, Reply, Show, View


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form that a person has in front of them."""

    form: Form
    message: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    error: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Desk:
    """What is in front of each person: at most one form. It is gone when the process ends, as a dialog would be."""

    chat: Chat
    clock: Clock
    forms: dict[str, OpenForm] = field(default_factory=dict)

    async def take(self, user: str, reply: Reply, message: str, form: OpenForm | None = None) -> None:
        """Show a person the answer to what they did. `form` is the one they had filled in, if any."""
        match reply:
            case Show(view):
                self.forms.pop(user, None)
                await self._post(user, view)
            case Replace(view):
                self.forms.pop(user, None)
                if not await self._replaced(user, message, view):
                    await self._post(user, view)
            case Ask(asked):
                self.forms[user] = OpenForm(asked, message)
            case Refused(why, field_name) if form is not None:
                self.forms[user] = OpenForm(form.form, form.message, form.typed, (field_name, why))
            case Refused(why, _):
                await self._post(user, View(why))
            case Done():
                self.forms.pop(user, None)
            case _:
                assert_never(reply)

    async def _post(self, user: str, view: View) -> None:
        await self.chat.post(user, posted(view, self.clock()))

    async def _replaced(self, user: str, message: str, view: View) -> bool:
        if not message or not self.chat.belongs(message, user):
            return False
        return await self.chat.replace(message, view.spoken(), render.view(view, message))
