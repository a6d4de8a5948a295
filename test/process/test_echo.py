"""The WebSocket layer against RFC 6455, through examples/echo: every rule, from both sides of it.

Ordered as the groups of the Autobahn test suite are. The program is named by the environment
variable ECHO.
"""

import http.client
import os
import re
import select
import signal
import struct
import subprocess
import threading
import unittest
import zlib

from thumpd_process import DEADLINE, eventually
from ws_client import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Closed, WebSocket, deflate,
                       encode_frame)

SIZES = (0, 1, 125, 126, 127, 128, 65535, 65536)
MIB = 1 << 20


def text(size):
    return b"*" * size


def close_payload(code, reason=b""):
    return struct.pack("!H", code) + reason


def fragments(opcode, pieces):
    """One message in as many frames as there are pieces."""
    last = len(pieces) - 1
    return [(opcode if i == 0 else CONTINUATION, piece, {"fin": i == last})
            for i, piece in enumerate(pieces)]


def cut(payload, size):
    return [payload[i:i + size] for i in range(0, len(payload), size)] or [b""]


class EchoProcess:
    def __init__(self, listen="127.0.0.1:0", flags=()):
        self.process = subprocess.Popen([os.environ["ECHO"], "--listen", listen, *flags],
                                        stdout=subprocess.PIPE, text=True)
        self.host, port = re.search(
            r"ws://(.+):(\d+)", self.process.stdout.readline()).groups()
        self.port = int(port)

    def connect(self, **kwargs):
        return WebSocket(self.host, self.port, "/", **kwargs)

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class EchoTestCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.echo = EchoProcess()
        cls.addClassCleanup(cls.echo.end)

    def connect(self, **kwargs):
        ws = self.echo.connect(**kwargs)
        self.addCleanup(ws.close)
        return ws

    def exchange(self, sent, expected, code=1000, chop=None):
        """Sends frames, expects frames and then the close with `code`, and the end of the stream.

        A frame is (opcode, payload[, options of encode_frame]). For code 1000 it is this side that
        closes, once all that is expected has come.
        """
        ws = self.connect()
        raw = b"".join(encode_frame(f[0], f[1], **(f[2] if len(f) > 2 else {})) for f in sent)
        for piece in cut(raw, chop or len(raw) or 1):
            ws.socket.sendall(piece)
        for opcode, payload in expected:
            got = ws.receive_frame()
            # Whole payloads make poor messages.
            self.assertEqual((got[0], got[1], len(got[2])), (True, opcode, len(payload)))
            self.assertTrue(got[2] == payload, "another payload")
        if code == 1000:
            ws.send_frame(CLOSE, close_payload(1000))
        self.assert_closed(ws, code)

    def assert_closed(self, ws, code):
        fin, opcode, payload = ws.receive_frame()
        self.assertEqual((fin, opcode), (True, CLOSE), payload[:100])
        self.assertEqual(struct.unpack("!H", payload[:2])[0] if payload else 1005, code,
                         payload[2:].decode())
        with self.assertRaises(Closed):
            ws.receive_frame()

    def echoes(self, sent, *expected, **kwargs):
        self.exchange(sent, expected, **kwargs)

    def fails(self, code, sent, *expected):
        self.exchange(sent, expected, code=code)


class Framing(EchoTestCase):   # group 1
    def test_every_form_of_length(self):
        for opcode in (TEXT, BINARY):
            for size in SIZES:
                with self.subTest(opcode=opcode, size=size):
                    payload = text(size) if opcode == TEXT else b"\xfe" * size
                    self.echoes([(opcode, payload)], (opcode, payload))

    def test_pieces_of_any_size(self):
        for chop in (1, 7, 997):
            with self.subTest(chop=chop):
                self.echoes([(TEXT, text(65536))], (TEXT, text(65536)), chop=chop)

    def test_length_that_is_not_the_shortest(self):
        for head in (b"\x81\xfe" + struct.pack("!H", 125), b"\x81\xff" + struct.pack("!Q", 65535),
                     b"\x81\xff" + struct.pack("!Q", 1 << 63)):
            ws = self.connect()
            ws.socket.sendall(head + b"mask")
            self.assert_closed(ws, 1002)


