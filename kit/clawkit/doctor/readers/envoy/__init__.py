"""Envoy's static configuration as the model's `Proxy`."""

from clawkit.doctor.readers.envoy.proxy import read

__all__ = ["read"]
