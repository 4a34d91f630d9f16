"""The lock is whole: what is pinned is all there is to install, today and in a year, so nothing is left to resolve."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import cast

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = {"run": (), "dev": ("dev",)}
"""Each lock, and which extras of our own it is made with."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "arm": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "aarch64"},
    "mac": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}
MACHINES: list[dict[str, str]] = [
    {
        **cast("dict[str, str]", default_environment()),
        "python_version": python,
        "python_full_version": f"{python}.0",
        **platform,
    }
    for python in PYTHONS
    for platform in PLATFORMS.values()
]


@dataclass(frozen=True, slots=True)
class Pin:
    """One line of a lock."""

    name: str
    version: str
    extras: frozenset[str]
    marker: Marker | None
    hashes: int

    def holds_on(self, machine: Mapping[str, str]) -> bool:
        return self.marker is None or self.marker.evaluate(machine)


def pins(name: str) -> list[Pin]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ").splitlines()
    return [_pin(line) for line in lines if line.strip() and not line.startswith("#")]


def _pin(line: str) -> Pin:
    written = line.partition("--hash")[0].strip()
    requirement = Requirement(written)
    (specifier,) = requirement.specifier
    assert specifier.operator == "==", written
    return Pin(
        canonicalize_name(requirement.name),
        specifier.version,
        frozenset(requirement.extras),
        requirement.marker,
        len(re.findall("--hash=sha256:[0-9a-f]{64}", line)),
    )


def needed(written: Iterable[Requirement], extras: Iterable[str], machine: Mapping[str, str]) -> Iterator[Requirement]:
    """The requirements that count on this machine, where these extras were asked for."""
    for each in written:
        if each.marker is None or any(each.marker.evaluate({**machine, "extra": extra}) for extra in ("", *extras)):
            yield each


def unmet(name: str, locked: Iterable[Pin], machine: Mapping[str, str]) -> Iterator[str]:
    """What something in the lock asks for on this machine, and the lock has not got."""
    here = {pin.name: pin for pin in locked if pin.holds_on(machine)}
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted: list[tuple[str, Requirement]] = [("hundred-days", Requirement(each)) for each in ours["dependencies"]]
    for extra in LOCKS[name]:
        wanted += [("hundred-days", Requirement(each)) for each in ours["optional-dependencies"][extra]]
    for pin in here.values():
        if (requires := _requires(pin)) is not None:
            wanted += [(pin.name, each) for each in needed(requires, pin.extras, machine)]
    for by, each in wanted:
        found = here.get(canonicalize_name(each.name))
        if found is None or not each.specifier.contains(found.version, prereleases=True):
            yield f"{by} asks for {each}"
        elif not each.extras <= found.extras:
            yield f"{by} asks for {each}, and the lock has no {sorted(each.extras - found.extras)} of it"


@lru_cache
def _requires(pin: Pin) -> tuple[Requirement, ...] | None:
    """What a pinned distribution asks for. None for one that is for other machines and so cannot be read here."""
    if not pin.holds_on(cast("Mapping[str, str]", default_environment())):
        return None
    installed = distribution(pin.name)
    assert installed.version == pin.version, f"{pin.name} {installed.version} is installed, not {pin.version}"
    return tuple(map(Requirement, installed.requires or ()))


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_of_everything_locked_is_in_the_lock(name: str) -> None:
    """On every Python and kind of machine that we promise, extras and markers included, nothing is left to find."""
    locked = pins(name)
    assert sorted({fault for machine in MACHINES for fault in unmet(name, locked, machine)}) == []


@pytest.mark.parametrize("name", LOCKS)
def test_everything_locked_has_hashes(name: str) -> None:
    """Nothing comes in that was not there when the lock was made."""
    assert [pin.name for pin in pins(name) if not pin.hashes] == []


def test_both_locks_agree() -> None:
    """What the tests run with is what an installation runs with."""
    tested = {pin.name: pin.version for pin in pins("dev")}
    assert {pin.name: tested.get(pin.name) for pin in pins("run")} == {pin.name: pin.version for pin in pins("run")}


@pytest.mark.parametrize("lost", ["coverage[toml]", "pyjwt[crypto]", "pyjwt"])
def test_a_lock_that_lost_something_is_seen(lost: str) -> None:
    """Without an extra or a line, as it was once, the first of these tests says who asks for it."""
    name, _, extra = lost.removesuffix("]").partition("[")
    kept = [
        Pin(pin.name, pin.version, pin.extras - {extra}, pin.marker, pin.hashes) if pin.name == name else pin
        for pin in pins("dev")
        if extra or pin.name != name
    ]
    assert any(name in fault for fault in unmet("dev", kept, MACHINES[0]))


def test_nothing_is_resolved_at_the_install() -> None:
    """Every install from a lock takes it as it stands and then asks whether it fits together."""
    makefile = (ROOT / "Makefile").read_text()
    installs = [line for line in makefile.splitlines() if "-r requirements/" in line]
    assert len(installs) == 2
    assert all("--no-deps" in line and "--require-hashes" in line for line in installs)
    assert makefile.count("pip check") == len(installs)
