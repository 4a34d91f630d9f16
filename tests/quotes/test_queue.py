"""Nothing is quoted that nobody has looked at: the queue of the stewards, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.domain.quotes import Review
from bot.views import Quote, Refused, Replace, Reply, Show, View
from tests.world import CLOSES, DIGEST, OPENS, World, buttons

WORKLOAD = "The workload in the {n}th week is far too heavy for us"
WAITING = "Comments that the digest may quote"


async def written(world: World, quotable: int = 12) -> None:
    """Twelve of Housing comment on one theme; the first of them may be quoted. Then the pulse closes."""
    await world.at(OPENS)
    pulse = await world.pulse()
    for number in range(1, 13):
        await world.answer(f"u{number}", 4)
        consent = "yes" if number <= quotable else "no"
        comment = WORKLOAD.format(n=number)
        await world.ask(f"u{number}", "SaveComment", pulse=pulse.id, comment=comment, quotable=consent)
    await world.at(CLOSES)


async def queue(world: World, *, decided: bool = False) -> View:
    reply = await world.ask("steward", "ReviewQuotes", decided="yes" if decided else "no")
    assert isinstance(reply, Show)
    return reply.view


async def press(world: World, label: str, which: int = 0) -> Reply:
    """Press a button of the queue."""
    [*found] = [button for button in buttons(await queue(world)) if button.label == label]
    return await world.ask("steward", "DecideQuote", **found[which].sends.write())


def quotes(view: View) -> list[str]:
    return [element.text for element in view.body if isinstance(element, Quote)]


async def approve_all(world: World) -> None:
    while any(button.label == "May be quoted" for button in buttons(await queue(world))):
        await press(world, "May be quoted")


async def test_unseen_comments_are_not_quoted(world: World) -> None:
    """Twelve writers agree to be quoted and nobody looks: no digest, posted or private, quotes anybody."""
    await written(world)
    private = await world.ask("steward", "ShowDigest")
    await world.at(DIGEST)
    assert isinstance(private, Show)
    for view in (private.view, *world.mailbox.to("general"), *world.mailbox.to("housing")):
        assert "12 comments" in str(view)
        assert quotes(view) == []


async def test_approved_comments_are_quoted(world: World) -> None:
    """After a yes to all, each digest has a quote, and none has the other's: one writer is quoted once a week."""
    await written(world)
    await approve_all(world)
    await world.at(DIGEST)
    [[general], [housing]] = quotes(world.mailbox.to("general")[-1]), quotes(world.mailbox.to("housing")[-1])
    assert "workload" in general
    assert "workload" in housing
    assert general != housing


async def test_a_declined_comment_is_not_quoted(small_world: World) -> None:
    """One that a steward has declined stays out, also of the digest that anybody may look at beforehand."""
    await written(small_world, quotable=1)
    assert isinstance(await press(small_world, "Do not quote"), Replace)
    private = await small_world.ask("steward", "ShowDigest")
    await small_world.at(DIGEST)
    assert isinstance(private, Show)
    assert [quotes(view) for view in (private.view, small_world.mailbox.to("general")[-1])] == [[], []]


async def test_stewards_are_told_once_and_only_if_there_is_something(small_world: World) -> None:
    """One message after the close, to the steward alone, without saying how many."""
    await written(small_world, quotable=7)
    await small_world.at(CLOSES + timedelta(minutes=5))
    [told] = [view for view in small_world.mailbox.to("steward") if view.title == WAITING]
    assert "7" not in str(told.body)
    assert [ref for ref, view in small_world.mailbox.sent if view.title == WAITING] == ["steward"]


async def test_nobody_is_told_of_nothing(small_world: World) -> None:
    """Where no writer agreed to be quoted, nobody is asked to look."""
    await written(small_world, quotable=0)
    await small_world.at(CLOSES + timedelta(minutes=5))
    assert WAITING not in [view.title for _, view in small_world.mailbox.sent]
    assert (await queue(small_world)).title == "No comment waits to be looked at"


async def test_a_late_close_is_told_of_in_the_morning(small_world: World) -> None:
    """The server was down until the evening: the stewards are told when their day begins."""
    world = small_world
    await world.at(OPENS)
    pulse = await world.pulse()
    for number in range(1, 13):
        comment = WORKLOAD.format(n=number)
        await world.ask(f"u{number}", "SaveComment", pulse=pulse.id, comment=comment, quotable="yes")
    await world.at(CLOSES + timedelta(hours=3))
    assert WAITING not in [view.title for view in world.mailbox.to("steward")]
    await world.at(CLOSES + timedelta(hours=15))
    assert WAITING in [view.title for view in world.mailbox.to("steward")]


async def test_names_are_out_before_the_steward_looks(small_world: World) -> None:
    """The queue shows a comment without the names of the roster, and with the unit it was published for."""
    await small_world.at(OPENS)
    pulse = await small_world.pulse()
    for number in range(1, 13):
        comment = "Stella Steward and @mred never listen to a word of ours"
        await small_world.ask(f"u{number}", "SaveComment", pulse=pulse.id, comment=comment, quotable="yes")
    await small_world.at(CLOSES)
    shown = str((await queue(small_world)).body)
    assert "[name] and [name] never listen" in shown
    assert "Stella" not in shown
    assert "Housing" in shown
    assert not {"positive", "negative", "neutral"} & set(shown.replace("'", " ").split())


