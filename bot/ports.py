"""All that the core needs from outside: a store, messengers, keys, a reader of themes, and the time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from pydantic import SecretStr

from bot.domain.ballots import Answer, PublishedComment, Respondent, Results
from bot.domain.digests import Span
from bot.domain.guard import Past
from bot.domain.people import Address, Identity, Labels, Organisation, Person, Platform, Tree, Unit
from bot.domain.programmes import Programme
from bot.domain.pulses import Pulse, State
from bot.domain.questions import Asked
from bot.domain.quotes import Review
from bot.domain.sessions import Pass
from bot.domain.stories import Story, StoryState
from bot.domain.themes import Comment, ThemeReport
from bot.domain.threads import Entry, Thread
from bot.domain.trustees import Trustee
from bot.views import View
from bot.wire import Notice

Clock = Callable[[], datetime]


# What is sent, and how it ended


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it, under this reference."""

    ref: str


@dataclass(frozen=True, slots=True)
class Later:
    """The platform asks for patience; nothing was sent. `lane` says that it means the whole workspace."""

    seconds: float
    lane: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never take it."""

    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It may or may not have arrived."""

    reason: str


Outcome = Sent | Later | Rejected | InDoubt


@dataclass(frozen=True, slots=True)
class Unfindable:
    """This platform can not say whether a message arrived."""


class Messenger(Protocol):
    """One platform, as the sender sees it."""

    @property
    def looks(self) -> bool:
        """Whether `find` can find anything at all."""

    async def send(self, to: Address, view: View, key: str) -> Outcome:
        """Post a message. `key` is opaque; a platform that can will recognise it in `find`. Tries once, never again."""

    async def update(self, to: Address, ref: str, view: View) -> Outcome:
        """Put `view` in place of a message sent before."""

    async def find(self, to: Address, key: str, since: datetime) -> Sent | Later | Unfindable | None:
        """Whether the message with this key arrived after `since`. Later, where it can not be said at the moment."""


