"""The WebSocket's messages and its protocol."""

import struct
import time
import unittest

from thumpd_process import ProcessTestCase, eventually
from ws_client import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, HandshakeRefused


class Messages(ProcessTestCase):
    def test_bare_event_is_published(self):
        publisher, reader = self.websocket("?subscribe=false"), self.websocket()
        publisher.send_text('{"type": "task.failed"}')
        self.assertEqual(reader.receive_json()["type"], "task.failed")

    def test_publish_with_ref_is_answered(self):
        publisher = self.websocket("?subscribe=false")
        for ref in (1, "a", None, {"x": [1]}, True):
            publisher.send_json({"op": "publish", "event": {"type": "t", "id": "i"}, "ref": ref})
            answer = publisher.receive_json()
            self.assertEqual((answer["op"], answer["ref"], answer["id"]), ("published", ref, "i"))
        self.assertEqual(answer["seq"], 5)

    def test_publish_without_ref_is_not_answered(self):
        publisher = self.websocket("?subscribe=false")
        publisher.send_json({"op": "publish", "event": {"type": "t"}})
        publisher.send_json({"op": "ping", "ref": 7})
        self.assertEqual(publisher.receive_json(), {"op": "pong", "ref": 7})

    def test_subscribe_replaces_the_subscription(self):
        ws = self.websocket("?types=a")
        ws.send_json({"op": "subscribe", "types": ["b"], "queue": 9, "ref": 1})
        answer = ws.receive_json()
        self.assertEqual((answer["op"], answer["ref"]), ("subscribed", 1))
        self.assertEqual(answer["subscription"]["queue"], 9)
        self.thumpd.publish([{"type": "a"}, {"type": "b"}])
        self.assertEqual(ws.receive_json()["type"], "b")
        self.assertEqual(self.thumpd.stats()["subscribers"], 1)

    def test_bad_message_is_answered_and_the_connection_stays(self):
        ws = self.websocket("?subscribe=false")
        bad = ("{", "[]", "5", '"x"', "", "{}", '{"op":"dance"}', '{"op":5}',
               '{"op":"publish"}', '{"op":"publish","event":{"type":"no good"}}',
               '{"op":"publish","event":5}', '{"op":"subscribe","queue":0}',
               '{"op":"subscribe","typo":1}', '{"type":"t","x":1}', "[" * 10_000)
        for text in bad:
            with self.subTest(text=text[:40]):
                ws.send_text(text)
                answer = ws.receive_json()
                self.assertEqual((answer["op"], answer["status"]), ("error", 400))
                self.assertTrue(answer["detail"])
        ws.send_json({"op": "publish", "ref": "r", "event": {"type": "t", "metadata": {"n": 1}}})
        answer = ws.receive_json()
        self.assertEqual((answer["op"], answer["ref"]), ("error", "r"))
        ws.send_json({"op": "ping", "ref": 1})
        self.assertEqual(ws.receive_json()["op"], "pong")

    def test_event_over_64_kib_is_refused_and_the_connection_stays(self):
        ws = self.websocket("?subscribe=false")
        ws.send_json({"op": "publish", "ref": 1, "event": {"type": "t", "message": "x" * 66_000}})
        self.assertEqual(ws.receive_json()["status"], 413)
        ws.send_json({"op": "ping", "ref": 1})
        self.assertEqual(ws.receive_json()["op"], "pong")

    def test_subprotocol_is_chosen(self):
        ws = self.websocket(headers={"Sec-WebSocket-Protocol": "other, thump.v1.json"})
        self.assertEqual(ws.headers["sec-websocket-protocol"], "thump.v1.json")
        ws = self.websocket()
        self.assertNotIn("sec-websocket-protocol", ws.headers)

    def test_publisher_only_is_no_subscriber(self):
        self.websocket("?subscribe=false")
        self.assertEqual(self.thumpd.stats()["subscribers"], 0)


