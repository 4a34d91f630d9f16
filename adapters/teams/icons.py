"""The two icons of the app, drawn here: a sun that rises over a line, with five rays."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

Colour = tuple[int, int, int, int]
Point = tuple[float, float]
Paint = Callable[[Point], Colour]

NIGHT = (18, 60, 84)
SUN = (255, 196, 61)
WHITE = (255, 255, 255)
HORIZON = 0.66
RADIUS = 0.2
RAY_ANGLES = tuple(math.radians(degrees) for degrees in (18, 54, 90, 126, 162))


def color() -> bytes:
    """192 by 192, in colour."""
    return _png(192, _in_colour)


def outline() -> bytes:
    """32 by 32, white on nothing."""
    return _png(32, _in_white)


def _in_colour(point: Point) -> Colour:
    soft = 192
    colour = _mix(NIGHT, SUN, max(_cover(_disc(point), soft), _cover(_rays(point, 0.018), soft)))
    return (*_mix(colour, WHITE, _cover(_line(point, 0.02), soft)), 255)


def _in_white(point: Point) -> Colour:
    ring = max(abs(math.dist(point, (0.5, HORIZON)) - RADIUS) - 0.03, point[1] - HORIZON)
    drawn = min(ring, _rays(point, 0.03), _line(point, 0.035))
    return (*WHITE, round(255 * _cover(drawn, 32)))


def _disc(point: Point) -> float:
    return max(math.dist(point, (0.5, HORIZON)) - RADIUS, point[1] - HORIZON)


def _rays(point: Point, half: float) -> float:
    ends = (((0.5 + r * math.cos(a), HORIZON - r * math.sin(a)) for r in (0.28, 0.38)) for a in RAY_ANGLES)
    return min(_segment(point, *pair) for pair in ends) - half


def _line(point: Point, half: float) -> float:
    return _segment(point, (0.14, HORIZON + 0.06), (0.86, HORIZON + 0.06)) - half


def _segment(point: Point, start: Point, end: Point) -> float:
    """How far the point is from a straight stroke."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    along = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
    t = max(0.0, min(1.0, along))
    return math.dist(point, (ax + t * (bx - ax), ay + t * (by - ay)))


def _cover(distance: float, pixels: int) -> float:
    """How much of a pixel a shape covers that begins this far away: what makes its edge smooth."""
    return max(0.0, min(1.0, 0.5 - distance * pixels))


def _mix(under: tuple[int, int, int], over: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(u + (o - u) * share) for u, o in zip(under, over, strict=True))
    return red, green, blue


def _png(pixels: int, paint: Paint) -> bytes:
    middles = [(i + 0.5) / pixels for i in range(pixels)]
    rows = (b"\0" + b"".join(struct.pack("4B", *paint((x, y))) for x in middles) for y in middles)
    head = struct.pack(">2I5B", pixels, pixels, 8, 6, 0, 0, 0)
    parts = _chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(b"".join(rows), 9)), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
