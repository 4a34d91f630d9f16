"""The manifest that an organisation gives to Slack."""

from __future__ import annotations

import json

import jsonschema

from adapters.slack.manifest import TEMPLATE, manifest, template
from adapters.slack.manifest import written as as_written
from bot.routes import TYPED

SCHEMA = {
    "type": "object",
    "required": ["display_information", "features", "oauth_config", "settings"],
    "properties": {
        "display_information": {
            "required": ["name"],
            "properties": {
                "name": {"maxLength": 35},
                "description": {"maxLength": 140},
                "long_description": {"minLength": 175, "maxLength": 4000},
            },
        },
        "features": {
            "properties": {
                "slash_commands": {
                    "maxItems": 50,
                    "items": {
                        "required": ["command", "description", "url"],
                        "properties": {"command": {"maxLength": 32}, "usage_hint": {"maxLength": 1000}},
                    },
                }
            }
        },
    },
}


def test_the_manifest_says_what_the_code_does() -> None:
    """Its commands are those that we answer, its address the one we listen at, its limits Slack's."""
    written = manifest("https://pulse.council.example/")
    jsonschema.validate(written, SCHEMA)
    commands = written["features"]["slash_commands"]

    assert TEMPLATE.read_text(encoding="utf-8") == as_written(template()), "run: make derived"
    assert {command["command"].removeprefix("/") for command in commands} == set(TYPED)
    assert all(command["should_escape"] for command in commands)
    urls = [command["url"] for command in commands]
    urls += [written["settings"][part]["request_url"] for part in ("event_subscriptions", "interactivity")]
    assert set(urls) == {"https://pulse.council.example/slack/events"}
    assert "hundred-days.example" not in json.dumps(written)
