"""GET /metrics: what is there, that it is well-formed, and that it says what the ledgers say."""

import pathlib
import re
import unittest

from metrics import OPENMETRICS, Metrics, promtool, read_metrics
from thumpd_process import ProcessTestCase, eventually

CONTRACT = {  # name: type
    "thump_events_published_total": "counter",
    "thump_events_published_by_type_total": "counter",
    "thump_events_subscribers": "gauge",
    "thump_events_subscribers_slow": "gauge",
    "thump_events_dropped_total": "counter",
    "thump_events_delivered_total": "counter",
    "thump_events_gaps_total": "counter",
    "thump_events_buffer_utilization_ratio": "gauge",
    "thump_events_delivery_duration_seconds": "histogram",
    "thump_events_subscriber_lag": "histogram",
    "thump_events_subscriber_duration_seconds": "histogram",
    "thump_build_info": "gauge",
    "process_cpu_seconds_total": "counter",
    "process_resident_memory_bytes": "gauge",
    "process_start_time_seconds": "gauge",
    "process_open_fds": "gauge",
    "process_max_fds": "gauge",
}
MESSAGE = "x" * 32_000


class Forms(ProcessTestCase):
    def test_prometheus_text_is_the_default_and_passes_promtool(self):
        self.thumpd.publish({"type": "service.created"})
        answer = self.thumpd.get("/metrics")
        self.assertEqual(answer.headers["Content-Type"],
                         "text/plain; version=0.0.4; charset=utf-8")
        text = answer.body.decode()
        self.assertEqual(promtool("check", "metrics", text=text), "")
        types = Metrics(text).types
        for name, kind in CONTRACT.items():
            self.assertEqual(types.get(name), kind, name)

    def test_openmetrics_is_given_to_who_prefers_it(self):
        prometheus = (OPENMETRICS + ",application/openmetrics-text;version=0.0.1;q=0.75,"
                      "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
        for accept in (OPENMETRICS, prometheus):
            answer = self.thumpd.get("/metrics", headers={"Accept": accept})
            self.assertEqual(answer.headers["Content-Type"],
                             "application/openmetrics-text; version=1.0.0; charset=utf-8")
            found = Metrics(answer.body.decode(), openmetrics=True)
            self.assertEqual(found.types["thump_events_published"], "counter")
            self.assertEqual(found.types["thump_events_subscriber_lag"], "gaugehistogram")
            self.assertEqual(found.types["thump_build"], "info")
            self.assertEqual(found.units["thump_events_delivery_duration_seconds"], "seconds")
            self.assertEqual(found.value("thump_events_published_total"), 0)

    def test_whatever_is_accepted_there_is_an_answer(self):
        for accept in ("text/html", "application/json", "*/*", "text/plain;q=0.9," + OPENMETRICS
                       + ";q=0.1", "application/vnd.google.protobuf"):
            answer = self.thumpd.get("/metrics", headers={"Accept": accept})
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"), accept)

    def test_head_and_wrong_method(self):
        head = self.thumpd.request("HEAD", "/metrics")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertGreater(int(head.headers["Content-Length"]), 1000)
        answer = self.thumpd.post({}, path="/metrics")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD, OPTIONS"))


class Documented(ProcessTestCase):
    def test_operations_names_every_metric_and_no_other(self):
        document = pathlib.Path(__file__).resolve().parents[2] / "doc/operations.md"
        named = set(re.findall(r"`((?:thump|process)_\w+)", document.read_text("utf-8")))
        self.assertEqual(set(read_metrics(self.thumpd).types), named)


class Figures(ProcessTestCase):
    def test_series_do_not_depend_on_what_peers_send(self):
        def series(found):
            return {(name, labels) for name, all_labels in found.samples.items()
                    for labels in all_labels}
        before = series(read_metrics(self.thumpd))
        streams = [self.websocket(f"?name=n{i}&types=x{i}.*,>&queue={i + 1}") for i in range(20)]
        for i in range(200):
            self.thumpd.publish({"type": f"x{i}.y", "metadata": {f"k{i}": "v"}})
        self.thumpd.get("/nowhere")
        self.assertEqual(series(read_metrics(self.thumpd)), before)
        self.assertEqual(len(streams), 20)

    def test_events_are_counted_by_type(self):
        for kind, times in (("task.failed", 3), ("node.down", 1), ("own.type", 2), ("task.x", 4)):
            self.thumpd.publish([{"type": kind}] * times)
        found = read_metrics(self.thumpd)
        name = "thump_events_published_by_type_total"
        self.assertEqual(found.value(name, type="task.failed"), 3)
        self.assertEqual(found.value(name, type="node.down"), 1)
        self.assertEqual(found.value(name, type="other"), 6)
        self.assertEqual(found.sum(name), 10)
        self.assertEqual(found.value("thump_events_published_total"), 10)
        self.assertEqual(len(found.samples[name]), 14)

    def test_every_event_has_a_delivery_and_every_write_a_duration(self):
        readers = [self.websocket(), self.sse()]
        for _ in range(10):
            self.thumpd.publish([{"type": "t"}] * 5)
            readers[0].receive_events(5)
        found = read_metrics(self.thumpd)
        delivery = "thump_events_delivery_duration_seconds"
        self.assertEqual(found.value(delivery + "_count"), 50)
        self.assertGreater(found.value(delivery + "_sum"), 0)
        counts = [count for _, count in found.buckets(delivery)]
        self.assertEqual(counts, sorted(counts))
        self.assertEqual(counts[-1], 50)
        # Each of ten turns went to two sockets.
        self.assertEqual(found.value("thump_events_subscriber_duration_seconds_count"), 20)

    def test_process_is_this_process(self):
        found = read_metrics(self.thumpd)
        resident = found.value("process_resident_memory_bytes")
        self.assertAlmostEqual(resident, self.thumpd.resident_bytes(), delta=resident / 2)
        self.assertAlmostEqual(found.value("process_open_fds"), self.thumpd.descriptors(), delta=2)
        self.assertGreater(found.value("process_max_fds"), found.value("process_open_fds"))
        self.assertGreater(found.value("process_start_time_seconds"), 1.7e9)
        self.assertGreaterEqual(found.value("process_threads"), 1)
        self.assertEqual(found.value("thump_connections_limit"), 50_000)


class Ledgers(ProcessTestCase):
    """Metrics, /v1/stats and the ledgers of all subscribers agree exactly."""

    config = {"server": {"send_buffer_bytes": 65536, "close_timeout": "1m",
                         "drain_timeout": "500ms"},
              "history": {"max_events": 20}}

    def stall(self, query):
        return self.websocket(query, receive_buffer=4096)

    def load(self, batches=40):
        for _ in range(batches):
            self.thumpd.publish([{"type": "task.failed", "message": MESSAGE}] * 8)

    def assert_agreement(self, retired=()):
        """Adds up the ledgers; `retired`: the last ledgers of subscribers that have gone."""
        rows = self.thumpd.subscribers("?sort=lag")
        stats, found = self.thumpd.stats(), read_metrics(self.thumpd)
        ledgers = [row["ledger"] for row in rows] + list(retired)
        total = {key: sum(ledger[key] for ledger in ledgers) for key in stats["ledger"]}
        self.assertEqual(stats["ledger"], total)
        self.assert_balanced(total)
        for key in ("matched", "delivered"):
            self.assertEqual(found.value(f"thump_events_{key}_total"), total[key])
        self.assertEqual(found.value("thump_events_queued"), total["queued"])
        dropped = {reason: found.value("thump_events_dropped_total", reason=reason)
                   for reason in ("queue_full", "history_overrun", "subscription_ended",
                                  "conflated", "expired")}
        self.assertEqual({k: dropped[k] for k in stats["dropped"]}, stats["dropped"])
        self.assertEqual(sum(stats["dropped"].values()), total["dropped"])
        self.assertEqual((dropped["conflated"], dropped["expired"]),
                         (total["conflated"], total["expired"]))
        for key, name in (("published", "published_total"), ("refused", "refused_total"),
                          ("gaps", "gaps_total"), ("subscribers", "subscribers")):
            self.assertEqual(found.value(f"thump_events_{name}"), stats[key], key)
        self.assertEqual(found.value("thump_events_subscriber_lag_count"), len(rows))
        self.assertEqual(found.value("thump_events_subscriber_lag_sum"), total["queued"])
        self.assertEqual(found.value("thump_events_subscribers_slow"),
                         sum(row["slow"] for row in rows))
        self.assertEqual([row["lag"] for row in rows],
                         sorted((row["lag"] for row in rows), reverse=True))
        return rows, dropped

    def test_they_agree_after_a_load_with_drops_and_after_everyone_has_gone(self):
        readers = {policy: self.stall(f"?overflow={policy}&name={policy}&queue=20")
                   for policy in ("drop_newest", "drop_oldest", "latest")}
        readers["fast"] = self.websocket("?name=fast&queue=1000")
        for _ in range(40):
            self.load(1)
            readers["fast"].receive_events(8)
        rows, dropped = self.assert_agreement()
        self.assertEqual({r["name"] for r in rows if r["slow"]}, {"drop_newest", "drop_oldest"})
        self.assertGreater(dropped["queue_full"], 0)
        self.assertGreater(dropped["conflated"], 0)
        self.assertEqual(dropped["subscription_ended"], 0)

        # One by one they go; what they have not read is lost, and told apart.
        retired, unread = [], 0
        for name, ws in readers.items():
            row = next(r for r in self.thumpd.subscribers() if r["name"] == name)
            ws.close()
            eventually(lambda i=row["id"]: i not in {r["id"] for r in self.thumpd.subscribers()},
                       f"the end of {name}")
            ledger = row["ledger"]
            unread += ledger["queued"]
            retired.append(ledger | {"dropped": ledger["dropped"] + ledger["queued"], "queued": 0})
            _, dropped = self.assert_agreement(retired)
            self.assertEqual(dropped["subscription_ended"], unread)
        self.assertGreater(unread, 0)

    def test_events_that_history_lets_go_of_are_told_apart(self):
        self.load(1)
        ws = self.stall("?since=earliest&overflow=catch_up&queue=1")
        self.load()
        rows, dropped = self.assert_agreement()
        self.assertGreater(dropped["history_overrun"], 0)
        self.assertEqual(dropped["history_overrun"] + dropped["queue_full"],
                         rows[0]["ledger"]["dropped"])
        ws.close()

    def test_reading_on_brings_recovery(self):
        ws = self.stall("?queue=5")
        self.load()
        self.assertEqual(read_metrics(self.thumpd).value("thump_events_subscribers_slow"), 1)
        self.thumpd.post({"type": "end"})
        while ws.receive_json().get("op") != "gap":
            pass
        eventually(lambda: not self.thumpd.subscribers()[0]["slow"], "the recovery")
        rows, _ = self.assert_agreement()
        found = read_metrics(self.thumpd)
        self.assertEqual(found.value("thump_events_gaps_total"), 1)
        self.assertEqual(rows[0]["gaps"], 1)
        # It was waited for at least once; the wait is a write that took its time.
        self.assertGreater(found.value("thump_events_subscriber_duration_seconds_count"), 0)


class LedgersOfThreads(Ledgers):
    """As much when several threads share the sends of a turn."""

    config = Ledgers.config | {"server": Ledgers.config["server"] | {"threads": 2}}


if __name__ == "__main__":
    unittest.main()
