"""A browser for tests: Chromium of tests/parts.sh, driven over WebDriver by what Python has itself."""

import base64
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver 12.1
SECONDS_MAX = 60
WAIT_SECONDS = 10
KEYS = {"tab": "\ue004", "enter": "\ue007", "space": " ", "down": "\ue015"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Failed(Exception):
    """What the browser says went wrong."""


class Browser:
    def __init__(self, part, scripts=True, dark=False, language="en"):
        libraries = f"{part}/usr/lib/x86_64-linux-gnu"
        self.folder = tempfile.TemporaryDirectory(prefix="godwit-browser-")
        environment = dict(os.environ)
        environment["LD_LIBRARY_PATH"] = ":".join(
            [libraries, f"{libraries}/pulseaudio", f"{part}/usr/lib/chromium"])
        environment["HOME"] = environment["XDG_CONFIG_HOME"] = self.folder.name
        port = free_port()
        self.log = open(f"{self.folder.name}/driver.log", "wb")
        self.driver = subprocess.Popen(
            [f"{part}/usr/bin/chromedriver", f"--port={port}"], env=environment,
            stdout=self.log, stderr=self.log, start_new_session=True)
        self.base = f"http://127.0.0.1:{port}"
        self.session = None
        try:
            self._start(part, scripts, dark, language)
        except BaseException:
            self.close()
            raise

    def _start(self, part, scripts, dark, language):
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars", "--force-device-scale-factor=1", "--no-first-run",
                     f"--user-data-dir={self.folder.name}/profile", f"--accept-lang={language}"]
        preferences = {"intl.accept_languages": language}
        if not scripts:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options = {"binary": f"{part}/usr/lib/chromium/chromium", "args": arguments,
                   "prefs": preferences}
        wanted = {"capabilities": {"alwaysMatch": {
            "acceptInsecureCerts": True, "goog:chromeOptions": options}}}
        end = time.monotonic() + SECONDS_MAX
        while True:
            try:
                self.session = self._ask("POST", "/session", wanted)["sessionId"]
                break
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > end or self.driver.poll() is not None:
                    raise
                time.sleep(0.1)
        if dark:
            self.devtools("Emulation.setEmulatedMedia", features=[
                {"name": "prefers-color-scheme", "value": "dark"}])

    def _ask(self, method, path, body=None):
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=SECONDS_MAX) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Failed(f"{path}: {value['error']}: {value['message'][:400]}") from None

    def _do(self, method, path, **body):
        return self._ask(method, f"/session/{self.session}{path}", body)

    def close(self):
        try:
            if self.session:
                self._ask("DELETE", f"/session/{self.session}")
        except (urllib.error.URLError, ConnectionError, Failed):
            pass  # it is ended below
        if self.driver.poll() is None:
            os.killpg(self.driver.pid, signal.SIGKILL)
        self.driver.wait()
        self.log.close()
        self.folder.cleanup()

    def devtools(self, command, **parameters):
        return self._do("POST", "/goog/cdp/execute", cmd=command, params=parameters)

    def size(self, width, height=900):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=False)

    def open(self, url):
        self._do("POST", "/url", url=url)

    def url(self):
        return self._do("GET", "/url")

    def source(self):
        return self._do("GET", "/source")

    def run(self, script, *arguments):
        """Over the debugger: works where pages may run no scripts, too."""
        return self._do("POST", "/execute/sync", script=script, args=list(arguments))

    def run_async(self, script, *arguments):
        return self._do("POST", "/execute/async", script=script, args=list(arguments))

    def find(self, selector):
        return self._do("POST", "/element", using="css selector", value=selector)[ELEMENT]

    def text(self, selector):
        return self._do("GET", f"/element/{self.find(selector)}/text")

    def comes(self, selector, text):
        """Whether the element has that text, now or once the next page is there."""
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            try:
                if text in self.text(selector):
                    return True
            except Failed:
                pass  # the page before is gone
            time.sleep(0.05)
        return False

    def click(self, selector):
        self._do("POST", f"/element/{self.find(selector)}/click")

    def type(self, selector, text):
        self._do("POST", f"/element/{self.find(selector)}/value", text=text)

    def press(self, *keys):
        """Keys at whatever has the focus."""
        actions = []
        for key in keys:
            for character in KEYS.get(key, key):
                actions += [{"type": "keyDown", "value": character},
                            {"type": "keyUp", "value": character}]
        self._do("POST", "/actions", actions=[
            {"type": "key", "id": "keyboard", "actions": actions}])

    def cookies(self):
        return self._do("GET", "/cookie")

    def forget_cookies(self):
        self._do("DELETE", "/cookie")

    def picture(self, file):
        """All of the page, not just what the window shows."""
        height = self.run("return document.documentElement.scrollHeight")
        width = self.run("return window.innerWidth")
        data = self.devtools("Page.captureScreenshot", captureBeyondViewport=True, clip={
            "x": 0, "y": 0, "width": width, "height": max(height, 300), "scale": 1})["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))
