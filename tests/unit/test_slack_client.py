"""Every call to Slack is tried once, and ends as one of four things."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.errors import SlackApiError

from adapters.slack import limits
from adapters.slack.client import SlackMessenger, connected
from adapters.slack.config import SlackConfig
from adapters.slack.reply import Post
from bot.domain.people import Address, Identity, Platform
from bot.errors import Misconfigured
from bot.ports.sending import InDoubt, Later, Outcome, Rejected, Sent, Unfindable
from bot.views import View, text
from tests.platforms import LocalPlatform
from tests.platforms.slack import LocalSlack
from tests.platforms.slack_trouble import Trouble

ANNA = Address(Platform.SLACK, "T0LOCAL", "U0ANNA")
NEWS = Address(Platform.SLACK, "T0LOCAL", "C0NEWS", personal=False)
VIEW = View("How was it?", (text("Tell us about <!channel> & others."),), summary="<!channel> a pulse & more")
POST = "chat.postMessage"


def config_of(slack: LocalSlack) -> SlackConfig:
    environment = slack.environment()
    return SlackConfig(
        environment["SLACK_BOT_TOKEN"], environment["SLACK_SIGNING_SECRET"], environment["SLACK_API_URL"]
    )


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack() as local:
        yield local


@pytest.fixture
async def messenger(slack: LocalSlack) -> AsyncIterator[SlackMessenger]:
    async with connected(config_of(slack)) as connection:
        yield connection


def posts(slack: LocalSlack) -> int:
    return sum(received.method == POST for received in slack.received)


async def test_a_message_arrives_with_its_key_and_without_markup(slack: LocalSlack, messenger: SlackMessenger) -> None:
    """It is found under the reference we got; its metadata hold the key and nothing else; nobody is pinged."""
    ended = await messenger.send(ANNA, VIEW, "k1")

    [item] = slack.messages("U0ANNA")
    assert ended == Sent(f"{item.channel}:{item.ts}")
    assert item.payload["metadata"]["event_payload"] == {"id": "k1"}
    assert item.payload["text"] == "&lt;!channel&gt; a pulse &amp; more"
    assert item.payload["unfurl_links"] is False


FAILURES: list[tuple[Trouble, Callable[[Outcome], bool]]] = [
    (Trouble(POST, retry_after=17), lambda o: o == Later(17, lane=True)),
    (Trouble(POST, error="channel_not_found"), lambda o: o == Rejected("channel_not_found")),
    (Trouble(POST, error="account_inactive"), lambda o: o == Rejected("account_inactive")),
    (Trouble(POST, error="ratelimited"), lambda o: o == Later(limits.PATIENCE_SECONDS, lane=True)),
    (Trouble(POST, error="internal_error"), lambda o: o == InDoubt("internal_error")),
    (Trouble(POST, status=500), lambda o: o == InDoubt("HTTP 500")),
    (Trouble(POST, status=503, stored=True), lambda o: o == InDoubt("HTTP 503")),
    (Trouble(POST, status=408), lambda o: o == InDoubt("HTTP 408")),
    (Trouble(POST, reset=True), lambda o: isinstance(o, InDoubt)),
    (Trouble(POST, reset=True, stored=True), lambda o: isinstance(o, InDoubt)),
]


@pytest.mark.parametrize(("trouble", "expected"), FAILURES)
async def test_a_failure_is_known_for_what_it_is(
    slack: LocalSlack, messenger: SlackMessenger, trouble: Trouble, expected: Callable[[Outcome], bool]
) -> None:
    """Patience asked for, a definite no, or doubt; and one try is one call, whatever happens."""
    slack.inject(trouble)

    assert expected(await messenger.send(ANNA, VIEW, "k1"))
    assert posts(slack) == 1
    assert isinstance(await messenger.send(ANNA, VIEW, "k2"), Sent)


async def test_a_timeout_leaves_us_in_doubt(slack: LocalSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that was stored while we stopped waiting counts as neither sent nor lost, and can be found.

    We wait long enough for a busy machine to hand the message over, and to find it afterwards.
    """
    monkeypatch.setattr(limits, "REQUEST_SECONDS", 2.0)
    slack.inject(Trouble(POST, hang=60.0, stored=True))
    before = datetime.now(UTC)

    async with connected(config_of(slack)) as messenger:
        assert isinstance(await messenger.send(ANNA, VIEW, "k1"), InDoubt)
        [item] = slack.messages("U0ANNA")
        assert await messenger.find(ANNA, "k1", before) == Sent(f"DU0ANNA:{item.ts}")