class PingsAndPongs(EchoTestCase):   # group 2
    def test_ping_is_answered_with_its_payload(self):
        for payload in (b"", b"Hello", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125):
            for chop in (None, 1):
                self.echoes([(PING, payload)], (PONG, payload), chop=chop)

    def test_ping_of_126_bytes_is_refused(self):
        self.fails(1002, [(PING, b"\xfe" * 126)])

    def test_unasked_pong_is_passed_over(self):
        self.echoes([(PONG, b"")])
        self.echoes([(PONG, b"unasked"), (PING, b"x")], (PONG, b"x"))

    def test_many_pings_are_answered_in_order(self):
        pings = [(PING, b"payload-%d" % i) for i in range(100)]
        pongs = [(PONG, payload) for _, payload in pings]
        self.echoes(pings, *pongs)
        self.echoes(pings, *pongs, chop=1)


class ReservedBitsAndOpcodes(EchoTestCase):   # groups 3 and 4
    def test_reserved_bits(self):
        for bits in range(1, 8):
            with self.subTest(bits=bits):
                self.fails(1002, [(TEXT, b"a"), (TEXT, b"b", {"reserved": bits}), (PING, b"")],
                           (TEXT, b"a"))
                self.fails(1002, [(PING, b"b", {"reserved": bits})])
                self.fails(1002, [(CLOSE, b"", {"reserved": bits})])

    def test_reserved_opcodes(self):
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
            with self.subTest(opcode=opcode):
                self.fails(1002, [(TEXT, b"a"), (opcode, b""), (PING, b"")], (TEXT, b"a"))
                self.fails(1002, [(opcode, b"payload")])

    def test_frame_without_mask(self):
        self.fails(1002, [(TEXT, b"a", {"masked": False})])


class Fragmentation(EchoTestCase):   # group 5
    def test_fragments_are_joined(self):
        for opcode in (TEXT, BINARY):
            for pieces in ([b"a", b"b"], [b"", b"", b""], [b"", b"middle", b""], [b"x"] * 5):
                for chop in (None, 1):
                    self.echoes(fragments(opcode, pieces), (opcode, b"".join(pieces)), chop=chop)

    def test_control_frames_between_fragments(self):
        first, second = fragments(TEXT, [b"fragment1", b"fragment2"])
        for chop in (None, 1):
            self.echoes([first, (PING, b"ping"), second],
                        (PONG, b"ping"), (TEXT, b"fragment1fragment2"), chop=chop)
        self.echoes([first, (PONG, b"x"), (PING, b"1"), (PING, b"2"), second],
                    (PONG, b"1"), (PONG, b"2"), (TEXT, b"fragment1fragment2"))

    def test_fragmented_control_frames(self):
        for opcode in (PING, PONG, CLOSE):
            self.fails(1002, [(opcode, b"", {"fin": False}), (CONTINUATION, b"")])

    def test_continuation_of_nothing(self):
        for fin in (True, False):
            self.fails(1002, [(CONTINUATION, b"x", {"fin": fin}), (TEXT, b"Hello")])
        self.fails(1002, fragments(TEXT, [b"a", b"b"]) + [(CONTINUATION, b"c")], (TEXT, b"ab"))

    def test_message_inside_a_message(self):
        for opcode in (TEXT, BINARY):
            self.fails(1002, [(TEXT, b"a", {"fin": False}), (opcode, b"b")])


