"""Ideas: offered under one's name or without it, backed by colleagues, and answered by a leader in ten working days."""

from bot.composing import NoticeHandler
from bot.core import Route
from bot.domain.ideas import AUTHORS, BACKING, IDEAS
from bot.domain.people import LEADING
from bot.feature import DigestSection, Door, Erasure, Feature, OwnData, Place, Typed
from bot.features.ideas import commands, handlers, notices
from bot.plan import WeeklyMoment
from bot.words import N_

FEATURE = Feature(
    name="ideas",
    commands={
        commands.StartIdea: Route(handlers.start, reads=True),
        commands.OfferIdea: Route(handlers.offer),
        commands.ShowIdeas: Route(handlers.show_all, reads=True),
        commands.ReadAnswers: Route(handlers.read_answers, reads=True),
        commands.BackIdea: Route(handlers.back),
        commands.ChangeIdea: Route(handlers.change, reads=True),
        commands.SaveIdea: Route(handlers.save),
        commands.WithdrawIdea: Route(handlers.withdraw),
        commands.AnswerIdea: Route(handlers.answer, roles=LEADING, reads=True),
        commands.SaveAnswer: Route(handlers.save_answer, roles=LEADING),
        commands.CompareIdea: Route(handlers.compare, roles=LEADING, reads=True),
        commands.ProposeMerge: Route(handlers.propose_merge, roles=LEADING),
        commands.DecideMerge: Route(handlers.decide_merge),
    },
    typed=(
        Typed(
            "idea",
            commands.StartIdea,
            N_("Offer an idea, or say what could be stopped"),
            example="One form in place of three",
            asks=True,
        ),
    ),
    notices={
        notices.IdeaShared: NoticeHandler(notices.compose_shared, stands=notices.stands),
        notices.IdeasWaiting: NoticeHandler(notices.compose_waiting),
        notices.IdeaAnswered: NoticeHandler(notices.compose_answered, again=notices.tell_again),
        notices.OwnIdeaAnswered: NoticeHandler(
            notices.compose_own_answered, reader=notices.find_author, again=notices.tell_author_again
        ),
        notices.MergeProposed: NoticeHandler(notices.compose_merge, again=notices.tell_again),
    },
    jobs={WeeklyMoment.OPEN: notices.remind},
    doors=(Door(N_("Ideas"), commands.ShowIdeas()),),
    digest_sections=(DigestSection(Place.LEAD, notices.overdue), DigestSection(Place.WAITING, notices.standing)),
    holds=(IDEAS, AUTHORS, BACKING),
    own_data=(OwnData(N_("What you have written"), handlers.show_held),),
    erasure=Erasure(
        handlers.erase, goes=(N_("Your ideas, in every message they stand in, and that you back others."),)
    ),
)
