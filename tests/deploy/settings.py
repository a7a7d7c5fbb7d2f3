"""Hold what deploy/ has for Docker Compose, for Swarm and for Kubernetes against each other.

    deployments.py COMPOSE STACK RENDERED

RENDERED has the objects of an overlay as kustomize renders them. Exit status 1 and a line for each
difference that MEANT does not name, for each that it names in vain, and for each name that leads
nowhere.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

# By deployment, the services and the settings in which it means to differ from Compose. A name
# that ends with * stands for all that begin so.
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
            "env SYSLOG_HOST",
            "env TRUSTED_PROXIES",  # of the Ingress
            "limit pids",  # the kubelet's
            "secret postgres-authority",  # a Secret of its own
            "sysctl net.unix.max_dgram_qlen",  # the kubelet would have to allow it
            "tmpfs /tmp",  # has a limit
        },
        "migrate": {
            "env ALLOWED_HOSTS",
            "limit pids",
            "secret postgres-authority",
            "tmpfs /tmp",
        },
        # It is for trying: it has the sample's rows, no clients and no exporter.
        "db": {
            "env PGSSL*",
            "env POSTGRES_HOST",
            "env POSTGRES_INIT",
            "env POSTGRES_METRICS_PASSWORD_FILE",
            "limit pids",
            "secret postgres-authority",
            "secret postgres-metrics-password",
            "tmpfs /tmp",
        },
        "backup": {
            "env POSTGRES_SSL*",
            "limit pids",
            "secret postgres-authority",
            "tmpfs /tmp",
            "volume /var/lib/postgresql",  # a restore is a Job
        },
    },
}
PROBES = ("startup", "readiness", "liveness")
# What Kubernetes runs.
RUN = {"server", "migrate", "db", "backup"}
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}

Settings = dict[str, object]
Objects = dict[tuple[str, str], Any]


def bytes_of(text: object) -> int:
    found = re.fullmatch(r"(\d+)([kmg]?)(?:i|b)?", str(text).lower())
    if not found:
        raise ValueError(f"{text} is no size.")
    return int(found[1]) * UNITS[found[2]]


def value(text: object) -> str:
    """A value without the variables of .env: their defaults, or else their names."""
    variable = r"\$\{(\w+)(?::?-([^}]*)|:\?[^}]*)?\}"
    return re.sub(variable, lambda found: found[1] if found[2] is None else found[2], str(text))


def image(text: str) -> str:
    """The name of an image without registry and tag."""
    return re.sub(r"\$\{[^}]*\}", "", text).split("/")[-1].split(":")[0]


def mounted(service: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """What a service of Compose or Swarm mounts: each tmpfs with its size, and volumes."""
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
    return {
        "image": image(service["image"]),
        "arguments": service.get("command", []),
        "seconds to stop": service.get("stop_grace_period", "10s").removesuffix("s"),
        "read-only": service.get("read_only", False),
        "dropped": service.get("cap_drop", []),
        "limit memory": bytes_of(service.get("mem_limit", limits.get("memory", 0))),
        **({"limit pids": pids} if pids else {}),
        **{f"env {name}": value(text) for name, text in service.get("environment", {}).items()},
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


def of_kubernetes(found: dict[str, Any], objects: Objects) -> Settings:
    """The settings of a Deployment, a Job or a StatefulSet."""
    pod = found["spec"]["template"]["spec"]
    container = pod["containers"][0]
    environment = {entry["name"]: entry["value"] for entry in container.get("env", [])}
    for source in container.get("envFrom", []):
        environment |= objects["ConfigMap", source["configMapRef"]["name"]]["data"]
    claims = {claim["metadata"]["name"] for claim in found["spec"].get("volumeClaimTemplates", [])}
    claims |= {one["name"] for one in pod["volumes"] if "persistentVolumeClaim" in one}
    grace = pod.get("terminationGracePeriodSeconds")
    return {
        "image": image(container["image"]),
        "arguments": container.get("args", []),
        "seconds to stop": str(grace or 10),  # a Job's is Kubernetes's own
        "read-only": container["securityContext"]["readOnlyRootFilesystem"],
        "dropped": container["securityContext"]["capabilities"]["drop"],
        "limit memory": bytes_of(container["resources"]["limits"]["memory"]),
        **{f"env {name}": text for name, text in environment.items()},
        **dict(volumes_of(pod, claims)),
    }


def differences(deployment: str, service: str, compose: Settings, other: Settings) -> Iterator[str]:
    meant = MEANT[deployment].get(service, set())
    for name in sorted(compose.keys() | other.keys()):
        one, two = compose.get(name, "not set"), other.get(name, "not set")
        if one != two and not any(is_named(name, pattern) for pattern in meant):
            yield f"{service}: {name} is {one} with Compose, and {two} with {deployment}"
    for pattern in sorted(meant):
        named = [name for name in compose.keys() | other.keys() if is_named(name, pattern)]
        if all(compose.get(name) == other.get(name) for name in named):
            yield f"{service}: MEANT names {pattern}, in which {deployment} does not differ"


def is_named(name: str, pattern: str) -> bool:
    return name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1]))


def workloads(objects: Objects) -> dict[str, Any]:
    kinds = ("Deployment", "Job", "StatefulSet")
    return {name: found for (kind, name), found in objects.items() if kind in kinds}


def dangling(objects: Objects, ports: set[int]) -> Iterator[str]:
    """Names in Kubernetes's objects that lead nowhere, and ports that are not the server's."""
    server = objects["Deployment", "server"]["spec"]["template"]
    container = server["spec"]["containers"][0]
    named = {port["name"]: port["containerPort"] for port in container["ports"]}
    service = objects["Service", "server"]
    offered = {port["name"]: port["port"] for port in service["spec"]["ports"]}
    if set(named.values()) != ports or offered != named:
        yield f"the ports are {named} and {offered}, and with Compose {sorted(ports)}"
    targets = [port["targetPort"] for port in service["spec"]["ports"]]
    probes = [container[f"{probe}Probe"]["httpGet"]["port"] for probe in PROBES]
    monitored = [end["port"] for end in objects["ServiceMonitor", "server"]["spec"]["endpoints"]]
    backends = [
        path["backend"]["service"]["port"]["name"]
        for rule in objects["Ingress", "server"]["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]
    for port in targets + probes + monitored + backends:
        if port not in named:
            yield f"the server has no port {port}"
    selectors = {
        "Service": service["spec"]["selector"],
        "Deployment": objects["Deployment", "server"]["spec"]["selector"]["matchLabels"],
        "PodDisruptionBudget": objects["PodDisruptionBudget", "server"]["spec"]["selector"][
            "matchLabels"
        ],
        "topologySpreadConstraints": server["spec"]["topologySpreadConstraints"][0][
            "labelSelector"
        ]["matchLabels"],
        "ServiceMonitor": objects["ServiceMonitor", "server"]["spec"]["selector"]["matchLabels"],
    }
    labels = server["metadata"]["labels"]
    for kind, selector in selectors.items():
        wanted = service["metadata"]["labels"] if kind == "ServiceMonitor" else labels
        if not selector.items() <= wanted.items():
            yield f"the selector of {kind} finds no server"


def unread(service: str, settings: Settings) -> Iterator[str]:
    """Secrets that are mounted and not named by a variable, and the other way round."""
    texts = [str(text) for name, text in settings.items() if name.startswith("env ")]
    folder = "/run/secrets/"
    read = {text.removeprefix(folder) for text in texts if text.startswith(folder)}
    secrets = {name.removeprefix("secret ") for name in settings if name.startswith("secret ")}
    for name in sorted(read ^ secrets):
        yield f"{service}: the secret {name} is mounted or named by a variable, but not both"


def ports_of(services: dict[str, Any], metrics: dict[str, Any]) -> set[int]:
    """The ports at which others find the server."""
    targets = [services["edge"]["environment"]["EDGE_UPSTREAMS"], metrics["SERVER_TARGETS"]]
    return {int(target.rsplit(":", 1)[1]) for target in targets}


def killed(services: dict[str, Any]) -> Iterator[str]:
    """The jobs that Swarm would end, as the image's health check fails while they work."""
    for name, service in services.items():
        is_job = service.get("deploy", {}).get("mode") == "replicated-job"
        if is_job and not service.get("healthcheck", {}).get("disable"):
            yield f"Swarm would kill {name}, a job that has a health check"


