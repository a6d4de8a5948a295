"""CloudEvents 1.0, in and out."""

import json
import unittest

from thumpd_process import ProcessTestCase
from ws_client import WebSocket


class CloudEvents(ProcessTestCase):
    def test_structured_and_batch(self):
        ws = self.websocket()
        one = {"specversion": "1.0", "type": "task.failed", "source": "/s", "id": "ce1",
               "data": {"k": 1}}
        self.thumpd.publish(one, content_type="application/cloudevents+json")
        self.thumpd.publish([one | {"id": "ce2"}, one | {"id": "ce3"}],
                            content_type="application/cloudevents-batch+json")
        events = ws.receive_events(3)
        self.assertEqual([e["id"] for e in events], ["ce1", "ce2", "ce3"])
        self.assertEqual(events[0]["source"], "/s")
        self.assertEqual(events[0]["data"], {"k": 1})

    def test_binary_mode(self):
        ws = self.websocket()
        answer = self.thumpd.request(
            "POST", "/v1/events", b'{"k":1}',
            {"Content-Type": "application/json", "ce-specversion": "1.0", "ce-type": "task.failed",
             "ce-source": "/s", "ce-id": "bin1"})
        self.assertEqual(answer.status, 202, answer)
        event = ws.receive_json()
        self.assertEqual((event["id"], event["type"], event["data"]),
                         ("bin1", "task.failed", {"k": 1}))

    def test_streams_have_the_form_that_is_asked_for(self):
        ws, sse = self.websocket("?format=cloudevents"), self.sse("?format=cloudevents")
        self.thumpd.publish({"type": "task.failed", "id": "x", "source": "/s", "data": {"k": 1}})
        event = ws.receive_json()
        self.assertEqual((event["specversion"], event["id"], event["source"], event["type"]),
                         ("1.0", "x", "/s", "task.failed"))
        self.assertEqual(event["data"], {"k": 1})
        self.assertEqual(json.loads(sse.next_event().data), event)

    def test_subprotocol_of_cloudevents_makes_every_record_one(self):
        ws = WebSocket(self.thumpd.host, self.thumpd.port, "/v1/events",
                       headers={"Sec-WebSocket-Protocol": "cloudevents.json"})
        self.addCleanup(ws.close)
        self.assertEqual(ws.headers["sec-websocket-protocol"], "cloudevents.json")
        welcome = ws.receive_json()
        self.thumpd.publish({"type": "task.failed", "source": "/s"})
        for record in (welcome, ws.receive_json()):
            self.assertEqual(record["specversion"], "1.0")
            for attribute in ("id", "type", "source"):
                self.assertTrue(record[attribute])
        self.assertEqual(welcome["data"]["subscription"]["format"], "cloudevents")


if __name__ == "__main__":
    unittest.main()