class Directory(Protocol):
    """What a platform knows about its own accounts."""

    async def email(self, identity: Identity) -> str:
        """The account's verified e-mail address, or nothing."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one person or channel. `person` is empty where only the notice itself leads to its reader.

    `attempt` rises with each try and fences off a worker that was thought dead.
    """

    id: str
    organisation: str
    notice: str
    values: Mapping[str, str]
    person: str = ""
    channel: str = ""
    attempt: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """For whom a notice is: a person, or a channel."""

    person: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """When a delivery may go out, and after when it had better not."""

    due: datetime
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that a unit's news goes to, in one or several languages."""

    id: str
    organisation: str
    unit: str
    address: Address
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class Post:
    """A message in a channel that may have to be edited: what it was made of, and where it stands."""

    id: str
    organisation: str
    channel: str
    notice: str
    values: Mapping[str, str]
    ref: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A known account: the person behind it, their organisation, and what the platform needs to reach them."""

    person: Person
    organisation: Organisation
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entrant:
    """A person as a list of staff names them, before they are stored. `accounts` are those the list knows."""

    person: Person
    accounts: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """How much names a person: their accounts, rosters, messages that are due or were sent, and one-time codes."""

    accounts: Mapping[Platform, int]
    rosters: int
    waiting: int
    sent: int
    codes: int


# The store, a repository a subject


class Organisations(Protocol):
    """Public bodies, their workspaces and their invitations."""

    async def add(self, organisation: Organisation, root: Unit) -> None: ...
    async def get(self, organisation: str) -> Organisation: ...
    async def all(self) -> tuple[Organisation, ...]: ...
    async def of_workspace(self, platform: Platform, workspace: str) -> Organisation | None: ...
    async def hold(self, organisation: str) -> None:
        """Keep its workspaces as they are until this transaction ends."""

    async def connect(self, organisation: str, platform: Platform, workspace: str) -> None:
        """Note that a workspace is the organisation's. One that had left and is connected again has not left.

        Accounts that a list named before there was a workspace are the first one's.
        """

    async def leave(self, platform: Platform, workspace: str, today: date) -> bool:
        """Note that a workspace has removed the app: nothing is sent to it any more. False if it had already."""

    async def workspaces(self, organisation: str, *, gone: bool = False) -> Mapping[Platform, tuple[str, ...]]:
        """Those that have the app, with those that removed it if they are asked for too."""

    async def invite(self, organisation: str, code_hash: str, until: datetime) -> None: ...
    async def redeem(self, code_hash: str, now: datetime) -> str | None:
        """Use up an invitation; the organisation it was for, or None if it is not valid any more."""


class People(Protocol):
    """Persons, units and accounts."""

    async def tree(self, organisation: str) -> Tree: ...
    async def add_unit(self, organisation: str, unit: Unit) -> None: ...
    async def get(self, person: str) -> Person | None: ...
    async def expect(self, persons: Collection[str]) -> None:
        """Read these people and their addresses at once: each is about to be asked for, in this transaction."""

    async def all(self, organisation: str) -> tuple[Person, ...]: ...
    async def names(self, organisation: str) -> frozenset[str]:
        """What colleagues may be called by in what people write, with those who left not long ago."""

    async def who(self, identity: Identity) -> Member | None: ...
    async def by_email(self, organisation: str, email: str) -> Person | None: ...
    async def enter(self, organisation: str, entrants: Sequence[Entrant]) -> None:
        """Add or change people by their key, with their accounts. Who had left and is listed again is back."""

    async def depart(self, organisation: str, listed: Collection[str], today: date) -> int:
        """Whoever is not among these keys has left: nothing leads to them any more but where they were counted.

        Their name stays for a while, so that it is taken out of what others write. Gives how many left.
        """

    async def absent(self, organisation: str, listed: Collection[str]) -> int:
        """How many people are not among these keys."""

    async def sharing(self, organisation: str) -> Mapping[str, tuple[str, ...]]:
        """The keys of the people who have an e-mail address that others have too, by that address."""

    async def awaited(self, organisation: str) -> Mapping[Platform, int]:
        """How many accounts are known from a list, and wait for their workspace to be connected."""

    async def link(self, identity: Identity, person: Person, details: Mapping[str, str]) -> None: ...
    async def settle(self, person: Person) -> None:
        """Keep a person's own settings."""

    async def address(self, person: str) -> Address | None: ...
    async def heads(self, organisation: str) -> Mapping[str, int]:
        """How many people in each unit could have written something: those with an account who do not lead it."""

    async def leaders(self, organisation: str, unit: str) -> tuple[Person, ...]: ...
    async def led(self, organisation: str) -> frozenset[str]:
        """The units that have a leader."""

    async def stewards(self, organisation: str) -> tuple[Person, ...]: ...
    async def without_chat(self, organisation: str) -> tuple[Person, ...]:
        """Everybody who has no account on Slack or Teams."""

    async def reachable(self, organisation: str) -> int:
        """How many people have an account to write to."""


class Programmes(Protocol):
    """Programmes, and what has been done for them."""

    async def add(self, programme: Programme) -> None: ...
    async def all(self, organisation: str) -> tuple[Programme, ...]: ...
    async def ids(self, organisation: str) -> tuple[str, ...]: ...
    async def hold(self, organisation: str) -> tuple[Programme, ...]:
        """All of an organisation; whoever else holds them waits until this transaction ends."""

    async def get(self, programme: str) -> Programme: ...
    async def set_thresholds(self, programme: Programme) -> None:
        """Keep how many must have answered, or commented. Its next pulses take it."""

    async def once(self, programme: str, week: date, event: str) -> bool:
        """Mark that an event of a week is being done. True only for the first who asks, in any process, for ever."""

    async def last(self, programme: str, event: str, before: date) -> date | None:
        """The Monday of the last week before this one whose event has been done."""


