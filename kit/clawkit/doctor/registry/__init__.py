"""Every cause in causal order: what does not run, the network between, names and certificates, routing, trust, edges.

The first error in this order is the root cause.
"""

from __future__ import annotations

from clawkit.doctor.registry import edges, names, network, routing, running, trust

CAUSES = (*running.CAUSES, *network.CAUSES, *names.CAUSES, *routing.CAUSES, *trust.CAUSES, *edges.CAUSES)
