"""One week in a throw-away organisation, with a thief who comes every night.

Nothing of the live installation takes part but its engine and its key store.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.audit import tries
from bot.audit.company import BEGINS, Company, founded
from bot.audit.crowd import STEWARD, Plan
from bot.audit.keys import brought_back, key_store
from bot.audit.loot import Loot, Night, Outside, Said, Searches, Truth, Watched
from bot.audit.place import Place
from bot.audit.thief import Searched, Tables

OPENS = BEGINS + timedelta(minutes=15)
BATCH = OPENS + timedelta(hours=5)
NIGHTS = ("Monday night", "Tuesday night", "Wednesday night", "Thursday before the close")
DAY = timedelta(days=1)
REMINDS = OPENS + 2 * DAY
CLOSES = OPENS + 3 * DAY + timedelta(hours=7)
DIGEST = OPENS + 4 * DAY - timedelta(minutes=30)


@dataclass(slots=True)
class Diary:
    """What happened so far, in its order."""

    first: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    backings: list[tuple[str, str]] = field(default_factory=list)
    wrote: list[datetime] = field(default_factory=list)
    saw: list[datetime] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)


async def rehearse(place: Place, plan: Plan) -> Loot:
    """Live through a week, and be robbed of everything at every moment that could tell something."""
    async with founded(place, plan) as company:
        return await Week(company, random.Random(plan.seed)).lived()  # noqa: S311 (a story to be told, not a secret)


@dataclass(slots=True)
class Week:
    """The week, while it is lived."""

    company: Company
    chance: random.Random
    diary: Diary = field(default_factory=Diary)
    items: Sequence[str] = ()
    pulse: str = ""

    async def lived(self) -> Loot:
        """From Monday morning to Friday's digest."""
        nights = [await self._day(number, name) for number, name in enumerate(NIGHTS)]
        keys = {**self.diary.keys, **await self._keys()}
        answers, drafts, stories = await self._searched()
        weakened = await tries.weaken(self.company, self.pulse)
        await self.company.at(CLOSES)
        late = await tries.replay_late(self.company, self.pulse, self.items)
        closed = await self.company.steal()
        own = {name: secret for name, secret in keys.items() if self.pulse in name}
        in_files = _all(await self.company.search(*own.values()))
        left = {**await self._keys(), **await brought_back(self.company.place.settings, own)}
        await self.company.at(DIGEST)
        walked = await tries.walk(self.company, self.pulse)
        ended = await self.company.steal()
        [never] = await self.company.search(self.company.crowd.marks.draft.encode())
        return Loot(
            engine=self.company.engines.read.dialect.name,
            pulse=self.pulse,
            truth=self._truth(ended),
            nights=nights,
            closed=closed,
            ended=ended,
            keys=keys,
            keys_left=left,
            searches=Searches(answers, _all([drafts, never]), stories, in_files),
            outside=Outside(self.company.log.getvalue(), self.company.postbag.sent, self.company.replies),
            watched=Watched(self.diary.wrote, self.diary.saw, (BATCH,)),
            walked=walked,
            replayed=late,
            weakened=weakened,
        )

    async def _day(self, number: int, name: str) -> Night:
        """One day, and what a copy of the database holds in its night."""
        await self.company.at(OPENS + number * DAY)
        if number == 0:
            found = await self.company.pulse()
            self.pulse, self.items = found.id, found.items
            await self._speak_up()
        if number == 1:
            await self._reply()
            await self._back()
        if number == 2:
            await self._close_some()
        await self._everybody_answers(number)
        self.diary.keys.update(await self._keys())
        return Night(name, await self.company.steal())

    async def _everybody_answers(self, day: int) -> None:
        """Those of yesterday who think better of it, and those who come today."""
        crowd = self.company.crowd
        today = list(crowd.on_day(day))
        later = [account for account in (crowd.on_day(day - 1) if day else ()) if account in crowd.changing]
        turns = [(account, "first") for account in today] + [(account, "last") for account in later]
        self.chance.shuffle(turns)
        last_day = day == len(NIGHTS) - 1
        for account, turn in turns:
            if turn == "first":
                await self._first_words(account)
            if turn == "last" or last_day or account not in crowd.changing:
                await self._last_words(account)
            self.company.later()

    async def _first_words(self, account: str) -> None:
        company = self.company
        self.diary.first.append(account)
        await company.ask(account, "SaveComment", pulse=self.pulse, comment=company.crowd.draft(account))
        await company.ask(account, "AnswerPulse", pulse=self.pulse, item=self.items[0], score=1)

    async def _last_words(self, account: str) -> None:
        company, crowd = self.company, self.company.crowd
        for number, item in enumerate(self.items):
            score = crowd.scores[account, number]
            if number == 0:
                await tries.answer_again_and_again(company, account, self.pulse, item, score)
            else:
                await company.ask(account, "AnswerPulse", pulse=self.pulse, item=item, score=score)
        self.diary.comments.append(account)
        reply = await company.ask(
            account, "SaveComment", pulse=self.pulse, comment=crowd.comment(account), quotable="yes"
        )
        company.keep("after a comment", reply)

    async def _speak_up(self) -> None:
        """Some open conversations, tell stories and offer ideas, one by one, while leaders look after every one."""
        company, crowd = self.company, self.company.crowd
        before = await self._what_leaders_see()
        for teller, author, offering in zip(crowd.telling, crowd.speaking, crowd.offering, strict=True):
            await company.ask(author, "OpenThread", body=f"{crowd.marks.thread} {author} asks for help")
            await company.ask(teller, "TellStory", text=f"{crowd.marks.story} {teller} tried", audience="organisation")
            await company.ask(offering, "OfferIdea", text=crowd.idea(offering), named="no")
            self.diary.threads.append(author)
            self.diary.stories.append(teller)
            self.diary.wrote.append(company.time[0])
            await company.at(company.time[0] + timedelta(minutes=5))
            before = await self._look(before)
        await company.at(BATCH - timedelta(minutes=1))
        before = await self._look(before)
        await company.at(BATCH)
        await self._look(before)

    async def _look(self, before: str) -> str:
        now = await self._what_leaders_see()
        if now != before:
            self.diary.saw.append(self.company.time[0])
        return now

    async def _what_leaders_see(self) -> str:
        """Their lists of conversations, the ideas, and every message that has been sent to them or to the channel."""
        company, marks = self.company, self.company.crowd.marks
        seen = [await company.ask(leader, "MyThreads") for leader in company.crowd.watching]
        seen.append(await company.ask(STEWARD, "ShowIdeas"))
        told = ("conversation", "ReadThread", marks.story, marks.idea)
        sent = [m for m in company.postbag.sent if any(words in m for words in told)]
        return repr((seen, sent))

    async def _reply(self) -> None:
        """Every second conversation is answered."""
        for thread, account in list((await self._thread_readers()).items())[::2]:
            await self.company.ask(account, "SayInThread", thread=thread, body="We hear you")

    async def _back(self) -> None:
        """Everybody who has offered an idea backs two others, in no particular order."""
        ideas = {str(row["text"]): str(row["id"]) for row in (await self.company.steal())["ideas"]}
        turns = list(self.company.crowd.backing)
        self.chance.shuffle(turns)
        for account, author in turns:
            await self.company.ask(account, "BackIdea", idea=ideas[self.company.crowd.idea(author)])
            self.diary.backings.append((account, author))

    async def _close_some(self) -> None:
        """Every third author ends their conversation."""
        by_author = await self._threads_by_author()
        for author in self.diary.threads[::3]:
            await self.company.ask(author, "CloseThread", thread=by_author[author])

    async def _thread_readers(self) -> Mapping[str, str]:
        """Each conversation, and a leader who may answer it."""
        tables = await self.company.steal()
        units = {str(row["id"]): str(row["name"]) for row in tables["units"]}
        leaders = self.company.crowd.leaders
        return {str(row["id"]): leaders.get(units[str(row["unit_id"])], STEWARD) for row in tables["threads"]}

    async def _threads_by_author(self) -> Mapping[str, str]:
        tables = await self.company.steal()
        bodies = {str(row["body"]): str(row["thread_id"]) for row in tables["entries"]}
        return {a: next(t for body, t in bodies.items() if f" {a} " in body) for a in self.diary.threads}

    async def _searched(self) -> list[Searched]:
        """What people wrote, what they wrote first, and what lies in the open."""
        marks = self.company.crowd.marks
        return await self.company.search(marks.answer.encode(), marks.draft.encode(), marks.story.encode())

    async def _keys(self) -> Mapping[str, bytes]:
        """Every key there is, as somebody who may read the key store would take them."""
        keys = await key_store(self.company.place.settings)
        return await keys.get_all(list(await keys.names()))

    def _truth(self, tables: Tables) -> Truth:
        crowd, diary = self.company.crowd, self.diary
        ids = {str(row["key"]): str(row["id"]) for row in tables["people"]}
        number = {item: place for place, item in enumerate(self.items)}
        return Truth(
            marks=crowd.marks,
            staff=[ids[account] for account in crowd.staff],
            answered=[ids[account] for account in diary.first],
            comments=[Said(ids[account], crowd.comment(account)) for account in diary.comments],
            scores={(ids[a], item): crowd.scores[a, number[item]] for a in diary.comments for item in self.items},
            threads=[Said(ids[a], f"{crowd.marks.thread} {a} asks for help") for a in diary.threads],
            stories=[Said(ids[a], f"{crowd.marks.story} {a} tried") for a in diary.stories],
            ideas=[Said(ids[a], crowd.idea(a)) for a in crowd.offering],
            backings=[Said(ids[account], crowd.idea(author)) for account, author in diary.backings],
        )


def _all(searched: Sequence[Searched]) -> Searched:
    """Several searches as one."""
    hits, files = sum(one.hits for one in searched), max((one.files for one in searched), default=0)
    return Searched(hits, files, next((one.unreadable for one in searched if one.unreadable), ""))
