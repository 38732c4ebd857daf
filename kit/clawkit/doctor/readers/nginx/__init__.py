"""Reads nginx configurations, whole or in pieces, into proxies as nginx itself would understand them."""

from __future__ import annotations

from clawkit.doctor.readers.nginx.configuration import read

__all__ = ["read"]
