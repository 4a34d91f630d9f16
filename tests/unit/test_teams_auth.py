"""Whether an activity really comes from Teams: every way that it might not is refused, and in one way only."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import jwt
import pytest

from adapters.teams.auth import Gate, KeyRing, UnauthorisedError
from adapters.teams.config import TeamsConfig
from bot.errors import Misconfigured
from tests.platforms.teams import LocalTeams
from tests.platforms.teams_identity import signing_key
from tests.platforms.teams_toy import config_of

Json = dict[str, Any]


@dataclass
class Watch:
    """A clock that moves when it is told to."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 2, 10, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def on(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def teams() -> AsyncIterator[LocalTeams]:
    async with LocalTeams() as local:
        yield local


@pytest.fixture
def gate(teams: LocalTeams, watch: Watch) -> Gate:
    config = config_of(teams)
    return Gate(config, KeyRing(config.openid_url, teams.session, watch))


@pytest.fixture
def activity(teams: LocalTeams) -> Json:
    return {"channelId": "msteams", "serviceUrl": teams.service_url}


async def test_genuine_activity_is_let_in(teams: LocalTeams, gate: Gate, activity: Json) -> None:
    """A token that Teams signed for us, for this service address, is accepted; the keys are read once."""
    for _ in range(3):
        claims = await gate.check(teams.identities.header(), activity)
    assert claims["aud"] == teams.app_id
    assert teams.identities.key_requests == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-bot"},
        {"aud": None},
        {"iss": "https://sts.windows.net/x/"},
        {"iss": None},
        {"serviceurl": "http://127.0.0.1:1/"},
        {"serviceurl": ""},
        {"serviceurl": None},
        {"serviceurl": 7},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": 9_000_000_000},
    ],
)
async def test_wrong_claim_is_refused(teams: LocalTeams, gate: Gate, activity: Json, claims: Json) -> None:
    """A token for another bot, issuer or service address, or outside its time, is refused."""
    with pytest.raises(UnauthorisedError):
        await gate.check(teams.identities.header(**claims), activity)


async def test_token_just_past_its_end_is_let_in(teams: LocalTeams, gate: Gate, activity: Json) -> None:
    """Clocks differ: a token counts for four minutes after its end, and not for six."""
    now = int(time.time())
    await gate.check(teams.identities.header(exp=now - 240), activity)
    with pytest.raises(UnauthorisedError):
        await gate.check(teams.identities.header(exp=now - 360), activity)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c", "Bearer \u00e9", "Bearer ..", "x"]
)
async def test_garbage_is_refused(gate: Gate, activity: Json, header: str) -> None:
    """No token, or something that is none, is refused."""
    with pytest.raises(UnauthorisedError):
        await gate.check(header, activity)


@pytest.mark.parametrize("odd", [{"serviceUrl": "http://127.0.0.1:1/"}, {"serviceUrl": None}, {"channelId": "skype"}])
async def test_activity_that_differs_from_its_token_is_refused(
    teams: LocalTeams, gate: Gate, activity: Json, odd: Json
) -> None:
    """A genuine token does not make an activity with another service address or channel genuine."""
    with pytest.raises(UnauthorisedError):
        await gate.check(teams.identities.header(), {**activity, **odd})


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_other_algorithm_is_refused(teams: LocalTeams, gate: Gate, activity: Json, algorithm: str) -> None:
    """A token that is not signed, or signed with a shared word, is refused before its key is looked for."""
    claims = {"iss": "https://api.botframework.com", "aud": teams.app_id, "serviceurl": teams.service_url}
    secret = "x" * 64 if algorithm == "HS256" else ""
    headers = {"kid": teams.identities.kid}
    token = jwt.encode({**claims, "exp": int(time.time()) + 60}, secret, algorithm=algorithm, headers=headers)
    with pytest.raises(UnauthorisedError, match="another algorithm"):
        await gate.check(f"Bearer {token}", activity)
    assert teams.identities.key_requests == 0


async def test_signature_of_another_key_is_refused(teams: LocalTeams, gate: Gate, activity: Json) -> None:
    """A token that names a known key but was signed with another is refused."""
    claims = {"iss": "https://api.botframework.com", "aud": teams.app_id, "serviceurl": teams.service_url}
    headers = {"kid": teams.identities.kid}
    token = jwt.encode({**claims, "exp": int(time.time()) + 60}, signing_key(99), algorithm="RS256", headers=headers)
    with pytest.raises(UnauthorisedError, match="InvalidSignature"):
        await gate.check(f"Bearer {token}", activity)