async def test_a_comment_counts_where_ten_wrote(small_world: World) -> None:
    """Ten of Roads and three of Housing comment: nobody is told that those three are of Housing."""
    await small_world.at(OPENS)
    pulse = await small_world.pulse()
    for number in (1, 2, 4, *range(14, 27)):
        comment = WORKLOAD.format(n=number)
        await small_world.ask(f"u{number}", "SaveComment", pulse=pulse.id, comment=comment, quotable="yes")
    await small_world.at(CLOSES)
    assert "Housing" not in str(await queue(small_world))


async def test_a_double_press_is_harmless(small_world: World) -> None:
    """The same press again, or both at once, leaves the same decision and no error."""
    await written(small_world, quotable=1)
    [button] = [b for b in buttons(await queue(small_world)) if b.label == "May be quoted"]
    both = await asyncio.gather(*(small_world.ask("steward", "DecideQuote", **button.sends.write()) for _ in range(2)))
    again = await small_world.ask("steward", "DecideQuote", **button.sends.write())
    assert all(isinstance(reply, Replace) and "meanwhile" not in str(reply) for reply in (*both, again))
    assert quotes(await queue(small_world)) == []
    assert len(quotes(await queue(small_world, decided=True))) == 1


async def test_a_steward_does_not_undo_what_another_decided_unseen(world: World) -> None:
    """An old list's yes does not overturn a no that was said since; it says so, and shows the way to change it."""
    await written(world, quotable=1)
    seen = {button.label: button.sends.write() for button in buttons(await queue(world))}
    await world.ask("steward", "DecideQuote", **seen["Do not quote"])
    late = await world.ask("steward", "DecideQuote", **seen["May be quoted"])
    assert isinstance(late, Replace)
    assert "decided about that comment meanwhile" in str(late)
    assert next(b.label for b in buttons(await queue(world, decided=True))) == "May be quoted after all"


async def test_decisions_change_until_the_digest_is_posted(world: World) -> None:
    """A yes becomes a no and a yes again; after the digest neither, and the queue is empty."""
    await written(world, quotable=1)
    await press(world, "May be quoted")
    for label in ("Do not quote it after all", "May be quoted after all", "Do not quote it after all"):
        [first, *_] = buttons(await queue(world, decided=True))
        assert first.label == label
        await world.ask("steward", "DecideQuote", **first.sends.write())
    [last, *_] = buttons(await queue(world, decided=True))
    await world.at(DIGEST)
    refused = await world.ask("steward", "DecideQuote", **last.sends.write())
    assert isinstance(refused, Refused)
    assert "has been posted" in refused.why
    assert quotes(await queue(world, decided=True)) == []
    assert quotes(world.mailbox.to("general")[-1]) == []


async def test_only_stewards_look(small_world: World) -> None:
    """Staff and leaders can neither see the queue nor decide, whatever they type or send."""
    world = small_world
    await written(world, quotable=1)
    [button, *_] = buttons(await queue(world))
    for account in ("u0", "u5"):
        for action, values in (
            ("ReviewQuotes", {}),
            ("DecideQuote", button.sends.write()),
            ("Home", {"text": "quotes"}),
        ):
            assert isinstance(await world.ask(account, action, **values), Refused)
    assert len(quotes(await queue(world))) == 1


async def test_a_comment_without_consent_can_not_be_approved(world: World) -> None:
    """Naming it in a forged press changes nothing: consent is the writer's."""
    await written(world, quotable=1)
    async with world.product.store.view() as tx:
        comments = (await tx.results.for_pulse((await world.pulse()).id)).comments
    private = next(comment for comment in comments if not comment.quotable)
    forged = await world.ask("steward", "DecideQuote", comment=private.id, was="waiting", to="approved")
    assert isinstance(forged, Refused)
    async with world.product.store.view() as tx:
        found = {c.id: c.review for c in (await tx.results.for_pulse((await world.pulse()).id)).comments}
    assert found[private.id] is Review.WAITING


async def test_many_are_shown_a_few_at_a_time(small_world: World) -> None:
    """Eight at once, the rest behind a button, each once."""
    world = small_world
    await written(world)
    first = await queue(world)
    [on] = [button for button in buttons(first) if button.label == "The next ones"]
    second = await world.ask("steward", "ReviewQuotes", **on.sends.write())
    assert isinstance(second, Show)
    assert (len(quotes(first)), len(quotes(second.view))) == (8, 4)
    assert len({*quotes(first), *quotes(second.view)}) == 12


async def test_it_is_asked_in_the_stewards_language(small_world: World) -> None:
    """A steward who reads Welsh is told and shown in Welsh; the comments stay in the words they were written in."""
    world = small_world
    await world.ask("steward", "SaveSettings", language="cy")
    await written(world, quotable=1)
    told = world.mailbox.to("steward")[-1]
    assert told.title == "Sylwadau y gall y crynodeb eu dyfynnu"
    shown = await queue(world)
    assert [b.label for b in buttons(shown)][:2] == ["Gellir ei ddyfynnu", "Peidio â'i ddyfynnu"]
    assert "workload" in quotes(shown)[0]
