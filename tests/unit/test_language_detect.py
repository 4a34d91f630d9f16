"""English or Welsh, without a model."""

from __future__ import annotations

import pytest

from adapters.language.detect import language


@pytest.mark.parametrize(
    "text",
    [
        "Mae'r rheolwr yn gwrando arnom ni",
        "Gormod o waith a dim digon o amser",
        "Rwy'n hapus iawn yma",
        "Diolch yn fawr",
        "Does neb yn gwrando",
        "Angen gwell cyfathrebu rhwng y timau",
    ],
)
def test_welsh_is_recognised(text: str) -> None:
    """Short, everyday Welsh is called Welsh."""
    assert language(text) == "cy"


@pytest.mark.parametrize(
    "text",
    [
        "More staff.",
        "Diolch",
        "",
        "I am happy",
        "N/A",
        "The will to change is there, well done all",
        "Poor pay. No hike",
        "Llandudno office is cold",
        "Add more skilled people",
        "Gwyn and Eleri from payroll are great",
        "12345 !!!",
    ],
)
def test_english_is_never_called_welsh_without_evidence(text: str) -> None:
    """One Welsh word, a Welsh name, or no word at all leaves a text English."""
    assert language(text) == "en"