class Utf8(EchoTestCase):   # group 6
    VALID = ("κόσμε", "\0", "\x7f\x80", "߿ࠀ", "\ud7ff\ue000\ufffd\uffff", "\U00010000\U0010ffff",
             "Hello-µ@ßöäüàá-UTF-8!!", "\ufdd0\ufffe\U0001fffe")
    INVALID = (b"\x80", b"\xbf", b"\x80\xbf\x80", b"\xc0", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf",
               b"\xe0\x9f\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80",
               b"\xf0\x80\x80\xaf", b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80",
               b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff", b"\xfe\xfe\xff",
               b"\xc3\x28", b"\xe2\x28\xa1", b"\xf0\x28\x8c\xbc", b"\xce\xba\xed\xa0\x80edited")
    CUT_SHORT = (b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xce\xba\xe1\xbd")

    def test_valid_text_in_any_pieces(self):
        for valid in self.VALID:
            payload = valid.encode()
            for size in (len(payload), 1, 3):
                with self.subTest(valid, size=size):
                    self.echoes(fragments(TEXT, cut(payload, size)), (TEXT, payload))
            self.echoes([(TEXT, payload)], (TEXT, payload), chop=1)

    def test_invalid_text(self):
        for invalid in self.INVALID + self.CUT_SHORT:
            with self.subTest(invalid):
                self.fails(1007, [(TEXT, b"before " + invalid)])
                self.fails(1007, fragments(TEXT, cut(b"before " + invalid, 1)))

    def test_invalid_bytes_in_a_binary_message(self):
        for invalid in self.INVALID + self.CUT_SHORT:
            self.echoes([(BINARY, invalid)], (BINARY, invalid))

    def test_fault_is_told_at_its_first_byte(self):
        # Neither the message nor the frame is there in full.
        self.fails(1007, [(TEXT, b"\xce\xba", {"fin": False}),
                          (CONTINUATION, b"\xf4\x90", {"fin": False})])
        ws = self.connect()
        ws.socket.sendall(encode_frame(TEXT, b"\xce\xba\xf4\x90\x80\x80 and so on")[:6 + 4])
        self.assert_closed(ws, 1007)


class Closing(EchoTestCase):   # group 7
    VALID = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000,
             4999)
    INVALID = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)

    def test_close_ends_the_conversation(self):
        close = (CLOSE, close_payload(1001))
        for after in ((CLOSE, close_payload(1001)), (PING, b"late"), (TEXT, b"late")):
            self.fails(1001, [(TEXT, b"a"), close, after], (TEXT, b"a"))

    def test_close_inside_a_message(self):
        self.fails(1001, [(TEXT, b"a", {"fin": False}), (CLOSE, close_payload(1001)),
                          (CONTINUATION, b"b")])

    def test_close_after_a_large_message(self):
        self.fails(1001, [(TEXT, text(256 << 10)), (CLOSE, close_payload(1001)), (PING, b"")],
                   (TEXT, text(256 << 10)))

    def test_close_without_a_code(self):
        self.fails(1005, [(CLOSE, b"")])

    def test_half_a_code(self):
        self.fails(1002, [(CLOSE, b"\x03")])

    def test_codes(self):
        for code in self.VALID:
            with self.subTest(code):
                self.fails(code, [(CLOSE, close_payload(code))])
        for code in self.INVALID:
            with self.subTest(code):
                self.fails(1002, [(CLOSE, close_payload(code))])

    def test_reasons(self):
        self.fails(1001, [(CLOSE, close_payload(1001, "Grüße".encode()))])
        self.fails(1001, [(CLOSE, close_payload(1001, b"*" * 123))])
        self.fails(1002, [(CLOSE, close_payload(1001, b"*" * 124))])
        self.fails(1007, [(CLOSE, close_payload(1001, b"\xed\xa0\x80"))])


