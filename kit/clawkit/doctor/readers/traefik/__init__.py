"""Traefik's labels, flags and files as the model's `Proxy`."""

from clawkit.doctor.readers.traefik.proxy import is_traefik, read

__all__ = ["is_traefik", "read"]
