"""The page at / and the streams, in a real browser."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))
from thumpd_process import ProcessTestCase, eventually  # noqa: E402

import browser  # noqa: E402

SKIPPED = 77
MARKUP = "<img src=x onerror=\"window.forged='yes'\"><script>window.forged='yes'</script>"

WEBSOCKET = """
const done = arguments[arguments.length - 1];
const ws = new WebSocket(`ws://${location.host}/v1/events?types=task.*`);
window.seen = [];
ws.onmessage = m => {
  const record = JSON.parse(m.data);
  if (record.op === "welcome") done("welcome"); else window.seen.push(record);
};
ws.onerror = () => done("error");
"""

EVENT_SOURCE = """
const done = arguments[arguments.length - 1];
const source = new EventSource("/v1/events?types=task.*");
window.seen = [];
source.addEventListener("thump.welcome", () => done("welcome"));
source.addEventListener("task.failed", m => window.seen.push(
  {id: m.lastEventId, ...JSON.parse(m.data)}));
source.onerror = () => done("error");
"""


class Page(ProcessTestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        self.browser.open(f"http://{self.thumpd.host}:{self.thumpd.port}/")
        self.addCleanup(self.browser.console)  # forgets what this test said
        self.addCleanup(self.browser.open, "about:blank")  # ends its connections

    def page_text(self):
        return self.browser.evaluate("return document.body.innerText")

    def seen(self):
        return self.browser.evaluate("return window.seen")

    def test_published_event_appears_on_the_page(self):
        eventually(lambda: self.thumpd.stats()["subscribers"] == 1, "the page's subscription")
        self.thumpd.publish({"type": "task.failed", "message": "image not found: nginx:9",
                             "metadata": {"task_id": "task-4711"}})
        eventually(lambda: "image not found: nginx:9" in self.page_text(), "the event on the page")
        self.assertIn("task.failed", self.page_text())
        grave = [line for line in self.browser.console() if line["level"] == "SEVERE"]
        self.assertEqual(grave, [])

    def test_markup_in_an_event_stays_text(self):
        eventually(lambda: self.thumpd.stats()["subscribers"] == 1, "the page's subscription")
        self.thumpd.publish({"type": "task.failed", "id": MARKUP, "message": MARKUP,
                             "metadata": {MARKUP: MARKUP}, "data": {"x": MARKUP}})
        self.thumpd.publish({"type": "task.completed", "message": "the one after"})
        eventually(lambda: "the one after" in self.page_text(), "the event after")
        eventually(lambda: "<img src=x" in self.page_text(), "the markup, as text")
        self.assertEqual(self.browser.evaluate("return document.querySelectorAll('img[src=x]').length"), 0)
        self.assertIsNone(self.browser.evaluate("return window.forged ?? null"))

    def test_websocket_of_a_page_receives(self):
        self.assertEqual(self.browser.evaluate_async(WEBSOCKET), "welcome")
        self.thumpd.publish([{"type": "node.down"}, {"type": "task.failed", "message": MARKUP}])
        event, = eventually(self.seen, "the event")
        self.assertEqual((event["type"], event["message"], event["seq"]), ("task.failed", MARKUP, 2))

    def test_event_source_of_a_page_receives(self):
        self.assertEqual(self.browser.evaluate_async(EVENT_SOURCE), "welcome")
        self.thumpd.publish([{"type": "node.down"}, {"type": "task.failed", "message": "a\nb"}])
        event, = eventually(self.seen, "the event")
        self.assertEqual((event["type"], event["message"], event["seq"]), ("task.failed", "a\nb", 2))

    def test_browser_publishes_too(self):
        status = self.browser.evaluate_async(
            "const done = arguments[0];"
            "fetch('/v1/events', {method: 'POST', body: '{\"type\":\"task.failed\"}'})"
            ".then(r => done(r.status), () => done('error'))")
        # A page's string body is text/plain, which is no type to publish.
        self.assertEqual(status, 415)
        status = self.browser.evaluate_async(
            "const done = arguments[0];"
            "fetch('/v1/events', {method: 'POST', body: '{\"type\":\"task.failed\"}',"
            " headers: {'Content-Type': 'application/json'}})"
            ".then(r => done(r.status), () => done('error'))")
        self.assertEqual(status, 202)


if __name__ == "__main__":
    if not browser.installed():
        print("skipped: there is no chromium with its driver here")
        sys.exit(SKIPPED)
    unittest.main()
