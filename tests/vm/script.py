# The test's script: the test driver runs it, with what vm.nix writes above it.
# ruff: noqa: F821 (the test driver and vm.nix define the rest)
# mypy: disable-error-code="name-defined,no-any-return"
import json
import shlex
import urllib.parse

STATES = (
    "docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "
    "$(docker ps --all --quiet)"
)
# Seconds until every container is healthy, without KVM and on a busy processor.
START = 900
# Asked each five seconds: without KVM, an answer takes one of the processor's.
HEALTHY = f'test "$({STATES} | sort -u)" = "running healthy" || ! sleep 4'


def compose(arguments: str, variables: str = "") -> str:
    return machine.succeed(
        f"cd /root/project && {variables} docker compose --progress quiet {arguments}"
    )


def inspect(template: str) -> list[str]:
    """A line for each container of the cluster."""
    return machine.succeed(
        f"docker inspect --format '{template}' $(docker ps --all --quiet)"
    ).splitlines()


def get(url: str, headers: str = "") -> str:
    return machine.wait_until_succeeds(f"{wget} {headers} '{url}'", timeout=180)


def query(expression: str) -> str:
    """A command that succeeds when the cluster's Prometheus has an answer."""
    url = f"http://localhost:9090/api/v1/query?query={urllib.parse.quote(expression)}"
    return f"""{wget} '{url}' | grep '"result":\\[{{'"""


def scraped(count: int, health: str = "") -> str:
    """A command that succeeds when Prometheus scrapes that many servers of that health.

    A query would count those of the last five minutes, too, after Prometheus's restart.
    """
    url = "http://localhost:9090/api/v1/targets?state=active"
    servers = (
        f"{wget} '{url}' | "
        """sed 's/"discoveredLabels"/\\n/g' | grep '"scrapePool":"server"'"""
    )
    return f"""test "$({servers} | grep -c '"health":"{health}')" = {count}"""


def restart(services: str, allowed: set[str]) -> None:
    """Restart services under requests: statuses are the allowed ones, and then 200."""
    machine.succeed(
        "rm -f /tmp/begun /tmp/stop; "
        f"{traffic} {server}/item/ /tmp >/tmp/statuses 2>/tmp/traffic.log &"
    )
    machine.wait_until_succeeds("test -e /tmp/begun", timeout=180)
    compose(f"restart {services}")
    machine.wait_until_succeeds(HEALTHY, timeout=START)
    machine.succeed("touch /tmp/stop")
    machine.wait_until_succeeds("test -s /tmp/statuses", timeout=180)
    statuses = json.loads(machine.succeed("cat /tmp/statuses"))
    print(f"while {services} restarted: {statuses}")
    assert set(statuses) <= allowed, statuses
    assert statuses["200"], statuses
    get(f"{server}/item/")


def replace_secret(
    name: str, command: str = "head -c 48 /dev/urandom | base64 --wrap=0"
) -> tuple[str, str]:
    """Replace a file of .secrets by what a command prints; its old and new content."""
    file = f"/root/project/.secrets/{name}"
    before = machine.succeed(f"cat {file}")
    machine.succeed(f"{command} >/tmp/new && install -m 0444 /tmp/new {file}")
    return before, machine.succeed(f"cat {file}")


def changed(role: str, before: str, after: str) -> str:
    """A command that succeeds when only the second password lets the role in."""

    def login(password: str) -> str:
        psql = f"psql --host 127.0.0.1 --username {role} --command '' {database}"
        return f"docker exec --env PGPASSWORD='{password}' {service}-db-1 {psql}"

    return f"{login(after)} && ! {login(before)}"


def change_password(role: str, name: str) -> str:
    """Let PostgreSQL know first, as docs/production.md does: db needs no restart."""
    before, after = replace_secret(name)
    machine.succeed(
        f"printf '%s\\n' '{after}' '{after}' | "
        f"docker exec --interactive {service}-db-1 "
        f"psql --username postgres --host /tmp --command '\\password {role}'"
    )
    return changed(role, before, after)


def post(text: str) -> dict[str, object]:
    """A new item, once the server has acknowledged it."""
    body = shlex.quote(json.dumps({"text": text}))
    header = "--header 'Content-Type: application/json'"
    item: dict[str, object] = json.loads(
        machine.succeed(f"{wget} {header} --post-data {body} {server}/item/")
    )
    return item


