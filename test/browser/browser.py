"""A headless Chromium, driven through chromedriver's HTTP interface (W3C WebDriver)."""

import base64
import http.client
import json
import queue
import re
import shutil
import subprocess
import tempfile
import threading

DEADLINE = 60.0  # seconds
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # how WebDriver names the identifier of one
ENTER, ESCAPE, ARROW_DOWN = "\ue007", "\ue00c", "\ue015"


def installed():
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Browser:
    """A browser with a fresh profile. Use as a context manager."""

    def __init__(self):
        self._profile = tempfile.mkdtemp(prefix="thump-browser-")
        self._session = None
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        try:
            self._port = self._read_port()
            made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "timeouts": {"script": 15_000, "pageLoad": 30_000},
                "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {"binary": shutil.which("chromium"), "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update",
                    "--disable-sync", "--disable-dev-shm-usage", "--window-size=1200,800",
                    f"--user-data-dir={self._profile}"]}}}})
            self._session = f"/session/{made['sessionId']}"
        except BaseException:
            self.close()
            raise

    def _read_port(self):
        """Chromedriver says which port it took; what else it says must not fill the pipe."""
        said = queue.Queue()

        def read():
            for line in self._driver.stdout:
                if found := re.search(r"started successfully on port (\d+)", line):
                    said.put(int(found[1]))

        threading.Thread(target=read, daemon=True).start()
        return said.get(timeout=DEADLINE)

    def _call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=DEADLINE)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{value['error']}: {value['message']}")
        return value

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def open(self, url):
        self._call("POST", self._session + "/url", {"url": url})

    def evaluate(self, script, *arguments):
        """The value of a script's `return`."""
        return self._call("POST", self._session + "/execute/sync",
                          {"script": script, "args": list(arguments)})

    def evaluate_async(self, script, *arguments):
        """What a script hands to its last argument, a callback."""
        return self._call("POST", self._session + "/execute/async",
                          {"script": script, "args": list(arguments)})

    def console(self):
        """What the page's console got since the last call."""
        return self._call("POST", self._session + "/se/log", {"type": "browser"})

    def emulate(self, width, height, *, dark=False, phone=False):
        """A window of that size in CSS pixels, light or dark."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=2 if phone else 1, mobile=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])

    def devtools(self, command, **parameters):
        return self._call("POST", self._session + "/goog/cdp/execute",
                          {"cmd": command, "params": parameters})

    # Acting as a user would

    def click(self, selector):
        self._call("POST", self._element(selector) + "/click", {})

    def type(self, selector, text):
        """Types into a field, or presses keys such as ENTER while it has the focus."""
        self._call("POST", self._element(selector) + "/value", {"text": text})

    def _element(self, selector):
        found = self._call("POST", self._session + "/element",
                           {"using": "css selector", "value": selector})
        return f"{self._session}/element/{found[ELEMENT]}"

    # Tabs

    def new_tab(self, url):
        """Opens a tab, which is then the one that is asked."""
        handle = self._call("POST", self._session + "/window/new", {"type": "tab"})["handle"]
        self.switch_to(handle)
        self.open(url)
        return handle

    def tab(self):
        return self._call("GET", self._session + "/window")

    def switch_to(self, handle):
        self._call("POST", self._session + "/window", {"handle": handle})

    def close_other_tabs(self, kept):
        for handle in self._call("GET", self._session + "/window/handles"):
            if handle != kept:
                self.switch_to(handle)
                self._call("DELETE", self._session + "/window")
        self.switch_to(kept)

    def screenshot(self, file):
        with open(file, "wb") as out:
            out.write(base64.b64decode(self._call("GET", self._session + "/screenshot")))

    def close(self):
        if self._session:
            self._call("DELETE", self._session)
            self._session = None
        self._driver.terminate()
        self._driver.wait()
        shutil.rmtree(self._profile, ignore_errors=True)