class Sizes(EchoTestCase):   # groups 9 and 10
    def check(self, opcode, payload, frames=None, chop=None):
        ws = self.connect()
        raw = b"".join(encode_frame(*f[:2], **f[2]) for f in frames or [(opcode, payload, {})])
        for piece in cut(raw, chop or len(raw)):
            ws.socket.sendall(piece)
        self.assertTrue(ws.receive_frame() == (True, opcode, payload))
        self.assertEqual(ws.close_politely(), 1000)

    def test_messages_up_to_16_mib(self):
        for opcode in (TEXT, BINARY):
            for size in (MIB // 16, MIB // 4, MIB, 4 * MIB, 8 * MIB, 16 * MIB):
                with self.subTest(opcode=opcode, size=size):
                    self.check(opcode, text(size))

    def test_message_above_the_limit_is_refused_by_its_head(self):
        ws = self.connect()
        ws.socket.sendall(b"\x82\xff" + struct.pack("!Q", 16 * MIB + 1) + b"mask")
        self.assert_closed(ws, 1009)

    def test_fragmented_messages_of_4_mib(self):
        for size in (64, 256, 1024, 4096, 16384, 65536, MIB, 4 * MIB):
            with self.subTest(fragment=size):
                payload = text(4 * MIB)
                self.check(TEXT, payload, fragments(TEXT, cut(payload, size)))

    def test_chopped_messages_of_1_mib(self):
        for size in (64, 128, 256, 512, 1024, 2048):
            with self.subTest(chop=size):
                self.check(BINARY, text(MIB), chop=size)

    def test_thousand_messages_there_and_back(self):
        for size in (0, 16, 64, 256, 1024, 4096):
            ws = self.connect()
            for _ in range(1000):
                ws.send_frame(TEXT, text(size))
                self.assertTrue(ws.receive_frame() == (True, TEXT, text(size)))
            self.assertEqual(ws.close_politely(), 1000)

    def test_fragments_of_odd_size(self):
        self.check(TEXT, text(65536), fragments(TEXT, cut(text(65536), 1300)))


class Backpressure(EchoTestCase):
    MESSAGE = text(4096)

    def test_peer_that_does_not_read_is_not_read_from(self):
        ws = self.connect(receive_buffer=65536)
        before = self.echo.resident_bytes()
        frame, sent, pending = encode_frame(TEXT, self.MESSAGE), 0, b""
        ws.socket.setblocking(False)
        # Neither side reads when this blocks for good; the pause lets the other side try.
        while select.select([], [ws.socket], [], 0.5)[1]:
            if not pending:
                pending, sent = frame, sent + 1
            pending = pending[ws.socket.send(pending):]
            self.assertLess(sent * len(frame), 64 * MIB, "everything is read, nothing is answered")
        self.assertLess(self.echo.resident_bytes() - before, 4 * MIB)

        ws.socket.settimeout(DEADLINE)
        rest = threading.Thread(target=ws.socket.sendall, args=(pending,))
        rest.start()
        for _ in range(sent):
            self.assertTrue(ws.receive_frame() == (True, TEXT, self.MESSAGE))
        rest.join()
        self.assertEqual(ws.close_politely(), 1000)

    def test_peer_that_is_always_behind_costs_no_more(self):
        # It reads whenever it cannot send, so its replies never run out.
        ws = self.connect(receive_buffer=65536)
        frame, total = encode_frame(BINARY, text(250_000)), 64 * MIB
        before, most, sent, pending = self.echo.resident_bytes(), 0, 0, b""
        ws.socket.setblocking(False)
        while sent < total:
            readable, writable, _ = select.select([ws.socket], [ws.socket], [], DEADLINE)
            self.assertTrue(readable or writable, "nothing moves any more")
            if writable:
                pending = pending or frame
                count = ws.socket.send(pending)
                pending, sent = pending[count:], sent + count
            else:
                ws.socket.recv(16384)
            most = max(most, self.echo.resident_bytes() - before)
        self.assertLess(most, 4 * MIB)


class Compression(EchoTestCase):   # groups 12 and 13
    OFFERS = ("permessage-deflate", "permessage-deflate; client_max_window_bits",
              "permessage-deflate; client_no_context_takeover; client_max_window_bits=9",
              "permessage-deflate; server_no_context_takeover; server_max_window_bits=15",
              "permessage-deflate; server_max_window_bits=8, permessage-deflate")

    def test_messages_of_every_size_come_back_compressed(self):
        for offer in self.OFFERS:
            ws = self.connect(deflate=offer)
            self.assertIn("permessage-deflate", ws.extensions)
            for size in (16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072):
                with self.subTest(offer=offer, size=size):
                    payload = (b'{"op":"publish","at":%d},' % size * size)[:size]
                    for options in ({}, {"level": 0}, {"strategy": zlib.Z_FIXED}):
                        before = ws.payload_bytes
                        ws.send_frame(TEXT, deflate(payload, **options), reserved=4)
                        self.assertTrue(ws.receive_frame() == (True, TEXT, payload))
                        if size >= 64:
                            self.assertLess(ws.payload_bytes - before, size)
            self.assertEqual(ws.close_politely(), 1000)

    def test_fragments_of_any_size(self):
        payload = os.urandom(1000) * 20
        pieces = cut(deflate(payload), 333)
        ws = self.connect(deflate="permessage-deflate")
        for opcode, piece, how in fragments(BINARY, pieces):
            ws.send_frame(opcode, piece, reserved=4 if opcode == BINARY else 0, **how)
        self.assertTrue(ws.receive_frame() == (True, BINARY, payload))

    def test_compressed_and_plain_messages_mix(self):
        ws = self.connect(deflate="permessage-deflate")
        for i in range(100):
            payload = b"%d " % i * 100
            ws.send_frame(TEXT, deflate(payload) if i % 2 else payload, reserved=4 * (i % 2))
            self.assertEqual(ws.receive_frame(), (True, TEXT, payload))

    def test_bit_without_an_agreement(self):
        declined = EchoProcess(flags=["--no-deflate"])
        self.addCleanup(declined.end)
        for echo in (self.echo, declined):
            offer = None if echo is self.echo else "permessage-deflate"
            ws = echo.connect(deflate=offer)
            self.addCleanup(ws.close)
            self.assertEqual(ws.extensions, "")
            ws.send_frame(TEXT, deflate(b"Hello"), reserved=4)
            self.assert_closed(ws, 1002)

    def test_bit_in_the_wrong_place(self):
        for frames in ([(PING, b"", {"reserved": 4})], [(CLOSE, b"", {"reserved": 4})],
                       [(TEXT, b"\xf2\x48\xcd", {"fin": False, "reserved": 4}),
                        (CONTINUATION, b"\xc9\xc9\x07\x00", {"reserved": 4})]):
            ws = self.connect(deflate="permessage-deflate")
            for opcode, payload, how in frames:
                ws.send_frame(opcode, payload, **how)
            self.assert_closed(ws, 1002)


class Process(unittest.TestCase):
    def test_signals_end_it_with_1001(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            echo = EchoProcess()
            self.addCleanup(echo.end)
            ws, silent = echo.connect(), echo.connect()
            self.addCleanup(silent.close)
            ws.send_text("a")
            self.assertEqual(ws.receive_text(), "a")
            echo.process.send_signal(number)
            self.assertEqual(ws.close_code(), 1001)
            ws.close_politely(1001)
            silent.close_politely(1001)
            self.assertEqual(echo.process.wait(DEADLINE), 0)

    def test_what_is_no_websocket_is_told_to_upgrade(self):
        echo = EchoProcess()
        self.addCleanup(echo.end)
        peer = http.client.HTTPConnection(echo.host, echo.port, timeout=DEADLINE)
        self.addCleanup(peer.close)
        peer.request("GET", "/")
        answer = peer.getresponse()
        self.assertEqual((answer.status, answer.headers["Upgrade"]), (426, "websocket"))
        peer.close()
        self.assertEqual(echo.stop(), 0)

    def test_address_in_use_is_told(self):
        echo = EchoProcess()
        self.addCleanup(echo.end)
        address = f"{echo.host}:{echo.port}"
        second = subprocess.run([os.environ["ECHO"], "--listen", address], capture_output=True,
                                text=True, timeout=DEADLINE, check=False)
        self.assertEqual(second.returncode, 1)
        self.assertIn(address, second.stderr)

    def test_connections_leave_nothing_behind(self):
        echo = EchoProcess()
        self.addCleanup(echo.end)
        descriptors = f"/proc/{echo.process.pid}/fd"
        before = len(os.listdir(descriptors))
        for i in range(200):
            ws = echo.connect()
            ws.send_text("1")
            ws.close_politely() if i % 2 else ws.close()
        eventually(lambda: len(os.listdir(descriptors)) == before, "the end of connections")


if __name__ == "__main__":
    unittest.main()
