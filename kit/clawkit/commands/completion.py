"""`clawkit completion`: the script that makes a shell complete clawkit's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from clawkit.commands.context import Context
from clawkit.commands.options import verb

HINTS = {
    "bash": '# add to ~/.bashrc: eval "$(clawkit completion bash)"',
    "zsh": '# add to ~/.zshrc: eval "$(clawkit completion zsh)"',
    "fish": "# add to ~/.config/fish/config.fish: clawkit completion fish | source",
}


@click.argument("shell", type=click.Choice(sorted(HINTS)))
def completion(context: Context, shell: str) -> int:
    """Print the completion script of a shell."""
    group = click.get_current_context().find_root().command
    kind = get_completion_class(shell)
    assert kind is not None, f"click has no completion for {shell}"
    script = kind(group, {}, "clawkit", "_CLAWKIT_COMPLETE").source()
    context.report.finish({"command": "completion", "ok": True, "shell": shell, "script": script},
                          [HINTS[shell], *script.splitlines()])  # fmt: skip
    return 0


command = verb()(completion)
