"""What leaders ask of digests."""

from __future__ import annotations

from collections.abc import Sequence

from bot.composing import Reader
from bot.core import Call
from bot.domain.people import Role
from bot.errors import NotFound
from bot.feature import DigestSection
from bot.features.digests.commands import ShowDigest
from bot.features.digests.week import digest_of, read_week
from bot.views import Reply, Show
from bot.words import N_

NO_DIGEST = N_("There is no digest yet. The first one comes after the first pulse has closed.")


async def show(sections: Sequence[DigestSection], _command: ShowDigest, call: Call) -> Reply:
    """The newest digest of the unit this person leads, or of the whole organisation for a steward."""
    reader = Reader(call.organisation, call.words, call.now, call.tx, call.themes, person=call.person)
    tree = await call.tx.people.tree(call.organisation.id)
    unit = tree.root.id if call.person.role is Role.STEWARD else call.person.unit
    for programme in reversed(await call.tx.programmes.list_all(call.organisation.id)):
        pulse = await call.tx.pulses.last_sealed(programme.id)
        view = (
            await digest_of(sections, await read_week(programme.id, pulse.week, unit, reader), reader)
            if pulse
            else None
        )
        if view is not None:
            return Show(view)
    raise NotFound(NO_DIGEST)
