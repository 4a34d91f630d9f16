"""Pulses: ask everybody the same few questions, seal what they answer, publish what may be shown."""

from bot.composing import NoticeHandler
from bot.core import Route
from bot.domain.groups import COUNTED, RECOGNITION
from bot.domain.pulses import ANSWERS, ASKED, RESULTS, ROSTER
from bot.feature import Door, Erasure, Feature, OwnData, Typed
from bot.features.pulses import closing, commands, handlers, notices, own_data, weekly
from bot.plan import WeeklyMoment
from bot.views import Style
from bot.words import N_

FEATURE = Feature(
    name="pulses",
    commands={
        commands.ShowPulse: Route(handlers.show, reads=True),
        commands.AnswerPulse: Route(handlers.answer, again=handlers.show_again),
        commands.WriteComment: Route(handlers.write_comment, reads=True),
        commands.SaveComment: Route(handlers.save_comment, again=handlers.show_again),
        commands.ExplainAnswers: Route(handlers.explain, reads=True),
    },
    typed=(Typed("pulse", commands.ShowPulse, N_("Answer the questions that are open now")),),
    notices={
        notices.PulseAsked: NoticeHandler(notices.compose_asked),
        notices.PulseReminder: NoticeHandler(notices.compose_reminder),
    },
    jobs={
        WeeklyMoment.OPEN: weekly.open_pulse,
        WeeklyMoment.REMIND: weekly.remind,
        WeeklyMoment.CLOSE: closing.close_due,
    },
    doors=(Door(N_("My pulse"), commands.ShowPulse(), main=True, style=Style.PRIMARY),),
    holds=(ANSWERS, ROSTER, COUNTED, RECOGNITION, ASKED, RESULTS),
    own_data=(OwnData(own_data.ASKED, own_data.show),),
    erasure=Erasure(own_data.erase, goes=(own_data.GOES,), stays=own_data.STAYS, numbers={"weeks": own_data.WEEKS}),
)
