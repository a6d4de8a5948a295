"""HTTP itself: connections, methods, and the resources beside the events."""

import json
import re
import socket
import unittest

from thumpd_process import DEADLINE, ProcessTestCase

CATALOG = {
    "service.created": ["service_id", "service_name", "replicas"],
    "service.updated": ["service_id", "service_name", "old_replicas", "new_replicas"],
    "service.deleted": ["service_id", "service_name"],
    "task.created": ["task_id", "service_id", "node_id"],
    "task.failed": ["task_id", "service_id", "node_id", "error"],
    "task.completed": ["task_id", "service_id", "exit_code"],
    "node.joined": ["node_id", "node_role", "hostname"],
    "node.left": ["node_id", "node_role"],
    "node.down": ["node_id", "last_seen"],
    "secret.created": ["secret_id", "secret_name"],
    "secret.deleted": ["secret_id", "secret_name"],
    "volume.created": ["volume_id", "volume_name", "driver"],
    "volume.deleted": ["volume_id", "volume_name"],
}


class Connections(ProcessTestCase):
    def test_keep_alive_serves_many_requests_on_one_connection(self):
        connection = self.thumpd.connect()
        connection.connect()
        port = connection.sock.getsockname()
        for i in range(1, 51):
            made = self.thumpd.publish({"type": "t"}, connection=connection)
            self.assertEqual(made[0]["seq"], i)
            self.assertEqual(self.thumpd.get("/healthz", connection=connection).status, 200)
        self.assertEqual(connection.sock.getsockname(), port)
        connection.close()

    def read_all(self, raw):
        with socket.create_connection((self.thumpd.host, self.thumpd.port), DEADLINE) as peer:
            peer.sendall(raw)
            answer = b""
            while data := peer.recv(65536):
                answer += data
            return answer

    def test_pipelined_requests_are_answered_in_order(self):
        raw = b""
        for i in range(64):
            body = b'{"type":"t","id":"p%d"}' % i
            raw += b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        raw += b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = self.read_all(raw)
        self.assertEqual(re.findall(rb'"id":"(p\d+)"', answer), [b"p%d" % i for i in range(64)])
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+)", answer), [b"202"] * 64 + [b"200"])
        self.assertEqual([int(n) for n in re.findall(rb'"seq":(\d+)', answer)], list(range(1, 65)))

    def test_http_1_0_closes_unless_asked_otherwise(self):
        answer = self.read_all(b"GET /healthz HTTP/1.0\r\n\r\n")
        self.assertRegex(answer, rb"^HTTP/1\.[01] 200 ")
        answer = self.read_all(b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
                               b"GET /healthz HTTP/1.0\r\n\r\n")
        self.assertEqual(len(re.findall(rb"HTTP/1\.[01] 200 ", answer)), 2)

    def test_chunked_body_is_read(self):
        answer = self.read_all(
            b"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            b"Connection: close\r\n\r\n5\r\n{\"typ\r\n7\r\ne\":\"t\"}\r\n0\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 202 "), answer)

    def test_expect_100_continue(self):
        with socket.create_connection((self.thumpd.host, self.thumpd.port), DEADLINE) as peer:
            peer.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n"
                         b"Expect: 100-continue\r\nConnection: close\r\n\r\n")
            self.assertTrue(peer.recv(65536).startswith(b"HTTP/1.1 100 "))
            peer.sendall(b'{"type":"t"}')
            self.assertTrue(peer.recv(65536).startswith(b"HTTP/1.1 202 "))


class Methods(ProcessTestCase):
    resources = ("/", "/healthz", "/readyz", "/v1/types", "/v1/stats", "/v1/subscribers")

    def test_head_is_get_without_the_body(self):
        for path in self.resources:
            with self.subTest(path=path):
                connection = self.thumpd.connect()
                got = self.thumpd.get(path, connection=connection)
                head = self.thumpd.request("HEAD", path, connection=connection)
                self.assertEqual((got.status, head.status), (200, 200))
                self.assertEqual(head.body, b"")
                self.assertEqual(head.headers["Content-Type"], got.headers["Content-Type"])
                if path != "/v1/stats" and path != "/v1/subscribers":
                    self.assertEqual(head.headers["Content-Length"], got.headers["Content-Length"])
                self.assertEqual(self.thumpd.get("/healthz", connection=connection).status, 200)
                connection.close()

    def test_wrong_method_is_told_the_right_ones(self):
        for path in self.resources:
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                with self.subTest(path=path, method=method):
                    answer = self.thumpd.request(method, path)
                    self.assert_problem(answer, 405)
                    allowed = set(re.split(r"\s*,\s*", answer.headers["Allow"]))
                    self.assertLessEqual({"GET", "HEAD"}, allowed)
                    self.assertNotIn(method, allowed)
        for method in ("PUT", "PATCH", "DELETE"):
            answer = self.thumpd.request(method, "/v1/events")
            self.assert_problem(answer, 405)
            self.assertLessEqual({"GET", "HEAD", "POST"}, set(answer.headers["Allow"].split(", ")))

    def test_unknown_path_is_not_found(self):
        for path in ("/nothing", "/v1", "/v1/event", "/v1/events/", "/V1/events", "/../etc/passwd"):
            with self.subTest(path=path):
                self.assert_problem(self.thumpd.get(path), 404)

    def test_options_answers_a_preflight(self):
        thumpd = self.start(config={"server": {"allowed_origins": ["https://app.example"],
                                               "drain_timeout": "500ms"}})
        preflight = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST",
                     "Access-Control-Request-Headers": "content-type,last-event-id,ce-mine"}
        answer = thumpd.request("OPTIONS", "/v1/events", headers=preflight)
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "https://app.example")
        self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        self.assertIn("content-type", allowed)
        self.assertIn("last-event-id", allowed)
        self.assertIn("ce-mine", allowed)
        strangers = thumpd.request(
            "OPTIONS", "/v1/events", headers=preflight | {"Origin": "https://evil.example"})
        self.assertNotIn("Access-Control-Allow-Origin", strangers.headers)

    def test_pages_of_foreign_origins_may_not_publish(self):
        answer = self.thumpd.request("POST", "/v1/events", b'{"type":"t"}',
                                     {"Origin": "https://evil.example"})
        self.assert_problem(answer, 403)
        own = f"http://{self.thumpd.host}:{self.thumpd.port}"
        answer = self.thumpd.request("POST", "/v1/events", b'{"type":"t"}', {"Origin": own})
        self.assertEqual(answer.status, 202)


