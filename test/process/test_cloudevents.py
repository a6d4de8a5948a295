"""CloudEvents 1.0, in and out."""

import json
import unittest

from thumpd_process import ProcessTestCase
from ws_client import HandshakeRefused, WebSocket

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
ONE = {"specversion": "1.0", "type": "task.failed", "source": "/s", "id": "ce1", "data": {"k": 1}}
HEADERS = {"ce-specversion": "1.0", "ce-type": "task.failed", "ce-source": "/s", "ce-id": "bin1"}


class CloudEvents(ProcessTestCase):
    def history(self, query=""):
        return self.thumpd.get("/v1/events?format=cloudevents" + query).json()["events"]

    def cloud_websocket(self, query=""):
        ws = WebSocket(self.thumpd.host, self.thumpd.port, "/v1/events" + query,
                       headers={"Sec-WebSocket-Protocol": "cloudevents.json"})
        self.addCleanup(ws.close)
        self.assertEqual(ws.headers["sec-websocket-protocol"], "cloudevents.json")
        return ws

    def assert_cloud_event(self, record):
        self.assertEqual(record["specversion"], "1.0")
        for attribute in ("id", "type", "source"):
            self.assertTrue(record[attribute])

    # In

    def test_structured_and_batch(self):
        ws = self.websocket()
        self.thumpd.publish(ONE, content_type=STRUCTURED)
        self.thumpd.publish([ONE | {"id": "ce2"}, ONE | {"id": "ce3"}], content_type=BATCH)
        events = ws.receive_events(3)
        self.assertEqual([e["id"] for e in events], ["ce1", "ce2", "ce3"])
        self.assertEqual(events[0]["source"], "/s")
        self.assertEqual(events[0]["data"], {"k": 1})

    def test_an_empty_batch_is_accepted(self):
        answer = self.thumpd.post("[]", content_type=BATCH)
        self.assertEqual((answer.status, answer.json()["accepted"]), (202, 0))

    def test_a_batch_is_checked_as_a_whole(self):
        bad = {k: v for k, v in ONE.items() if k != "source"}
        problem = self.assert_problem(
            self.thumpd.post([ONE, bad], content_type=BATCH), 400, "source")
        self.assertEqual((problem["index"], problem["pointer"]), (1, "/1/source"))
        self.assertEqual(self.history(), [])

    def test_binary_mode(self):
        ws = self.websocket()
        answer = self.thumpd.request(
            "POST", "/v1/events", b'{"k":1}',
            {"Content-Type": "application/json", "ce-subject": "Euro%20%E2%82%AC"} | HEADERS)
        self.assertEqual(answer.status, 202, answer)
        event = ws.receive_json()
        self.assertEqual((event["id"], event["type"], event["data"]),
                         ("bin1", "task.failed", {"k": 1}))
        self.assertEqual(event["metadata"], {"ce-subject": "Euro €"})

    def test_binary_mode_with_what_cannot_be_carried(self):
        def post(body, content_type, **more):
            return self.thumpd.request("POST", "/v1/events", body,
                                       {"Content-Type": content_type} | HEADERS | more)
        answer = post(b"\0\1", "application/octet-stream")
        self.assert_problem_of_type(answer)
        self.assert_problem(post(b"{", "application/json"), 400)
        self.assert_problem(post(b"\xff", "text/plain"), 400)
        self.assert_problem(post(b"1", "application/json", **{"ce-time": "now"}), 400, "ce-time")
        self.assertEqual(self.history(), [])

    def assert_problem_of_type(self, answer):
        self.assert_problem(answer, 415)
        self.assertIn(BATCH, answer.headers["Accept-Post"])

    def test_a_form_that_is_not_read_is_refused(self):
        answer = self.thumpd.post("x", content_type="application/cloudevents+avro")
        self.assert_problem_of_type(answer)

    # Out

    def test_streams_have_the_form_that_is_asked_for(self):
        ws, sse = self.websocket("?format=cloudevents"), self.sse("?format=cloudevents")
        old = self.sse("?format=cloudevents", version="1.0")
        self.thumpd.publish({"type": "task.failed", "id": "x", "source": "/s", "data": {"k": 1}})
        event = ws.receive_json()
        self.assertEqual((event["specversion"], event["id"], event["source"], event["type"]),
                         ("1.0", "x", "/s", "task.failed"))
        self.assertEqual(event["data"], {"k": 1})
        self.assertEqual(event["sequence"], "00000000000000000001")
        self.assertEqual(self.history(), [event])
        for stream in (sse, old):
            record = stream.next_event()
            self.assertEqual(json.loads(record.data), event)
            self.assertEqual((record.type, record.id),
                             ("task.failed", f"{ws.welcome['epoch']}:1"))

    def test_they_are_compressed_where_that_was_agreed_on(self):
        self.thumpd = self.start(config={"server": {"permessage_deflate": True,
                                                    "drain_timeout": "500ms"}})
        streams = [self.websocket(query, deflate="permessage-deflate")
                   for query in ("?format=cloudevents", "")]
        before = streams[0].payload_bytes
        self.thumpd.publish({"type": "a", "data": "x" * 4000})
        self.assertEqual(streams[0].receive_json()["data"], "x" * 4000)
        self.assertLess(streams[0].payload_bytes - before, 1000)
        self.assertEqual(streams[1].receive_json()["seq"], 1)
        streams[0].send_json({"op": "subscribe", "format": "cloudevents", "ref": 1})
        self.assertEqual(streams[0].receive_json()["op"], "subscribed")
        self.thumpd.publish({"type": "b"})
        self.assertEqual(streams[0].receive_json()["specversion"], "1.0")

    def test_forms_do_not_mix_in_a_group(self):
        streams = [self.websocket(), self.websocket("?format=cloudevents"), self.cloud_websocket()]
        streams[2].receive_json()
        for _ in range(3):
            self.thumpd.publish([{"type": "a"}, {"type": "b"}])
        for stream, form in zip(streams, (False, True, True)):
            for record in (stream.receive_json() for _ in range(6)):
                self.assertEqual("specversion" in record, form)

    def test_message_and_metadata_are_in_the_data(self):
        self.thumpd.publish({"type": "task.failed", "message": "m", "metadata": {"task_id": "t1"},
                             "data": [1]})
        event, = self.history()
        self.assertEqual(event["dataschema"], "urn:thump:event")
        self.assertEqual(event["data"],
                         {"message": "m", "metadata": {"task_id": "t1"}, "data": [1]})
        # Such an event is the same when it is published again.
        self.thumpd.publish(event | {"id": "again"}, content_type=STRUCTURED)
        first, second = self.thumpd.get("/v1/events").json()["events"]
        self.assertEqual({**first, "seq": 2, "id": "again"}, second)

    def test_what_comes_in_goes_out(self):
        sent = [ONE | {"id": "1", "time": "2024-05-01T12:00:00Z", "subject": "s",
                       "dataschema": "https://s.example/1", "datacontenttype": "application/json",
                       "comexampleint": 5, "comexamplebool": True, "comexampletext": "€"},
                ONE | {"id": "2", "time": "2024-05-01T12:00:00Z", "data": "<a/>",
                       "datacontenttype": "text/xml"},
                {k: v for k, v in ONE.items() if k != "data"} |
                {"id": "3", "time": "2024-05-01T12:00:00Z", "data_base64": "AAEC"}]
        self.thumpd.publish(sent, content_type=BATCH)
        received = self.history()
        for number, event in enumerate(received, 1):
            self.assertEqual(event.pop("sequence"), f"{number:020}")
        self.assertEqual(received, sent)

    def test_an_attribute_can_be_subscribed_to(self):
        ws = self.websocket("?meta.ce-subject=wanted")
        self.thumpd.publish([ONE | {"subject": "other"}, ONE | {"id": "x", "subject": "wanted"}],
                            content_type=BATCH)
        self.assertEqual(ws.receive_json()["id"], "x")

    # The subprotocol

    def test_subprotocol_of_cloudevents_makes_every_record_one(self):
        ws = self.cloud_websocket()
        welcome = ws.receive_json()
        self.thumpd.publish({"type": "task.failed", "source": "/s"})
        for record in (welcome, ws.receive_json()):
            self.assert_cloud_event(record)
        self.assertEqual(welcome["type"], "thump.welcome")
        self.assertEqual(welcome["data"]["subscription"]["format"], "cloudevents")
        self.assertNotIn("sequence", welcome)

    def test_a_frame_is_an_event_to_publish(self):
        ws = self.cloud_websocket()
        ws.receive_json()
        ws.send_json(ONE)
        event = ws.receive_json()
        self.assertEqual((event["id"], event["data"]), ("ce1", {"k": 1}))

    def test_requests_are_cloud_events_too(self):
        ws = self.cloud_websocket()
        ws.receive_json()

        def ask(op, data=None):
            request = {"specversion": "1.0", "id": "r", "source": "/me", "type": f"thump.{op}"}
            ws.send_json(request if data is None else request | {"data": data})
            answer = ws.receive_json()
            self.assert_cloud_event(answer)
            return answer

        self.assertEqual(ask("ping", {"ref": [1]})["data"], {"op": "pong", "ref": [1]})
        self.assertEqual(ask("ping")["type"], "thump.pong")
        subscribed = ask("subscribe", {"types": "node.*", "ref": 1})
        self.assertEqual(subscribed["type"], "thump.subscribed")
        self.assertEqual(subscribed["data"]["subscription"]["format"], "cloudevents")
        for event in (ONE | {"id": "mine"}, {"type": "task.failed", "id": "mine"}):
            answer = ask("publish", {"event": event, "ref": 2})
            self.assertEqual((answer["type"], answer["data"]["id"]), ("thump.published", "mine"))
        self.assertEqual(answer["data"]["seq"], 2)

    def test_faults_are_told_and_the_connection_stays(self):
        ws = self.cloud_websocket()
        ws.receive_json()
        request = {"specversion": "1.0", "id": "r", "source": "/me", "type": "thump.subscribe"}
        for sent, place, ref in (
                ({"type": "task.failed"}, "/specversion", None),
                (ONE | {"id": 5}, "/id", None),
                (ONE | {"id": "x", "data_base64": "AAEC"}, "/data_base64", None),
                (request | {"data": {"format": "thump", "ref": 3}}, "/data/format", 3),
                (request | {"data": {"queue": 0, "ref": 4}}, "/data/queue", 4),
                (request | {"data": []}, "/data", None),
                (request | {"type": "thump.publish", "data": {"event": ONE | {"id": 1}, "ref": 5}},
                 "/data/event/id", 5)):
            with self.subTest(sent=sent):
                ws.send_json(sent)
                answer = ws.receive_json()
                self.assert_cloud_event(answer)
                self.assertEqual(answer["type"], "thump.error")
                self.assertEqual(answer["data"].get("pointer"), place)
                self.assertEqual(answer["data"].get("ref"), ref)
        ws.send_text("{")
        self.assertEqual(ws.receive_json()["data"]["error"], "invalid_json")
        ws.send_json(ONE)
        self.assertEqual(ws.receive_json()["id"], "ce1")

    def test_a_gap_is_a_cloud_event(self):
        self.thumpd.publish({"type": "a"})
        ws = self.cloud_websocket("?since=another:1")
        self.assertEqual(ws.receive_json()["type"], "thump.welcome")
        gap = ws.receive_json()
        self.assert_cloud_event(gap)
        self.assertEqual((gap["type"], gap["data"]["reason"]), ("thump.gap", "cursor_expired"))
        self.assertEqual(ws.receive_json()["type"], "a")

    def test_a_frame_with_specversion_is_one_without_the_subprotocol_too(self):
        ws = self.websocket()
        ws.send_json(ONE)
        event = ws.receive_json()
        self.assertEqual((event["id"], event["seq"]), ("ce1", 1))
        ws.send_json({"op": "publish", "event": ONE | {"id": "ce2"}, "ref": 1})
        self.assertEqual(ws.receive_json(), {"op": "published", "ref": 1, "id": "ce2", "seq": 2})

    def test_a_format_that_contradicts_the_subprotocol_is_refused(self):
        with self.assertRaises(HandshakeRefused) as caught:
            self.cloud_websocket("?format=thump")
        self.assertEqual(caught.exception.status, 400)


if __name__ == "__main__":
    unittest.main()
