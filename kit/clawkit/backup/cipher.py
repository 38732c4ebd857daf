"""Encryption by age (age-encryption.org): the file is written and read through its process, never in clear on disk."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from clawkit.backup.manifest import Damaged
from clawkit.errors import ClawkitError, EnvironmentMissing, SettingsError

SUFFIX = ".age"
MAGIC = b"age-encryption.org/"
"""How an age file begins (C2SP, age.md)."""


def program() -> str:
    found = shutil.which("age")
    if not found:
        raise EnvironmentMissing("encryption needs the program age, and it is not installed",
                                 fix="sudo apt-get install age, or leave out the recipient")  # fmt: skip
    return found


@contextlib.contextmanager
def sealed(out: BinaryIO, recipient: str) -> Iterator[IO[bytes]]:
    """What is written goes to `out` encrypted, once age has ended well."""
    process = subprocess.Popen([program(), "--recipient", recipient], stdin=subprocess.PIPE, stdout=out,
                               stderr=subprocess.PIPE)  # fmt: skip
    assert process.stdin is not None and process.stderr is not None
    try:
        with contextlib.suppress(BrokenPipeError):
            yield process.stdin
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        told = process.stderr.read().decode(errors="replace")
        if process.wait() != 0:
            raise SettingsError(f"age does not encrypt for {recipient!r}: {_words(told)}",
                                fix="give a public key as age-keygen prints it: --recipient age1…")  # fmt: skip
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


@contextlib.contextmanager
def opened(path: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    """The clear content of a backup, encrypted or not."""
    try:
        # unbuffered: age reads on from the descriptor, whose place a buffer would have moved
        source = path.open("rb", buffering=0)
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}", fix="clawkit backup list") from error
    with source:
        encrypted = source.read(len(MAGIC)) == MAGIC
        source.seek(0)
        if not encrypted:
            yield source
            return
        with _clear(source, path, identity) as clear:
            yield clear


@contextlib.contextmanager
def _clear(source: IO[bytes], path: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    if identity is None:
        raise SettingsError(f"{path} is encrypted", fix="name the file with its key: --identity FILE")
    process = subprocess.Popen([program(), "--decrypt", "--identity", str(identity)], stdin=source,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    try:
        yield process.stdout
        process.stdout.read()  # the end is authenticated too, and it may stand behind the end of the tar
        told = process.stderr.read().decode(errors="replace")
        if process.wait() != 0:
            raise Damaged(f"age does not decrypt {path}: {_words(told)}")
    except Damaged as damage:
        raise _refused(path, process, damage) from damage
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def _refused(path: Path, process: subprocess.Popen[bytes], damage: ClawkitError) -> ClawkitError:
    """With the wrong key there is no tar to read, and age says the reason."""
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    told = process.stderr.read().decode(errors="replace")
    return Damaged(f"age does not decrypt {path}: {_words(told)}") if told else damage


def _words(told: str) -> str:
    lines = [line.removeprefix("age: ") for line in told.splitlines() if line.strip()]
    return lines[0] if lines else "no reason given"
