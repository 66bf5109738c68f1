"""The origin for what files cannot show: swallows uploads (`/upload`) and echoes after an upgrade (`/echo`)."""

import selectors
import socket
import sys

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# The answer to the key of RFC 6455 §1.3, which our clients send; HAProxy looks at it.
_SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")


class Connection:
    """One connection: reads a head, then either swallows `Content-Length` bytes and answers, or echoes for ever."""

    def __init__(self, stream, scratch):
        self.stream = stream
        self._scratch = scratch
        self._head = b""
        self._remaining = 0
        self._is_echo = False

    def receive(self):
        """Takes what has arrived. Returns false when the connection has ended."""
        count = self.stream.recv_into(self._scratch)
        if count == 0:
            return False
        if self._is_echo:
            self.stream.sendall(self._scratch[:count])
        elif self._remaining > 0:
            self._swallow(count)
        else:
            self._head += bytes(self._scratch[:count])
            self._read_head()
        return True

    def _read_head(self):
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if not end:
            return
        self._head = b""
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])}
        if b"upgrade" in fields:
            self._is_echo = True
            self.stream.sendall(_SWITCHING + rest)
        elif int(fields.get(b"content-length", 0)) == 0:
            self.stream.sendall(_ANSWER)
        else:
            self._remaining = int(fields[b"content-length"])
            self._swallow(len(rest))

    def _swallow(self, count):
        self._remaining -= count
        if self._remaining == 0:
            self.stream.sendall(_ANSWER)


def main():
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096)
    selector = selectors.EpollSelector()
    selector.register(listener, selectors.EVENT_READ, None)
    scratch = memoryview(bytearray(1 << 18))
    while True:
        for key, _ in selector.select():
            if key.data is None:
                stream, _ = listener.accept()
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(stream, selectors.EVENT_READ, Connection(stream, scratch))
                continue
            try:
                lives = key.data.receive()
            except OSError:
                lives = False
            if not lives:
                selector.unregister(key.fileobj)
                key.fileobj.close()


if __name__ == "__main__":
    main()
