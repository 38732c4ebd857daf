"""`clawkit certs`: the certificates that are served, when they are renewed, and what went wrong with it."""

from __future__ import annotations

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.deployment import Deployment
from clawkit.errors import SettingsError
from clawkit.stack import Stack
from clawkit.tls import issuance, material, mirror

TRUST = (
    "trust it once on each device:",
    "  Debian, Ubuntu  sudo cp {path} /usr/local/share/ca-certificates/clawkit.crt && sudo update-ca-certificates",
    "  Fedora, RHEL    sudo trust anchor {path}",
    "  macOS           sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {path}",
    "  Windows         certutil -addstore -f Root {path}",
    "  Firefox         Settings, Certificates, Authorities, Import",
)


@click.argument("what", required=False, type=click.Choice(["ca", "renew"]))
def certs(context: Context, what: str | None) -> int:
    """Show the certificates that are served, their renewal and its last error.

    `clawkit certs ca` shows the root of the private CA and how to trust it; `clawkit certs renew` asks the authority
    now, instead of at the next attempt. An authority that has just issued a certificate is not asked for another one.
    """
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    if what == "ca":
        return _root(context, deployment)
    return _renew(context, deployment) if what else _served(context, deployment)


def _root(context: Context, deployment: Deployment) -> int:
    path = deployment.rendered / material.ROOT_CERTIFICATE
    if deployment.settings.effective_tls != "internal":
        raise SettingsError(f"tls is {deployment.settings.effective_tls}: there is no private CA to trust",
                            fix="clawkit certs")  # fmt: skip
    lines = [str(path), "", *(text.format(path=path) for text in TRUST)]
    context.report.finish({"command": "certs", "ok": True, "ca": str(path), "pem": path.read_text()}, lines)
    return 0


def _renew(context: Context, deployment: Deployment) -> int:
    stack = deployment.stack()
    if mirror.kept(stack):
        from clawkit.engine.choose import engine_of

        mirror.ask_now(stack, engine_of(stack.settings))
    elif stack.certbot:
        issuance.ask_now(deployment.rendered)
    context.report.finish({"command": "certs", "ok": True, "asked": stack.certbot}, [_answer(stack)])
    return 0


def _answer(stack: Stack) -> str:
    if stack.certbot:
        return "asked: the acme container tries now, and certbot renews what is due; see: clawkit certs"
    if stack.acme or (stack.tls == "internal" and not stack.served_from_files):
        return "Caddy renews its certificates by itself, and tries again by itself; at once: clawkit restart"
    if stack.tls == "internal":
        return "the private CA's certificates are renewed when they are due: clawkit up"
    if stack.tls == "files":
        return "the certificate is yours: replace its files, then run clawkit up"
    return "tls is off: there is no certificate here"


def _served(context: Context, deployment: Deployment) -> int:
    from clawkit.engine.choose import engine_of
    from clawkit.report import certificates
    from clawkit.verify import served

    stack = deployment.stack()
    found = served.look(deployment.rendered, stack, engine_of(stack.settings)) if stack.tls != "off" else ()
    good = all(one.good for one in found)
    data = {"command": "certs", "ok": good, "certificates": [certificates.entry(one) for one in found]}
    context.report.finish(data, certificates.shown(found) or [_answer(stack)])
    return 0 if good else 1


command = verb()(certs)
