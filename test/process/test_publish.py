"""Publishing over HTTP, seen live by WebSocket and SSE subscribers."""

import json
import re
import subprocess
import unittest

from thumpd_process import ProcessTestCase, DEADLINE

UUID7 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$")


class Publish(ProcessTestCase):
    def test_curl_reaches_both_kinds_of_subscriber(self):
        ws, sse = self.websocket(), self.sse()
        sent = {"type": "task.failed", "message": "image not found",
                "metadata": {"task_id": "t1", "node_id": "n1"}}
        curl = subprocess.run(
            ["curl", "-sS", "-w", "%{http_code}", "--json", json.dumps(sent),
             f"http://{self.thumpd.host}:{self.thumpd.port}/v1/events"],
            capture_output=True, text=True, timeout=DEADLINE, check=True)
        body, status = curl.stdout[:-3], curl.stdout[-3:]
        self.assertEqual(status, "202")
        answer = json.loads(body)
        self.assertEqual((answer["accepted"], answer["refused"]), (1, 0))
        self.assertEqual(answer["epoch"], ws.welcome["epoch"])

        event = ws.receive_json()
        self.assertEqual({k: event[k] for k in sent}, sent)
        self.assertEqual(event["seq"], 1)
        self.assertEqual(answer["events"], [{"id": event["id"], "seq": 1}])
        self.assertRegex(event["id"], UUID7)
        self.assertRegex(event["timestamp"], TIMESTAMP)

        record = sse.next_event()
        self.assertEqual(record.type, "task.failed")
        self.assertEqual(record.id, f"{answer['epoch']}:1")
        self.assertEqual(json.loads(record.data), event)

    def test_what_the_publisher_gives_is_kept(self):
        ws = self.websocket()
        sent = {"type": "a.b-c.D_9", "id": "mine", "timestamp": "2024-05-01T14:00:00.123456789+02:00",
                "message": "€ 😀 \u2028 \"\\\n\t", "metadata": {"k": "", "ключ": "значение"},
                "source": "/warren/node-1", "data": {"n": [1, 2.50, None, {"x": True}]}}
        self.thumpd.publish(sent)
        event = ws.receive_json()
        self.assertEqual(event.pop("seq"), 1)
        self.assertEqual(event.pop("timestamp"), "2024-05-01T12:00:00.123456789Z")
        del sent["timestamp"]
        self.assertEqual(event, sent)

    def test_data_is_carried_untouched(self):
        ws = self.websocket()
        data = '{"b":1.0,"a":12345678901234567890123,"b":2e400,"e":"\\u00e9"}'
        self.thumpd.publish(f'{{"type":"t","data":{data}}}')
        self.assertIn(f'"data":{data}', ws.receive_text().replace(" ", ""))

    def test_array_is_published_in_order(self):
        ws = self.websocket()
        made = self.thumpd.publish([{"type": "t", "id": str(i)} for i in range(50)])
        self.assertEqual(made, [{"id": str(i), "seq": i + 1} for i in range(50)])
        self.assertEqual([e["id"] for e in ws.receive_events(50)], [str(i) for i in range(50)])

    def test_ndjson_is_published_in_order(self):
        ws = self.websocket()
        body = '{"type":"t","id":"a"}\r\n\n{"type":"t","id":"b"}\n{"type":"t","id":"c"}'
        made = self.thumpd.publish(body, content_type="application/x-ndjson")
        self.assertEqual([m["id"] for m in made], ["a", "b", "c"])
        self.assertEqual([e["id"] for e in ws.receive_events(3)], ["a", "b", "c"])

    def test_no_content_type_is_json(self):
        self.assertEqual(self.thumpd.post({"type": "t"}, content_type=None).status, 202)
        self.assertEqual(
            self.thumpd.post({"type": "t"}, content_type="application/json; charset=utf-8").status,
            202)

    def test_bad_element_keeps_the_whole_batch_out(self):
        ws = self.websocket()
        answer = self.thumpd.post([{"type": "t"}, {"type": "t"}, {"type": "no spaces"}, {"type": "t"}])
        self.assertEqual(self.assert_problem(answer, 400)["index"], 2)
        answer = self.thumpd.post('{"type":"t"}\n{"typ":"t"}\n', content_type="application/x-ndjson")
        self.assertEqual(self.assert_problem(answer, 400, "typ")["index"], 1)
        self.assertEqual(self.thumpd.publish({"type": "first"})[0]["seq"], 1)
        self.assertEqual(ws.receive_json()["type"], "first")

    def test_receipt_counts_subscribers(self):
        self.websocket()
        self.websocket("?types=other")
        receipt, = self.thumpd.publish({"type": "t"}, path="/v1/events?receipt=full")
        self.assertEqual((receipt["matched"], receipt["dropped"]), (1, 0))
        self.assertIn("queued", receipt)

    def test_full_intake_refuses_and_counts(self):
        thumpd = self.start(config={"broker": {"intake_capacity": 10}})
        answer = thumpd.post([{"type": "t", "id": str(i)} for i in range(50)])
        self.assertEqual(answer.status, 202)
        result = answer.json()
        self.assertEqual(result["accepted"] + result["refused"], 50)
        self.assertGreaterEqual(result["accepted"], 10)
        self.assertEqual(thumpd.stats()["refused"], result["refused"])
        self.assertEqual(thumpd.stats()["published"], result["accepted"])


if __name__ == "__main__":
    unittest.main()