async def test_key_of_another_channel_is_refused(teams: LocalTeams, gate: Gate, activity: Json) -> None:
    """A key that may not speak for Teams does not."""
    teams.identities.endorsements = ["webchat"]
    with pytest.raises(UnauthorisedError, match="not for this channel"):
        await gate.check(teams.identities.header(), activity)


async def test_new_key_is_fetched_at_most_once_a_minute(
    teams: LocalTeams, gate: Gate, activity: Json, watch: Watch
) -> None:
    """When Teams changes its key, ours follow within a minute; unknown keys cannot make us ask more often."""
    await gate.check(teams.identities.header(), activity)
    teams.identities.rotate()
    for _ in range(3):
        with pytest.raises(UnauthorisedError, match="unknown key"):
            await gate.check(teams.identities.header(), activity)
    assert teams.identities.key_requests == 1
    watch.on(seconds=61)
    await gate.check(teams.identities.header(), activity)
    assert teams.identities.key_requests == 2


async def test_known_keys_serve_while_new_ones_can_not_be_had(
    teams: LocalTeams, gate: Gate, activity: Json, watch: Watch
) -> None:
    """If the keys cannot be read, the ones we have go on to serve, and we ask again once a minute."""
    await gate.check(teams.identities.header(), activity)
    teams.identities.down = True
    watch.on(hours=25)
    for _ in range(3):
        await gate.check(teams.identities.header(), activity)
    assert teams.identities.key_requests == 2
    teams.identities.down = False
    watch.on(seconds=61)
    await gate.check(teams.identities.header(), activity)
    await gate.check(teams.identities.header(), activity)
    assert teams.identities.key_requests == 3


@pytest.mark.parametrize(
    "found", [{}, {"keys": 5}, {"keys": [{"kty": "RSA", "kid": "key-0"}]}, {"keys": [{"kty": "EC"}]}]
)
async def test_unusable_keys_let_nobody_in(
    teams: LocalTeams, gate: Gate, activity: Json, found: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of keys that cannot be read counts as none."""
    monkeypatch.setattr(teams.identities, "keys", lambda: found)
    with pytest.raises(UnauthorisedError, match="unknown key"):
        await gate.check(teams.identities.header(), activity)


async def test_keys_that_never_come_let_nobody_in(
    teams: LocalTeams, activity: Json, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If nobody answers where the keys should be, the activity is refused in good time."""
    monkeypatch.setattr("adapters.teams.limits.KEYS_SECONDS", 0.05)
    async with aiohttp.ClientSession() as session:
        ring = KeyRing("http://127.0.0.1:9/none", session, watch)
        with pytest.raises(UnauthorisedError, match="unknown key"):
            await Gate(config_of(teams), ring).check(teams.identities.header(), activity)


@pytest.mark.parametrize("missing", ["app_id", "app_password", "tenant_id"])
def test_configuration_without_a_name_is_refused(missing: str) -> None:
    """An empty app id, password or tenant is refused at once, by its name, and the password is never printed."""
    config = TeamsConfig("a", "hidden", "t")
    assert "hidden" not in repr(config)
    with pytest.raises(Misconfigured, match=f"TEAMS_{missing.upper()}"):
        replace(config, **{missing: " "})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://smba.trafficmanager.net/uk/", True),
        ("https://smba.infra.gcc.teams.microsoft.com/teams", True),
        ("http://smba.trafficmanager.net/uk/", False),
        ("https://smba.trafficmanager.net.evil.example/", False),
        ("https://evil@smba.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net:8443/", False),
        ("https://evil.example/smba.trafficmanager.net", False),
        ("http://127.0.0.1:8080/", False),
        ("https://[bad/", False),
        ("", False),
    ],
)
def test_our_token_goes_to_teams_only(url: str, *, allowed: bool) -> None:
    """We send to Microsoft's hosts over https and nowhere else; to loopback only when it is named."""
    assert TeamsConfig("a", "p", "t").allows(url) is allowed


def test_loopback_is_allowed_by_name() -> None:
    """A loopback address on the list may be reached without https, at its port only; another host may not."""
    config = TeamsConfig("a", "p", "t", service_hosts=("127.0.0.1:8080", "example.org"))
    assert config.allows("http://127.0.0.1:8080/v")
    assert not config.allows("http://127.0.0.1:8081/v")
    assert not config.allows("http://example.org/v")
    assert config.service_url == "http://127.0.0.1:8080/"
    assert TeamsConfig("a", "p", "t").token_address == "https://login.microsoftonline.com/t/oauth2/v2.0/token"
