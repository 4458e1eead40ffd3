"""Pages of made-up scenes, read back in Python, and Chromium driven through its pipe."""

import base64
import json
import os
import re
import shutil
import subprocess
import time
import zlib
from types import SimpleNamespace

import numpy as np
import pytest

from framework.plugins.renderer.viewer.config import Film, ViewerConfig
from framework.plugins.renderer.viewer.viewer import ViewerRenderer
from framework.stages import Runtime

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--allow-file-access-from-files --autoplay-policy=no-user-gesture-required"
).split()


def write(result, target, film=Film.beside):
    renderer = ViewerRenderer(ViewerConfig(film=film), Runtime())
    with renderer:
        renderer.open(result, target)
        return renderer.close()


def read(path):
    """What the page holds, as its script reads it: text, meta, and arrays by name."""
    text = path.read_text(encoding="utf-8")
    meta = json.loads(re.search(r'id="meta">(.*?)</script>', text)[1])
    block = zlib.decompress(base64.b64decode(re.search(r'id="data">(.*?)</script>', text)[1]))
    arrays = {name: _array(block, about) for name, about in meta["arrays"].items()}
    return SimpleNamespace(text=text, meta=meta, arrays=arrays)


def _array(block, about):
    kind = np.dtype(about["type"]).newbyteorder("<")
    count = int(np.prod(about["shape"]))
    values = np.frombuffer(block, kind, count, about["at"]).reshape(about["shape"])
    if about["delta"] and values.size:
        values = np.cumsum(values, -1, dtype=values.dtype)
    if "scale" not in about:
        return values
    return np.where(values == about["none"], np.nan, values * about["scale"])


class Browser:
    """Chromium without a window; commands of its DevTools protocol go through a pipe."""

    def __init__(self, folder):
        read_end, self._to = os.pipe()
        self._from, write_end = os.pipe()
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder}", "--remote-debugging-pipe"]
        script = f'exec 3<&{read_end} 4>&{write_end}; exec "$@"'
        self._process = subprocess.Popen(
            [shutil.which("bash"), "-c", script, "bash", *command],
            pass_fds=(read_end, write_end),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_end)
        os.close(write_end)
        self._rest, self._number, self.session, self.requests = b"", 0, None, []
        self.errors = []

    def close(self):
        self._process.terminate()
        self._process.wait(20)
        os.close(self._to)
        os.close(self._from)

    def send(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self._note(answer)

    def _next(self):
        while b"\0" not in self._rest:
            part = os.read(self._from, 1 << 16)
            assert part, "Chromium ended"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def _note(self, event):
        if event.get("sessionId") != self.session:  # of an earlier tab
            return
        parameters = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(parameters["exceptionDetails"])

    def open(self, path, width=1200, height=800):
        """Open a page in a new tab, wait until it is ready."""
        self.session, self.requests, self.errors = None, [], []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Network", "Runtime", "Page"):
            self.send(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        self.send("Page.navigate", url=path.resolve().as_uri())
        self.until("!!window.pose3d || document.getElementById('message')?.hidden === false")

    def run(self, script):
        """The value of a script; of a promise, what it resolves to."""
        answer = self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, condition, timeout_s=20):
        end = time.monotonic() + timeout_s
        while not self.run(condition):
            assert time.monotonic() < end, f"never: {condition}"
            time.sleep(0.05)


@pytest.fixture(scope="session")
def page():
    """`write` and `read`, since test files cannot import each other."""
    return SimpleNamespace(write=write, read=read)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    if CHROMIUM is None:
        pytest.skip("needs Chromium, which is not installed")
    opened = Browser(tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.close()
