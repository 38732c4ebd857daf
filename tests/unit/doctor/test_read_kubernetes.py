"""An Ingress as its controller's sites; what is of another controller or no OpenClaw's is left alone."""

from __future__ import annotations

from pathlib import Path

from clawkit.doctor.model.compose import Compose
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.readers import kubernetes
from clawkit.doctor.readers.kinds import FileKind, kind_of
from clawkit.doctor.readers.text import TextFile

INGRESS = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: openclaw
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
spec:
  ingressClassName: nginx
  tls: [{hosts: [claw.example.org], secretName: tls}]
  rules:
    - host: claw.example.org
      http:
        paths:
          - path: /
            backend: {service: {name: openclaw, port: {name: http}}}
"""
WORKLOAD = """apiVersion: v1
kind: Service
metadata: {name: openclaw}
spec:
  selector: {app: openclaw}
  ports: [{name: http, port: 80, targetPort: web}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: openclaw}
spec:
  template:
    metadata: {labels: {app: openclaw, tier: chat}}
    spec:
      containers:
        - image: ghcr.io/openclaw/openclaw:2026.9.6
          ports: [{name: web, containerPort: 18789}]
"""


def made(*texts: str) -> tuple[tuple[Compose, ...], tuple[Proxy, ...]]:
    files = [TextFile(Path(f"{number}.yaml"), f"{number}.yaml", text) for number, text in enumerate(texts)]
    assert all(kind_of(file) is FileKind.KUBERNETES for file in files)
    return kubernetes.read(files)


def test_a_rule_is_a_site_with_tls_and_the_time_of_its_annotation() -> None:
    _, (proxy,) = made(INGRESS)
    (site,) = proxy.sites
    assert [name.value for name in site.names] == ["claw.example.org"] and site.serves_tls
    read = site.routes[0].timeouts.read
    assert read is not None and read.value == 3600 and read.at.line == 6
    assert site.routes[0].headers_up["upgrade"].value == "$http_upgrade"


def test_a_named_port_is_followed_to_the_container() -> None:
    (project,), (proxy,) = made(INGRESS, WORKLOAD)
    upstream = proxy.sites[0].routes[0].upstream
    assert upstream is not None and str(upstream.targets[0]) == "openclaw:18789"
    image = project.services["openclaw"].image
    assert image is not None and image.value.endswith("openclaw:2026.9.6")


def test_without_its_service_the_port_by_name_is_not_known() -> None:
    _, (proxy,) = made(INGRESS)
    upstream = proxy.sites[0].routes[0].upstream
    assert upstream is not None and upstream.targets[0].port is None


def test_another_controller_and_another_application_are_left_alone() -> None:
    traefik = INGRESS.replace("ingressClassName: nginx", "ingressClassName: traefik").replace("nginx.ingress", "any")
    assert made(traefik) == ((), ())
    assert made(INGRESS.replace("openclaw", "shop").replace("claw.", "shop.")) == ((), ())


def test_a_chart_s_template_is_no_yaml_and_says_nothing() -> None:
    chart = "{{- if .Values.on }}\napiVersion: v1\nkind: Ingress\nspec: {{ .Values.spec }}\n{{- end }}\n"
    assert made(chart) == ((), ())


def test_the_other_controller_passes_an_upgrade_to_named_services_alone() -> None:
    other = INGRESS.replace("nginx.ingress.kubernetes.io/", "nginx.org/")
    assert "upgrade" not in made(other)[1][0].sites[0].routes[0].headers_up
    named = other.replace("  annotations:\n", '  annotations:\n    nginx.org/websocket-services: "shop, openclaw"\n')
    assert "upgrade" in made(named)[1][0].sites[0].routes[0].headers_up
