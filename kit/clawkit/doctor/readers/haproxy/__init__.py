"""HAProxy's configuration as the model's `Proxy`."""

from clawkit.doctor.readers.haproxy.proxy import read

__all__ = ["read"]
