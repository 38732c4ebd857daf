"""Which rendering of its configuration the running proxy serves: it says so itself, and that is compared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from clawkit import wait
from clawkit.engine.ports import Engine, Project
from clawkit.errors import NotReady
from clawkit.render import generation_path
from clawkit.stack import Stack
from clawkit.wait import Look

Tell = Callable[[str], None]

PROXY = "proxy"
SECONDS = 20
"""run.sh looks every other second; a busy machine takes its time to read a large configuration."""

URL = "http://127.0.0.1:8079/generation"
ASK = ("sh", "-c", f"echo \"$(curl -fsS {URL} 2>/dev/null || wget -q -O - {URL} 2>/dev/null)\"; "
                   'echo "$(cat /tmp/taken 2>/dev/null)"; cat /tmp/refused 2>/dev/null; true')  # fmt: skip
"""Alpine's image brings wget, Debian's curl."""


def wait_until_served(project: Project, stack: Stack, engine: Engine, tell: Tell) -> None:
    """Raises Hopeless when the proxy refuses it. What no reload can change (nginx: the size of a shared zone) takes a
    restart."""
    look = partial(seen, project.folder, stack, engine)
    waiting = partial(wait.until, look, seconds=SECONDS, what="the proxy's new configuration", tell=tell)
    try:
        waiting()
    except NotReady:
        tell("restarting the proxy, which did not take it up")
        engine.restart(project, [PROXY])
        waiting()


def seen(folder: Path, stack: Stack, engine: Engine) -> Look:
    found = next((one for one in engine.services(stack.project) if one.name == PROXY), None)
    if found is None or not found.running:
        return Look(ready=False, doing="it does not run", fix="clawkit logs proxy")
    return judged(engine.exec(found.container, ASK), (folder / generation_path(stack)).read_text().strip())


def judged(said: str, wanted: str) -> Look:
    """By lines: what the running proxy says, what run.sh gave it last, what it refused, and its words for that."""
    served, taken, refused, words = [*said.split("\n", 3), "", "", ""][:4]
    # a configuration of the user's own says nothing of itself
    ready = (served or taken or wanted).strip() == wanted
    hopeless = "it refuses it, and serves the one before" if refused.strip() == wanted and not ready else ""
    return Look(ready=ready, doing="the one before is still served", hopeless=hopeless, words=words.strip(),
                fix="clawkit logs proxy")  # fmt: skip
