"""`docker run` commands of a script or of notes as a project of their own: what Compose would have been told."""

from clawkit.doctor.readers.docker_run.script import read

__all__ = ["read"]
