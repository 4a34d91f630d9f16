"""A person in the local Slack: signs what they do like Slack does, and will not wait longer than Slack does."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.platforms.slack_lint import Json, message_faults, view_faults
from tests.platforms.slack_state import Item, Modal, direct, shown

if TYPE_CHECKING:
    from tests.platforms.slack import LocalSlack

ACK_SECONDS = 3.0
FOLLOW_UP_SECONDS = 60.0
"""What follows an answer is waited for. Only the answer itself has a limit."""
MANIFEST = Path(__file__).parents[2] / "manifest.json"
FORM = "application/x-www-form-urlencoded"


@dataclass
class SlackVisitor:
    """One person. `channel` is where they type; their conversation with the bot unless `at` says otherwise."""

    slack: LocalSlack
    user: str
    channel: str = ""

    def at(self, channel: str) -> SlackVisitor:
        """The same person, in a channel."""
        return SlackVisitor(self.slack, self.user, channel)

    async def say(self, words: str) -> None:
        command, _, text = words.partition(" ")
        assert command in _commands(), f"the manifest has no {command}"
        place = self.channel or direct(self.user)
        body = {
            "command": command,
            "text": _escaped(text),
            "team_id": self.slack.workspace,
            "team_domain": "local",
            "user_id": self.user,
            "user_name": self.user.lower(),
            "channel_id": place,
            "channel_name": "directmessage" if place.startswith("D") else "news",
            "response_url": self._response_url(place),
            "trigger_id": self.slack.state.trigger(self.user),
            "api_app_id": "A0LOCAL",
            "is_enterprise_install": "false",
        }
        answered = await self._post(urlencode(body), FORM)
        if answered:
            self._private(answered, place)

    async def press(self, label: str) -> None:
        found = self._find(label)
        assert found is not None, f"{self.user} sees no button {label!r} in:\n{await self.sees()}"
        button, where = found
        action = {key: button[key] for key in ("type", "action_id", "text", "value") if key in button}
        await self._interact({"type": "block_actions", "actions": [action | {"block_id": "b"}], **where})

    async def fill(self, values: Mapping[str, str]) -> None:
        modal = self._modal()
        assert modal is not None, f"{self.user} has no form open"
        inputs = {block["block_id"]: block for block in modal.view["blocks"] if block["type"] == "input"}
        assert set(values) <= set(inputs), f"the form has {sorted(inputs)}, not {sorted(set(values) - set(inputs))}"
        modal.typed |= values
        typed = {name: {block["element"]["action_id"]: _state(block, modal)} for name, block in inputs.items()}
        view = {"id": modal.id, "hash": "h", **modal.view, "state": {"values": typed}}
        await self._interact({"type": "view_submission", "view": view, "response_urls": []}, modal)

    async def sees(self) -> str:
        items = [shown(item.payload.get("blocks")) for item in self.slack.state.seen_by(self.user, self.channel)]
        return "\n".join([*items, *map(_drawn, self.slack.state.modals[self.user])])

    async def home(self) -> str:
        """Open the app's home tab; every word on it."""
        event = {"type": "app_home_opened", "user": self.user, "channel": direct(self.user), "tab": "home"}
        body = {"type": "event_callback", "team_id": self.slack.workspace, "api_app_id": "A0LOCAL", "event": event}
        before = self.slack.state.changes[self.user]
        await self._post(
            json.dumps(body | {"event_id": f"Ev{next(self.slack.state.numbers)}", "event_time": 1}), "application/json"
        )
        await self._changed(before)
        return shown(self.slack.state.homes[self.user])

    async def _interact(self, payload: Json, modal: Modal | None = None) -> None:
        workspace = {"id": self.slack.workspace, "domain": "local"}
        person = {"id": self.user, "username": self.user.lower(), "team_id": self.slack.workspace}
        common = {"team": workspace, "user": person, "trigger_id": self.slack.state.trigger(self.user)}
        before = self.slack.state.changes[self.user]
        body = {**common, "api_app_id": "A0LOCAL", "enterprise": None, "is_enterprise_install": False, **payload}
        answered = await self._post(urlencode({"payload": json.dumps(body)}), FORM)
        expects = modal is None or self._submitted(json.loads(answered or "{}"), modal)
        if expects:
            await self._changed(before)

    def _submitted(self, answered: Json, modal: Modal) -> bool:
        """Do with the modal what the product answered. Whether something else must follow."""
        stack = self.slack.state.modals[self.user]
        match answered:
            case {"response_action": "errors", "errors": dict(errors)}:
                assert errors
                assert all(errors.values())
                assert set(errors) <= {block.get("block_id") for block in modal.view["blocks"]}
                modal.errors = errors
            case {"response_action": "update", "view": dict(view)}:
                self.slack.violations += view_faults(view)
                modal.view, modal.typed, modal.errors = view, {}, {}
            case {"response_action": "clear"}:
                stack.clear()
            case {}:
                assert not answered, f"no such answer to a form: {answered}"
                stack.remove(modal)
        return answered.get("response_action") == "clear"

    async def _changed(self, before: int) -> None:
        async with asyncio.timeout(FOLLOW_UP_SECONDS):
            await self.slack.state.change_after(self.user, before)

    async def _post(self, body: str, content_type: str) -> str:
        headers = signed(self.slack.secret, body.encode(), int(self.slack.clock().timestamp()))
        url = f"{self.slack.product}/slack/events"
        self.slack.told.append((body, content_type))
        async with asyncio.timeout(ACK_SECONDS):
            request = self.slack.session.post(url, data=body.encode(), headers=headers | {"Content-Type": content_type})
            async with request as response:
                assert response.status == 200, f"{self.user} got {response.status} from the product"
                return await response.text()

    def _find(self, label: str) -> tuple[Json, Json] | None:
        """The newest button with this label, and what Slack says about where it is."""
        modal = self._modal()
        if modal is not None and (button := _button(modal.view, label)):
            return button, {"view": {"id": modal.id, **modal.view}}
        for item in reversed(self.slack.state.seen_by(self.user, self.channel)):
            if button := _button(item.payload.get("blocks"), label):
                return button, self._on(item)
        home = self.slack.state.homes.get(self.user)
        button = _button(home, label)
        return (button, {"view": {"id": "H1", **home}}) if home and button else None

    def _on(self, item: Item) -> Json:
        message = {"ts": item.ts, "text": item.payload.get("text", ""), "blocks": item.payload.get("blocks", [])}
        url = self._response_url(item.channel, item)
        return {"channel": {"id": item.channel, "name": "here"}, "message": message, "response_url": url}

    def _modal(self) -> Modal | None:
        stack = self.slack.state.modals[self.user]
        return stack[-1] if stack else None

    def _private(self, answered: str, place: str) -> None:
        payload = json.loads(answered)
        assert payload.get("response_type", "ephemeral") == "ephemeral"
        self.slack.violations += message_faults(payload)
        self.slack.state.put(place, payload, self.slack.clock().timestamp(), only_for=self.user)

    def _response_url(self, channel: str, item: Item | None = None) -> str:
        return f"{self.slack.url}/commands/{self.slack.state.response_url(self.user, channel, item)}"


