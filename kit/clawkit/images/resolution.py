"""Settles which image each role runs: what was locked, what the registry has, or a build of our own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from clawkit.engine.image_ports import ImageEngine, ImageFacts
from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.images.build import build
from clawkit.images.model import (
    Kind,
    Origin,
    ResolvedImage,
    Role,
    Wanted,
    pinned,
    repository_of,
    version_of,
    wanted,
    wanted_kind,
    wanted_own,
)
from clawkit.images.recipes import recipe
from clawkit.images.refusals import Refusal, brief, classify, last_words
from clawkit.lock import LockedImage
from clawkit.settings.model import Settings

Say = Callable[[str], None]

PULL_TIMEOUT = 1800
"""The gateway image is about 1 GB: half an hour is 5 Mbit/s."""

AT_ONCE = 4

KINDS: tuple[Kind, ...] = ("openclaw", "caddy", "nginx", "certbot")


@dataclass(frozen=True, slots=True)
class ToBuild:
    """No image to pull; `reason` is what docker said, or that the settings ask for it."""

    wanted: Wanted
    reason: str


def ensure(settings: Settings, engine: ImageEngine, *, locked: Mapping[str, LockedImage] | None,
           say: Say) -> dict[Role, ResolvedImage]:  # fmt: skip
    """Every image that the stack needs, present in the engine; touches no network when the locked ones are there.

    `locked` is keyed as in clawkit.lock: gateway, caddy, nginx, certbot; and gateway:NAME.
    """
    say = one_at_a_time(say)
    roles = wanted(settings)
    known = {role: (locked or {}).get(settings.proxy if role == "proxy" else role) for role in roles}
    # gateways that want the same get the same, and it is pulled once
    locks = {want: next((lock for role, lock in known.items() if lock and roles[role] == want), None)
             for want in roles.values()}  # fmt: skip

    def settle(want: Wanted) -> ResolvedImage | ToBuild:
        return settled(settings, engine, want, locks[want], say)

    with ThreadPoolExecutor(max_workers=min(len(locks), AT_ONCE)) as pool:
        found: dict[Wanted, ResolvedImage | ToBuild] = dict(zip(locks, pool.map(settle, locks), strict=True))
    built = built_images(engine, [to for to in found.values() if isinstance(to, ToBuild)], say)
    ready = {want: built[want] if isinstance(one, ToBuild) else one for want, one in found.items()}
    return {role: ready[want] for role, want in roles.items()}


def build_all(settings: Settings, engine: ImageEngine, *, say: Say, fresh: bool = False) -> dict[str, ResolvedImage]:
    """Gateway, both proxies and certbot, whatever registries would say; and what gateways have for themselves."""
    wants: dict[str, Wanted] = {kind: wanted_kind(settings, kind) for kind in KINDS}
    wants |= {f"openclaw of {role.partition(':')[2]}": want for role, want in wanted_own(settings).items()}
    asked = [ToBuild(want, "asked for") for want in dict.fromkeys(wants.values())]
    built = built_images(engine, asked, one_at_a_time(say), fresh=fresh)
    return {name: built[want] for name, want in wants.items()}


def list_images(engine: ImageEngine) -> tuple[ImageFacts, ...]:
    """What was built here."""
    return tuple(engine.list("clawkit/"))


def carried(image: ResolvedImage, engine: ImageEngine) -> str:
    """The name under which another machine finds the image: a digest means nothing without its registry.

    Raises EnvironmentMissing when the name that the settings ask for is another image here.
    """
    if image.origin == "built" or image.ref == image.wanted:
        return image.ref
    named = engine.inspect(image.wanted)
    if named is None or named.id != image.id:
        raise EnvironmentMissing(f"{image.wanted} is not the image that runs here ({image.ref})",
                                 fix=f"docker tag {image.ref} {image.wanted}")  # fmt: skip
    return image.wanted


def settled(settings: Settings, engine: ImageEngine, want: Wanted, lock: LockedImage | None,
            say: Say) -> ResolvedImage | ToBuild:  # fmt: skip
    fits = lock is not None and lock.wanted == want.ref and lock.origin in allowed(settings, want)
    if lock and fits and (facts := engine.inspect(lock.ref)) and facts.id == lock.id:
        return ResolvedImage(want.ref, lock.ref, lock.version, origin_of(lock), facts.id)
    if want.given and (facts := engine.inspect(want.ref)):
        return resolved(want, pinned(want.ref, facts), checked(engine, want, facts), "given")
    if settings.build == "always" and not want.given:
        return ToBuild(want, "build = always")
    return pulled(settings, engine, want, lock.ref if lock and fits and lock.origin != "built" else want.ref, say)


ALLOWED: dict[str, tuple[Origin, ...]] = {
    "always": ("built",),
    "never": ("pulled", "given", "built"),  # never build: one that was built before is there and needs no building
    "auto": ("pulled", "built", "given"),
}
"""Value of the setting `build` -> origins that a locked image may have."""


def allowed(settings: Settings, want: Wanted) -> tuple[Origin, ...]:
    return ("given", "pulled") if want.given else ALLOWED[settings.build]


def origin_of(lock: LockedImage) -> Origin:
    return next(origin for origin in ALLOWED["auto"] if origin == lock.origin)


def pulled(settings: Settings, engine: ImageEngine, want: Wanted, ref: str, say: Say) -> ResolvedImage | ToBuild:
    say(f"pulling {ref}")
    try:
        engine.pull(ref, PULL_TIMEOUT)
    except EngineError as error:
        return instead(settings, engine, want, error, say)
    facts = engine.inspect(ref)
    if facts is None:
        raise EnvironmentMissing(f"{ref} was pulled and is not there", fix=f"docker image inspect {ref}")
    return resolved(want, pinned(ref, facts), checked(engine, want, facts), "pulled")


def instead(settings: Settings, engine: ImageEngine, want: Wanted, error: EngineError,
            say: Say) -> ResolvedImage | ToBuild:  # fmt: skip
    """What to do after a failed pull: only a registry out of reach is a reason to take something else."""
    words = error.details or error.message
    refusal = classify(words)
    if refusal is Refusal.UNREACHABLE:
        reason = f"{refusal.value}: {brief(words)}"
        if facts := engine.inspect(want.ref):
            say(f"{want.ref}: {reason}; the one that is here is used")
            return resolved(want, pinned(want.ref, facts), checked(engine, want, facts), "given", reason)
        if settings.build == "auto" and not want.given:
            say(f"{want.ref}: {reason}")
            return ToBuild(want, reason)
    raise missing(settings, want, refusal, words) from error


def missing(settings: Settings, want: Wanted, refusal: Refusal, words: str) -> EnvironmentMissing:
    message = f"{want.setting}: {want.ref} is not to be had, {refusal.value}: {brief(words)}"
    return EnvironmentMissing(message, fix=next_step(settings, want, refusal), details=last_words(words, 10))


def next_step(settings: Settings, want: Wanted, refusal: Refusal) -> str:
    match refusal:
        case Refusal.UNREACHABLE if settings.build == "never" and not want.given:
            return "clawkit up --build auto, which builds the image here"
        case Refusal.MISSING if want.kind == "openclaw":
            return f"choose a version that {repository_of(want.ref)} has: clawkit up --openclaw VERSION"
        case Refusal.MISSING | Refusal.ARCHITECTURE:
            return f"choose another {want.setting} in clawkit.yaml"
        case Refusal.DENIED:
            return f"docker login {want.ref.partition('/')[0]}, or choose another {want.setting} in clawkit.yaml"
        case Refusal.DISK_FULL:
            return "docker system df"
        case _:
            return f"docker pull {want.ref}"


def checked(engine: ImageEngine, want: Wanted, facts: ImageFacts) -> ImageFacts:
    """A single-platform image is pulled without a word, and dies later with `exec format error`."""
    expected = engine.architecture()
    if facts.architecture and facts.architecture != expected:
        raise EnvironmentMissing(f"{want.setting}: {want.ref} is made for {facts.architecture}, "
                                 f"this engine runs {expected}",
                                 fix=f"choose another {want.setting} in clawkit.yaml")  # fmt: skip
    return facts


def built_images(engine: ImageEngine, asked: Sequence[ToBuild], say: Say, *,
                 fresh: bool = False) -> dict[Wanted, ResolvedImage]:  # fmt: skip
    architecture = engine.architecture() if asked else ""
    recipes = {to.wanted: recipe(to.wanted.kind, architecture, to.wanted.version) for to in asked}
    for to in asked:
        one = recipes[to.wanted]
        if fresh or engine.inspect(one.tag) is None:
            say(f"building {one.tag} here ({to.reason})")
    build(list(dict.fromkeys(recipes.values())), engine, say, fresh=fresh)
    return {to.wanted: of_tag(engine, to, recipes[to.wanted].tag) for to in asked}


def of_tag(engine: ImageEngine, to: ToBuild, tag: str) -> ResolvedImage:
    facts = engine.inspect(tag)
    if facts is None:
        raise EnvironmentMissing(f"{tag} was built and is not there", fix=f"docker image inspect {tag}")
    return resolved(to.wanted, tag, facts, "built", to.reason)


def resolved(want: Wanted, ref: str, facts: ImageFacts, origin: Origin, reason: str = "") -> ResolvedImage:
    # the reference that was asked for tells a version where the image has neither variable nor label
    return ResolvedImage(want.ref, ref, version_of(want.kind, want.ref, facts), origin, facts.id, reason)


def one_at_a_time(say: Say) -> Say:
    lock = threading.Lock()

    def said(text: str) -> None:
        with lock:
            say(text)

    return said
