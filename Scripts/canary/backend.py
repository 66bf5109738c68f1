"""A version of a service: answers with its name after a few milliseconds. From the moment that its file `fail` exists a share of its
requests fails, as the file says."""

import asyncio
import os
import random
import sys

NAME, PORT, FOLDER = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def failing_share():
    try:
        with open(os.path.join(FOLDER, NAME + ".fail")) as file:
            return float(file.read() or 0)
    except OSError:
        return 0.0


async def serve(reader, writer):
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(random.uniform(0.001, 0.004))
            status = "503 Service Unavailable" if random.random() < failing_share() else "200 OK"
            writer.write(f"HTTP/1.1 {status}\r\nX-Version: {NAME}\r\nContent-Length: 3\r\n\r\n{NAME[:3]}".encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", PORT)
    async with server:
        await server.serve_forever()


asyncio.run(main())
