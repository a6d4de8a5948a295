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
