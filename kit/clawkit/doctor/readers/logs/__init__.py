"""Logs of proxies, gateway, certificate clients, Docker and kernel become lines by speaker and failures."""

from clawkit.doctor.readers.logs.read import read

__all__ = ["read"]
