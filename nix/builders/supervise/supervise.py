"""Run the programs of a supervisord.conf, their output on ours, until one of them ends.

    supervise CONFIGURATION [--prefix] [--syslog SOCKET --daemon PROGRAM] [--json]
              [--drain SECONDS] [--deaf PROGRAM] [--hold FILE]

supervisord starts the programs by priority and stops them in reverse. What it
lacks, and does not offer to event listeners either, is added in its process: an
exit status that tells whether a program ended by itself, a stop without waits,
the programs' output on standard output without opening it anew (another
user may own it), and a time before the stop in which the file `draining` tells
the programs that it comes.
The programs need `startsecs=0` and `autorestart=false`, but for those without which the
others go on, which are started again with `startsecs=5`, `startretries=1000000` and
`autorestart=true`. What shall be printed needs `stdout_events_enabled=true` or
`stderr_events_enabled=true`.
"""

import argparse
import contextlib
import errno
import json
import os
import secrets
import select
import signal
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from supervisor import events
from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import ServerOptions
from supervisor.poller import Poller
from supervisor.states import ProcessStates, SupervisorStates
from supervisor.supervisord import Supervisor

COLOURS = (36, 33, 32, 35, 34, 31)
LONGEST = 16_000  # bytes of a line; rsyslog.conf's maxMessageSize is a little more


class Syslog:
    """Hands lines to a syslog daemon on a local socket.

    The kernel has room for ten lines, so that a burst waits for the daemon, 0.2 s for a
    line and a second in all, because signals and other programs wait meanwhile. After
    that, and after a line in vain until the daemon takes one, it refuses lines at once.
    """

    INFO = 30  # facility daemon, severity info (RFC 3164)
    PATIENCE = struct.pack("ll", 0, 200_000)  # seconds and microseconds
    BURST = 1.0  # seconds

    def __init__(self, path: str) -> None:
        self.path = path
        self.gone = self.full = False
        self.burst_ends = 0.0
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, self.PATIENCE)

    def begin_burst(self) -> None:
        self.burst_ends = time.monotonic() + self.BURST

    def takes(self, program: str, line: str) -> bool:
        """Whether the daemon took the line; if not, it is slow or, by `gone`, away."""
        message = shortened(f"<{self.INFO}>{program}: {line}".encode())
        hurries = self.full or time.monotonic() > self.burst_ends
        flags = socket.MSG_DONTWAIT if hurries else 0
        try:
            self.socket.sendto(message, flags, self.path)
        except OSError as error:
            self.gone = error.errno in (errno.ENOENT, errno.ECONNREFUSED)
            self.full = error.errno == errno.EAGAIN
            return False
        self.gone = self.full = False
        return True


def shortened(line: bytes) -> bytes:
    """Without its middle where it is longer than the daemon takes.

    A traceback's reason is at its end.
    """
    return (
        line
        if len(line) <= LONGEST
        else line[: LONGEST // 4] + b" ... " + line[-LONGEST * 3 // 4 + 5 :]
    )


class Printer:
    """Writes to a stream; what cannot be written is lost, and the programs go on.

    A pipe that nobody reads is waited for once: until it is read again, lines are lost.
    """

    PIECE = select.PIPE_BUF  # bytes that a pipe takes at once where it takes any
    PATIENCE = 1.0  # seconds

    def __init__(self, stream: TextIO) -> None:
        self.descriptor = stream.fileno()
        self.full = False
        self.cut = False  # a line was not written to its end

    def is_writable(self) -> bool:
        """Whether the stream can be written, after a moment at most."""
        _, ready, _ = select.select(
            [], [self.descriptor], [], 0 if self.full else self.PATIENCE
        )
        self.full = not ready
        return bool(ready)

    def put(self, text: str) -> None:
        rest = b"\n" * self.cut + text.encode(errors="replace")
        try:
            while rest and self.is_writable():
                rest = rest[os.write(self.descriptor, rest[: self.PIECE]) :]
            self.cut = bool(rest)
        except OSError as error:
            # A closed terminal, `| head`: for good.
            if error.errno in (errno.EIO, errno.EPIPE):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self.descriptor)


def as_object(program: str, line: str) -> str:
    """A line as JSON, with the fields that each line of the syslog daemon has."""
    now = datetime.now(UTC).isoformat()
    entry = {"time": now, "level": "info", "program": program, "message": line}
    return json.dumps(entry, ensure_ascii=False) + "\n"


