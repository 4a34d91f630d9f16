"""One person at the local Teams: types, presses, fills in, and sees what Teams would draw for them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.platforms import teams_answers, teams_cards

if TYPE_CHECKING:
    from tests.platforms.teams import LocalTeams, Posted

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"
WORDS = "application/vnd.microsoft.activity.message"


@dataclass
class Dialog:
    """The dialog that is open, and the message whose button opened it."""

    title: str
    card: Json
    message: str
    conversation: str


@dataclass
class TeamsVisitor:
    """A person. Everything they do goes to the product as a signed activity."""

    teams: LocalTeams
    user: str
    locale: str = "en-GB"
    dialog: Dialog | None = None
    notes: list[tuple[int, str]] = field(default_factory=list)
    sent: list[tuple[Json, str]] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    async def say(self, words: str) -> None:
        """Type a command to the bot alone. An answer that only opens a form is opened, as a person would."""
        self.dialog = None
        await self.send({"type": "message", "text": words})
        await self._open_form()

    async def say_in(self, channel: str, words: str) -> None:
        """Type a command in a channel, where the bot must be mentioned."""
        me = {"id": f"28:{self.teams.app_id}", "name": "Hundred Days"}
        mention = {"type": "mention", "text": "<at>Hundred Days</at>", "mentioned": me}
        text = f"<at>Hundred Days</at> {words}"
        await self.send({"type": "message", "text": text, "entities": [mention]}, channel)

    async def install(self) -> None:
        """Install the app. Teams tells of it twice."""
        me = [{"id": f"28:{self.teams.app_id}"}]
        await self.send({"type": "conversationUpdate", "membersAdded": me})
        await self.send({"type": "installationUpdate", "action": "add"})

    async def press(self, label: str) -> None:
        if self.dialog is not None and (action := _labelled(self.dialog.card, label)):
            return await self._submit(action, {})
        for conversation, posted in self._messages():
            if action := _labelled(posted.card(self.user), label):
                return await self._press(action, posted, conversation)
        raise AssertionError(f"no button {label!r} among: {await self.sees()}")

    async def fill(self, values: Mapping[str, str]) -> None:
        assert self.dialog is not None, f"no form is open: {await self.sees()}"
        fields = {part["id"]: part for part in teams_cards.inputs(self.dialog.card)}
        assert values.keys() <= fields.keys(), f"the form has {sorted(fields)}, not {sorted(values)}"
        before = {name: part.get("value", "") for name, part in fields.items()}
        given = {**before, **values}
        for name, part in fields.items():
            _accept(part, given[name])
        await self._submit(self.dialog.card["actions"][0], given)

    async def sees(self) -> str:
        seen = [
            (posted.order, teams_cards.shown(posted.card(self.user)))
            for posted in self.teams.conversations.get(self.teams.home(self.user), [])
        ]
        words = [text for _, text in sorted([*seen, *self.notes])]
        if self.dialog is not None:
            words += [self.dialog.title, teams_cards.shown(self.dialog.card)]
        return "\n".join(words)

    async def send(self, activity: Json, channel: str = "") -> Json | None:
        """Send a signed activity and give what was answered."""
        whole = self.activity(activity, channel)
        header = self.teams.identities.header()
        self.sent.append((whole, header))
        return await self.post(whole, header)

    async def post(self, activity: Json, header: str) -> Json | None:
        headers = {"Authorization": header}
        async with self.teams.session.post(f"{self.teams.product}/api/messages", json=activity, headers=headers) as got:
            assert got.status == 200, f"the product answered {got.status} to {activity['type']}"
            found: Json | None = await got.json() if got.content_type == "application/json" else None
        self.teams.violations += teams_answers.faults(str(activity.get("name", "")), found)
        return found

    def activity(self, activity: Json, channel: str = "") -> Json:
        """The activity with what Teams puts around it."""
        kind = {"conversationType": "channel" if channel else "personal", "tenantId": self.teams.workspace}
        place = {"channel": {"id": channel}, "team": {"id": "19:team"}} if channel else {}
        return {
            "channelId": "msteams",
            "id": f"{self.user}:{next(self._ids)}",
            "serviceUrl": self.teams.service_url,
            "locale": self.locale,
            "timestamp": "2026-11-02T10:00:00Z",
            "from": {"id": f"29:{self.user}", "aadObjectId": self.user, "name": f"Name of {self.user}"},
            "recipient": {"id": f"28:{self.teams.app_id}", "name": "Hundred Days"},
            "conversation": {"id": channel or self.teams.home(self.user), **kind},
            "channelData": {"tenant": {"id": self.teams.workspace}, **place},
            **activity,
        }

    def _messages(self) -> list[tuple[str, Posted]]:
        """Every message the person can see, newest first: their own, and those in channels."""
        mine = self.teams.home(self.user)
        seen = [
            (conversation, posted)
            for conversation, all_posted in self.teams.conversations.items()
            if conversation == mine or conversation.startswith("19:")
            for posted in all_posted
        ]
        return sorted(seen, key=lambda pair: pair[1].order, reverse=True)

    async def _press(self, action: Json, posted: Posted, conversation: str) -> None:
        self.dialog = None
        channel = conversation if conversation.startswith("19:") else ""
        if action["type"] == "Action.Execute":
            value: Json = {"action": {"type": action["type"], "verb": action["verb"], "data": action["data"]}}
            asked = {"type": "invoke", "name": "adaptiveCard/action", "value": value, "replyToId": posted.id}
            self._executed(await self.send(asked, channel), posted)
        elif action["data"].get("msteams") == {"type": "task/fetch"}:
            await self._fetch(action, posted.id, channel)
        else:
            await self.send({"type": "message", "value": action["data"], "replyToId": posted.id}, channel)
        await self._open_form()

    async def press_old(self, label: str) -> None:
        """Press a button with a client that does not know Action.Execute."""
        conversation, posted = self._messages()[0]
        action = _labelled(posted.card(self.user), label)
        assert action is not None, label
        await self._press(action["fallback"], posted, conversation)

    async def _fetch(self, action: Json, message: str, channel: str) -> None:
        value = {"data": action["data"], "context": {"theme": "default"}}
        asked = {"type": "invoke", "name": "task/fetch", "value": value, "replyToId": message}
        self._dialog(await self.send(asked, channel), message, channel)

    async def _submit(self, action: Json, given: Mapping[str, str]) -> None:
        assert self.dialog is not None
        value = {"data": {**action["data"], **given}}
        asked = {"type": "invoke", "name": "task/submit", "value": value, "replyToId": self.dialog.message}
        answer = await self.send(asked, self.dialog.conversation)
        self._dialog(answer, self.dialog.message, self.dialog.conversation)

    def _executed(self, answer: Json | None, posted: Posted) -> None:
        assert answer is not None, "Action.Execute was not answered"
        if answer["type"] == CARD:
            posted.cards[self.user] = answer["value"]
        else:
            assert answer["type"] == WORDS
            self._note(answer["value"])

    def _dialog(self, answer: Json | None, message: str, channel: str) -> None:
        task = (answer or {}).get("task") or {}
        self.dialog = None
        if task.get("type") == "message":
            self._note(task["value"])
        elif task:
            self._open(task, message, channel)

    def _open(self, task: Json, message: str, channel: str) -> None:
        assert task["type"] == "continue", task["type"]
        card = task["value"]["card"]
        self.dialog = Dialog(task["value"]["title"], card["content"], message, channel)

    def _note(self, words: str) -> None:
        if words:
            self.notes.append((next(self.teams.order), words.replace("\u2060", "")))

    async def _open_form(self) -> None:
        """Press the button of a card that does nothing but open a form."""
        newest = self.teams.conversations.get(self.teams.home(self.user), [])[-1:]
        for posted in newest:
            opener = [one for one in teams_cards.actions(posted.card(self.user)) if one.get("id") == "opener"]
            if opener and posted.id not in self.opened:
                self.opened.add(posted.id)
                await self._fetch(opener[0], posted.id, "")


def _labelled(card: Json, label: str) -> Json | None:
    titles = ((one, one["title"].replace("\u2060", "")) for one in teams_cards.actions(card))
    return next((one for one, title in titles if title == label), None)


def _accept(part: Json, value: str) -> None:
    """Fail as the client does when an input is missing, too long or not one of the choices."""
    name = part["id"]
    assert value or not part.get("isRequired"), f"{name} must be filled in"
    assert len(value) <= part.get("maxLength", len(value)), f"{name} is too long"
    choices = [choice["value"] for choice in part.get("choices", ())]
    assert not choices or not value or value in choices, f"{name} is one of {choices}"
