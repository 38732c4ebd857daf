"""The answer's headers do not fit into proxy_buffer_size; a login proxy's cookies are what makes them large."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

DEFAULT = 4096


def judge(setup: Setup) -> Finding | None:
    seen = setup.failed(FailureKind.BIG_HEADER)
    if not seen:
        return None
    ours = sites(setup)
    line = next((route.header_buffer for _, site in ours for route in site.routes if route.header_buffer), None)
    size = line.value if line else DEFAULT
    return Finding(
        summary=f"the answer to {seen[0].path or 'a request'} has more than {size} bytes of headers "
        f"(proxy_buffer_size{'' if line else ', the default'}), so nginx answers 502",
        fix=Fix(
            "proxy_buffer_size 16k; proxy_buffers 4 32k; proxy_busy_buffers_size 64k; in that location",
            reload(ours[0][0]) if ours else "nginx -t && nginx -s reload",
        ),
        evidence=at(seen[0].at, *([line.at] if line else [])),
    )


CAUSE = Cause(
    slug="header-buffer-too-small",
    title="the answers' headers fit into the proxy's buffer",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
