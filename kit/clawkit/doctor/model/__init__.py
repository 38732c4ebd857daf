"""The model of a setup, whoever wrote it: proxies, gateways, services, containers, the host, and what was seen."""
