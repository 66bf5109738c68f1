"""Users who ask again and again, each known by a number that the canary sticks by."""

import asyncio
import collections
import time

Answer = collections.namedtuple("Answer", "time user version status share")


class Clients:
    def __init__(self, port, count, rate):
        self._port, self._count, self._rate = port, count, rate
        self.answers = []
        self.start = time.monotonic()

    async def run(self, seconds):
        """Each of some connections asks for users in turn, so that together they make `rate` requests a second."""
        self.start = time.monotonic()
        connections = 8
        await asyncio.gather(*[self._connection(number, connections, seconds) for number in range(connections)])

    async def _connection(self, number, connections, seconds):
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        gap = connections / self._rate
        asked = 0
        while (now := time.monotonic() - self.start) < seconds:
            due = (asked + number / connections) * gap
            if due > now:
                await asyncio.sleep(due - now)
            user = (asked * connections + number) * 7919 % self._count
            writer.write(f"GET / HTTP/1.1\r\nHost: shop\r\nX-User: user{user}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            await reader.readexactly(int(fields["Content-Length"]))
            self.answers.append(Answer(
                time.monotonic() - self.start, user, fields.get("X-Version", "none"), int(head.split(" ")[1]),
                float(fields.get("X-Share", "0%").rstrip("%"))))
            asked += 1
        writer.close()
