"""What a browser's EventSource makes of a server that goes and comes back."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))
from thumpd_process import ProcessTestCase, eventually  # noqa: E402

import browser  # noqa: E402

SKIPPED = 77

# Keeps what it is told, and how often its connection opened.
SCRIPT = """
window.seen = [];
window.opened = 0;
const source = new EventSource("/v1/events?types=task.*");
source.onopen = () => ++window.opened;
for (const name of ["thump.welcome", "thump.gap", "task.failed"])
  source.addEventListener(name, m => window.seen.push(
    {name, ...JSON.parse(m.data), cursor: m.lastEventId}));
"""


class EventSource(ProcessTestCase):
    config = {"server": {"drain_timeout": "500ms", "sse_retry": "100ms",
                         "heartbeat_interval": "200ms"}}

    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.browser.open, "about:blank")  # ends its connections
        # A page without connections of its own.
        self.browser.open(f"http://{self.thumpd.host}:{self.thumpd.port}/healthz")
        self.browser.evaluate(SCRIPT)
        self.wait_for("thump.welcome")

    def seen(self, name):
        return [m for m in self.browser.evaluate("return window.seen") if m["name"] == name]

    def wait_for(self, name, count=1):
        """The first `count` records of that name."""
        return eventually(lambda: len(self.seen(name)) >= count and self.seen(name),
                          f"{count} {name}", deadline=60)

    def publish(self, message, kind="task.failed"):
        return self.thumpd.publish({"type": kind, "message": message})[0]["seq"]

    def messages(self):
        return [m["message"] for m in self.seen("task.failed")]

    def restart(self):
        """Another life of the server, at the same address."""
        self.thumpd.signal()
        self.thumpd.wait()
        self.thumpd = self.start(config=self.config,
                                 listen=f"127.0.0.1:{self.thumpd.port}")

    def cut(self):
        """Ends the browser's stream while the server stays, as a bad network would."""
        opened = self.browser.evaluate("return window.opened")
        subscriber = self.thumpd.subscribers()[0]["id"]
        self.assertEqual(self.thumpd.request("DELETE", f"/v1/subscribers/{subscriber}").status, 204)
        return opened

    def wait_until_opened(self, more_than):
        eventually(lambda: self.browser.evaluate("return window.opened") > more_than,
                   "a connection anew", deadline=60)

    def test_after_a_restart_it_is_told_and_goes_on_with_all_that_is_kept(self):
        self.publish("one")
        before = self.wait_for("task.failed")[0]["cursor"]
        self.restart()
        self.publish("two")
        self.wait_for("thump.welcome", 2)
        gap = self.wait_for("thump.gap")[0]
        self.assertEqual((gap["reason"], gap["from"], gap["to"], gap["dropped"]),
                         ("cursor_expired", 0, 0, 0))
        self.assertEqual(gap["cursor"], before)  # a gap moves no cursor
        events = self.wait_for("task.failed", 2)
        self.assertEqual(self.messages(), ["one", "two"])
        self.assertNotEqual(events[1]["cursor"].split(":")[0], before.split(":")[0])
        self.publish("three")
        self.wait_for("task.failed", 3)
        self.assertEqual(self.messages(), ["one", "two", "three"])
        self.assertEqual(len(self.seen("thump.gap")), 1)

    def test_after_a_cut_it_resumes_behind_the_last_event_it_saw(self):
        self.publish("one")
        self.wait_for("task.failed")
        opened = self.cut()
        for message in ("two", "three"):
            self.publish(message)
        self.wait_until_opened(opened)
        self.wait_for("task.failed", 3)
        self.assertEqual(self.messages(), ["one", "two", "three"])
        self.assertEqual(self.seen("thump.gap"), [])

    def test_after_a_cut_before_the_first_event_it_misses_nothing(self):
        welcome = self.seen("thump.welcome")[0]
        self.assertEqual(welcome["cursor"], f"{welcome['epoch']}:0")
        opened = self.cut()
        self.publish("one")
        self.wait_until_opened(opened)
        self.wait_for("task.failed")
        self.assertEqual(self.messages(), ["one"])
        self.assertEqual(self.seen("thump.gap"), [])

    def test_events_that_do_not_match_move_its_cursor_too(self):
        for _ in range(5):
            last = self.publish("", "node.down")

        def resumed_at():
            # A heartbeat moves the cursor without a word to the page, so give it the time of one;
            # then the next welcome shows the cursor that the browser came with.
            born = time.monotonic()
            eventually(lambda: time.monotonic() > born + 0.6)
            self.wait_until_opened(self.cut())
            return int(self.seen("thump.welcome")[-1]["cursor"].split(":")[1])

        eventually(lambda: resumed_at() == last, "a cursor behind them", deadline=60)
        self.publish("one")
        self.wait_for("task.failed")
        self.assertEqual(self.messages(), ["one"])


if __name__ == "__main__":
    if not browser.installed():
        print("skipped: there is no chromium with its driver here")
        sys.exit(SKIPPED)
    unittest.main()
