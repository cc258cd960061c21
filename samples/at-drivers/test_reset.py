"""Tests a small AT driver in Python: does it notice that its modem restarts in the middle of a download?

Run in this folder:  python3 -m unittest test_reset      or:  pytest test_reset.py
It needs nothing but Python and, for the virtual modem, Node.js with `npm install rx-usocket`.
"""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import unittest
from urllib.parse import urlsplit

PAGE = b"".join(b"line %d of a page that is downloaded\r\n" % number for number in range(500))


class ModemReset(Exception):
    """The modem has restarted, so everything that it was told before is forgotten."""


class Driver:
    """The driver under test. A real one would open a serial port; this one takes any connected socket."""

    def __init__(self, line):
        self.line = line
        self.heard = b""

    def command(self, text):
        self.line.sendall(text.encode() + b"\r\n")
        if self.until(rb"(OK|ERROR|FAIL)\r\n")[1] != b"OK":
            raise RuntimeError(f"{text.split('=')[0]} failed")

    def until(self, pattern):
        """Reads up to the end of the first match, and returns the match."""
        while not (match := re.search(pattern, self.heard)):
            if re.search(rb"\r\nready\r\n", self.heard):
                raise ModemReset()
            chunk = self.line.recv(4096)
            if not chunk:
                raise RuntimeError("the line has ended")
            self.heard += chunk
        self.heard = self.heard[match.end():]
        return match

    def join(self, ssid, key):
        self.command("ATE0")
        self.command("AT+CWMODE=1")
        self.command(f'AT+CWJAP="{ssid}","{key}"')

    def download(self, host, request):
        self.command(f'AT+CIPSTART="TCP","{host}",80')
        self.command(f"AT+CIPSEND={len(request)}")
        self.until(b">")
        self.line.sendall(request)
        self.until(b"SEND OK\r\n")
        page = b""
        while (match := self.until(rb"\+IPD,(\d+):|CLOSED\r\n"))[1]:
            length = int(match[1])
            page += self.until(rb"(?s).{%d}" % length)[0]
        return page


class VirtualModem:
    """A virtual modem for one test, and its control line."""

    def __init__(self, *options):
        command = os.environ.get("RX_USOCKET", "npx rx-usocket").split()
        ways = ["--tcp", "0", "--control", "0", "--json", "--quiet"]
        self.process = subprocess.Popen(
            [*command, "emulate", *ways, *options], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started = json.loads(self.process.stdout.readline())
        self.line = self.connect(started["line"])
        self.wire = self.connect(started["control"])
        self.control = self.wire.makefile("rw", encoding="utf-8", newline="\n")
        self.last = 0
        self.answers = {}

    @staticmethod
    def connect(address):
        where = urlsplit(address)
        return socket.create_connection((where.hostname, where.port), timeout=30)

    def send(self, method, **params):
        """Sends a request, and returns its number for `answer`."""
        self.last += 1
        self.control.write(json.dumps({"id": self.last, "method": method, "params": params}) + "\n")
        self.control.flush()
        return self.last

    def answer(self, number):
        while number not in self.answers:
            message = json.loads(self.control.readline())
            if "id" in message:
                self.answers[message["id"]] = message
        answer = self.answers.pop(number)
        if "error" in answer:
            raise AssertionError(answer["error"]["message"])
        return answer["result"]

    def request(self, method, **params):
        return self.answer(self.send(method, **params))

    def close(self):
        for each in (self.control, self.wire, self.line):
            each.close()
        os.killpg(self.process.pid, signal.SIGTERM)  # npx does not pass a signal on to the modem.
        self.process.wait()
        self.process.stdout.close()


class ResetTest(unittest.TestCase):
    def setUp(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()
        self.modem = VirtualModem("--firmware", "2.2.2", "--baud", "921600", "--latency", "0")
        port = self.server.getsockname()[1]
        self.modem.request("hosts", set={"host.example": f"127.0.0.1:{port}"})
        self.driver = Driver(self.modem.line)
        self.driver.join("my-ssid", "my-password")

    def tearDown(self):
        self.modem.close()
        self.server.close()

    def serve(self):
        try:
            while True:
                peer, _ = self.server.accept()
                with peer:
                    peer.recv(4096)
                    peer.sendall(PAGE)
        except OSError:
            pass  # The modem was reset, or the test is over.

    def test_downloads_a_page(self):
        self.assertEqual(self.driver.download("host.example", b"GET / HTTP/1.0\r\n\r\n"), PAGE)
        heard = self.modem.request("journal", kinds=["heard"])["entries"]
        self.assertIn('AT+CWJAP="my-ssid"…', [entry["text"] for entry in heard])

    def test_notices_a_reset_in_the_middle_of_a_download(self):
        # The reset comes when the modem has printed so many bytes from now on, however fast the driver is.
        order = self.modem.send("fault", kind="reset", when={"printed": 8000})
        with self.assertRaises(ModemReset):
            self.driver.download("host.example", b"GET / HTTP/1.0\r\n\r\n")
        self.assertGreaterEqual(self.modem.answer(order)["cause"]["printed"], 8000)
        self.assertEqual(self.modem.request("state")["links"], [])

    def test_fails_when_the_answer_is_lost_and_says_something_else(self):
        order = self.modem.send("fault", kind="lose-result", when={"heard": "AT+CIPSTART"}, **{"as": "ERROR"})
        with self.assertRaisesRegex(RuntimeError, r"^AT\+CIPSTART failed$"):
            self.driver.download("host.example", b"GET / HTTP/1.0\r\n\r\n")
        self.modem.answer(order)


if __name__ == "__main__":
    unittest.main()
