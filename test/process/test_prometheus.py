"""A real Prometheus scrapes a real thumpd: the series arrive, and the dashboard and the alerts in
conf/ ask for what there is."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

from metrics import promtool
from thumpd_process import DEADLINE, Thumpd, eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALERTS = ROOT / "conf/alerts.yml"
DASHBOARD = ROOT / "conf/grafana.json"
SERIES = re.compile(r"\b((?:thump|process)_\w+|up)\b(?:\{([^}]*)\})?")

CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ["{alerts}"]
scrape_configs:
  - job_name: thump
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    """Prometheus with its data in a folder of its own; ends with close()."""

    def __init__(self, target):
        self.folder = tempfile.mkdtemp(prefix="thump-prometheus-")
        config = pathlib.Path(self.folder, "prometheus.yml")
        config.write_text(CONFIG.format(alerts=ALERTS, target=target), "utf-8")
        self.log = pathlib.Path(self.folder, "log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={config}",
                 f"--storage.tsdb.path={self.folder}/data", "--web.listen-address=127.0.0.1:0"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.port = eventually(self.listening_port, "Prometheus' port", 4 * DEADLINE)
        except BaseException:
            self.close()
            raise

    def listening_port(self):
        text = self.log.read_text("utf-8")
        if self.process.poll() is not None:
            raise AssertionError("prometheus has ended:\n" + text)
        found = re.search(r'"Listening on" address=127\.0\.0\.1:(\d+)', text)
        return found and int(found[1])

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, path, **parameters):
        """The `data` of an answer of its HTTP API; None while it does not answer."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?" + urllib.parse.urlencode(
            parameters, doseq=True)
        try:
            with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            if refused.code == 503:
                return None  # it is starting
            raise AssertionError(f"{parameters}: {refused.read().decode()}") from refused
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def query(self, expression):
        return self.ask("query", query=expression)["result"]


def dashboard_expressions():
    """Title and query of all that the dashboard shows, its variables filled in."""
    dashboard = json.loads(DASHBOARD.read_text("utf-8"))
    found = [(panel["title"], target["expr"])
             for panel in dashboard["panels"] for target in panel.get("targets", ())]
    found += [(a["name"], a["expr"]) for a in dashboard["annotations"]["list"]]
    return [(title, expr.replace("$__rate_interval", "1m").replace("$instance", ".*"))
            for title, expr in found]


class Scraped(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for program in ("prometheus", "promtool"):
            if not shutil.which(program):
                raise AssertionError(f"{program} is missing: install Debian's package prometheus")
        cls.thumpd = Thumpd(config={"server": {"drain_timeout": "500ms"}})
        cls.addClassCleanup(cls.thumpd.end)
        cls.reader = cls.thumpd.websocket()
        cls.addClassCleanup(cls.reader.close)
        cls.prometheus = Prometheus(f"{cls.thumpd.host}:{cls.thumpd.port}")
        cls.addClassCleanup(cls.prometheus.close)
        # A rate wants two scrapes with something between them.
        cls.published = 0
        eventually(cls.publish_and_see_the_rate, "a rate in Prometheus", 4 * DEADLINE)

    @classmethod
    def publish_and_see_the_rate(cls):
        cls.thumpd.publish({"type": "task.failed"})
        cls.reader.receive_events(1)
        cls.published += 1
        found = cls.prometheus.ask("query", query="rate(thump_events_published_total[1m]) > 0")
        return found and found["result"]

    def test_target_is_up_without_an_error(self):
        target, = self.prometheus.ask("targets")["activeTargets"]
        self.assertEqual((target["health"], target["lastError"]), ("up", ""))

    def test_values_arrive(self):
        total = eventually(
            lambda: [r for r in self.prometheus.query(
                'thump_events_published_by_type_total{type="task.failed"}')
                if float(r["value"][1]) == self.published], "the last count")
        self.assertEqual(total[0]["metric"]["job"], "thump")
        self.assertEqual(
            float(self.prometheus.query("thump_events_subscribers")[0]["value"][1]), 1)

    def test_types_and_help_are_known(self):
        known = self.prometheus.ask("metadata")
        self.assertEqual(known["thump_events_delivery_duration_seconds"][0]["type"], "histogram")
        self.assertEqual(known["thump_events_subscriber_lag"][0]["type"], "gaugehistogram")
        self.assertTrue(known["thump_events_gaps"][0]["help"])

    def assert_refers_to_what_there_is(self, expression):
        self.assertIsInstance(self.prometheus.query(expression), list)  # it parses
        series = SERIES.findall(expression)
        self.assertTrue(series, expression)
        for name, matchers in series:
            found = self.prometheus.query(f"{name}{{{matchers}}}")
            self.assertTrue(found, f"there is no {name}{{{matchers}}}, of: {expression}")

    def test_every_query_of_the_dashboard_has_its_series(self):
        expressions = dashboard_expressions()
        self.assertGreater(len(expressions), 30)
        for title, expression in expressions:
            with self.subTest(title, expression=expression):
                self.assert_refers_to_what_there_is(expression)

    def test_graphs_are_not_empty(self):
        # What there is nothing of yet: a rate of losses is 0, which is something; a type without
        # events is left out, and nothing was restarted.
        for title, expression in dashboard_expressions():
            if title != "Restarts":
                with self.subTest(title, expression=expression):
                    self.assertTrue(self.prometheus.query(expression))

    def test_dashboard_shows_every_metric_of_the_broker(self):
        shown = {re.sub(r"_bucket$", "", name) for _, expression in dashboard_expressions()
                 for name, _ in SERIES.findall(expression)}
        names = {name for name in self.prometheus.ask("label/__name__/values")
                 if name.startswith("thump_") and not name.endswith(("_gsum", "_gcount", "_sum",
                                                                     "_count"))}
        self.assertEqual({re.sub(r"_bucket$", "", name) for name in names} - shown,
                         {"thump_connections_limit"})

    def test_every_alert_is_evaluated_and_has_its_series(self):
        rules = eventually(
            lambda: self.evaluated_rules(), "the evaluation of every rule")
        self.assertEqual(len(rules), len(re.findall(r"- alert:", ALERTS.read_text("utf-8"))))
        for rule in rules:
            with self.subTest(rule["name"]):
                self.assertEqual((rule["health"], rule.get("lastError", "")), ("ok", ""))
                self.assert_refers_to_what_there_is(rule["query"])
                if rule["labels"]["severity"] != "info":
                    self.assertEqual(rule["state"], "inactive", rule)

    def evaluated_rules(self):
        rules = [rule for group in self.prometheus.ask("rules")["groups"]
                 for rule in group["rules"]]
        return all(rule["health"] != "unknown" for rule in rules) and rules


class Files(unittest.TestCase):
    def test_alerts_are_valid_and_fire_on_what_they_should(self):
        promtool("check", "rules", str(ALERTS))
        promtool("test", "rules", str(ROOT / "test/process/alerts_test.yml"))

    def test_dashboard_is_whole(self):
        dashboard = json.loads(DASHBOARD.read_text("utf-8"))
        panels = dashboard["panels"]
        self.assertEqual(len({p["id"] for p in panels}), len(panels))
        places = set()
        for panel in panels:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & places, f"{panel['title']} overlaps another")
            self.assertLessEqual(place["x"] + place["w"], 24)
            places |= cells
            if panel["type"] != "row":
                self.assertTrue(panel["description"], panel["title"])


if __name__ == "__main__":
    unittest.main()
