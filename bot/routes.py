"""The tables: commands and who answers them, notices and who words them, events and who does them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.composing import NoticeHandler
from bot.core import Handler, Route
from bot.domain.people import Role
from bot.entries import (
    TYPED,
    ChangeSettings,
    Home,
    MyData,
    MyStories,
    MyThreads,
    OpenPage,
    ReviewQuotes,
    ShowDigest,
    ShowPulse,
    SpeakUp,
    StartStory,
)
from bot.features import access, closing, digests, home, mydata, pulses, quotes, stories, threads
from bot.plan import Job, WeeklyMoment
from bot.wire import Command, Notice

__all__ = ["COMMANDS", "JOBS", "NOTICES", "TYPED"]

LEADING = frozenset({Role.LEADER, Role.STEWARD})
STEWARDS = frozenset({Role.STEWARD})

ELSEWHERE: Mapping[str, home.Verb] = {
    "my": mydata.my_data_please,
    "data": mydata.my_data_please,
    "nata": mydata.my_data_please,
    "fy": mydata.my_data_please,
    "page": access.page,
    "tudalen": access.page,
    "quotes": quotes.typed,
    "dyfyniadau": quotes.typed,
}
"""Words after /100days that another feature than the front door answers."""

SAID: Mapping[str, tuple[type[Command], Handler]] = {
    "pulse": (ShowPulse, pulses.show),
    "story": (StartStory, stories.start),
    "speakup": (SpeakUp, threads.speak_up),
}
"""Slash commands that may also stand as the word after /100days, and are looked for where a word is misspelled."""

COMMANDS: Mapping[type[Command], Route] = {
    ShowPulse: Route(pulses.show, reads=True),
    pulses.AnswerPulse: Route(pulses.answer, again=pulses.show_again),
    pulses.WriteComment: Route(pulses.write_comment, reads=True),
    pulses.SaveComment: Route(pulses.save_comment, again=pulses.show_again),
    pulses.ExplainAnswers: Route(pulses.explain, reads=True),
    StartStory: Route(stories.start),
    stories.EditStory: Route(stories.edit_story, reads=True),
    stories.TellStory: Route(stories.tell),
    stories.WithdrawStory: Route(stories.withdraw),
    MyStories: Route(stories.mine, reads=True),
    SpeakUp: Route(threads.speak_up, reads=True),
    threads.OpenThread: Route(threads.open_thread),
    threads.ReadThread: Route(threads.read, reads=True),
    threads.SayInThread: Route(threads.say),
    threads.CloseThread: Route(threads.close),
    threads.EnterCode: Route(threads.enter_code, reads=True),
    threads.UseCode: Route(threads.use_code, reads=True),
    threads.PutAway: Route(threads.put_away, reads=True),
    MyThreads: Route(threads.mine, reads=True),
    ShowDigest: Route(digests.show, roles=LEADING, reads=True),
    ReviewQuotes: Route(quotes.show, roles=STEWARDS, reads=True),
    quotes.DecideQuote: Route(quotes.decide, roles=STEWARDS),
    Home: Route(home.front_door(ELSEWHERE, SAID)),
    ChangeSettings: Route(home.change_settings, reads=True),
    home.SaveSettings: Route(home.save_settings),
    MyData: Route(mydata.my_data, reads=True),
    mydata.EraseMe: Route(mydata.erase_me, reads=True),
    mydata.ConfirmErasure: Route(mydata.erase),
    OpenPage: Route(access.open_page),
}

NOTICES: Mapping[type[Notice], NoticeHandler] = {
    pulses.PulseAsked: NoticeHandler(pulses.compose_asked),
    pulses.PulseReminder: NoticeHandler(pulses.compose_reminder),
    stories.StoryShared: NoticeHandler(stories.compose_shared),
    threads.ThreadWaiting: NoticeHandler(threads.compose_waiting, again=threads.wait_again),
    threads.ThreadAnswered: NoticeHandler(
        threads.compose_answered, reader=threads.find_author, again=threads.answer_again
    ),
    quotes.QuotesWaiting: NoticeHandler(quotes.compose_waiting),
    digests.WeeklyDigest: NoticeHandler(digests.compose),
}

JOBS: Mapping[WeeklyMoment, Job] = {
    WeeklyMoment.OPEN: pulses.open_pulse,
    WeeklyMoment.REMIND: pulses.remind,
    WeeklyMoment.CLOSE: closing.close_due,
    WeeklyMoment.REVIEW: quotes.ask,
    WeeklyMoment.DIGEST: digests.post,
}
