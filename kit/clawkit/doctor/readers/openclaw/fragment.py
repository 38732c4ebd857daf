"""A part of openclaw.json as people paste it: keys without the braces around them."""

from __future__ import annotations

import re
from dataclasses import replace

from clawkit.doctor.readers.text import TextFile

BARE = re.compile(r"""(?:\s|//[^\n]*\n|/\*.*?\*/)*(?P<key>["']?[A-Za-z_$]\w*["']?)\s*:""", re.DOTALL)
MODE = re.compile(r"""\bmode["']?\s*:\s*["'](?:local|remote)\b""")
TOP = re.compile(r"""["']?\bgateway\b["']?\s*:""")
INNER = ("controlUi", "trustedProxies", "bind", "port", "mode", "customBindHost", "allowRealIpFallback")
"""Keys of the section gateway that stand nowhere else at the top."""


def whole(file: TextFile) -> TextFile:
    """The braces put around it, on the lines where it stands; a text that has its own is left as it is."""
    found = BARE.match(file.text)
    if found is None:
        return file
    inner = found["key"].strip("\"'") in INNER and not TOP.search(file.text)
    opened, closed = ('{"gateway": {', "}}") if inner else ("{", "}")
    return replace(file, text=f"{opened}{file.text.rstrip()}\n{closed}\n", part=not MODE.search(file.text))