class Resources(ProcessTestCase):
    def test_types_are_the_thirteen_of_the_catalog(self):
        answer = self.thumpd.get("/v1/types")
        self.assertEqual(answer.headers.get_content_type(), "application/json")
        types = answer.json()["types"]
        self.assertEqual([t["type"] for t in types], list(CATALOG))
        for entry in types:
            text = json.dumps(entry)
            for key in CATALOG[entry["type"]]:
                self.assertIn(f'"{key}"', text)

    def test_strict_catalog_refuses_other_types(self):
        thumpd = self.start(config={"broker": {"strict_catalog": True}})
        self.assertEqual(thumpd.post({"type": "task.failed"}).status, 202)
        problem = self.assert_problem(thumpd.post({"type": "task.faild"}), 400, "task.faild")
        self.assertEqual((problem["pointer"], problem.get("index")), ("/type", None))
        batch = [{"type": "task.failed"}, {"type": "z"}]
        problem = self.assert_problem(thumpd.post(batch), 400, "'z'")
        self.assertEqual((problem["pointer"], problem["index"]), ("/1/type", 1))
        lines = "\n".join(map(json.dumps, batch))
        problem = self.assert_problem(thumpd.post(lines, "application/x-ndjson"), 400, "'z'")
        self.assertEqual((problem["pointer"], problem["index"]), ("/type", 1))
        self.assertEqual(thumpd.stats()["published"], 1)

    def test_page_that_the_client_has_is_not_sent_again(self):
        tag = self.thumpd.get("/").headers["etag"]
        for known in (tag, f"W/{tag}", f'"x", {tag}', f'"x" ,W/{tag}', "*"):
            with self.subTest(known):
                answer = self.thumpd.get("/", headers={"If-None-Match": known})
                self.assertEqual((answer.status, answer.body), (304, b""))
        for other in ('"x"', tag[:-1], f"{tag[1:-1]}", ""):
            with self.subTest(other):
                self.assertEqual(self.thumpd.get("/", headers={"If-None-Match": other}).status, 200)

    def test_stats_add_up(self):
        ws = self.websocket()
        before = self.thumpd.stats()
        self.assertEqual((before["published"], before["subscribers"]), (0, 1))
        self.thumpd.publish([{"type": "t"}] * 10)
        ws.receive_events(10)
        stats = self.thumpd.stats()
        self.assertEqual((stats["published"], stats["last_seq"], stats["refused"]), (10, 10, 0))
        self.assertEqual(stats["epoch"], ws.welcome["epoch"])
        self.assertEqual(stats["ledger"]["matched"], 10)
        self.assertEqual(stats["ledger"]["delivered"], 10)
        self.assert_balanced(stats["ledger"])

    def test_subscribers_are_listed(self):
        ws, sse = self.websocket("?types=task.*&name=reader"), self.sse("?overflow=drop_oldest")
        self.thumpd.publish([{"type": "task.failed"}, {"type": "other"}])
        ws.receive_events(1), sse.next_events(2)
        rows = {row["transport"]: row for row in self.thumpd.subscribers("?sort=lag")}
        self.assertEqual(set(rows), {"websocket", "sse"})
        row = rows["websocket"]
        self.assertEqual(row["id"], ws.welcome["subscriber"])
        self.assertEqual(row["name"], "reader")
        self.assertIn("task.*", json.dumps(row["filter"]))
        self.assertEqual(row["overflow"], "drop_newest")
        self.assertEqual(row["remote"], "%s:%d" % ws.socket.getsockname())
        self.assertRegex(row["connected_at"], r"^\d{4}-\d\d-\d\dT.*Z$")
        self.assertEqual(row["lag"], 0)
        for transport, count in (("websocket", 1), ("sse", 2)):
            ledger = rows[transport]["ledger"]
            self.assertEqual((ledger["matched"], ledger["delivered"]), (count, count))
            self.assert_balanced(ledger)

    def test_health_and_readiness(self):
        for path in ("/healthz", "/readyz"):
            self.assertEqual(self.thumpd.get(path).status, 200)

    def test_root_is_a_page(self):
        answer = self.thumpd.get("/")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers.get_content_type(), "text/html")
        self.assertIn(b"<html", answer.body.lower())

    def test_unknown_parameter_of_a_resource_is_refused(self):
        self.assert_problem(self.thumpd.get("/v1/subscribers?srt=lag"), 400, "srt")
        self.assert_problem(self.thumpd.get("/v1/subscribers?sort=size"), 400, "sort")
        self.assert_problem(self.thumpd.post({"type": "t"}, path="/v1/events?recipt=full"), 400,
                            "recipt")


if __name__ == "__main__":
    unittest.main()
