"""Settings of services in Compose, Swarm and Kubernetes, and how they differ."""

import re
from collections.abc import Iterator
from typing import Any

from sources import Objects

# By deployment, the services and the settings in which it means to differ from Compose.
# A name that ends with * stands for all that begin so.
MEANT = {
    # Servers have one name there.
    "Swarm": {
        "edge": {"env EDGE_UPSTREAMS"},
        "metrics": {"env SERVER_TARGETS"},
    },
    "Kubernetes": {
        "server": {
            "env ALLOWED_HOSTS",  # of the Ingress
            "env LOG_FORMAT",  # the platform reads standard output
            "env SERVER_IMAGE",  # names the Job
            "env SYSLOG_HOST",
            "env TRUSTED_PROXIES",  # of the Ingress
            "limit pids",  # the kubelet's
            "secret postgres-authority",  # a Secret of its own
            "sysctl net.unix.max_dgram_qlen",  # the kubelet would have to allow it
            "tmpfs /tmp",  # has a limit
        },
        "migrate": {
            "env ALLOWED_HOSTS",
            "env SERVER_IMAGE",
            "limit pids",
            "secret postgres-authority",
            "tmpfs /tmp",
        },
        # It is for trying: it has the sample's rows, no clients and no exporter.
        "db": {
            "env POSTGRES_INIT",
            "env POSTGRES_METRICS_PASSWORD_FILE",
            "limit pids",
            "secret postgres-metrics-password",
            "tmpfs /tmp",
        },
        "backup": {
            "env BACKUP_ELSEWHERE_SECRET*",  # optional, which a file cannot be
            "env POSTGRES_SSL*",
            "limit pids",
            "secret backup-elsewhere",
            "secret postgres-authority",
            "tmpfs /tmp",
            "volume /var/lib/postgresql",  # a restore is a Job
        },
    },
}
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}

Settings = dict[str, object]


def bytes_of(text: object) -> int:
    found = re.fullmatch(r"(\d+)([kmg]?)(?:i|b)?", str(text).lower())
    if not found:
        raise ValueError(f"{text} is no size.")
    return int(found[1]) * UNITS[found[2]]


def value(text: object) -> str:
    """A value without the variables of .env: their defaults, or else their names."""

    def known(found: re.Match[str]) -> str:
        return found[1] if found[2] is None else found[2]

    return re.sub(r"\$\{(\w+)(?::?-([^}]*)|:\?[^}]*)?\}", known, str(text))


def image(text: str) -> str:
    """The name of an image without registry and tag."""
    return re.sub(r"\$\{[^}]*\}", "", text).split("/")[-1].split(":")[0]


