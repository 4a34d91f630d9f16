"""Where the files of a test run lie while it lasts: in memory, where there is enough of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

MEMORY = Path("/dev/shm")
ENOUGH = 4 * 2**30
"""Bytes."""


@contextmanager
def scratch() -> Iterator[Mapping[str, str]]:
    """An environment whose temporary files lie in memory, for a run that makes thousands of databases.

    No test is about a power cut, and waiting for a busy disk took longer than the tests. What is timed lies on disk.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ENOUGH:
        yield os.environ
        return
    with TemporaryDirectory(prefix="hundred-days-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield {**os.environ, "TMPDIR": folder}
