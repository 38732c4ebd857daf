"""Compose files as they stand in threads, read for a test."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.readers import compose
from clawkit.doctor.readers.text import TextFile

FOLDER = "/given"
"""Not on this machine: what lies there cannot be judged."""


def file(text: str, name: str = "compose.yaml", folder: str | Path = FOLDER) -> TextFile:
    return TextFile(Path(folder) / name, name, dedent(text))


def project(text: str, *more: TextFile, env: str | None = None) -> Compose:
    """The only project of a compose file with further files beside it; `env` is its .env."""
    beside = [one for one in more if one.path.suffix in (".yaml", ".yml")]
    envs = [one for one in more if one not in beside]
    if env is not None:
        envs.append(file(env, ".env"))
    (found,) = compose.read([file(text), *beside], envs)
    return found


def service(text: str, env: str | None = None) -> Service:
    """One service with these lines."""
    lines = "".join(f"    {line}\n" for line in dedent(text).strip().splitlines())
    return project(f"services:\n  app:\n    image: x\n{lines}", env=env).services["app"]


def problems(found: Compose) -> list[str]:
    return [problem.message for problem in found.problems]
