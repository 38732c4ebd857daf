"""Wrong certificates in place of the right one: the values of `Fault.edits` for a certificate's file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from chainmaker import Made, made


class Whole(dict[str, str]):
    """In place of single changes: the file's new text, made for the stack."""

    def __init__(self, make: Callable[[Certified], str]) -> None:
        super().__init__()
        self.made = make


class Certified(Protocol):
    pristine: dict[str, str]
    authority: Made


NAMES = {"other": ("wiki.example.net",), "both": ("claw.example.net", "www.claw.example.net")}


@cache
def _leaf(authority: Made, kind: str) -> Made:
    names = NAMES.get(kind, ("claw.example.net",))
    days = (-90.0, -1.0) if kind == "expired" else (-1.0, 89.0)
    return made(names[0], authority, names=names, days=days, key=_key())


@cache
def _key() -> Any:
    return made("a key").key


def _leaf_only(stack: Certified) -> str:
    end = "-----END CERTIFICATE-----\n"
    return stack.pristine["certs/fullchain.pem"].partition(end)[0] + end


def _chain(kind: str) -> Callable[[Certified], str]:
    return lambda stack: _leaf(stack.authority, kind).pem + stack.authority.pem


LEAF_ONLY = Whole(_leaf_only)
EXPIRED = Whole(_chain("expired"))
OTHER_NAME = Whole(_chain("other"))
BOTH = Whole(_chain("both"))
KEY = Whole(lambda stack: _leaf(stack.authority, "right").key_pem)
