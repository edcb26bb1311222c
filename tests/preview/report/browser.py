"""A headless Chromium, spoken to through its DevTools pipe (fd 3 and 4): no driver, no port, no network."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-pipe",
)


class Page:
    """One tab, with what it complained about and asked the network for."""

    def __init__(self, to_browser: IO[bytes], from_browser: IO[bytes]) -> None:
        self._to, self._from = to_browser, from_browser
        self._count = 0
        self._session: str | None = None
        self.problems: list[str] = []
        self.requests: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol and wait for its answer."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while (answer := self._receive()).get("id") != self._count:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _receive(self) -> dict[str, Any]:
        text = bytearray()
        while (byte := self._from.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("the browser went away")
            text += byte
        message: dict[str, Any] = json.loads(text)
        self._note(message)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        said = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.problems.append(str(said["exceptionDetails"].get("exception", {}).get("description")))
        if message.get("method") == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.problems.append(str(said["entry"]["text"]))
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(str(said["request"]["url"]))

    def open(self, file: Path, fragment: str = "") -> None:
        # By way of an empty page: to another fragment of the same file a browser only scrolls.
        for url in ("about:blank", f"{file.resolve().as_uri()}{fragment}"):
            self.send("Page.navigate", url=url)
            while self._receive().get("method") != "Page.loadEventFired":
                pass
        self.requests = [url for url in self.requests if url != "about:blank"]

    def eval(self, expression: str) -> Any:
        """The value of a JavaScript expression; what it promises is awaited."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def key(self, key: str) -> None:
        """Press and let go; a key of one character types it."""
        codes = {"Enter": 13, "Escape": 27, "Tab": 9}
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        about: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": codes.get(key, 0), **text}
        self.send("Input.dispatchKeyEvent", type="keyDown", **about)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def click(self, selector: str) -> None:
        """A mouse's click in the middle of an element."""
        # Twice, with frames between: what comes in sight is laid out only then, and moves what is below it.
        box = self.eval(
            f"(async () => {{ const element = document.querySelector({json.dumps(selector)});"
            "for (let n = 0; n < 2; n++) {"
            "element.scrollIntoView({block: 'center', behavior: 'instant'});"
            "for (let m = 0; m < 2; m++) await new Promise(requestAnimationFrame) }"
            "return element.getBoundingClientRect().toJSON() })()"
        )
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, **at)

    def size(self, width: int, height: int, *, dark: bool = False) -> None:
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, file: Path, *, whole: bool = False) -> None:
        taken = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(taken["data"]))


@contextmanager
def page(profile: Path) -> Generator[Page]:
    """A fresh browser with a profile of its own; ended with the block."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("no chromium: apt-get install chromium")
    browser_in, to_browser = os.pipe()
    from_browser, browser_out = os.pipe()
    process = os.posix_spawn(
        program,
        [program, *FLAGS, f"--user-data-dir={profile}"],
        os.environ,
        setpgroup=0,
        # Above what is duplicated onto 3 and 4, so that neither closes the other.
        file_actions=[
            (os.POSIX_SPAWN_DUP2, browser_in, 100),
            (os.POSIX_SPAWN_DUP2, browser_out, 101),
            (os.POSIX_SPAWN_DUP2, 100, 3),
            (os.POSIX_SPAWN_DUP2, 101, 4),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
    os.close(browser_in)
    os.close(browser_out)
    try:
        with os.fdopen(to_browser, "wb") as sink, os.fdopen(from_browser, "rb") as source:
            yield Page(sink, source)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGTERM)
        os.waitpid(process, 0)