server = "http://localhost:8080"


def image_id(image: str) -> str:
    identifier: str = machine.succeed(
        f"docker image inspect --format '{{{{.Id}}}}' {service}-{image}"
    ).strip()
    return identifier


def check() -> None:
    with subtest("the images are loaded"):
        machine.succeed("mkdir -p /root/project")
        for name, file in compose_files.items():
            machine.succeed(f"cp {file} /root/project/{name}")
        machine.succeed(
            "cd /root/project && load && echo UWSGI_PROCESSES=2 >>.env", timeout=900
        )

    with subtest("a second load transfers nothing"):
        assert "loading" not in machine.succeed("cd /root/project && load")

    with subtest("load names an image by its version, too"):
        assert image_id(f"log:{version}") == image_id("log:latest")

    with subtest("load goes back to the images before, and forth"):
        assert "no images before" in machine.fail("back 2>&1")
        repositories = machine.succeed(
            "docker image ls --format '{{.Repository}}' | sort --unique"
        ).split()
        machine.succeed(
            "; ".join(
                f"docker tag {name}:latest {name}:previous" for name in repositories
            )
        )
        machine.succeed(
            f"docker tag {service}-db-metrics:latest {service}-log:previous"
        )
        new, old = image_id("log:latest"), image_id("db-metrics:latest")
        machine.succeed("back")
        assert (image_id("log:latest"), image_id("log:previous")) == (old, old)
        machine.succeed("cd /root/project && load")
        assert (image_id("log:latest"), image_id("log:previous")) == (new, old)

    with subtest("every service becomes healthy"):
        # Not `up --wait`, which gives up on the first service that is slow to start.
        machine.wait_until_succeeds(
            "cd /root/project && docker compose --progress quiet up --detach",
            timeout=600,
        )
        machine.wait_until_succeeds(HEALTHY, timeout=START)
        machine.wait_for_open_port(8080)
        assert json.loads(get(f"{server}/healthcheck/"))["status"] == "ok"

    with subtest("an image that never served does not become `previous`"):
        machine.succeed(f"docker tag {service}-alerts:latest {service}-log:latest")
        machine.succeed("cd /root/project && load")
        assert (image_id("log:latest"), image_id("log:previous")) == (new, old)

    with subtest(
        "a container tells its version, whatever the tag that it was made from"
    ):
        assert set(
            inspect('{{index .Config.Labels "org.opencontainers.image.version"}}')
        ) == {version}
        compose("up --detach --no-deps log", f"IMAGE_TAG={version}")
        assert version in compose("images log").split()
        compose("up --detach --no-deps log")
        machine.wait_until_succeeds(HEALTHY, timeout=START)

    with subtest("containers are unprivileged and read-only"):
        assert set(inspect("{{.Config.User}}")) == {"65532:65532", "70:70"}
        facts = (
            "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} "
            "{{.HostConfig.SecurityOpt}}"
        )
        assert set(inspect(facts)) == {"true [ALL] [no-new-privileges:true]"}
        for command, outcome in (
            ("touch /tmp/file", machine.succeed),
            ("touch /file", machine.fail),
        ):
            outcome(f"docker exec --user 0 {service}-log-1 {command}")

    with subtest("a request is found in the log"):
        get(f"{server}/item/?limit=1", "--header 'X-Request-ID: from-the-vm'")
        machine.wait_until_succeeds(
            f"docker exec {service}-log-1 find-requests from-the-vm "
            "| grep 'nginx info .from-the-vm. .*GET /item/. 200'",
            timeout=180,
        )

    with subtest(
        "Prometheus scrapes the server, the database and the log, "
        "with the memory that they may have, and the processor's time"
    ):
        for job in ("server", "db-metrics", "log"):
            machine.wait_until_succeeds(query(f'up{{job="{job}"}}==1'), timeout=180)
        machine.wait_until_succeeds(query("pg_up==1"), timeout=180)
        for job in ("server", "log"):
            ratio = (
                f'service_memory_bytes{{job="{job}"}}/service_memory_limit_bytes<0.9'
            )
            machine.wait_until_succeeds(query(ratio), timeout=180)
            machine.wait_until_succeeds(
                query(f'service_cpu_seconds_total{{job="{job}"}}>0'), timeout=180
            )
        for job in ("db-metrics", "metrics"):
            machine.wait_until_succeeds(
                query(f'go_gc_gomemlimit_bytes{{job="{job}"}}<1e9'), timeout=180
            )

    with subtest("the system tests pass"):
        # A health check that was late on a busy processor would refuse the run.
        machine.wait_until_succeeds(HEALTHY, timeout=START)
        tests = "run --rm --no-deps -e SYSTEM_TEST_TIMEOUT=60 system-test -q"
        print(compose(tests))

    if grafana:
        with subtest("Grafana has the dashboards"):
            password = machine.succeed(
                "cat /root/project/.secrets/grafana-admin-password"
            )
            api = (
                f"http://admin:{urllib.parse.quote(password.strip(), safe='')}"
                "@localhost:3000/api"
            )
            assert {
                found["uid"] for found in json.loads(get(f"{api}/search?type=dash-db"))
            } == {
                "service",
                "database",
            }
            assert (
                json.loads(get(f"{api}/datasources/uid/prometheus/health"))["status"]
                == "OK"
            )

    with subtest("the database restarts under requests, with the owner's new password"):
        owner_changed = changed(database, *replace_secret("postgres-password"))
        restart("db", {"200", "503"})
        machine.succeed(owner_changed)

    with subtest("the server restarts under requests, with new secrets"):
        passwords_changed = [
            change_password(f"{database}_serve", "postgres-serve-password"),
            change_password("metrics", "postgres-metrics-password"),
        ]
        machine.succeed(*passwords_changed)
        replace_secret(
            "django-secret-key-fallbacks",
            "cat /root/project/.secrets/django-secret-key",
        )
        replace_secret("django-secret-key")
        restart("server db-metrics", {"200", "502", "503", "504", "none"})
        exported = (
            f"docker exec {service}-log-1 wget -q -O - http://db-metrics:9187/metrics"
        )
        machine.wait_until_succeeds(f"{exported} | grep -x 'pg_up 1'", timeout=180)

    with subtest("the owner migrates with the new password"):
        assert "No migrations to apply" in compose("run --rm --no-deps migrate")

    with subtest(
        "everything comes back when the Docker daemon was killed, "
        "and the database with it"
    ):
        replace_secret("django-secret-key-fallbacks")
        item = post("before the daemon was killed")
        machine.succeed(
            "kill -KILL $(cat /run/docker.pid) "
            f"$(docker inspect --format '{{{{.State.Pid}}}}' {service}-db-1)"
        )
        machine.wait_until_succeeds(HEALTHY, timeout=START)
        assert json.loads(get(str(item["href"]))) == item

    with subtest("what came back has the new passwords"):
        machine.succeed(owner_changed, *passwords_changed)

    with subtest("a second replica is found, and forgotten when it goes"):
        compose("up --detach --scale server=2", "SERVER_PORT=8080-8081")
        machine.wait_until_succeeds(scraped(2, "up"), timeout=600)
        compose("up --detach --scale server=1", "SERVER_PORT=8080-8081")
        machine.wait_until_succeeds(scraped(1), timeout=600)

    with subtest("everything stops cleanly"):
        compose("stop")
        assert set(inspect("{{.State.ExitCode}}")) == {"0"}, inspect(
            "{{.Name}} {{.State.ExitCode}}"
        )

    with subtest("everything is removed, dev-server and the data, too"):
        compose("create dev-server")
        compose("--profile '*' down --volumes --remove-orphans")
        for remains in (
            "ps --all",
            "volume ls",
            "network ls --filter label=com.docker.compose.project",
        ):
            assert not machine.succeed(f"docker {remains} --quiet")

    with subtest("Swarm has the service, on a database that it made"):
        make_swarm()

    with subtest("a release on Swarm fails no request"):
        release_on_swarm()

    with subtest("the machine stops"):
        machine.shutdown()


with subtest("the machine has Docker"):
    machine.start()
    machine.wait_until_succeeds("docker info", timeout=START)

try:
    check()
except Exception:
    state = (
        "docker inspect --format '== {{.Name}} {{.State}}' $c && "
        "docker logs --tail 40 $c 2>&1"
    )
    print(machine.execute(f"for c in $(docker ps --all --quiet); do {state}; done")[1])
    targets = f"{wget} http://localhost:9090/api/v1/targets?state=active"
    print(machine.execute(f"{targets}; docker exec {service}-log-1 nslookup server")[1])
    raise
