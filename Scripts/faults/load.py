"""Clients that ask at a steady pace, and what they saw in each second."""

import asyncio
import collections
import time

CLIENTS, PAUSE = 20, 0.1


class Second:
    def __init__(self):
        self.seen = collections.Counter()
        self.backends = collections.Counter()
        self.slowest = 0.0

    def add(self, outcome, elapsed, backend=None):
        self.seen[outcome] += 1
        self.slowest = max(self.slowest, elapsed)
        if backend:
            self.backends[backend] += 1

    @property
    def count(self):
        return sum(self.seen.values())

    @property
    def failed(self):
        return self.count - self.seen["200"]


class Load:
    """Each client waits for its answer, then a tenth of a second; every tenth request is a POST."""

    def __init__(self, port):
        self.port = port
        self.seconds = collections.defaultdict(Second)
        self.start = time.monotonic()
        self._posts = 0

    async def run(self, duration):
        self.start = time.monotonic()
        await asyncio.gather(*(self._client(number, self.start + duration) for number in range(CLIENTS)))

    async def _client(self, number, end):
        await asyncio.sleep(PAUSE * number / CLIENTS)
        connection, asked = None, 0
        while time.monotonic() < end:
            asked += 1
            connection = await self._request(connection, asked % 10 == number % 10)
            await asyncio.sleep(PAUSE)
        if connection:
            connection[1].close()

    async def _request(self, connection, is_post):
        began = time.monotonic()
        second = self.seconds[int(began - self.start)]
        try:
            connection = connection or await asyncio.open_connection("127.0.0.1", self.port)
            status, body, lives = await asyncio.wait_for(self._exchange(*connection, is_post), 5)
            second.add(status, time.monotonic() - began, body if status == "200" else None)
            if lives:
                return connection
        except asyncio.TimeoutError:
            second.add("none in 5 s", time.monotonic() - began)
        except (OSError, EOFError, asyncio.IncompleteReadError):
            second.add("cut", time.monotonic() - began)
        except (ValueError, IndexError):
            second.add("malformed", time.monotonic() - began)
        if connection:
            connection[1].close()
        return None

    async def _exchange(self, reader, writer, is_post):
        if is_post:
            self._posts += 1
            writer.write(b"POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" % self._posts)
        else:
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        return head.split(b" ")[1].decode(), body.decode(), b"connection: close" not in head
