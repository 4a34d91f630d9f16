"""Ideas: one of one's own, under one's name, so that it is shown at once; and a colleague's."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.people import LEADING
from bot.features.ideas.commands import (
    AnswerIdea,
    BackIdea,
    ChangeIdea,
    CompareIdea,
    DecideMerge,
    OfferIdea,
    ProposeMerge,
    SaveAnswer,
)
from bot.features.ideas.notices import IdeaAnswered, IdeaShared, MergeProposed, OwnIdeaAnswered
from bot.views import Replace, Show
from tests.examples.councils import ACCOUNTS, Councils, sent
from tests.examples.example import Example, Values
from tests.world import World

TEXT = "One form in place of three"
COLLEAGUE, THIRD = "u7", "u9"
OTHER = "Fewer meetings"


async def idea(councils: Councils, workspace: str, account: str) -> str:
    """An idea that this account has offered."""
    reply = await councils.ask(workspace, account, OfferIdea, {"text": TEXT, "named": "yes"})
    assert isinstance(reply, Show)
    return sent(reply.view, ChangeIdea)["idea"]


async def colleague_s(councils: Councils, workspace: str, _account: str) -> str:
    """An idea that somebody else has offered."""
    return await idea(councils, workspace, COLLEAGUE)


async def backable(councils: Councils, workspace: str, account: str) -> Mapping[str, str]:
    """Somebody else's idea."""
    return {"idea": await colleague_s(councils, workspace, account)}


async def two(councils: Councils, workspace: str, account: str) -> Mapping[str, str]:
    """An idea of one's own and somebody else's."""
    mine = await idea(councils, workspace, account)
    return {"idea": mine, "other": await colleague_s(councils, workspace, account)}


async def proposed(councils: Councils, workspace: str, account: str) -> Mapping[str, str]:
    """The same, after whoever answers the first has asked whether they are one."""
    values = dict(await two(councils, workspace, account))
    asking = account if account in set(ACCOUNTS.values()) - {"u5"} else "u0"
    assert isinstance(await councils.ask(workspace, asking, ProposeMerge, values), Replace)
    return {**values, "agreed": "yes"}


async def untouched(councils: Councils, values: Values) -> None:
    """It waits for an answer, in its words, and nobody backs it."""
    async with councils.world.product.store.view() as tx:
        found = await tx.ideas.get(values["idea"])
    assert found is not None
    assert (found.text, found.open, found.backed) == (TEXT, True, 0)


async def live(world: World, account: str, word: str) -> None:
    """Offer an idea under one's name and one without it, and back somebody else's."""
    for who, said, named in ((account, word, "yes"), (account, word, "no"), (THIRD, OTHER, "yes")):
        await world.ask(who, OfferIdea.name(), text=said, named=named)
    async with world.product.store.view() as tx:
        found = await tx.ideas.of_organisation(world.organisation.id)
    for each in found:
        if each.text == OTHER:
            await world.ask(account, BackIdea.name(), idea=each.id)


EXAMPLE = Example(
    things={"idea": idea, "other": colleague_s},
    fields={"text": TEXT, "named": "yes", "verdict": "not_now", "reason": "There is no money"},
    given={BackIdea: backable, CompareIdea: two, ProposeMerge: two, DecideMerge: proposed},
    only=dict.fromkeys((AnswerIdea, SaveAnswer, CompareIdea, ProposeMerge), LEADING),
    untouched=untouched,
    live=live,
    shown={"ideas": "Ideas without your name", "backings": "Ideas that you back"},
    counted=("Ideas with your name",),
    batched=frozenset({IdeaShared, IdeaAnswered, OwnIdeaAnswered, MergeProposed}),
)
