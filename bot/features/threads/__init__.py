"""Feedback threads: somebody speaks up, a leader answers, and neither has to know who the other one's colleague is."""

from bot.composing import NoticeHandler
from bot.core import Route
from bot.domain.threads import THREADS
from bot.feature import DigestSection, Door, Erasure, Feature, OwnData, Place, Typed
from bot.features.threads import commands, digest, handlers, notices, own_data
from bot.words import N_

FEATURE = Feature(
    name="threads",
    commands={
        commands.SpeakUp: Route(handlers.speak_up, reads=True),
        commands.OpenThread: Route(handlers.open_thread),
        commands.ReadThread: Route(handlers.read, reads=True),
        commands.SayInThread: Route(handlers.say),
        commands.CloseThread: Route(handlers.close),
        commands.EnterCode: Route(handlers.enter_code, reads=True),
        commands.UseCode: Route(handlers.use_code, reads=True),
        commands.PutAway: Route(handlers.put_away, reads=True),
        commands.MyThreads: Route(handlers.mine, reads=True),
    },
    typed=(
        Typed("speakup", commands.SpeakUp, N_("Write to a leader, with or without your name"), asks=True, private=True),
    ),
    notices={
        notices.ThreadWaiting: NoticeHandler(notices.compose_waiting, again=notices.wait_again),
        notices.ThreadAnswered: NoticeHandler(
            notices.compose_answered, reader=notices.find_author, again=notices.answer_again
        ),
    },
    doors=(
        Door(N_("Speak up"), commands.SpeakUp(), main=True, asks=True),
        Door(N_("My conversations"), commands.MyThreads()),
    ),
    digest_sections=(DigestSection(Place.WAITING, digest.waiting),),
    holds=(THREADS,),
    own_data=(OwnData(own_data.WRITTEN, own_data.show),),
    erasure=Erasure(own_data.erase, goes=(own_data.GOES,), stays=(own_data.STAYS,)),
)
