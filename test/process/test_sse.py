"""The SSE stream, case by case as WHATWG HTML 9.2 has it."""

import json
import unittest
import urllib.parse

from sse_client import SseStream
from thumpd_process import ProcessTestCase, eventually

INJECTION = "x\nevent: evil\nid: 9\nretry: 1\n\ndata: forged"


class Stream(ProcessTestCase):
    def open(self, path="/v1/events", **kwargs):
        stream = SseStream(self.thumpd.host, self.thumpd.port, path, **kwargs)
        self.addCleanup(stream.close)
        return stream

    def test_headers(self):
        stream = self.open()
        self.assertEqual(stream.status, 200)
        self.assertRegex(stream.headers["content-type"].lower(), r"^text/event-stream(;\s*charset=utf-8)?$")
        self.assertRegex(stream.headers["cache-control"], "no-store|no-cache")
        self.assertNotIn("content-length", stream.headers)
        self.assertEqual(stream.next_event().type, "thump.welcome")
        self.assertFalse(stream.body.startswith("\ufeff".encode()))
        self.assertEqual(stream.retry, 2000)

    def test_welcome_says_where_to_resume_unless_the_reader_did(self):
        welcome = self.sse().welcome
        record = json.loads(welcome.data)
        self.assertEqual(record["seq"], 0)
        self.assertTrue(record["epoch"])
        self.assertEqual(welcome.id, f"{record['epoch']}:0")
        self.thumpd.publish([{"type": "t"}] * 3)
        self.assertEqual(self.sse().welcome.id, f"{record['epoch']}:3")
        self.assertEqual(self.sse("?since=last:2").welcome.id, f"{record['epoch']}:1")
        self.assertEqual(self.sse("?since=1").welcome.id, "")
        resumed = {"Last-Event-ID": f"{record['epoch']}:2"}
        self.assertEqual(self.sse(headers=resumed).welcome.id, "")

    def test_text_arrives_as_it_was_published(self):
        texts = ["x", "a\nb", "a\r\nb", "a\rb", INJECTION, " x", ": not a comment", "", "\ufeff",
                 "€ 😀 \u2028 \u0085", "data: x\n\n", "\n", "\r", "\0"]
        stream = self.sse()
        for seq, text in enumerate(texts, 1):
            with self.subTest(text=text):
                sent = {"type": "t", "id": f"n{seq}", "message": text, "data": text,
                        "metadata": {"k": text}}
                self.thumpd.publish(sent)
                event = stream.next_event()
                self.assertEqual(event.type, "t")
                self.assertEqual(event.id, f"{json.loads(stream.welcome.data)['epoch']}:{seq}")
                got = json.loads(event.data)
                self.assertEqual({k: got[k] for k in sent}, sent)
                self.assertNotIn("\n", event.data)
        self.assertEqual(stream.retry, 2000)

    def test_line_ends_between_the_tokens_of_data_forge_nothing(self):
        stream = self.sse()
        self.thumpd.publish('{"type":"t","data":{"a":\n1,\r\n\r\n"b":\r2}}')
        event = stream.next_event()
        self.assertEqual(json.loads(event.data)["data"], {"a": 1, "b": 2})
        self.assertNotIn("\n", event.data)

    def test_control_characters_in_type_and_id_are_refused(self):
        for bad in ({"type": "t\ndata: forged"}, {"type": "t\rdata: x"},
                    {"type": "t", "id": "1\nretry: 1"}, {"type": "t", "id": "a\0b"}):
            self.assert_problem(self.thumpd.post(bad), 400)

    def test_large_event_arrives_whole_and_larger_is_refused(self):
        stream = self.sse()
        text = "x" * 64_000
        self.thumpd.publish({"type": "t", "data": text})
        self.assertEqual(json.loads(stream.next_event().data)["data"], text)
        self.assert_problem(self.thumpd.post({"type": "t", "data": "y" * (1 << 20)}), 413)
        self.thumpd.publish({"type": "after"})
        self.assertEqual(stream.next_event().type, "after")

    def test_http_1_0_has_no_chunks(self):
        stream = self.open(version="1.0")
        self.assertNotIn("transfer-encoding", stream.headers)
        self.assertEqual(stream.next_event().type, "thump.welcome")
        self.thumpd.publish({"type": "t"})
        self.assertEqual(stream.next_event().type, "t")

    def test_head_is_headers_only(self):
        answer = self.thumpd.request("HEAD", "/v1/events", headers={"Accept": "text/event-stream"})
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers.get_content_type(), "text/event-stream")
        self.assertEqual(self.thumpd.stats()["subscribers"], 0)

    def test_accept_chooses_the_stream(self):
        for accept in ("text/event-stream", "text/*", "text/event-stream;q=0.5, text/html;q=0.1"):
            with self.subTest(accept):
                stream = self.open(headers={"Accept": accept})
                self.assertEqual((stream.status, stream.headers["content-type"].split(";")[0]),
                                 (200, "text/event-stream"))
        answer = self.thumpd.get("/v1/events", headers={"Accept": "image/png"})
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/json"))

    def test_last_event_id_that_is_garbage_breaks_nothing(self):
        for value in ("abc", "7", "-1", str(2**64), "x" * 8000, "é", ":", "a:b:c"):
            with self.subTest(value[:20]):
                stream = self.open(headers={"Last-Event-ID": value.encode().decode("latin-1")})
                self.assertIn(stream.status, (200, 400))
                named = self.open(f"/v1/events?last_event_id={urllib.parse.quote(value[:99])}")
                self.assertEqual(named.status, stream.status)

    def test_last_event_id_that_is_empty_asks_for_nothing(self):
        stream = self.open("/v1/events?types=fresh&last_event_id=", headers={"Last-Event-ID": ""})
        self.assertEqual(stream.next_event().type, "thump.welcome")
        self.thumpd.publish({"type": "fresh"})
        self.assertEqual(json.loads(stream.next_event().data)["type"], "fresh")

    def test_stream_says_that_its_connection_ends_with_it(self):
        stream = self.open()
        self.assertEqual(stream.headers["connection"], "close")

    def test_last_event_id_of_a_browser_goes_before_that_of_its_url(self):
        seqs = [e["seq"] for e in self.thumpd.publish([{"type": "again"}] * 3)]
        epoch = self.thumpd.stats()["epoch"]
        stream = self.open(f"/v1/events?types=again&last_event_id={epoch}:{seqs[0]}",
                           headers={"Last-Event-ID": f"{epoch}:{seqs[1]}"})
        self.assertEqual(stream.status, 200)
        self.assertEqual(stream.next_event().type, "thump.welcome")
        self.assertEqual(json.loads(stream.next_event().data)["seq"], seqs[2])

    def test_nobody_forges_a_control_record(self):
        for kind in ("welcome", "gap", "error"):
            event = {"type": f"thump.{kind}", "data": {"op": kind, "from": 1, "to": 9}}
            self.assert_problem(self.thumpd.post(event), 400, f"thump.{kind}")
        self.thumpd.publish({"type": "thump.bench"})

    def test_last_event_id_of_another_life_is_told_the_loss(self):
        other = self.start().stats()["epoch"]
        stream = self.open(headers={"Last-Event-ID": f"{other}:5"})
        self.assertEqual(stream.status, 200)
        kinds = {}
        for event in stream.next_events(2):
            kinds[event.type] = json.loads(event.data)
        self.assertEqual(set(kinds), {"thump.welcome", "thump.gap"})
        self.assertEqual(kinds["thump.gap"]["reason"], "cursor_expired")

    def test_browser_that_comes_back_is_served(self):
        stream = self.sse()
        self.thumpd.publish({"type": "t"})
        last = stream.next_event().id
        stream.close()
        again = self.sse(headers={"Last-Event-ID": last})
        self.thumpd.publish({"type": "u"})
        self.assertEqual(again.next_event().type, "u")

    def test_pages_of_foreign_origins_may_not_read_it(self):
        stream = self.open(headers={"Origin": "https://evil.example"})
        self.assertIn(stream.status, (200, 403))
        self.assertNotIn("access-control-allow-origin", stream.headers)

    def test_subscriber_that_leaves_is_forgotten(self):
        streams = [self.sse() for _ in range(10)]
        self.assertEqual(self.thumpd.stats()["subscribers"], 10)
        for stream in streams:
            stream.close()
        eventually(lambda: self.thumpd.stats()["subscribers"] == 0, "the end of subscriptions")


class Heartbeat(ProcessTestCase):
    config = {"server": {"heartbeat_interval": "50ms", "drain_timeout": "500ms"}}

    def test_idle_stream_gets_comments_and_no_event(self):
        stream = self.sse()
        for _ in range(3):
            stream.wait_for_comment()
        self.thumpd.publish({"type": "t"})
        self.assertEqual(stream.next_event().type, "t")


if __name__ == "__main__":
    unittest.main()
