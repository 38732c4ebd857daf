"""The images that the services run: pulled and pinned, or built here when no registry can be reached."""

from __future__ import annotations

from clawkit.engine.image_ports import BuildRequest, ImageEngine, ImageFacts
from clawkit.images.model import ResolvedImage
from clawkit.images.resolution import build_all, carried, ensure, list_images

__all__ = ["BuildRequest", "ImageEngine", "ImageFacts", "ResolvedImage", "build_all", "carried", "ensure",
           "list_images"]  # fmt: skip
