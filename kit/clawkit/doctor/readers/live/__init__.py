"""Readers of what runs: the engine's containers, their configuration and logs, and the host below.

`deployed.read` for a deployment of the kit's own, `foreign.read_all` for others; nothing is imported here, because the
readers of recorded output use some of these modules and shall not pay for the engine.
"""
