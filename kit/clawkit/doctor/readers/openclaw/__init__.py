"""openclaw.json, and what flags and environment make of it, as the model's `Gateway`."""

from clawkit.doctor.readers.openclaw.config import read
from clawkit.doctor.readers.openclaw.effective import effective
from clawkit.doctor.readers.openclaw.include import parts
from clawkit.doctor.readers.openclaw.service import runs_gateway, surely_gateway

__all__ = ["effective", "parts", "read", "runs_gateway", "surely_gateway"]
