"""What subscribers ask for, and what they are refused."""

import json
import unittest

from thumpd_process import ProcessTestCase
from ws_client import HandshakeRefused


class Filter(ProcessTestCase):
    def publish_some(self):
        for kind in ("task.failed", "task.created", "node.down", "task.step.done"):
            for region in ("eu", "us", "ap"):
                self.thumpd.publish({"type": kind, "metadata": {"region": region, "tier": kind[0]}})
        self.thumpd.publish({"type": "end"})

    def seen(self, ws):
        events = []
        while not events or events[-1]["type"] != "end":
            events.append(ws.receive_json())
        return [(e["type"], e["metadata"]["region"]) for e in events[:-1]]

    def test_patterns_and_metadata_choose(self):
        cases = {
            "?types=task.*,end": {"task.failed", "task.created"},
            "?types=task.>&types=end": {"task.failed", "task.created", "task.step.done"},
            "?types=*.down,end": {"node.down"},
            "?types=%3E": {"task.failed", "task.created", "node.down", "task.step.done"},
        }
        streams = {query: self.websocket(query) for query in cases}
        sse = self.sse("?types=node.*,end")
        self.publish_some()
        for query, expected in cases.items():
            with self.subTest(query=query):
                seen = self.seen(streams[query])
                self.assertEqual({kind for kind, _ in seen}, expected)
                self.assertEqual(len(seen), 3 * len(expected))
        self.assertEqual([e.type for e in sse.next_events(4)], ["node.down"] * 3 + ["end"])

    def test_metadata_same_key_is_or_other_keys_are_and(self):
        ws = self.websocket("?meta.region=eu&meta.region=us&meta.tier=n")
        self.publish_some()
        self.thumpd.publish({"type": "end", "metadata": {"region": "eu", "tier": "n"}})
        self.assertEqual(self.seen(ws), [("node.down", "eu"), ("node.down", "us")])

    def test_welcome_tells_the_effective_options(self):
        ws = self.websocket("?types=task.*&queue=7&overflow=drop_oldest&meta.region=eu")
        self.assertIsInstance(ws.welcome["seq"], int)
        self.assertIn("oldest", ws.welcome)
        self.assertIn("subscriber", ws.welcome)
        told = ws.welcome["subscription"]
        self.assertEqual(told["queue"], 7)
        self.assertEqual(told["overflow"], "drop_oldest")
        self.assertIn("task.*", json.dumps(told))
        self.assertIn("region", json.dumps(told))

    def test_bad_parameter_is_refused_by_name_on_every_transport(self):
        cases = {
            "typo=1": "typo", "queue=0": "queue", "queue=x": "queue", "queue=10001": "queue",
            "queue=-1": "queue", "overflow=maybe": "overflow", "types=a..b": "types",
            "types=%3E.a": "types", "format=xml": "format", "subscribe=perhaps": "subscribe",
            "since=yesterday": "since", "queue=5&queue=6": "queue", "Types=a": "Types",
        }
        for query, name in cases.items():
            with self.subTest(query=query):
                answer = self.thumpd.get(f"/v1/events?{query}", headers={"Accept": "text/event-stream"})
                self.assert_problem(answer, 400, name)
                with self.assertRaises(HandshakeRefused) as refused:
                    self.thumpd.websocket("?" + query)
                self.assertEqual(refused.exception.status, 400)
                self.assertIn(name, refused.exception.body.decode())


if __name__ == "__main__":
    unittest.main()
