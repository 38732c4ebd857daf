"""Beyond proxy and gateway, in causal order: the edge in front, the browser and other clients, the model behind."""

from __future__ import annotations

from clawkit.doctor.cause import Cause
from clawkit.doctor.causes import (
    cf_access_blocks_nodes,
    client_asks_closed_port,
    client_clock_wrong,
    client_uses_plain_ws,
    client_version_too_old,
    cloudflare_flexible_loop,
    cloudflare_origin_error,
    edge_challenges_clients,
    load_balancer_health_check_refused,
    mixed_content_ws,
    model_endpoint_on_loopback,
    model_key_refused,
    model_provider_busy,
    model_provider_error,
    model_unknown,
    model_unreachable,
    saved_gateway_url_wrong,
    stale_service_worker,
    tunnel_target_wrong,
)

CAUSES: tuple[Cause, ...] = (
    cloudflare_flexible_loop.CAUSE,
    edge_challenges_clients.CAUSE,
    cf_access_blocks_nodes.CAUSE,
    tunnel_target_wrong.CAUSE,
    cloudflare_origin_error.CAUSE,
    load_balancer_health_check_refused.CAUSE,
    client_asks_closed_port.CAUSE,
    client_clock_wrong.CAUSE,
    mixed_content_ws.CAUSE,
    saved_gateway_url_wrong.CAUSE,
    client_uses_plain_ws.CAUSE,
    client_version_too_old.CAUSE,
    stale_service_worker.CAUSE,
    model_endpoint_on_loopback.CAUSE,
    model_key_refused.CAUSE,
    model_unknown.CAUSE,
    model_provider_busy.CAUSE,
    model_unreachable.CAUSE,
    model_provider_error.CAUSE,
)