def signed(secret: str, body: bytes, timestamp: int | str) -> dict[str, str]:
    """The headers that Slack signs a body with."""
    base = b"v0:" + str(timestamp).encode() + b":" + body
    signature = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": signature}


def _commands() -> set[str]:
    return {command["command"] for command in json.loads(MANIFEST.read_text())["features"]["slash_commands"]}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _button(node: object, label: str) -> Json | None:
    if isinstance(node, list):
        return next(filter(None, (_button(each, label) for each in reversed(node))), None)
    if not isinstance(node, dict):
        return None
    if node.get("type") == "button" and node["text"]["text"] == label:
        return node
    return _button([value for value in node.values() if isinstance(value, dict | list)], label)


def _state(block: Json, modal: Modal) -> Json:
    """What Slack sends of an input: what was typed or chosen, or else what stood there."""
    element: Json = block["element"]
    kind, said = element["type"], modal.typed.get(block["block_id"])
    if kind == "plain_text_input":
        value = element.get("initial_value", "") if said is None else said
        assert value.strip() or block.get("optional"), f"Slack does not submit an empty {block['block_id']}"
        assert len(value) <= element.get("max_length", 3000), f"{block['block_id']} is too long"
        return {"type": kind, "value": _escaped(value) or None}
    if kind == "checkboxes":
        ticked = bool(element.get("initial_options")) if said is None else said == "yes"
        return {"type": kind, "selected_options": element["options"] if ticked else []}
    chosen = element.get("initial_option") if said is None else _chosen(element, said)
    assert chosen or block.get("optional"), f"Slack does not submit without a choice of {block['block_id']}"
    return {"type": kind, "selected_option": chosen}


def _chosen(element: Json, said: str) -> Json:
    groups: list[Json] = element.get("option_groups", [element])
    options: list[Json] = [option for group in groups for option in group["options"]]
    found = [option for option in options if said in {option["value"], option["text"]["text"]}]
    assert found, f"no option {said!r}"
    return found[0]


def _drawn(modal: Modal) -> str:
    parts: list[Any] = [shown(modal.view), *modal.typed.values(), *modal.errors.values()]
    return "\n".join(parts)
