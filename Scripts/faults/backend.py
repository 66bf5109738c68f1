"""A backend with faults to order: a line on standard input names the fault that begins, `well` ends it.

Answers with its name; writes the paths of the POSTs it carried out to a file, so that one that was carried out twice is found."""

import asyncio
import socket
import struct
import sys

NAME, PORT, POSTS = sys.argv[1], int(sys.argv[2]), open(sys.argv[3], "w", buffering=1)


class Backend:
    def __init__(self):
        self.fault = "well"
        self.writers = set()
        self.server = None
        self.asked = 0

    async def listen(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", PORT, backlog=512, reuse_address=True)

    async def set(self, fault):
        was, self.fault = self.fault, fault
        if fault == "refuse":
            self.server.close()
        if fault in ("refuse", "reset"):
            for writer in list(self.writers):
                reset(writer)
        if was == "refuse":
            await self.listen()

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            while True:
                if self.fault == "reset":
                    return reset(writer)
                head = await reader.readuntil(b"\r\n\r\n")
                await self.answer(head, writer)
        except (OSError, asyncio.IncompleteReadError, EOFError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def answer(self, head, writer):
        self.asked += 1
        fault = self.fault
        if head.startswith(b"POST") and fault in ("well", "slow"):
            POSTS.write(head.split(b" ")[1].decode() + "\n")
        body = NAME.encode()
        good = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        if fault == "reset":
            return reset(writer)
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "drip":
            for byte in good:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.5)
            return
        if fault == "slow":
            await asyncio.sleep(0.3)
        if fault == "garbage":
            good = b"220 mail.example.com ESMTP\r\n\r\n"
        if fault == "short body":
            writer.write(good.replace(b"Content-Length: %d" % len(body), b"Content-Length: 1000"))
            await writer.drain()
            raise EOFError
        if fault == "errors":
            good = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno"
        writer.write(good)
        await writer.drain()


def reset(writer):
    stream = writer.get_extra_info("socket")
    if stream is not None and stream.fileno() >= 0:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def main():
    backend = Backend()
    await backend.listen()
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print("listening", flush=True)
    while line := await orders.readline():
        await backend.set(line.decode().strip())


asyncio.run(main())