class Pulses(Protocol):
    """Pulses and their rosters."""

    async def open(self, pulse: Pulse) -> int:
        """Store a new pulse with its keys and its roster: everybody who can be reached now. Gives their number."""

    async def get(self, pulse: str) -> Pulse | None: ...
    async def hold(self, pulse: str) -> Pulse | None:
        """Get it, and keep it from being closed until this transaction ends."""

    async def current(self, programme: str) -> Pulse | None:
        """The newest pulse."""

    async def of_week(self, programme: str, week: date) -> Pulse | None: ...
    async def last_sealed(self, programme: str) -> Pulse | None: ...
    async def overdue(self, organisation: str, now: datetime) -> tuple[tuple[str, date], ...]:
        """The programmes and Mondays of pulses that should have closed by now and have not."""

    async def unfinished(self, organisation: str) -> tuple[Pulse, ...]:
        """Every pulse of an organisation that is open or closing."""

    async def to(self, pulse: str, before: State, after: State) -> bool:
        """Change a pulse's state if it is still `before`."""

    async def set_thresholds(self, pulse: Pulse) -> bool:
        """Raise them for a pulse that is open. False if it is not, or if they would fall."""

    async def asked(self, programme: str) -> Mapping[str, Asked]: ...
    async def labels(self, pulse: str, person: str) -> Labels | None:
        """What the roster says of a person; None for somebody who was not asked."""

    async def roster(self, pulse: str) -> Mapping[Labels, int]:
        """How many were asked, by their labels."""


class Ballots(Protocol):
    """Sealed answers."""

    async def cast(self, pulse: str, person: str, labels: Labels, answer: Answer) -> None:
        """Seal an answer in place of an earlier one on the same item. Never opens anything."""

    async def answered(self, pulse: Pulse, person: str) -> frozenset[str]:
        """Which items the person has answered, not what. Nothing once the pulse is closed."""

    async def withdraw(self, pulse: str, person: str) -> None:
        """Take all of a person's answers out of a pulse that has not been sealed."""


class ResultsOf(Protocol):
    """What is left of closed pulses."""

    async def seal(self, pulse: Pulse, results: Results) -> bool:
        """Publish, in one. From then on the pulse is sealed. False if it was done already."""

    async def of(self, pulse: str) -> Results: ...
    async def past(self, pulse: Pulse) -> Mapping[str, Sequence[Past]]:
        """The weeks, of those whose rosters are still kept, in which each of its questions was published before."""

    async def comments_before(self, pulse: Pulse, weeks: int) -> tuple[PublishedComment, ...]: ...


class Quotes(Protocol):
    """Comments whose writers let us quote them, until their digest is posted."""

    async def offered(self, organisation: str, since: date) -> tuple[PublishedComment, ...]:
        """Those of sealed pulses since this Monday whose digest is still to come, in the order of their random ids."""

    async def review(self, organisation: str, comment: str, was: Review, now: Review, since: date) -> bool:
        """Change what was said about one of them. False if it is no longer as it was, or its digest has been posted."""

    async def spent(self, pulse: Pulse) -> tuple[str, ...]:
        """The words that posted digests of the organisation's earlier weeks could quote."""


class Stories(Protocol):
    """Stories. Who told an unnamed one can be found only by asking whether it was this person."""

    async def draft(self, story: Story, person: str) -> None: ...
    async def get(self, story: str) -> Story | None: ...
    async def told_by(self, story: str, person: str) -> bool: ...
    async def mine(self, organisation: str, person: str) -> tuple[Story, ...]: ...
    async def save(self, story: Story) -> None: ...
    async def shared(self, programme: str, span: Span, now: datetime) -> tuple[Story, ...]:
        """The stories that a digest tells of, as far as they may be shown by now."""

    async def stands(self, story: str) -> bool:
        """Whether a story is shared; keeps it from being withdrawn until this transaction ends."""

    async def discard(self, story: str, state: StoryState) -> None:
        """Erase its words. A withdrawn story stays as an empty shell, so that posts of it can say so."""


