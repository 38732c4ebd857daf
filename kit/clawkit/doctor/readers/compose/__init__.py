"""compose.yaml and everything that Compose lays over it or puts into it, as the model's `Compose`."""

from clawkit.doctor.readers.compose.held import inline
from clawkit.doctor.readers.compose.project import read

__all__ = ["inline", "read"]
