"""The commented clawkit.yaml: documentation, what `init` writes, and a test input, in one."""

from __future__ import annotations

from clawkit.settings.file import HEADER, scalar
from clawkit.settings.model import Settings

GATEWAYS = """\
# Further gateways behind the same proxy, each with its own domain, state and token:
# gateways:
#   - {name: alice, domain: alice.example.com}
# What is not as for the whole deployment: openclaw, gateway_image, gateway_memory, gateway_cpus, gateway_pids, model, …
#   - {name: bob, domain: bob.example.com, gateway_memory: 4g}
# One that somebody else runs, such as a cell of `openclaw fleet` (docs/gateways.md):
#   - {name: carol, domain: carol.example.com, upstream: "http://172.17.0.1:19100"}
"""


def example() -> str:
    """Every setting with its explanation, commented out at its default."""
    parts = [HEADER]
    for key, info in Settings.model_fields.items():
        if key != "gateways":
            parts.append(f"\n# {info.description}\n# {key}: {scalar(info.default)}\n")
    return "".join(parts) + "\n" + GATEWAYS
