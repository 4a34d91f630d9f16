"""The tables: commands and who answers them, notices and who words them, events and who does them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core import Route
from bot.domain.people import Role
from bot.entries import (
    TYPED,
    ChangeSettings,
    Home,
    MyData,
    MyStories,
    MyThreads,
    ShowDigest,
    ShowPulse,
    SpeakUp,
    StartStory,
)
from bot.features import digests, home, pulses, stories, threads
from bot.parcels import Script
from bot.plan import Doer, Event
from bot.wire import Command, Notice

__all__ = ["COMMANDS", "EVENTS", "NOTICES", "TYPED"]

LEADING = frozenset({Role.LEADER, Role.STEWARD})

COMMANDS: Mapping[type[Command], Route] = {
    ShowPulse: Route(pulses.show, reads=True),
    pulses.AnswerPulse: Route(pulses.answer),
    pulses.WriteComment: Route(pulses.write_comment, reads=True),
    pulses.SaveComment: Route(pulses.save_comment),
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
    MyThreads: Route(threads.mine, reads=True),
    ShowDigest: Route(digests.show, roles=LEADING, reads=True),
    Home: Route(home.home),
    ChangeSettings: Route(home.change_settings, reads=True),
    home.SaveSettings: Route(home.save_settings),
    MyData: Route(home.my_data, reads=True),
}

NOTICES: Mapping[type[Notice], Script] = {
    pulses.PulseAsked: Script(pulses.compose_asked),
    pulses.PulseReminder: Script(pulses.compose_reminder),
    stories.StoryShared: Script(stories.compose_shared),
    threads.ThreadWaiting: Script(threads.compose_waiting),
    threads.ThreadAnswered: Script(threads.compose_answered, reader=threads.find_author),
    digests.WeeklyDigest: Script(digests.compose),
}

EVENTS: Mapping[Event, Doer] = {
    Event.OPEN: pulses.open_pulse,
    Event.REMIND: pulses.remind,
    Event.CLOSE: pulses.close_due,
    Event.DIGEST: digests.post,
}
