"""Where a trustee types their passphrase: on a steward's page, once, when a pulse waits for it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from pydantic import SecretStr

from bot.core import UNKNOWN_ACTION, Core
from bot.domain.people import Person, Role
from bot.domain.pulses import Pulse, State
from bot.errors import Refusal
from bot.features.pulses import closing
from bot.views import Refused, Show, View, text
from bot.words import N_, Words

OPEN = "/trustee"
FORM = Markup(
    '<form method="post" action="{}" class="fill" aria-labelledby="trustee-title" autocomplete="off">'
    '<h2 id="trustee-title">{}</h2><p>{}</p><p class="note">{}</p><input type="hidden" name="pulse" value="{}">'
    '<label for="passphrase">{}</label><input type="password" id="passphrase" name="passphrase" required '
    'autocomplete="off"{}>{}'
    '<div class="row"><button class="primary">{}</button></div></form>'
)
CLOSED = N_("The answers are counted and destroyed, and the key with them. The digest follows as planned.")
LOST = N_("The key of this pulse is gone, so nobody can ever read its answers. It is marked as lost.")


@dataclass(frozen=True, slots=True)
class TrusteeDesk:
    """Stewards bring the trustee to it. It keeps nothing of what is typed."""

    core: Core

    async def waiting(self, person: Person) -> Pulse | None:
        """The pulse that has waited longest for its trustee, for a steward to see."""
        if person.role is not Role.STEWARD:
            return None
        async with self.core.store.view() as tx:
            unfinished = await tx.pulses.unfinished(person.organisation)
        waiting = (pulse for pulse in unfinished if pulse.waits(self.core.clock()))
        return min(waiting, key=lambda pulse: pulse.closes, default=None)

    async def open(self, person: Person, pulse: str, passphrase: SecretStr, t: Words) -> Show | Refused:
        """Close the waiting pulse with the trustee's passphrase. Any other pulse is like one that is not there."""
        waiting = await self.waiting(person)
        if waiting is None or waiting.id != pulse:
            return Refused(t(UNKNOWN_ACTION))
        try:
            state = await closing.close_with(self.core.store, waiting.id, passphrase, self.core.clock())
        except Refusal as refusal:
            return Refused(t(refusal.message, **refusal.values), refusal.field)
        return Show(View(t(N_("The pulse is closed")), (text(t(CLOSED if state is State.SEALED else LOST)),)))

    def form(self, pulse: Pulse, t: Words, why: str = "") -> Markup:
        """The field for the passphrase, which is always empty, with what was wrong with the last one."""
        wrong = Markup('<p class="error" role="alert" id="passphrase-error">{}</p>').format(why) if why else ""
        return FORM.format(
            OPEN,
            t(N_("This pulse waits for its trustee's passphrase")),
            t(
                N_("It was open until {when}. Nobody can read its answers before the trustee opens them."),
                when=t.moment(pulse.closes),
            ),
            t(N_("Only the trustee types here. The passphrase is used now, once, and kept nowhere.")),
            pulse.id,
            t(N_("Passphrase")),
            Markup(' aria-invalid="true" aria-describedby="passphrase-error"') if why else "",
            wrong,
            t(N_("Open and count the answers")),
        )
