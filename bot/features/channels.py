"""Where a unit's news is posted, and what is kept of the workspaces that these channels are in."""

from __future__ import annotations

from bot.core import Call
from bot.domain.ids import new_id
from bot.domain.messages import ENVELOPES
from bot.domain.people import INVITATIONS, WORKSPACES, Role, Unit
from bot.errors import NotFound, Refusal
from bot.feature import Feature, Verb
from bot.ports.channels import Channel
from bot.views import Reply, Show, View
from bot.words import LANGUAGES, N_

BOTH = "both"
NOT_A_CHANNEL = N_("Please say this in the channel where the news is to appear.")
UNKNOWN_UNIT = N_("There is no unit called {name}. The units are: {units}.")
STEWARDS_ONLY = N_("Only the programme's stewards can do that.")


async def use_channel(rest: str, call: Call) -> Reply:
    """`here`, `here Housing`, `here Housing cy` or `here Housing both`: post a unit's news in this channel."""
    if call.person.role is not Role.STEWARD:
        raise NotFound(STEWARDS_ONLY)
    if call.place is None or call.place.personal:
        raise Refusal(NOT_A_CHANNEL)
    name, languages = _languages(rest)
    unit = await _unit(name, call)
    await call.tx.channels.connect(Channel(new_id(), call.organisation.id, unit.id, call.place, languages))
    return Show(View(call.words(N_("The digests and stories of {unit} will appear in this channel."), unit=unit.name)))


async def _unit(name: str, call: Call) -> Unit:
    """The unit of this name; without a name, the whole organisation."""
    tree = await call.tx.people.tree(call.organisation.id)
    if not name:
        return tree.root
    unit = next((u for u in tree.units.values() if u.name.casefold() == name.casefold()), None)
    if unit is None:
        names = ", ".join(u.name for u in tree.units.values())
        raise Refusal(UNKNOWN_UNIT, values={"name": name, "units": names})
    return unit


def _languages(rest: str) -> tuple[str, tuple[str, ...]]:
    """The name and the languages after `here`. English, unless it ends in a language or in `both` (Welsh first)."""
    name, _, last = rest.rpartition(" ")
    if last == BOTH:
        return name.strip(), ("cy", "en")
    return (name.strip(), (last,)) if last in LANGUAGES else (rest, ("en",))


FEATURE = Feature(
    name="channels",
    verbs=(Verb(use_channel, {"en": "here", "cy": "yma"}),),
    holds=(INVITATIONS, ENVELOPES, WORKSPACES),
)
