"""The keys that the Compose Specification knows, and what kind of value each takes.

Kept from compose-spec.json of compose-go at 0035625, newer than any release here: no key of a newer Compose is unknown.
https://github.com/compose-spec/compose-go/blob/main/schema/compose-spec.json
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    ANY = "any"
    LIST = "a list"
    MAPPING = "a mapping"
    STRING = "a string"
    """Quoted or not, but no number."""


def _table(*names: str, lists: str = "", mappings: str = "", strings: str = "") -> dict[str, Kind]:
    made = {name: Kind.ANY for part in names for name in part.split()}
    made.update({name: Kind.LIST for name in lists.split()})
    made.update({name: Kind.MAPPING for name in mappings.split()})
    made.update({name: Kind.STRING for name in strings.split()})
    return made


ROOT = _table(lists="include", mappings="services networks volumes secrets configs models", strings="version name")

SERVICE = _table(
    "annotations attach build command cpu_count cpu_percent cpu_shares cpu_quota cpu_period cpu_rt_period "
    "cpu_rt_runtime cpus credential_spec depends_on dns dns_search entrypoint env_file environment extends extra_hosts "
    "gpus init label_file labels mem_limit mem_reservation mem_swappiness memswap_limit models networks "
    "oom_kill_disable oom_score_adj pid pids_limit privileged provider read_only scale shm_size stdin_open sysctls "
    "tmpfs tty ulimits use_api_socket storage_opt",
    lists="cap_add cap_drop configs device_cgroup_rules devices dns_opt expose external_links group_add links ports "
    "post_start pre_stop profiles secrets security_opt volumes volumes_from",
    mappings="blkio_config deploy develop healthcheck logging",
    strings="cgroup cgroup_parent container_name cpuset domainname hostname image ipc isolation mac_address "
    "network_mode platform pull_policy pull_refresh_after restart runtime stop_grace_period stop_signal user "
    "userns_mode uts working_dir",
)
HEALTHCHECK = _table("disable retries test", strings="interval timeout start_period start_interval")
LOGGING = _table("driver", mappings="options")
PORT = _table("name mode host_ip target published protocol app_protocol")
MOUNT = _table("type source target read_only consistency", mappings="bind volume tmpfs image")
ATTACHMENT = _table(
    "interface_name ipv4_address ipv6_address mac_address priority gw_priority",
    lists="aliases link_local_ips",
    mappings="driver_opts",
)
DEPENDENCY = _table("restart required condition")
DEPLOY = _table(
    "mode endpoint_mode replicas labels",
    mappings="rollback_config update_config resources restart_policy placement",
)
RESTART_POLICY = _table("condition delay max_attempts window")
RESOURCES = _table(mappings="limits reservations")
LIMITS = _table("cpus memory pids")
BUILD = _table(
    "context dockerfile dockerfile_inline entitlements args ssh labels cache_from cache_to no_cache no_cache_filter "
    "additional_contexts network provenance sbom pull target shm_size extra_hosts isolation privileged secrets tags "
    "ulimits platforms"
)
NETWORK = _table("name driver external internal enable_ipv4 enable_ipv6 attachable labels", mappings="driver_opts ipam")
IPAM = _table("driver", lists="config", mappings="options")
SUBNET = _table("subnet ip_range gateway", mappings="aux_addresses")
VOLUME = _table("name driver external labels", mappings="driver_opts")
SECRET = _table("name environment file external labels driver template_driver", mappings="driver_opts")
CONFIG = _table("name content environment file external labels template_driver")

INSIDE: Mapping[str, Mapping[str, Kind]] = {
    "": ROOT,
    "services.*": SERVICE,
    "services.*.healthcheck": HEALTHCHECK,
    "services.*.logging": LOGGING,
    "services.*.ports.#": PORT,
    "services.*.volumes.#": MOUNT,
    "services.*.networks.*": ATTACHMENT,
    "services.*.depends_on.*": DEPENDENCY,
    "services.*.deploy": DEPLOY,
    "services.*.deploy.restart_policy": RESTART_POLICY,
    "services.*.deploy.resources": RESOURCES,
    "services.*.deploy.resources.limits": LIMITS,
    "services.*.build": BUILD,
    "networks.*": NETWORK,
    "networks.*.ipam": IPAM,
    "networks.*.ipam.config.#": SUBNET,
    "volumes.*": VOLUME,
    "secrets.*": SECRET,
    "configs.*": CONFIG,
}
"""By path: * is any name, # any place in a list."""

CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")
EXTENSION = "x-"
