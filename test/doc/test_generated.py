"""The parts of the documents that are written from the code are up to date."""

import unittest

from generated import PARTS, renewed


class Generated(unittest.TestCase):
    maxDiff = None

    def test_parts_are_up_to_date(self):
        for part in PARTS:
            document, text, wanted = renewed(part)
            with self.subTest(part):
                self.assertEqual(text, wanted,
                                 f"{document} is out of date: ninja -C build docs writes it anew")


if __name__ == "__main__":
    unittest.main()
