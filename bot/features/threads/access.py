"""Who may see a conversation, from which side, and what that side calls it by."""

from __future__ import annotations

from collections.abc import Collection

from bot.core import Call
from bot.domain import threads as rules
from bot.domain.people import THREAD_UNIT_MIN, Person, Tree, without
from bot.domain.threads import Hearing, Recipient, Seat, Side, Thread, is_ticket
from bot.errors import NotFound, Refusal
from bot.features.threads.commands import OpenThread
from bot.leading import answering
from bot.ports.store import Transaction
from bot.words import N_

NO_THREAD = N_("That conversation is not there, or it is not yours.")
NOBODY_ELSE = N_("There is nobody else here it could be handed to. Nothing was sent.")
TICKET_GONE = N_("Please enter your code again: it was too long ago, or the conversation has been closed.")


async def addressed(command: OpenThread, tree: Tree, call: Call) -> tuple[str, Recipient]:
    """Who reads it: the leaders of the nearest unit whose words may come from enough people, or else the stewards.

    What is kept says that and not what was chosen: of two ways to one reader, the rarer would tell more. Anybody can
    write to the stewards; they know that it was not themselves, so they hide nobody.
    """
    people, organisation, root = call.tx.people, call.organisation.id, tree.root.id
    heads = without(await people.stewards(organisation), await people.possible_writers(organisation))
    hidden = command.hear is not Hearing.NAMED
    if hidden and sum(heads.values()) < THREAD_UNIT_MIN:
        raise Refusal(rules.TOO_FEW, field="hear")
    if command.recipient is Recipient.STEWARD:
        return root, Recipient.STEWARD
    above = command.recipient is Recipient.ABOVE
    shelters = tree.shelters(tree.one_up(heads) if above else heads, await people.units_with_leader(organisation))
    for unit in _upwards(tree, call.person, above=above):
        enough = not hidden or shelters[unit] >= THREAD_UNIT_MIN
        if enough and others_among(await people.leaders(organisation, unit), call.person):
            return unit, Recipient.LEADER
    topmost = await people.leaders(organisation, root)
    if others_among(topmost, call.person):
        raise Refusal(rules.TOO_THIN, field="recipient")
    return root, Recipient.LEADER if topmost else Recipient.STEWARD


def others_among(people: Collection[Person], person: Person) -> bool:
    """Whether somebody else is among them."""
    return any(each.id != person.id for each in people)


def _upwards(tree: Tree, person: Person, *, above: bool) -> tuple[str, ...]:
    """The units whose leaders may read it, nearest first."""
    own = tree.up(person.unit)
    return own[1:] if above and len(own) > 1 else own


async def seat_of(name: str, call: Call) -> Seat:
    """The place of this person in a conversation, by what they call it.

    By its id, an unnamed author who is one of its readers is a reader: whatever they are answered in the chat looks
    like what the others are answered. Nobody else's messages lead them to its id but those of former versions.
    """
    threads, organisation, person = call.tx.threads, call.organisation.id, call.person.id
    ticketed = await threads.by_ticket(organisation, name, person, call.now)
    thread = await threads.get(ticketed or name)
    handled = None if thread else await threads.by_handle(organisation, name, person)
    if handled:
        thread = await threads.get(handled)
    if thread is not None and thread.organisation == organisation:
        own = thread.seen_by(Side.STAFF, call.now)
        if ticketed or handled or thread.author == person:
            return Seat(own, Side.STAFF, name)
        handed_over = thread.seen_by(Side.LEADER, call.now)
        if handed_over.entries and await leads(call.person, thread, call.tx):
            return Seat(handed_over, Side.LEADER, name)
        if await threads.opened_by(thread.id, person):
            return Seat(own, Side.STAFF, await threads.handle_of(thread))
    raise NotFound(TICKET_GONE if is_ticket(name) else NO_THREAD)


async def leads(person: Person, thread: Thread, tx: Transaction) -> bool:
    """Whether this person is, now, one of those the conversation is addressed to."""
    return person.id in {reader.id for reader in await readers_of(thread, tx)}


async def readers_of(thread: Thread, tx: Transaction) -> tuple[Person, ...]:
    """The leaders of its unit, or the stewards: where it is meant for them, and where the unit has no leader."""
    if thread.recipient is not Recipient.STEWARD:
        return await answering(thread.organisation, thread.unit, tx)
    return await tx.people.stewards(thread.organisation)