class Threads(Protocol):
    """Conversations. The way back to an anonymous author is locked with the thread's own key."""

    async def open(self, thread: Thread, author: str, code: str = "") -> None:
        """Store a new one. With a code, nothing of its author is kept: only who has the code comes back."""

    async def get(self, thread: str) -> Thread | None: ...
    def spend(self, person: str, today: date) -> None:
        """Count what a person writes, conversations and stories together, nowhere but in memory.

        Raises `Refusal` where it is too much for a day.
        """

    async def handle(self, thread: Thread) -> str:
        """What its author calls it by: a name that dies with its key, if they gave none. Raises `KeysLost`."""

    async def called(self, organisation: str, handle: str, person: str) -> str | None:
        """The open conversation that this person, who opened it without their name, calls so."""

    async def opened_by(self, thread: str, person: str) -> bool: ...
    async def enter(self, organisation: str, code: str, person: str, now: datetime) -> str | None:
        """A ticket for the open conversation with this code. Raises `Refusal` after too many wrong ones."""

    async def admitted(self, organisation: str, ticket: str, person: str, now: datetime) -> str | None:
        """The conversation that this person's ticket is for, while it is valid."""

    async def draft(self, thread: Thread) -> str:
        """What is written for it under any ticket belongs to. It is the same at every entry, and leads nowhere."""

    async def author(self, thread: str) -> str | None:
        """Who is to get the reply. None once it is closed."""

    async def mine(self, organisation: str, person: str) -> tuple[Thread, ...]: ...
    async def of_units(self, organisation: str, units: Collection[str]) -> tuple[Thread, ...]: ...
    async def say(self, thread: str, entry: Entry) -> None: ...
    async def close(self, thread: str) -> None:
        """Close it and destroy the way back, or the code, and what tells of messages to its author."""


class Traces(Protocol):
    """What names a person beside what they wrote: how much of it there is, and how it is erased."""

    async def of(self, person: str, now: datetime) -> Held: ...
    async def erase(self, person: str) -> None:
        """Forget what waits for them, what was sent to them, their codes, and how their accounts are reached."""

    async def take_back(self, thread: str) -> None:
        """Erase what its author wrote in a conversation, and their name where they gave it."""


class Channels(Protocol):
    """Channels and what was posted in them."""

    async def connect(self, channel: Channel) -> None: ...
    async def get(self, channel: str) -> Channel | None: ...
    async def all(self, organisation: str) -> tuple[Channel, ...]: ...
    async def posted(self, post: Post) -> None: ...
    async def post(self, post: str) -> Post | None: ...
    async def now_about(self, post: str, about: str) -> Post | None:
        """Note that a message shows another story now."""

    async def posts_about(self, organisation: str, about: str) -> tuple[Post, ...]: ...