class Output:
    """Whole lines of several programs, each after its program's name if wanted.

    With a syslog daemon, which is one of the programs, the lines of the others go to
    it; those that it does not take, and its own, are printed. As JSON each line is an
    object; lines of the daemon may be such already.
    """

    EMPTYING = 5  # seconds until the daemon has read all
    HELD = 2000  # lines that are kept while they are held back

    def __init__(
        self,
        prefix: bool,
        syslog: Syslog | None,
        daemon: str | None,
        as_json: bool,
        hold: Path | None,
    ) -> None:
        self.prefix = prefix
        self.hold = hold
        self.held: deque[tuple[str, str]] = deque(maxlen=self.HELD)
        self.as_json = as_json
        self.syslog = syslog
        self.daemon = daemon
        self.printer, self.reporter = Printer(sys.stdout), Printer(sys.stderr)
        self.colour = sys.stdout.isatty()
        self.last = f"the other programs have stopped ({secrets.token_hex(8)})"
        self.deadline: float | None = None  # for the last line to come back
        self.sent = self.emptied = False
        self.rest: dict[str, str] = {}

    def write(self, name: str, text: str) -> None:
        *lines, rest = (self.rest.get(name, "") + text).split("\n")
        if len(rest) > LONGEST:  # nor may a line without an end fill the memory
            lines.append(rest)
            rest = ""
        self.rest[name] = rest
        self.emptied |= name == self.daemon and any(self.last in line for line in lines)
        if self.syslog:
            self.syslog.begin_burst()
        printed = (
            self.formatted(name, line)
            for line in lines
            if name == self.daemon
            or not self.syslog
            or not self.syslog.takes(name, line)
        )
        self.print_or_hold(name, list(printed))

    def print_or_hold(self, name: str, lines: list[str]) -> None:
        if self.hold and self.hold.exists():
            self.held.extend((name, line) for line in lines)
            return
        self.hold = None
        self.held.clear()
        self.printer.put("".join(lines))

    def print_held(self, names: Container[str]) -> None:
        """Print the lines of these programs that were held back."""
        self.printer.put("".join(line for name, line in self.held if name in names))
        self.held.clear()

    def may_stop(self, name: str) -> bool:
        """Whether the program can stop without a loss of lines.

        The daemon can once it has read all: each line waits in its socket in order, and
        what waits there when it stops is lost. So the last one is sent, which it prints
        when it comes to it.
        """
        if not self.syslog or name != self.daemon or self.emptied:
            return True
        self.deadline = self.deadline or time.monotonic() + self.EMPTYING
        self.sent = self.sent or self.syslog.takes("supervise", self.last)
        return self.emptied or self.syslog.gone or time.monotonic() > self.deadline

    def flush(self) -> None:
        for name, rest in self.rest.items():
            if rest:
                self.print_or_hold(name, [self.formatted(name, rest)])
        if self.hold and self.hold.exists():
            self.print_held(self.hold.read_text().split())

    def say(self, sentence: str) -> None:
        """Print what the supervisor has to say."""
        name = "supervise"
        self.reporter.put(
            as_object(name, sentence) if self.as_json else f"{name}: {sentence}\n"
        )

    def formatted(self, name: str, line: str) -> str:
        """A program's line as it is printed."""
        if not self.as_json:
            return f"{self.label(name)}{line}\n"
        if name == self.daemon and line.startswith("{"):
            return f"{line}\n"
        return as_object(name, line)

    def label(self, name: str) -> str:
        if not self.prefix:
            return ""
        if not self.colour:
            return f"{name} | "
        colour = COLOURS[list(self.rest).index(name) % len(COLOURS)]
        return f"\033[{colour}m{name} |\033[0m "


class SignalPoller(Poller):  # type: ignore[misc]
    """A poller that a signal wakes, so that each step of a stop follows at once.

    supervisord's own notices signals, the end of a program among them, once a second.
    And it wakes for each line, which takes 5 % of a processor at 700 lines a second:
    here lines gather for a moment, unless a program writes so much that its pipe would
    be full.
    """

    GATHERING = 0.05  # seconds
    MUCH = 16_384  # bytes at once; a pipe holds 65,536
    rush_ends = 0.0

    def initialize(self) -> None:
        super().initialize()
        self.wake, wake_write = os.pipe()
        for end in (self.wake, wake_write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        os.write(wake_write, b"\0")  # else the programs would start a second later

    def poll(self, timeout: float) -> tuple[list[int], list[int]]:
        self.register_readable(self.wake)
        readables, writables = super().poll(timeout)
        if self.wake in readables:
            readables.remove(self.wake)
            os.read(self.wake, 4096)
        elif readables and time.monotonic() > self.rush_ends:
            time.sleep(self.GATHERING)
        return readables, writables

    def note(self, size: int) -> None:
        """Learn how many bytes were read at once."""
        if size > self.MUCH:
            self.rush_ends = time.monotonic() + 1


class Options(ServerOptions):  # type: ignore[misc]
    """Options, which start the programs, too, whose stop signals are not lost.

    A stop may come when the program's process is there and the program is not yet:
    supervisord's handlers would swallow its signal, or its group would not be there.
    """

    STOPS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
    poller: SignalPoller

    def readfd(self, descriptor: int) -> bytes:
        data: bytes = super().readfd(descriptor)
        self.poller.note(len(data))
        return data

    def fork(self) -> int:
        signal.pthread_sigmask(signal.SIG_BLOCK, self.STOPS)
        try:
            pid = os.fork()
            if pid == 0:
                for number in self.STOPS:
                    signal.signal(number, signal.SIG_DFL)
            else:
                # It fails where the program runs already, in its group.
                with contextlib.suppress(OSError):
                    os.setpgid(pid, pid)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, self.STOPS)
        return pid


