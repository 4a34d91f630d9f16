"""What the Slack adapter needs to know about its installation."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

SLACK = "https://slack.com/api/"
HOOKS = "hooks.slack.com"


@dataclass(frozen=True, slots=True)
class SlackConfig:
    """One workspace's token and secret, kept out of every representation. Tests point `api_url` at a local Slack."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    api_url: str = SLACK

    @property
    def base_url(self) -> str:
        """Where the Web API is, with the slash that the SDK expects."""
        return self.api_url.rstrip("/") + "/"

    def answers_to(self, url: str) -> bool:
        """Whether a response_url is Slack's own: nobody can make us call another host."""
        if self.base_url == SLACK:
            return _origin(url) == ("https", HOOKS, None)
        return _origin(url) in {("https", HOOKS, None), _origin(self.base_url)}


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.username is None else None
