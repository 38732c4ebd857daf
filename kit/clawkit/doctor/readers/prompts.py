"""How a command stands in a pasted session: behind a prompt, or alone in its line; and what fences off a block."""

from __future__ import annotations

import re

PROMPT = re.compile(
    r"^(?:\([\w.-]+\) )?(?:\[?[\w.-]+@[\w.-]+(?:[: \[][^\]$#%]*)?\]?[$#%]|[$%\u276f\u279c]|PS [A-Z]:[^>]*>|"
    r">(?= ?(?:docker|curl)))\s*"
    r"(?P<command>\S.*)$"
    r"|^# (?P<root>(?:docker|curl|ss|netstat|nginx|systemctl|journalctl|cat|openssl|dig|ufw|iptables|nft|df|ls|caddy|"
    r"getenforce|getsebool|tail|podman|wscat|certbot) \S.*)$"
)
BARE = re.compile(
    r"^(?:sudo )?(?:(?:curl|wget) -?\S.*(?:https?://|localhost|\d:\d)\S*$|docker ps(?: -\S+)*$|"
    r"docker (?:logs|inspect)(?: -\S+(?: \d+)?)* [\w.-]+$|docker exec .+|docker[ -]compose (?:ps|"
    r"logs)(?: -?[\w-]+)*$|"
    r"ss -\w+(?: \|.*)?$|netstat -\w+(?: \|.*)?$|openssl s_client .+|dig \+?[\w.-]+.*|nginx -[TtvV]+$|"
    r"getsebool \S+.*|ufw status.*|iptables -\S.*|df -\w+.*|journalctl -\S.*|systemctl status \S+)$"
)
"""A command that was pasted without its prompt."""
FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