class LiveAndDieTogether(Supervisor):  # type: ignore[misc]
    """A supervisor that stops every program when one ends by itself.

    One with `autorestart=true` is started again instead, however often that takes.
    """

    YOUTH = 30  # seconds
    LONGEST_PAUSE = 30  # seconds before a program is started again

    DRAINING = Path("draining")

    failed = False

    def __init__(
        self, options: ServerOptions, output: Output, drain: int, deaf: set[str]
    ) -> None:
        super().__init__(options)
        self.output = output
        self.deaf = deaf  # programs that hear no signal while they start
        self.drain = drain  # seconds that are still to be waited before a stop

    def runforever(self) -> None:
        events.subscribe(events.ProcessLogEvent, self.on_output)
        events.subscribe(events.ProcessStateExitedEvent, self.on_end)
        events.subscribe(events.ProcessStateFatalEvent, self.on_end)
        events.subscribe(events.ProcessStateBackoffEvent, self.on_pause)
        events.subscribe(events.Tick5Event, self.on_tick)
        super().runforever()

    def handle_signal(self) -> None:
        """Stop after the drain.

        At once at a second signal, or if a program ends meanwhile.
        """
        super().handle_signal()
        if (
            not self.drain
            or self.options.mood == SupervisorStates.RUNNING
            or self.failed
        ):
            return
        self.options.mood = SupervisorStates.RUNNING
        signal.signal(signal.SIGALRM, self.end_drain)
        signal.alarm(self.drain)
        self.drain = 0
        self.DRAINING.touch()

    def end_drain(self, *_: object) -> None:
        self.options.mood = SupervisorStates.SHUTDOWN

    def ordered_stop_groups_phase_1(self) -> None:
        """Stop the next program, if nothing speaks against it."""
        if self.stop_groups and self.output.may_stop(self.stop_groups[-1].config.name):
            super().ordered_stop_groups_phase_1()

    def on_output(self, event: events.ProcessLogEvent) -> None:
        data = event.data
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        self.output.write(event.process.config.name, text)

    def on_end(self, event: events.ProcessStateEvent) -> None:
        if event.process.pid:  # none where it could not even be started
            # Workers may outlive their master; mostly, there are none.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(event.process.pid, signal.SIGKILL)
        if self.options.mood != SupervisorStates.RUNNING:  # SIGHUP stops, too
            return
        name = event.process.config.name
        if event.process.config.autorestart:
            self.output.say(f"{name} ended by itself; starting it again.")
            return
        self.failed = True
        self.options.mood = SupervisorStates.SHUTDOWN
        self.output.print_held({name})
        self.output.say(f"{name} ended by itself; stopping the rest.")

    def on_pause(self, event: events.ProcessStateEvent) -> None:
        """Bound the pause, which grows by a second each time a program ends at once."""
        process = event.process
        process.delay = min(process.delay, time.time() + self.LONGEST_PAUSE)
        pause = round(process.delay - time.time())
        self.output.say(
            f"{process.config.name} ended at once; starting it again in {pause} s."
        )

    def on_tick(self, _event: events.Tick5Event) -> None:
        """Stop those again that heard no signal.

        To others a second one may mean something else.
        """
        for group in self.process_groups.values():
            for process in group.processes.values():
                if (
                    process.config.name in self.deaf
                    and process.state == ProcessStates.STOPPING
                    and time.time() - process.laststart < self.YOUTH
                ):
                    process.signal(process.config.stopsignal)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="supervise", description=__doc__.splitlines()[0]
    )
    parser.add_argument("configuration")
    parser.add_argument(
        "--prefix", action="store_true", help="name the program before each line"
    )
    parser.add_argument(
        "--syslog",
        type=Syslog,
        metavar="SOCKET",
        help="where lines go instead of standard output",
    )
    parser.add_argument(
        "--daemon", metavar="PROGRAM", help="the program that listens on that socket"
    )
    parser.add_argument(
        "--json", action="store_true", help="print each line as a JSON object"
    )
    parser.add_argument(
        "--drain",
        type=int,
        default=0,
        metavar="SECONDS",
        help="how long the file `draining` is there before the programs are stopped",
    )
    parser.add_argument(
        "--deaf",
        action="append",
        default=[],
        metavar="PROGRAM",
        help="one that ignores its stop signal while it starts, "
        "and so is sent it again",
    )
    parser.add_argument(
        "--hold",
        type=Path,
        metavar="FILE",
        help="while it is there, print only the lines of a program that ends by itself "
        "and, at the end, of those that it names",
    )
    arguments = parser.parse_args()

    options = Options()
    options.realize(["-n", "-s", "-c", arguments.configuration], doc=__doc__)
    options.first, options.test = True, False
    options.poller = SignalPoller(options)
    output = Output(
        arguments.prefix,
        arguments.syslog,
        arguments.daemon,
        arguments.json,
        arguments.hold,
    )
    supervisor = LiveAndDieTogether(
        options, output, arguments.drain, set(arguments.deaf)
    )
    try:
        supervisor.main()
    except ExitNow:  # how it tells that every program has stopped
        pass
    finally:
        output.flush()
    return 1 if supervisor.failed else 0


if __name__ == "__main__":
    sys.exit(main())
