"""A thumpd of one's own for the length of a test, and the little that tests ask of it.

The program to run is named by the environment variable THUMPD.
"""

import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from sse_client import SseStream
from ws_client import WebSocket

THUMPD = os.environ.get("THUMPD", "thumpd")
SANITIZED = "THUMP_SANITIZED" in os.environ
DEADLINE = 60.0 if SANITIZED else 15.0  # seconds; nothing that works takes this long


def eventually(condition, what="the condition", deadline=DEADLINE):
    """Waits until condition() is true and returns its value."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come about within {deadline:.0f} s")
        time.sleep(0.005)


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Thumpd:
    """A running thumpd. Use as a context manager, or call end()."""

    def __init__(self, config=None, args=(), env=None, listen="127.0.0.1:0"):
        self.lines = []
        self._listening = threading.Event()
        self._config = None
        command = [THUMPD, "--listen", listen, *args]
        if config is not None:
            self._config = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)
            with self._config as file:
                file.write(config if isinstance(config, str) else json.dumps(config))
            command += ["--config", self._config.name]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=clean_environment(env))
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        if not self._listening.wait(DEADLINE) or not self.port:
            self.end()
            raise AssertionError("thumpd did not start:\n" + "\n".join(self.lines))

    port = None
    host = None

    def _read_log(self):
        for raw in self.process.stderr:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            self.lines.append(line)
            found = re.search(r"listening on http://(.+):(\d+)", line)
            if found and not self.port:
                self.host, self.port = found[1].strip("[]"), int(found[2])
                self._listening.set()
        self._listening.set()  # it ended without listening

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.end()

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, deadline=DEADLINE):
        code = self.process.wait(deadline)
        self._reader.join(deadline)
        return code

    def end(self):
        """Ends it by force if it still runs. Harmless when called twice."""
        if self.alive():
            self.process.kill()
        self.process.wait()
        self._reader.join(DEADLINE)
        self.process.stderr.close()
        if self._config is not None and os.path.exists(self._config.name):
            os.unlink(self._config.name)

    # Asking it

    def connect(self):
        """A keep-alive connection."""
        return http.client.HTTPConnection(self.host, self.port, timeout=DEADLINE)

    def request(self, method, path, body=None, headers=None, connection=None):
        own = connection or self.connect()
        try:
            own.request(method, path, body, headers or {})
            answer = own.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            if connection is None:
                own.close()

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, body, content_type="application/json", path="/v1/events", **kwargs):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        headers = {"Content-Type": content_type} if content_type else {}
        return self.request("POST", path, body, headers, **kwargs)

    def publish(self, event, **kwargs):
        """Publishes what must be accepted; returns the answer's `events`."""
        answer = self.post(event, **kwargs)
        assert answer.status == 202, answer
        return answer.json()["events"]

    def websocket(self, query="", **kwargs):
        """A subscriber that has been welcomed."""
        ws = WebSocket(self.host, self.port, "/v1/events" + query, **kwargs)
        ws.welcome = ws.receive_json()
        assert ws.welcome.get("op") == "welcome", ws.welcome
        return ws

    def sse(self, query="", **kwargs):
        """A subscriber that has been welcomed."""
        stream = SseStream(self.host, self.port, "/v1/events" + query, **kwargs)
        if stream.status != 200:
            stream.close()
            raise AssertionError(f"the stream was refused with {stream.status}")
        stream.welcome = stream.next_event()
        assert stream.welcome.type == "thump.welcome", stream.welcome
        return stream

    def stats(self):
        return self.get("/v1/stats").json()

    def subscribers(self, query=""):
        return self.get("/v1/subscribers" + query).json()["subscribers"]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident_bytes(self):
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def clean_environment(extra=None):
    """This process's environment without what would configure thumpd."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("THUMP_")}
    return kept | (extra or {})


def run_thumpd(*args, env=None):
    """Runs thumpd to its end."""
    return subprocess.run(
        [THUMPD, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=DEADLINE, env=clean_environment(env), check=False)


class ProcessTestCase(unittest.TestCase):
    """A test case with a thumpd. Each test ends by seeing that it survived and stops as asked."""

    config = {"server": {"drain_timeout": "500ms"}}

    def setUp(self):
        self.thumpd = self.start(config=self.config)

    def start(self, **kwargs):
        thumpd = Thumpd(**kwargs)
        self.addCleanup(self._stop, thumpd)
        return thumpd

    def _stop(self, thumpd):
        try:
            if thumpd.alive():
                self.assertEqual(thumpd.get("/healthz").status, 200)
                thumpd.signal()
            self.assertEqual(thumpd.wait(), 0, "\n".join(thumpd.lines))
        finally:
            thumpd.end()

    def websocket(self, query="", **kwargs):
        ws = self.thumpd.websocket(query, **kwargs)
        self.addCleanup(ws.close)
        return ws

    def sse(self, query="", **kwargs):
        stream = self.thumpd.sse(query, **kwargs)
        self.addCleanup(stream.close)
        return stream

    def assert_problem(self, answer, status, mentions=()):
        """An RFC 9457 problem with that status, whose detail names what is at fault."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        problem = answer.json()
        self.assertEqual(problem["status"], status)
        for member in ("type", "title", "detail"):
            self.assertIsInstance(problem[member], str)
            self.assertTrue(problem[member], member)
        for word in [mentions] if isinstance(mentions, str) else mentions:
            self.assertIn(word, json.dumps(problem))
        return problem

    def assert_balanced(self, ledger):
        self.assertEqual(
            ledger["matched"],
            ledger["delivered"] + ledger["queued"] + ledger["dropped"] + ledger["conflated"]
            + ledger["expired"], ledger)
