# A release on Swarm, a part of the test's script.
# ruff: noqa: F821 (the test driver and vm.nix define the rest)
# mypy: disable-error-code="name-defined,no-any-return"


def make_swarm() -> None:
    """The service on a swarm of one node, with the images there under two tags."""
    images = machine.succeed(
        "docker image ls --format '{{.Repository}}' | sort --unique"
    ).split()
    machine.succeed(
        "docker swarm init --advertise-addr 127.0.0.1",
        "docker node update --label-add data=true $(docker node ls --quiet)",
        *(
            f"docker tag {name}:latest local/{name}:{tag}"
            for name in images
            for tag in (1, 2)
        ),
        "mkdir /root/project/deploy",
        f"cp {deploy}/stack.* /root/project/deploy/",
        f"cp {stack_own} /root/project/stack.own.yaml",
    )
    variables = (
        "EDGE_NAMES=localhost",
        "EDGE_OWN_AUTHORITY=true",
        "IMAGE_PREFIX=local/",
        "IMAGE_TAG=1",
        "SERVER_REPLICAS=1",
        "UWSGI_PROCESSES=1",
    )
    machine.succeed(f"printf '%s\\n' {' '.join(variables)} >/root/project/.env")
    for step in ("secrets", "init", "deploy"):
        command = f"cd /root/project && deploy/stack.sh {step} | tail -n 3"
        print(machine.succeed(command, timeout=900))


def release_on_swarm() -> None:
    """Another tag of the server under requests, none of which fails."""
    authority = "/var/lib/edge/pki/authorities/local/root.crt"
    machine.wait_until_succeeds(
        f"docker cp $(docker ps --quiet --filter name={service}_edge):{authority} "
        "/root/project/root.crt",
        timeout=180,
    )
    print(
        machine.succeed(
            f"cd /root/project && {releases} https://localhost --authority root.crt "
            "--path /item/ --rounds 1 --clients 4 --rate 4 --release "
            "'sed -i s/^IMAGE_TAG=.*/IMAGE_TAG=2/ .env && deploy/stack.sh release'",
            timeout=900,
        )
    )
    assert machine.succeed(
        "docker service inspect --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}' "
        f"{service}_server"
    ).endswith(":2\n")
