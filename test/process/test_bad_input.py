"""Whatever comes in: a clear answer, and the process lives on (each test ends by asking it)."""

import json
import socket
import unittest

from thumpd_process import DEADLINE, ProcessTestCase


class BadBody(ProcessTestCase):
    def refused(self, body, status=400, mentions=(), **kwargs):
        with self.subTest(body=repr(body[:60]) if isinstance(body, (str, bytes)) else body):
            problem = self.assert_problem(self.thumpd.post(body, **kwargs), status, mentions)
            self.assertEqual(self.thumpd.stats()["published"], 0)
            return problem
        return {}

    def test_malformed_json_is_told_its_offset(self):
        for body, offset in (('{"type": "a",}', 13), ('{"type" "a"}', 8), ("{'type':'a'}", 1),
                             ('{"type":"a"} x', 13), ('[{"type":"a"}', 13), ("nonsense", 1)):
            problem = self.refused(body)
            with self.subTest(body=body):
                self.assertIsInstance(problem.get("offset"), int)
                self.assertLessEqual(abs(problem["offset"] - offset), 1)

    def test_empty_body(self):
        for body in ("", " ", "[]"):
            self.refused(body)
        self.refused("\n\n", content_type="application/x-ndjson")

    def test_wrong_type_names_the_field(self):
        for field, value in (("type", 5), ("id", {}), ("message", None), ("timestamp", 5),
                             ("metadata", []), ("source", 1)):
            problem = self.refused({"type": "t"} | {field: value}, mentions=field)
            self.assertEqual(problem["pointer"], f"/{field}")
        problem = self.refused({"type": "t", "metadata": {"n": 5}}, mentions="n")
        self.assertEqual(problem["pointer"], "/metadata/n")
        for body in (5, "text", None, [[{"type": "t"}]]):
            self.refused(json.dumps(body))

    def test_unknown_field_is_named(self):
        for body in ({"type": "t", "mesage": "x"}, {"type": "t", "seq": 5}):
            field = list(body)[1]
            self.assertEqual(self.refused(body, mentions=field)["pointer"], f"/{field}")

    def test_bad_values(self):
        for kind in ("", "a..b", ".a", "a.", "a b", "a\n", "ä", "a" * 256, "a.*", "a/b"):
            self.refused({"type": kind}, mentions="type")
        self.refused({"message": "no type"}, mentions="type")
        self.refused({"type": "t", "id": "x" * 256}, mentions="id")
        self.refused({"type": "t", "id": "a\u0000b"}, mentions="id")
        for stamp in ("yesterday", "2024-05-01", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z"):
            self.refused({"type": "t", "timestamp": stamp}, mentions="timestamp")
        self.refused('{"type":"t","type":"u"}', mentions="type")
        self.refused({"type": "t", "source": "not a uri"}, mentions="source")

    def test_invalid_utf8(self):
        for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
            self.refused(b'{"type":"t","message":"' + bad + b'"}')
            self.refused(b'{"type":"t","data":"' + bad + b'"}')

    def test_deep_nesting(self):
        self.refused('{"type":"t","data":' + "[" * 10_000 + "]" * 10_000 + "}")
        self.refused("[" * 10_000)
        self.refused('{"a":' * 10_000)

    def test_event_over_64_kib(self):
        self.refused({"type": "t", "message": "x" * 65 * 1024}, status=413)
        self.refused([{"type": "t"}, {"type": "t", "data": "x" * 65 * 1024}], status=413)

    def test_event_just_under_64_kib(self):
        ws = self.websocket()
        message = "x" * (63 * 1024)
        self.thumpd.publish({"type": "t", "message": message})
        self.assertEqual(ws.receive_json()["message"], message)

    def test_body_over_1_mib(self):
        body = json.dumps([{"type": "t", "message": "x" * 1000}] * 2100)
        self.assertGreater(len(body), 2 << 20)
        try:
            self.refused(body, status=413)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it need not read what it refuses
        self.assertEqual(self.thumpd.get("/healthz").status, 200)

    def test_body_over_1_mib_is_told_so_before_it_is_sent(self):
        with socket.create_connection((self.thumpd.host, self.thumpd.port), DEADLINE) as peer:
            peer.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 2097152\r\n"
                         b"Expect: 100-continue\r\n\r\n")
            self.assertTrue(peer.recv(65536).startswith(b"HTTP/1.1 413 "))

    def test_unreadable_media_type(self):
        for kind in ("text/plain", "application/xml", "application/jsonp", "nonsense"):
            self.refused({"type": "t"}, status=415, content_type=kind)


class RawTestCase(ProcessTestCase):
    def exchange(self, raw):
        """What comes back until the server closes."""
        with socket.create_connection((self.thumpd.host, self.thumpd.port), DEADLINE) as peer:
            peer.sendall(raw)
            answer = b""
            try:
                while data := peer.recv(65536):
                    answer += data
            except ConnectionResetError:
                pass
            return answer


class TimeOut(RawTestCase):
    config = {"server": {"header_timeout": "1s", "body_timeout": "1s",
                         "idle_timeout": "1s", "drain_timeout": "500ms"}}

    def test_half_sent_request_times_out(self):
        stalled = (b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n",
                   b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n{\"type\":")
        for raw in stalled:
            with self.subTest(raw=raw):
                answer = self.exchange(raw)  # returns only because the server closes
                self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 408 "), answer)

    def test_silent_connection_is_closed(self):
        self.assertEqual(self.exchange(b""), b"")


class BadRequest(RawTestCase):
    def test_head_of_100_kb_is_refused(self):
        answer = self.exchange(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n")
        self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 431 "), answer[:100])

    def test_target_of_100_kb_is_refused(self):
        answer = self.exchange(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertRegex(answer[:13], rb"^$|^HTTP/1.1 4(14|31|00) ")

    def test_what_is_no_http_is_refused(self):
        for raw in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"HELO x\r\n\r\n",
                    b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
                    b"GET / HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n", b"\0" * 1000 + b"\r\n\r\n"):
            with self.subTest(raw=raw[:30]):
                self.assertRegex(self.exchange(raw), rb"^$|^HTTP/1.1 (400|505|501) ")

    def test_smuggling_is_refused(self):
        for fields in (b"Transfer-Encoding: chunked\r\nContent-Length: 5", b"Content-Length: 5, 6",
                       b"Content-Length: 5\r\nContent-Length: 6", b"Transfer-Encoding: blegh",
                       b"Transfer-Encoding: chunked, chunked", b"Content-Length: -5",
                       b"Content-Length: 0x5", b"Content-Length: 99999999999999999999"):
            with self.subTest(fields=fields):
                answer = self.exchange(b"POST /v1/events HTTP/1.1\r\nHost: x\r\n" + fields +
                                       b"\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertRegex(answer, rb"^HTTP/1.1 (400|413|501) ")
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer)


if __name__ == "__main__":
    unittest.main()
