"""The file that a bug of ours leaves behind, ready to be pasted into a report."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from collections.abc import Sequence

from clawkit import __version__


def write_crash(argv: Sequence[str], error: Exception) -> str:
    """Path of a 0600 file with versions, command line and traceback; values of flags are left out."""
    words = " ".join(word.split("=")[0] for word in argv)
    text = "\n".join([
        f"clawkit {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"command: clawkit {words}",
        "",
        "".join(traceback.format_exception(error)),
    ])  # fmt: skip
    descriptor, path = tempfile.mkstemp(prefix="clawkit-crash-", suffix=".log")
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    return path
