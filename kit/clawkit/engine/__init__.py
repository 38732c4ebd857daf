"""Docker, as the rest of clawkit sees it: one protocol, frozen facts, every call with a time limit."""
