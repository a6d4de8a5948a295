"""thump history, and tail where it asks for the past."""

import json
import unittest

from cli_process import GAP, OK, CliTestCase


class History(CliTestCase):
    def setUp(self):
        super().setUp()
        for start in range(0, 2500, 100):
            self.thumpd.publish([{"type": "task.failed" if i % 5 == 0 else "t", "id": str(i)}
                                 for i in range(start, start + 100)])

    def ids(self, *args):
        done = self.assert_done(self.thump(*args, "--json"))
        return [int(json.loads(line)["id"]) for line in done.stdout.splitlines()]

    def test_the_newest_by_default(self):
        self.assertEqual(self.ids("history"), list(range(2400, 2500)))
        self.assertEqual(self.ids("history", "--limit", "3"), [2497, 2498, 2499])

    def test_all_pages_of_it(self):
        self.assertEqual(self.ids("history", "--since", "earliest", "--limit", "0"),
                         list(range(2500)))
        self.assertEqual(self.ids("history", "task.failed", "--since", "earliest", "--limit", "0"),
                         list(range(0, 2500, 5)))

    def test_between_two_places(self):
        self.assertEqual(self.ids("history", "--since", "10", "--until", "12"), [10, 11])
        epoch = self.thumpd.stats()["epoch"]
        self.assertEqual(self.ids("history", "--since", f"{epoch}:2498"), [2498, 2499])

    def test_tail_without_following(self):
        self.assertEqual(self.ids("tail", "--no-follow"), list(range(2490, 2500)))
        self.assertEqual(self.ids("tail", "--no-follow", "--since", "2495", "--count", "2"),
                         [2495, 2496])

    def test_tail_from_the_past_into_the_present(self):
        tail = self.running("tail", "--since", "last:3", "--json")
        tail.wait_for_lines(3)
        self.thumpd.publish({"type": "t", "id": "2500"})
        self.assertEqual([json.loads(line)["id"] for line in tail.wait_for_lines(4)],
                         ["2497", "2498", "2499", "2500"])

    def test_tail_until_a_place_ends(self):
        tail = self.running("tail", "--since", "2490", "--until", "2495", "--json")
        self.assertEqual(tail.wait(), OK)
        self.assertEqual([json.loads(line)["seq"] for line in tail.lines], list(range(2491, 2496)))

    def test_a_cursor_of_another_life_is_a_gap(self):
        tail = self.running("tail", "--since", "other:5", "--fail-on-gap")
        self.assertEqual(tail.wait(), GAP)
        self.assertIn("gap: ", tail.errors[0])

    def test_a_cursor_of_another_life_has_no_history(self):
        self.assert_complaint(self.thump("history", "--since", "other:5"), 1, "--since earliest")


if __name__ == "__main__":
    unittest.main()
