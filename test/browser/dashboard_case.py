"""A test case with a thumpd and its dashboard open in a browser."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))
from thumpd_process import ProcessTestCase, eventually  # noqa: E402

import browser  # noqa: E402

SKIPPED = 77


class DashboardTestCase(ProcessTestCase):
    """One browser for the class; for each test a thumpd and a page that is live."""

    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.browser.console)  # forgets what this test said
        self.addCleanup(self.browser.open, "about:blank")  # ends its connections
        self.addCleanup(self.browser.close_other_tabs, self.browser.tab())
        self.open()

    def url(self, query=""):
        return f"http://{self.thumpd.host}:{self.thumpd.port}/{query}"

    def open(self, query=""):
        self.browser.open("about:blank")
        self.browser.open(self.url(query))
        self.wait_until_live()

    def wait_until_live(self):
        eventually(lambda: self.text("#state") == "Live", "a live page")

    def text(self, selector="body"):
        return self.browser.evaluate(
            "return document.querySelector(arguments[0])?.innerText", selector)

    def rows(self, selector=".row"):
        """The rows in sight, the newest first."""
        return self.browser.evaluate(
            "return [...document.querySelectorAll(arguments[0])].filter(r => !r.hidden)"
            ".sort((a, b) => b.dataset.number - a.dataset.number).map(r => r.innerText)", selector)

    def wait_for_row(self, text, selector=".row"):
        return eventually(lambda: [row for row in self.rows(selector) if text in row],
                          f"a row with {text!r}")[0]

    def wait_for_text(self, text, selector="body"):
        eventually(lambda: text in (self.text(selector) or ""), f"{text!r} in {selector}")

    def screenshot(self, name):
        """Left in the folder that THUMP_SCREENSHOTS names, for somebody to look at."""
        if folder := os.environ.get("THUMP_SCREENSHOTS"):
            os.makedirs(folder, exist_ok=True)
            self.browser.screenshot(os.path.join(folder, f"{name}.png"))

    def grave_errors(self):
        return [line for line in self.browser.console() if line["level"] == "SEVERE"]


def main():
    if not browser.installed():
        print("skipped: there is no chromium with its driver here")
        sys.exit(SKIPPED)
    unittest.main()
