"""Start a test's machine and run its script: what nix/ uses of NixOS's test driver.

    nixos-test-driver MACHINE.json SCRIPT [--interactive] [-o DIRECTORY]

The machine's console is printed, each line after `machine #`. Methods and their
meanings are those of NixOS's driver, and so is the shell that runs the commands: the
guest's init opens it on a line of its own, which is a socket here.
Source: nixos/lib/test-driver in nixpkgs.
"""

import argparse
import base64
import code
import contextlib
import io
import json
import os
import secrets
import select
import shlex
import shutil
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GREETING = b"Spawning backdoor root shell"
KVM_PATIENCE = 30  # seconds, for a kernel without a root
SHARED = "/dev/shm"  # noqa: S108


def say(text: str) -> None:
    print(text, flush=True)


class Ended(Exception):  # noqa: N818
    """The machine ended, or did not start."""


class RequestedAssertionFailed(AssertionError):  # noqa: N818 (NixOS's name)
    """A command did not end as the script wants; the name is NixOS's."""


@contextlib.contextmanager
def subtest(name: str) -> Iterator[None]:
    """Name a part of the script in the log, with its time when it is done."""
    say(f"subtest: {name}")
    begin = time.monotonic()
    yield
    say(f"(finished: subtest: {name}, in {time.monotonic() - begin:.2f} seconds)")


