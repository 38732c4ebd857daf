"""The file that a bug of ours leaves behind, ready to be pasted into a report."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from collections.abc import Sequence

from clawkit import __version__


def write_crash(argv: Sequence[str], error: Exception) -> str:
    """Path of a 0600 file with versions, traceback and the command line without the values in it."""
    words = " ".join(word.split("=")[0] if at == 0 or word.startswith("-") else "…" for at, word in enumerate(argv))
    text = "\n".join([
        f"clawkit {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"command: clawkit {words}",
        "",
        "".join(traceback.format_exception(error)),
    ])  # fmt: skip
    descriptor, path = tempfile.mkstemp(prefix="clawkit-crash-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    return path