class Protocol(ProcessTestCase):
    def test_close_is_answered(self):
        for code in (1000, 1001, 3000, 4999):
            self.assertEqual(self.thumpd.websocket().close_politely(code), code)
        eventually(lambda: self.thumpd.stats()["subscribers"] == 0, "the end of subscriptions")

    def test_ping_is_answered_with_its_payload(self):
        ws = self.websocket()
        ws.send_frame(PING, b"payload")
        self.assertEqual(ws.receive_frame(), (True, PONG, b"payload"))

    def test_fragments_make_one_message_with_a_ping_between(self):
        ws = self.websocket("?subscribe=false")
        ws.send_frame(TEXT, b'{"op":"pi', fin=False)
        ws.send_frame(PING, b"x")
        ws.send_frame(CONTINUATION, b'ng","ref":1}')
        self.assertEqual(ws.receive_frame(), (True, PONG, b"x"))
        self.assertEqual(ws.receive_json(), {"op": "pong", "ref": 1})

    def test_breaches_are_closed_with_their_code(self):
        breaches = {
            "binary": (1003, lambda ws: ws.send_frame(BINARY, b"x")),
            "unmasked": (1002, lambda ws: ws.send_frame(TEXT, b"{}", masked=False)),
            "reserved bit": (1002, lambda ws: ws.send_frame(TEXT, b"{}", reserved=4)),
            "reserved opcode": (1002, lambda ws: ws.send_frame(0x3, b"x")),
            "long ping": (1002, lambda ws: ws.send_frame(PING, b"x" * 126)),
            "fragmented ping": (1002, lambda ws: ws.send_frame(PING, b"x", fin=False)),
            "stray continuation": (1002, lambda ws: ws.send_frame(CONTINUATION, b"x")),
            "invalid UTF-8": (1007, lambda ws: ws.send_text(b'{"type":"t\xff"}')),
            "too big": (1009, lambda ws: ws.socket.sendall(b"\x81\xff" + struct.pack("!Q", 2 << 20)
                                                          + b"mask")),
            "bad close code": (1002, lambda ws: ws.send_frame(CLOSE, struct.pack("!H", 1005))),
            "short close": (1002, lambda ws: ws.send_frame(CLOSE, b"x")),
        }
        for name, (code, breach) in breaches.items():
            with self.subTest(name):
                ws = self.websocket()
                breach(ws)
                self.assertEqual(ws.close_code(), code)
        eventually(lambda: self.thumpd.stats()["subscribers"] == 0, "the end of subscriptions")

    def test_foreign_origin_is_refused(self):
        with self.assertRaises(HandshakeRefused) as refused:
            self.thumpd.websocket(headers={"Origin": "https://evil.example"})
        self.assertEqual(refused.exception.status, 403)
        self.websocket(headers={"Origin": f"http://{self.thumpd.host}:{self.thumpd.port}"})

    def test_wrong_version_is_told_the_right_one(self):
        with self.assertRaises(HandshakeRefused) as refused:
            self.thumpd.websocket(headers={"Sec-WebSocket-Version": "8"})
        self.assertEqual(refused.exception.status, 426)
        self.assertEqual(refused.exception.head["sec-websocket-version"], "13")


class PingsUnanswered(ProcessTestCase):
    config = {"server": {"ping_interval": "50ms", "pong_timeout": "100ms", "close_timeout": "100ms",
                         "drain_timeout": "500ms"}}

    def test_peer_that_does_not_answer_is_closed(self):
        silent = self.websocket()
        opcodes = []
        while not opcodes or opcodes[-1] != CLOSE:
            _, opcode, payload = silent.receive_frame()
            opcodes.append(opcode)
        self.assertEqual(set(opcodes[:-1]), {PING})
        self.assertEqual(struct.unpack("!H", payload[:2])[0], 4009)


class PingsAnswered(ProcessTestCase):
    # Long enough for a pong from a slow machine.
    config = {"server": {"ping_interval": "50ms", "pong_timeout": "2s", "drain_timeout": "500ms"}}

    def test_peer_that_answers_stays(self):
        ws = self.websocket()
        past_the_timeout = time.monotonic() + 2.5
        while time.monotonic() < past_the_timeout:
            _, opcode, payload = ws.receive_frame()
            self.assertEqual(opcode, PING)
            ws.send_frame(PONG, payload)
        self.thumpd.publish({"type": "t"})
        self.assertEqual(ws.receive_json()["type"], "t")


if __name__ == "__main__":
    unittest.main()
