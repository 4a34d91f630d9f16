"""What could name a person never leaves."""

from __future__ import annotations

import pytest

from adapters.language.redact import redact

ROSTER = frozenset({"Siân Pritchard", "Mark Long", "Catrin Rhys", "Anne-Marie O'Neill", "Will Young"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Siân's rota", "[name]'s rota"),
        ("sian pritchard helped", "[name] helped"),
        ("Ask PRITCHARD", "Ask [name]"),
        ("Diolch i Gatrin", "Diolch i [name]"),
        ("I told Mark about it", "I told [name] about it"),
        ("Mark is kind", "[name] is kind"),
        ("Anne-Marie O\u2019Neill left", "[name] left"),
        ("[Catrin] shouted", "[[name]] shouted"),
        ("Mrs Hughes and Dr. P. Evans agree", "[name] and [name] agree"),
        ("@jo.bloggs and <@U12AB> said so", "[name] and [name] said so"),
        ("<at>Jo Bloggs</at> said so", "[name] said so"),
        ("Write to jo.bloggs@council.gov.uk.", "Write to [email]."),
        ("See https://intranet.example/a?b=c.", "See [link]."),
        ("Ring 07700 900123 or +44 (0)29 2018 0000", "Ring [phone] or [phone]"),
        ("I live at CF10 3AT", "I live at [postcode]"),
        ("My NI is QQ 12 34 56 C", "My NI is [number]"),
        ("staff number 1234567", "[number]"),
    ],
)
def test_people_and_addresses_become_marks(text: str, shown: str) -> None:
    """Names of the roster in any spelling, titles with names, addresses and numbers are taken out."""
    assert redact(text, ROSTER) == shown


@pytest.mark.parametrize(
    "text",
    ["Will we get more staff?", "A long wait at 10:30 am", "Long hours, young people", "In 2026 we had 120 staff"],
)
def test_ordinary_words_stay(text: str) -> None:
    """A surname that is also a word does not blank out the word."""
    assert redact(text, ROSTER) == text


def test_a_roster_may_be_empty() -> None:
    """Without a roster, addresses are still taken out and nothing else is."""
    assert redact("Siân: a@b.cymru", ()) == "Siân: [email]"
