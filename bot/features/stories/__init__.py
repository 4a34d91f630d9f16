"""Stories of change: told with a slash command, shown as far as their teller wants, withdrawn whenever they like."""

from bot.composing import NoticeHandler
from bot.core import Route
from bot.domain.stories import DRAFTS, STORIES, TELLERS
from bot.feature import DigestSection, Door, Erasure, Feature, OwnData, Place, Typed
from bot.features.stories import commands, digest, handlers, notices, own_data
from bot.words import N_

FEATURE = Feature(
    name="stories",
    commands={
        commands.StartStory: Route(handlers.start),
        commands.EditStory: Route(handlers.edit_story, reads=True),
        commands.TellStory: Route(handlers.tell),
        commands.WithdrawStory: Route(handlers.withdraw),
        commands.MyStories: Route(handlers.mine, reads=True),
    },
    typed=(
        Typed(
            "story",
            commands.StartStory,
            N_("Tell a story of change; words after it become a draft"),
            example="We closed the form that nobody read",
            asks=True,
        ),
    ),
    notices={notices.StoryShared: NoticeHandler(notices.compose_shared, stands=notices.stands)},
    doors=(
        Door(N_("Tell a story"), commands.StartStory(), main=True, asks=True),
        Door(N_("My stories"), commands.MyStories()),
    ),
    digest_sections=(DigestSection(Place.STORIES, digest.story_of_the_week, notices.stands),),
    holds=(STORIES, DRAFTS, TELLERS),
    own_data=(OwnData(own_data.WRITTEN, own_data.show),),
    erasure=Erasure(own_data.erase, goes=(own_data.GOES,)),
)
