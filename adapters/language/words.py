"""Words that carry a subject, and the runs of them that can name one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.language.clauses import plain, word_set
from adapters.language.detect import FAINT_WORDS, WELSH_WORDS

TOKEN = re.compile(r"\[\w+\]|[^\W\d_][\w'-]*|\d+|[^\w\s]")
LETTERS = re.compile(r"^[^\W\d_]")

# Function words, and words so general that they name nothing.
STOP = (
    word_set(
        """
    a about above after again against all almost also although always am an and any anyone anything are aren't
    around as ask asked at away back be became because been before being below between both but by can can't cannot
    come could couldn't did didn't do does doesn't doing don't done down during each either else enough especially
    etc even ever every everyone everything few for from further gave get gets getting give given gives giving go
    goes going gone got had hardly has have haven't having he her here hers him his how however i i'd i'll i'm i've
    if in instead into is isn't it it's its itself just keep kept know known less let like liked lot lots made make
    makes making many may maybe me might more most much must my myself need needed needs never next no nobody none
    nor not nothing now of off often on once one only or other others our ours out over own per perhaps put quite
    rather really s said same say says see seem seems she should shouldn't since so some someone something sometimes
    still such sure take taken takes taking tell than thank thanks that that's the their them themselves then there
    there's these they they're thing things think this those though through thus till time times to today told too
    took towards under until up upon us use used using very want wanted wants was wasn't way we we're well went were
    what when where whether which while who whom whose why will with within without won't work working works would
    wouldn't yes yet you you're your yours able actually bad best better big day days dislike dont difficult easy
    excellent experience feel feels felt first fine good great happy hard high help helped helpful last least little
    long love low main new nice old part people place please point poor quickly right slow small week weeks month
    months year years worst company companies organisation organization job office staff employee employees overall
    two three four five six another already amazing awesome wonderful decent proper provide provides provided
    available
    """,
    )
    | FAINT_WORDS
)
WELSH_STOP = WELSH_WORDS - word_set(
    """
    addysg adeilad apwyntiad arian arweinyddiaeth cefnogaeth cleifion cyfathrebu cyfleusterau cyflog cyflogau
    cydweithwyr cwrs datblygu diwylliant gofal gwasanaeth gweithwyr gwyliau hyfforddiant iechyd lleoliad lles
    llesiant llwyth meddyg nyrs nyrsys oriau parcio pwysau rheolwr rheolwyr straen swydd swyddfa tîm timau ysbyty
    ystafell gwaith newid
    """,
)
LONGEST = 3


def stem(word: str) -> str:
    """Singular and plural are one word."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def telling(word: str) -> bool:
    """Whether a lower-case word can be part of a name for something."""
    return len(word) > 2 and bool(LETTERS.match(word)) and word not in STOP and word not in WELSH_STOP


def runs(text: str) -> Iterator[list[str]]:
    """Unbroken runs of telling words; a comma, a full stop or a small word ends one."""
    run: list[str] = []
    for token in TOKEN.findall(plain(text).lower()):
        word = token.removesuffix("'s").strip("'-")
        if telling(word):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def terms(text: str, longest: int = LONGEST) -> dict[tuple[str, ...], str]:
    """Each term of one to `longest` words, by its stems, as the writer spelled it."""
    return {
        tuple(map(stem, run[start:end])): " ".join(run[start:end])
        for run in runs(text)
        for start in range(len(run))
        for end in range(start + 1, min(start + longest, len(run)) + 1)
    }
