"""Output of commands that somebody ran and kept: containers, requests, sockets, certificates, the host's state."""

from clawkit.doctor.readers.recorded.read import RECORDED, kind_by, read
from clawkit.doctor.readers.recorded.seen import Seen, together

__all__ = ["RECORDED", "Seen", "kind_by", "read", "together"]