@dataclass(frozen=True, slots=True)
class Again:
    """News that may not have arrived, to be told once more at a later batch, if it still is news by then."""

    notice: Notice
    when: When


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt at a delivery ended, and in which lane. An `idle` one had nothing to say, and loses nothing.

    `again` is queued in its place in the same transaction, if this is how it ends.
    """

    delivery: Delivery
    outcome: Outcome
    lane: str = ""
    idle: bool = False
    again: Again | None = None


class Outbox(Protocol):
    """What must reach whom. Put in the same transaction as what it tells of."""

    async def put(self, organisation: str, notice: Notice, to: Recipient, when: When, key: str) -> None:
        """Queue one delivery. A second one with the same key is ignored."""

    async def fan_out(self, pulse: Pulse, notice: Notice, when: When) -> int:
        """Queue one delivery for everybody on the roster, each inside their own day. Gives their number."""

    async def claim(self, now: datetime, most: int) -> tuple[Delivery, ...]: ...
    async def begin(self, sends: Sequence[tuple[Delivery, str]], now: datetime) -> frozenset[str]:
        """Mark that these sends begin now, each with its lane; gives the ids of those that do.

        The others are another worker's by now, or their lane has been asked to wait: then they are put off until then.
        """

    async def put_off(self, delivery: Delivery, until: datetime, now: datetime) -> None:
        """Have it claimed again then. One that does not name its reader comes with the next full hour instead.

        A time that is theirs, such as their morning, would tell who they are.
        """

    async def settle(self, ended: Sequence[Ended], now: datetime) -> None: ...
    async def doubtful(self, now: datetime) -> tuple[Delivery, ...]:
        """Deliveries whose worker died in the middle of a send."""

    async def waiting(self, now: datetime) -> int: ...
    async def counts(self, now: datetime) -> Mapping[str, int]:
        """How many there are by how they stand, but for what would tell when somebody has written."""


class Codes(Protocol):
    """One-time codes that let a person into the pages, known by their hashes."""

    async def put(self, passes: Mapping[str, Pass]) -> None:
        """Keep these, by hash, in place of earlier ones for the same people and purposes."""

    async def use(self, code_hash: str, now: datetime) -> Pass | None:
        """Use one up; what it was good for, or None if it is not valid any more."""


class Trustees(Protocol):
    """Those whose passphrase is needed to close a pulse."""

    async def of(self, organisation: str) -> Trustee | None:
        """The trustee for an organisation's next pulse, if it has one."""

    async def get(self, trustee: str) -> Trustee | None: ...
    async def appoint(self, trustee: Trustee) -> None:
        """From the next pulse on, in place of an earlier one."""

    async def dismiss(self, organisation: str) -> bool:
        """From the next pulse on there is none. False if there was none."""


class Inbox(Protocol):
    """Which signed envelopes have been handled."""

    async def first_time(self, envelope: str, today: date) -> bool: ...


class Transaction(Protocol):
    """One unit of work: committed when its block ends well, undone when it does not."""

    @property
    def organisations(self) -> Organisations: ...
    @property
    def people(self) -> People: ...
    @property
    def programmes(self) -> Programmes: ...
    @property
    def pulses(self) -> Pulses: ...
    @property
    def ballots(self) -> Ballots: ...
    @property
    def results(self) -> ResultsOf: ...
    @property
    def quotes(self) -> Quotes: ...
    @property
    def stories(self) -> Stories: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def channels(self) -> Channels: ...
    @property
    def traces(self) -> Traces: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def trustees(self) -> Trustees: ...
    @property
    def codes(self) -> Codes: ...


class Store(Protocol):
    """Where everything is kept."""

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that may write."""

    def view(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that only reads, and holds nobody up."""

    async def appoint(self, organisation: str, passphrase: SecretStr) -> None:
        """Give an organisation a trustee with this passphrase, from the next pulse on. It takes about a second."""

    async def open_ballots(self, pulse: str, passphrase: SecretStr | None = None) -> list[Respondent]:
        """Open every ballot of a closing pulse, outside any write lock. Raises `KeysLost` where the keys are gone.

        Where a trustee holds the key: `PassphraseNeeded` without a passphrase, `WrongPassphrase` with another's.
        """

    async def forget_keys(self, pulse: str) -> None:
        """Destroy a pulse's keys; its ballots are noise from then on. Doing it twice is harmless."""

    async def forget_ballots(self, pulse: str) -> None:
        """Delete a closed pulse's ballots and personal deliveries, a few at a time; keep counts of the deliveries."""

    async def tidy(self, now: datetime) -> tuple[str, ...]:
        """Mend what a crash left: keys without a pulse, pulses without keys. Gives the ids of pulses found lost."""


class Themes(Protocol):
    """What people write about."""

    async def find(self, comments: Sequence[Comment], history: Sequence[str] = (), language: str = "en") -> ThemeReport:
        """The themes of these comments. Ten thousand take seconds; nothing else waits for them."""

    async def redact(self, texts: Sequence[str], names: frozenset[str]) -> tuple[str, ...]:
        """The texts without what could name somebody: these people, and addresses, numbers and titles."""
