"""A real browser: Chromium without a screen, asked over a pipe by its own protocol.

https://chromedevtools.github.io/devtools-protocol/ has the methods.
"""

import base64
import fcntl
import json
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

OPTIONS = [
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-sandbox",  # a build's own sandbox is around it
    "--hide-scrollbars",
]
LOG = os.O_WRONLY | os.O_CREAT
SECONDS = 240
FONTS = "<fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>"
# What says that something on the page is broken.
FAULTS = ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")


class Browser:
    """One page, whose events are kept.

    Args:
        directory: for the browser's own files.
    """

    def __init__(self, directory: Path) -> None:
        (directory / "fonts.conf").write_text(
            FONTS.format(os.environ["fonts"], directory / "fonts")
        )
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        # It reads 3 and writes 4: no other descriptor may be in their way.
        high = [fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (theirs_in, theirs_out)]
        self.pid = os.posix_spawnp(
            "chromium",
            ["chromium", *OPTIONS, f"--user-data-dir={directory}/data"],
            {
                **os.environ,
                "HOME": str(directory),
                "FONTCONFIG_FILE": str(directory / "fonts.conf"),
            },
            file_actions=[
                (os.POSIX_SPAWN_DUP2, high[0], 3),
                (os.POSIX_SPAWN_DUP2, high[1], 4),
                # What it says of this machine: no D-Bus, no GPU.
                (os.POSIX_SPAWN_OPEN, 2, f"{directory}/log", LOG, 0o600),
            ],
        )
        for descriptor in (theirs_in, theirs_out, *high):
            os.close(descriptor)
        self.reading, self.writing = ours_in, ours_out
        self.buffer = b""
        self.number = 0
        self.events: list[dict[str, Any]] = []
        self.session: str | None = None

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to one of the protocol's methods.

        Raises:
            AssertionError: the browser refuses it.
        """
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        for received in self.messages():
            if received.get("id") == self.number:
                assert "error" not in received, f"{method}: {received['error']}"
                result: dict[str, Any] = received["result"]
                return result
            self.events.append(received)
        raise AssertionError(f"The browser ended before it answered {method}.")

    def messages(self) -> Iterator[dict[str, Any]]:
        """What the browser writes, until it ends.

        Raises:
            TimeoutError: it writes nothing for too long.
        """
        while True:
            while b"\0" in self.buffer:
                one, _, self.buffer = self.buffer.partition(b"\0")
                yield json.loads(one)
            if not select.select([self.reading], [], [], SECONDS)[0]:
                raise TimeoutError("The browser says nothing.")
            if not (read := os.read(self.reading, 1 << 20)):
                return
            self.buffer += read

    def open(
        self, url: str, *, width: int = 1280, dark: bool = False, scripts: bool = True
    ) -> None:
        """A page of its own, as wide and as light as that."""
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        self.events.clear()
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {
            "name": "prefers-color-scheme",
            "value": "dark" if dark else "light",
        }
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """The value of JavaScript on the page, once a promise is kept.

        Raises:
            AssertionError: it throws.
        """
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str, otherwise: str) -> None:
        """Return once JavaScript is true on the page.

        Raises:
            AssertionError: it does not become so in time; with the sentence given.
        """
        deadline = time.monotonic() + SECONDS
        while not self.evaluate(expression):
            assert time.monotonic() < deadline, f"{otherwise} {self.faults()}"
            time.sleep(0.1)

    def press(self, key: str) -> None:
        """A key, where the focus is."""
        # What a browser itself does at a key goes by its number.
        numbers = {"Enter": 13, "Escape": 27}
        number = {"windowsVirtualKeyCode": numbers[key]} if key in numbers else {}
        text = {"text": "\r", **number} if key == "Enter" else number
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, **text)

    def read_out(self) -> set[tuple[str, str]]:
        """Roles and names that assistive technology is told."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return {
            (node["role"]["value"], node["name"]["value"])
            for node in nodes
            if not node["ignored"] and "name" in node
        }

    def faults(self) -> list[str]:
        """What the page's console has of errors and warnings."""
        found = []
        for event in self.events:
            said = event.get("params", {})
            level = said.get("entry", {}).get("level") or said.get("type", "error")
            if event.get("method") in FAULTS and level in ("error", "warning"):
                found.append(json.dumps(said))
        return found

    def picture(self, file: Path) -> None:
        """What is seen of the page, as PNG."""
        data = self.call("Page.captureScreenshot")["data"]
        file.write_bytes(base64.b64decode(data))

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self.reading)
        os.close(self.writing)


@contextmanager
def browsing(directory: Path) -> Iterator[Browser]:
    """A browser, until its tests end."""
    directory.mkdir()
    browser = Browser(directory)
    try:
        yield browser
    finally:
        browser.end()
