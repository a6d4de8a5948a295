"""GET /v1/subscribers answers which client is slow; DELETE closes one."""

import json
import unittest

from thumpd_process import ProcessTestCase, eventually

FIELDS = {"id", "transport", "remote", "name", "filter", "overflow", "queue", "connected_at", "lag",
          "gaps", "slow", "ledger"}
LEDGER = {"matched", "delivered", "queued", "dropped", "conflated", "expired"}


class Subscribers(ProcessTestCase):
    config = {"server": {"send_buffer_bytes": 65536, "close_timeout": "1m",
                         "drain_timeout": "500ms"}}

    def delete(self, one, **headers):
        return self.thumpd.request("DELETE", f"/v1/subscribers/{one}", headers=headers)

    def test_each_is_described(self):
        ws = self.websocket("?types=task.*&name=watcher&queue=7&overflow=drop_oldest")
        sse = self.sse("?types=node.down")
        rows = self.thumpd.subscribers()
        for row in rows:
            self.assertEqual(set(row), FIELDS)
            self.assertEqual(set(row["ledger"]), LEDGER)
            self.assertRegex(row["connected_at"], r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")
        first, second = rows
        self.assertEqual((first["id"], first["transport"], first["name"], first["filter"],
                          first["queue"], first["overflow"]),
                         (ws.welcome["subscriber"], "websocket", "watcher", "task.*", 7,
                          "drop_oldest"))
        self.assertEqual(first["remote"], "%s:%d" % ws.socket.getsockname())
        self.assertEqual((second["transport"], second["filter"]), ("sse", "node.down"))
        self.assertEqual(second["remote"], "%s:%d" % sse.socket.getsockname())

    def test_the_slowest_comes_first(self):
        names = ("quick", "slow", "slower", "slowest")
        slow = {name: self.websocket(f"?name={name}&queue={queue}", receive_buffer=4096)
                for name, queue in zip(names, (1, 10, 30, 20))}
        quick = slow.pop("quick")
        for _ in range(40):
            self.thumpd.publish([{"type": "t", "message": "x" * 32_000}])
            while quick.receive_json().get("type") != "t":
                pass
        order = [row["name"] for row in self.thumpd.subscribers("?sort=lag")]
        self.assertEqual(order, ["slower", "slowest", "slow", "quick"])
        rows = self.thumpd.subscribers("?sort=dropped")
        dropped = [row["ledger"]["dropped"] for row in rows]
        self.assertEqual(dropped, sorted(dropped, reverse=True))
        self.assertEqual(rows[0]["name"], "slow")
        self.assertEqual([row["name"] for row in self.thumpd.subscribers("?sort=connected_at")],
                         list(names))
        self.assert_problem(self.thumpd.get("/v1/subscribers?sort=size"), 400, ["sort", "size"])

    def test_closing_a_websocket(self):
        ws, other = self.websocket(), self.websocket()
        answer = self.delete(ws.welcome["subscriber"])
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertEqual(ws.close_code(), 4010)
        self.assertEqual([row["id"] for row in self.thumpd.subscribers()],
                         [other.welcome["subscriber"]])
        self.thumpd.publish({"type": "t"})
        self.assertEqual(other.receive_json()["seq"], 1)
        self.assert_problem(self.delete(ws.welcome["subscriber"]), 404)

    def test_closing_an_event_stream(self):
        sse = self.sse()
        self.thumpd.publish({"type": "t"})
        one = json.loads(sse.welcome.data)["subscriber"]
        self.assertEqual(self.delete(one).status, 204)
        events, complete = sse.rest()
        self.assertEqual([e.type for e in events], ["t"])
        self.assertTrue(complete)

    def test_closing_one_that_reads_nothing_frees_what_it_held(self):
        ws = self.websocket("?queue=1000", receive_buffer=4096)
        for _ in range(20):
            self.thumpd.publish([{"type": "t", "message": "x" * 32_000}])
        queued = self.thumpd.subscribers()[0]["lag"]
        self.assertGreater(queued, 0)
        self.assertEqual(self.delete(ws.welcome["subscriber"]).status, 204)
        self.assertEqual(self.thumpd.subscribers(), [])
        ledger = self.thumpd.stats()["ledger"]
        self.assert_balanced(ledger)
        self.assertEqual(ledger["queued"], 0)
        records, code = ws.receive_until_close()  # what was begun is ended, the rest told as lost
        self.assertEqual(code, 4010)
        *events, gap = records
        received = len(events)
        self.assertEqual([e["seq"] for e in events], list(range(1, received + 1)))
        self.assertEqual((gap["from"], gap["to"]), (received + 1, 20))
        self.assertEqual(gap["reason"], "subscription_ended")
        self.assertEqual((ledger["delivered"], ledger["dropped"]), (received, gap["dropped"]))

    def test_what_is_no_subscriber_cannot_be_closed(self):
        for one in ("0", "99", "-1", "abc", "1x", "", "18446744073709551616", "1/2"):
            with self.subTest(one):
                self.assert_problem(self.delete(one), 404)
        answer = self.thumpd.get("/v1/subscribers/1")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "DELETE, OPTIONS"))

    def test_pages_of_other_origins_close_nobody(self):
        ws = self.websocket()
        one = ws.welcome["subscriber"]
        self.assert_problem(self.delete(one, Origin="https://elsewhere.example"), 403)
        self.assertEqual(len(self.thumpd.subscribers()), 1)
        # A WebSocket that has no subscription is not a subscriber.
        self.websocket("?subscribe=false")
        eventually(lambda: self.thumpd.stats()["connections"] >= 2, "the second connection")
        self.assertEqual([row["id"] for row in self.thumpd.subscribers()], [one])


if __name__ == "__main__":
    unittest.main()
