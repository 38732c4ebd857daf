"""Text of foreign servers made fit for a file that people and parsers read."""

from __future__ import annotations

import re

FOREIGN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) forbids, and the controls that reorder a line (Unicode TR 36, bidirectional spoofing)."""


def legible(text: str) -> str:
    """The text with a replacement character for each one that no report may hold."""
    return FOREIGN.sub("\ufffd", text)