def faults(compose: Any, stack: Any, objects: Objects) -> Iterator[str]:
    services = {name: of_compose(service) for name, service in compose["services"].items()}
    if services.pop("server-2") != services["server-1"]:
        yield "server-1 and server-2 differ"
    services["server"] = services.pop("server-1")
    swarm = {name: of_compose(service) for name, service in stack["services"].items()}
    for name in sorted((services.keys() ^ swarm.keys()) - {"metrics-graph"}):
        yield f"{name} is with Compose or with Swarm, but not with both"
    for name in sorted(services.keys() & swarm.keys()):
        yield from differences("Swarm", name, services[name], swarm[name])
    yield from killed(stack["services"])
    run = workloads(objects)
    for name in sorted(run.keys() ^ RUN):
        yield f"{name} is with Kubernetes or in RUN, but not in both"
    for name in sorted(run.keys() & RUN):
        settings = of_kubernetes(run[name], objects)
        yield from differences("Kubernetes", name, services[name], settings)
        yield from unread(name, settings)
    ports = ports_of(compose["services"], stack["services"]["metrics"]["environment"])
    yield from dangling(objects, ports)


def main() -> int:
    compose, stack, rendered = map(Path, sys.argv[1:])
    objects = {
        (found["kind"], found["metadata"]["name"]): found
        for found in yaml.safe_load_all(rendered.read_text())
    }
    found = [
        *faults(yaml.safe_load(compose.read_text()), yaml.safe_load(stack.read_text()), objects)
    ]
    print("\n".join(found) or "the deployments agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
