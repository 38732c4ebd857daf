"""Apache's configuration (mod_proxy) as the model's `Proxy`."""

from clawkit.doctor.readers.apache.proxy import read

__all__ = ["read"]