def mounted(service: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Volumes of a service of Compose or Swarm, and each tmpfs with its size."""
    for text in service.get("tmpfs", []):
        path, _, options = text.partition(":")
        size = re.search(r"size=(\w+)", options)
        yield f"tmpfs {path}", bytes_of(size[1]) if size else 0
    if "shm_size" in service:
        yield "tmpfs /dev/shm", bytes_of(service["shm_size"])
    for volume in service.get("volumes", []):
        if isinstance(volume, str):
            yield f"volume {volume.split(':')[1]}", True
        else:
            yield f"tmpfs {volume['target']}", volume.get("tmpfs", {}).get("size", 0)


def of_compose(service: dict[str, Any]) -> Settings:
    """The settings of a service of Compose or Swarm."""
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    pids = service.get("pids_limit", limits.get("pids"))
    environment = service.get("environment", {})
    return {
        "image": image(service["image"]),
        "arguments": service.get("command", []),
        "seconds to stop": service.get("stop_grace_period", "10s").removesuffix("s"),
        "read-only": service.get("read_only", False),
        "dropped": service.get("cap_drop", []),
        "limit memory": bytes_of(service.get("mem_limit", limits.get("memory", 0))),
        **({"limit pids": pids} if pids else {}),
        **{f"env {name}": value(text) for name, text in environment.items()},
        **{f"secret {name}": True for name in service.get("secrets", [])},
        **{f"sysctl {name}": text for name, text in service.get("sysctls", {}).items()},
        **dict(mounted(service)),
    }


def volumes_of(pod: dict[str, Any], claims: set[str]) -> Iterator[tuple[str, object]]:
    """What the container of a pod mounts."""
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for mount in pod["containers"][0]["volumeMounts"]:
        volume, path = volumes.get(mount["name"], {}), mount["mountPath"]
        if "emptyDir" in volume:
            yield f"tmpfs {path}", bytes_of(volume["emptyDir"].get("sizeLimit", 0))
        elif path == "/run/secrets":
            for item in volume["secret"]["items"]:
                yield f"secret {item['path']}", True
        elif mount["name"] in claims:
            yield f"volume {path}", True


def environment_of(container: dict[str, Any], objects: Objects) -> dict[str, str]:
    """The variables of a container, also those of the ConfigMaps that it names."""
    found = {
        entry["name"]: entry.get("value", "of a Secret")
        for entry in container.get("env", [])
    }
    for source in container.get("envFrom", []):
        found |= objects["ConfigMap", source["configMapRef"]["name"]]["data"]
    return found


def of_kubernetes(found: dict[str, Any], objects: Objects) -> Settings:
    """The settings of a Deployment, a Job or a StatefulSet."""
    pod = found["spec"]["template"]["spec"]
    container = pod["containers"][0]
    security = container["securityContext"]
    templates = found["spec"].get("volumeClaimTemplates", [])
    claims = {claim["metadata"]["name"] for claim in templates}
    claims |= {one["name"] for one in pod["volumes"] if "persistentVolumeClaim" in one}
    grace = pod.get("terminationGracePeriodSeconds")
    environment = environment_of(container, objects)
    return {
        "image": image(container["image"]),
        "arguments": container.get("args", []),
        "seconds to stop": str(grace or 10),  # a Job's is Kubernetes's own
        "read-only": security["readOnlyRootFilesystem"],
        "dropped": security["capabilities"]["drop"],
        "limit memory": bytes_of(container["resources"]["limits"]["memory"]),
        **{f"env {name}": text for name, text in environment.items()},
        **dict(volumes_of(pod, claims)),
    }


def differences(
    deployment: str,
    service: str,
    compose: Settings,
    other: Settings,
) -> Iterator[str]:
    """What MEANT does not name, and what it names in vain."""
    meant = MEANT[deployment].get(service, set())
    names = sorted(compose.keys() | other.keys())
    for name in names:
        one, two = compose.get(name, "not set"), other.get(name, "not set")
        if one != two and not any(is_named(name, pattern) for pattern in meant):
            yield f"{name} is {one} with Compose, and {two} with {deployment}"
    for pattern in sorted(meant):
        named = [name for name in names if is_named(name, pattern)]
        if all(compose.get(name) == other.get(name) for name in named):
            yield f"MEANT names {pattern}, in which {deployment} does not differ"


def is_named(name: str, pattern: str) -> bool:
    return name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1]))


def unread(settings: Settings) -> set[str]:
    """Secrets that are mounted or named by a variable, but not both."""
    texts = [str(text) for name, text in settings.items() if name.startswith("env ")]
    folder = "/run/secrets/"
    read = {text.removeprefix(folder) for text in texts if text.startswith(folder)}
    mounts = {name for name in settings if name.startswith("secret ")}
    return read ^ {name.removeprefix("secret ") for name in mounts}


def killed(services: dict[str, Any]) -> Iterator[str]:
    """Jobs that Swarm would end, as the image's health check fails while they work."""
    for name, service in services.items():
        is_job = service.get("deploy", {}).get("mode") == "replicated-job"
        if is_job and not service.get("healthcheck", {}).get("disable"):
            yield name
