"""Every size that Slack allows, and every time it gives us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """How many blocks a surface holds, and how many characters in all of them together."""

    blocks: int
    characters: int


# Slack refuses a message of more than about 13,200 characters (`msg_blocks_too_long`) and documents no such limit.
MESSAGE = Room(blocks=50, characters=12_000)
PAGE = Room(blocks=100, characters=50_000)

HEADER = 150
CONTEXT = 2000
RICH_TEXT = 3000
FIELD = 2000
FIELDS = 10
BUTTON = 75
BUTTONS = 25
COMMAND = 2000
LINK = 3000
LABEL = 2000
HINT = 2000
ERROR = 2000
TYPED = 3000
OPTION = 75
OPTION_VALUE = 150
RADIOS = 10
OPTIONS = 100
OPTION_GROUPS = 100
MODAL_LABEL = 24
METADATA = 3000
ID = 255
SPOKEN = 3000

# A press brings the whole message or home tab with it, and a character of it takes up to twelve bytes in a form.
BODY_BYTES = 768 * 1024
SIGNATURE_SECONDS = 300
TRIGGER_SECONDS = 2.5
# A response_url is good for half an hour; what is said there must have time to arrive.
RESPONSE_SECONDS = 25 * 60
REQUEST_SECONDS = 15.0
PATIENCE_SECONDS = 30.0
ARRIVAL_SECONDS = 15.0
HISTORY_PAGE = 200
HISTORY_PAGES = 5
CLOCK_SKEW_SECONDS = 60