async def test_nobody_listening_means_nothing_was_sent() -> None:
    """A refused connection can be tried again without fear."""
    async with LocalSlack() as gone:
        config = config_of(gone)
    async with connected(config) as messenger:
        assert await messenger.send(ANNA, VIEW, "k1") == Later(limits.PATIENCE_SECONDS, lane=True)


async def test_a_message_is_edited_in_place(slack: LocalSlack, messenger: SlackMessenger) -> None:
    """The reference of the post leads back to it."""
    sent = await messenger.send(NEWS, VIEW, "k1")
    assert isinstance(sent, Sent)

    assert await messenger.update(NEWS, sent.ref, View("Withdrawn")) == sent
    assert await slack.in_channel("C0NEWS") == "Withdrawn"
    assert await messenger.update(NEWS, "C0NEWS:1.0", View("No")) == Rejected("message_not_found")


async def test_a_key_is_found_on_any_page_or_not_at_all(
    messenger: SlackMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history is read page by page; a key that is not there is not found; what is too long ago does not count."""
    monkeypatch.setattr(limits, "HISTORY_PAGE", 2)
    before = datetime.now(UTC)
    sent = [await messenger.send(ANNA, VIEW, f"k{n}") for n in range(5)]

    assert await messenger.find(ANNA, "k0", before) == sent[0]
    assert await messenger.find(ANNA, "other", before) is None
    assert await messenger.find(ANNA, "k0", before + timedelta(hours=1)) is None
    monkeypatch.setattr(limits, "HISTORY_PAGES", 1)
    assert await messenger.find(ANNA, "k0", before) == Unfindable()


async def test_where_we_may_not_look_we_say_so(slack: LocalSlack, messenger: SlackMessenger) -> None:
    """Channels are closed to us; so is a conversation that cannot be opened, or one that is too long."""
    await messenger.send(NEWS, VIEW, "k1")
    slack.absent.add("U0GONE")
    gone = Address(Platform.SLACK, "T0LOCAL", "U0GONE")

    assert await messenger.find(NEWS, "k1", datetime.now(UTC)) == Unfindable()
    assert await messenger.find(gone, "k1", datetime.now(UTC)) == Unfindable()


async def test_only_our_own_people_are_known_by_email(slack: LocalSlack, messenger: SlackMessenger) -> None:
    """An address counts if this workspace vouches for it: not another's, not a stranger's."""
    slack.state.emails["U0ANNA"] = "anna@toy.example"

    assert await messenger.email(Identity(Platform.SLACK, "T0LOCAL", "U0ANNA")) == "anna@toy.example"
    assert await messenger.email(Identity(Platform.SLACK, "T0OTHER", "U0ANNA")) == ""
    assert await messenger.email(Identity(Platform.SLACK, "T0LOCAL", "nobody")) == ""


async def test_the_token_says_which_workspace_it_is(slack: LocalSlack, messenger: SlackMessenger) -> None:
    """A good token names its workspace; a bad one stops the start with words, and without the token."""
    assert await messenger.whoami() == "T0LOCAL"
    slack.inject(Trouble("auth.test", error="invalid_auth"))
    with pytest.raises(Misconfigured, match="invalid_auth"):
        await messenger.whoami()


HOSTS = ["https://evil.example/x", "http://hooks.slack.com/x", "https://hooks.slack.com.evil.example/x", "", "//"]
HOSTS += ["https://a@hooks.slack.com/x", "https://hooks.slack.com:99999/x", "http://[", "https://hooks.slack.com:8443/"]


@pytest.mark.parametrize("url", HOSTS)
async def test_we_answer_to_slack_and_to_nobody_else(messenger: SlackMessenger, url: str) -> None:
    """A response_url of another host is never called."""
    assert await messenger.follow(Post(url, {})) == Rejected("response_url of another host")


def test_a_configuration_shows_no_secret() -> None:
    """What may be logged of it holds neither token nor secret; and Slack's own hook is accepted."""
    config = SlackConfig("xoxb-1", "shh")
    assert "xoxb-1" not in repr(config)
    assert "shh" not in repr(config)
    assert config.answers_to("https://hooks.slack.com/commands/1")
    assert not config.answers_to("https://slack.com/commands/1")


async def test_the_local_slack_has_the_shape_of_every_platform(slack: LocalSlack) -> None:
    """What the contract tests ask of a platform, it has; a call that breaks a rule fails the test it is made in."""
    platform: LocalPlatform = slack
    assert platform.workspace == "T0LOCAL"
    with pytest.raises(AssertionError, match="Slack would have refused"):
        await _broken_rule()


async def _broken_rule() -> None:
    async with LocalSlack() as strict, connected(config_of(strict)) as careless:
        with suppress(SlackApiError):
            await careless.web.chat_postMessage(channel="C0NEWS", text="<!channel>", blocks=[{"type": "nope"}])