class Process:
    """A machine's process, its console and the shell in it."""

    def __init__(
        self, shell: socket.socket, command: list[str], **options: Any
    ) -> None:
        self.buffer = b""
        self.socket = shell
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **options,
        )
        threading.Thread(target=self.print_console, daemon=True).start()

    def print_console(self) -> None:
        assert self.process.stdout  # noqa: S101
        for line in self.process.stdout:
            say(f"machine # {line.decode(errors='replace').rstrip()}")

    def line(self, seconds: float) -> bytes:
        """The next line from the shell.

        Raises:
            Ended: the machine did.
            TimeoutError: none came in time.
        """
        deadline = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            if not select.select(
                [self.socket], [], [], max(0, deadline - time.monotonic())
            )[0]:
                raise TimeoutError
            received = self.socket.recv(65536)
            if not received:
                raise Ended
            self.buffer += received
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r")

    def wait_for_shell(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while GREETING not in self.line(deadline - time.monotonic()):
            pass

    def run(self, command: str, seconds: int) -> tuple[int, bytes]:
        """Exit status (124 when time was up) and standard output."""
        quoted = shlex.quote(f"set -euo pipefail; {command}")
        self.socket.sendall(
            f"(timeout {seconds} bash -c {quoted}) </dev/null | "
            "(base64 -w 0; echo)\n".encode()
        )
        output = base64.b64decode(self.line(seconds + 30))
        self.socket.sendall(b"echo ${PIPESTATUS[0]}\n")
        return int(self.line(30)), output

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def qemu(configuration: dict[str, Any], line: list[str], devices: str) -> list[str]:
    """The command for a virtual machine, with KVM."""
    package, initrd = configuration["qemu"], configuration["initrd"]["qemu"]
    words = f"""
        {package}/bin/qemu-system-x86_64
        -L {package}/share/qemu -L {package}/share/seabios
        -nodefaults -no-user-config -display none -no-reboot
        -M q35 -accel kvm -cpu host
        -smp {configuration["cores"]} -m {configuration["memory"]}
        -kernel {initrd}/vmlinuz
        -chardev stdio,id=console,signal=off -serial chardev:console
    """
    words += devices
    return [*words.split(), "-append", " ".join(["console=ttyS0", "panic=-1", *line])]


def kvm_works(configuration: dict[str, Any]) -> bool:
    """Whether a kernel starts, and misses its root; /dev/kvm alone tells nothing."""
    if not os.access("/dev/kvm", os.W_OK):
        return False
    with subprocess.Popen(
        qemu(configuration, [], ""),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as guest:
        assert guest.stdout  # noqa: S101
        patience = threading.Timer(KVM_PATIENCE, guest.kill)
        patience.start()
        if any(b"KVM internal error" in line for line in guest.stdout):
            guest.kill()  # which would wait
        patience.cancel()
    return guest.returncode == 0


def for_init(configuration: dict[str, Any], store: str, shell: str) -> list[str]:
    """What no kernel knows of its command line, and so hands to the guest's init."""
    own = {"disk": configuration["disk"], "system": configuration["system"]}
    own |= {"store": store, "shell": shell}
    return ["loglevel=4", *(f"{name}={value}" for name, value in own.items())]


def start_qemu(configuration: dict[str, Any], directory: Path) -> Process:
    """A virtual machine, whose store is a disk."""
    ours, its = socket.socketpair()
    devices = f"""
        -initrd {configuration["initrd"]["qemu"]}/initrd
        -drive if=none,id=store,file={directory}/store,format=raw,readonly=on
        -device virtio-blk-pci,drive=store -device virtio-serial-pci
        -chardev socket,id=shell,fd={its.fileno()} -device virtconsole,chardev=shell
    """
    line = for_init(configuration, "/dev/vda", "hvc0")
    line += ["mitigations=off", "random.trust_cpu=on", "apparmor=0"]
    with its:
        return Process(
            ours, qemu(configuration, line, devices), pass_fds=[its.fileno()]
        )


def uml(configuration: dict[str, Any], directory: Path, shell: int) -> list[str]:
    """The command for Linux as a process, whose store is the host's."""
    return [
        f"{configuration['uml']}/bin/linux.uml",
        f"initrd={configuration['initrd']['uml']}/initrd",
        f"mem={configuration['memory']}M",
        f"uml_dir={directory}",
        "con=null",
        "con0=null,fd:1",
        f"ssl0=fd:{shell}",
        *for_init(configuration, "hostfs", "ttyS0"),
    ]


def start_uml(configuration: dict[str, Any], directory: Path) -> Process:
    """Linux as a process, whose memory is a file."""
    ours, its = socket.socketpair()
    room = shutil.disk_usage(SHARED).free >> 20 > configuration["memory"]
    with its:
        machine = Process(
            ours,
            uml(configuration, directory, its.fileno()),
            env={
                "LD_PRELOAD": f"{configuration['uml']}/lib/registers.so",
                "TMPDIR": SHARED if room else str(directory),
            },
            pass_fds=[its.fileno()],
            start_new_session=True,  # Ctrl-C is for the prompt
        )
    # Its processes take turns, which is faster on one processor.
    own = secrets.choice(sorted(os.sched_getaffinity(0)))
    os.sched_setaffinity(machine.process.pid, {own})
    return machine


class Machine:
    """What a test script calls `machine`."""

    def __init__(self, configuration: dict[str, Any], output: Path) -> None:
        self._configuration = configuration
        self._output = output
        # In /tmp, because the path of a socket must be short.
        self._directory = Path(tempfile.mkdtemp(prefix="vm-", dir="/tmp"))
        self._process: Process | None = None

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"the Debian set's driver has no {name}; "
            "debian-set/README.md lists what it has"
        )

    def start(self) -> None:
        """Start the machine, unless it runs, and return when its shell answers."""
        if self._process:
            return
        begin = time.monotonic()
        if kvm_works(self._configuration):
            self._make_store()
            self._process = start_qemu(self._configuration, self._directory)
        else:
            say("machine: KVM does not work here; Linux runs as a process")
            self._process = start_uml(self._configuration, self._directory)
        self._process.wait_for_shell(120)
        say(f"machine: started in {time.monotonic() - begin:.1f} seconds")

    def _make_store(self) -> None:
        paths = Path(self._configuration["store"], "store-paths").read_text().split()
        options = [
            "-all-root",
            "-comp",
            "zstd",
            "-Xcompression-level",
            "3",
            "-no-progress",
            "-noappend",
            "-quiet",
        ]
        subprocess.run(
            ["mksquashfs", *paths, self._directory / "store", *options], check=True
        )

    def _run(self, command: str, seconds: int) -> tuple[int, bytes]:
        self.start()
        assert self._process  # noqa: S101
        return self._process.run(command, seconds)

    def execute(
        self,
        command: str,
        check_return: bool = True,
        check_output: bool = True,
        timeout: int | None = 900,
    ) -> tuple[int, str]:
        """Exit status and standard output; -1 and nothing where not wanted."""
        status, output = self._run(command, timeout or 900)
        text = output.decode(errors="replace") if check_output else ""
        return status if check_return else -1, text

    def succeed(self, *commands: str, timeout: int | None = None) -> str:
        """Run the commands; their standard output.

        Raises:
            RequestedAssertionFailed: one failed.
        """
        return self._judge(
            commands, timeout, lambda status: status == 0, "must succeed"
        )

    def fail(self, *commands: str, timeout: int | None = None) -> str:
        """Run the commands; their standard output.

        Raises:
            RequestedAssertionFailed: one succeeded.
        """
        return self._judge(commands, timeout, lambda status: status != 0, "must fail")

    def _judge(
        self, commands: tuple[str, ...], timeout: int | None, good: Any, word: str
    ) -> str:
        outputs = ""
        for command in commands:
            say(f"machine: {word}: {command}")
            begin = time.monotonic()
            status, output = self.execute(command, timeout=timeout)
            say(
                f"(finished: {word}: {command}, "
                f"in {time.monotonic() - begin:.2f} seconds)"
            )
            if not good(status):
                say(f"output: {output}")
                raise RequestedAssertionFailed(
                    f"command `{command}` {word} (exit code {status})"
                )
            outputs += output
        return outputs

    def wait_until_succeeds(self, command: str, timeout: int = 900) -> str:
        """Run the command every second until it succeeds; its standard output.

        Raises:
            RequestedAssertionFailed: it did not in time.
        """
        say(f"machine: waiting for success: {command}")
        deadline = time.monotonic() + timeout
        while True:
            status, output = self.execute(command, timeout=timeout)
            if status == 0:
                return output
            if time.monotonic() > deadline:
                say(f"output: {output}")
                raise RequestedAssertionFailed(
                    f"command `{command}` did not succeed within {timeout} seconds"
                )
            time.sleep(1)

    def wait_for_open_port(
        self, port: int, addr: str = "localhost", timeout: int = 900
    ) -> None:
        """Return once something accepts connections there."""
        self.wait_until_succeeds(
            f"exec 3<>/dev/tcp/{shlex.quote(addr)}/{port}", timeout
        )

    def copy_from_machine(self, source: str, target_dir: str = "") -> None:
        """Copy a machine's file or directory to target_dir in the output directory."""
        path = Path(source)
        status, archive = self._run(
            f"tar -C {shlex.quote(str(path.parent))} -c {shlex.quote(path.name)}", 900
        )
        if status:
            raise RequestedAssertionFailed(f"{source} could not be read")
        with tarfile.open(fileobj=io.BytesIO(archive)) as content:
            content.extractall(self._output / target_dir, filter="data")

    def shutdown(self) -> None:
        """Switch the machine off and wait for its end."""
        if self._process:
            self._process.socket.sendall(b"sync; poweroff -f\n")
            self._process.process.wait(60)
            self._process = None

    def _remove(self) -> None:
        if self._process:
            self._process.kill()
        shutil.rmtree(self._directory)


def main() -> None:
    parser = argparse.ArgumentParser(prog="nixos-test-driver", description=__doc__)
    parser.add_argument("machine", type=Path)
    parser.add_argument("script", type=Path)
    parser.add_argument(
        "--interactive",
        action="store_true",
        help="open a Python prompt instead of running the script",
    )
    parser.add_argument("-o", "--output_directory", type=Path, default=Path.cwd())
    arguments = parser.parse_args()
    if not arguments.output_directory.is_dir():
        parser.error(f"{arguments.output_directory} is not a directory")
    machine = Machine(
        json.loads(arguments.machine.read_text()), arguments.output_directory
    )
    script = compile(arguments.script.read_text(), str(arguments.script), "exec")
    names = {"machine": machine, "subtest": subtest, "start_all": machine.start}
    try:
        if arguments.interactive:
            names["test_script"] = lambda: exec(script, names)  # noqa: S102
            code.interact(
                "machine, subtest, start_all() and test_script() are here; "
                "Ctrl-D ends.",
                local=names,
            )
        else:
            exec(script, names)  # noqa: S102
    finally:
        machine._remove()


if __name__ == "__main__":
    main()
