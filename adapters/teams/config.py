"""What one installation is told about Teams, and where it may send."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.errors import Misconfigured

OPENID_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
TOKEN_URL = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"  # noqa: S105 (an address, not a secret)
SERVICE_HOSTS = (
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class TeamsConfig:
    """One bot in one tenant. An empty app id would switch authentication off in Microsoft's library: it is refused."""

    app_id: str
    app_password: str = field(repr=False)
    tenant_id: str
    openid_url: str = OPENID_URL
    token_url: str = ""
    service_hosts: tuple[str, ...] = SERVICE_HOSTS

    def __post_init__(self) -> None:
        """Refuse what could not work, by the names that the person who configures it knows."""
        given = {
            "TEAMS_APP_ID": self.app_id,
            "TEAMS_APP_PASSWORD": self.app_password,
            "TEAMS_TENANT_ID": self.tenant_id,
            "TEAMS_SERVICE_HOSTS": "".join(self.service_hosts),
        }
        missing = [name for name, value in given.items() if not value.strip()]
        if missing:
            raise Misconfigured(f"Teams needs {', '.join(missing)}.")

    @property
    def token_address(self) -> str:
        """Where our own token comes from."""
        return self.token_url or TOKEN_URL.format(tenant=self.tenant_id)

    @property
    def service_url(self) -> str:
        """Where to send to somebody whose own service address is not known: the first host allowed, for all regions."""
        host = self.service_hosts[0]
        return f"http://{host}/" if _loopback(host) else f"https://{host}/teams/"

    def allows(self, service_url: str) -> bool:
        """Whether we may send our token there: a host on the list, over https; loopback only if the list names it."""
        try:
            parts = urlsplit(service_url)
        except ValueError:
            return False
        if parts.username is not None or parts.netloc not in self.service_hosts:
            return False
        return parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.netloc))


def _loopback(host: str) -> bool:
    return urlsplit(f"//{host}").hostname in LOOPBACK
