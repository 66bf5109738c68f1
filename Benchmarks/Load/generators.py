"""Clients. `wrk` where it can; our own for uploads, new TLS connections, echoes and idle connections."""

import re
import selectors
import socket
import ssl
import subprocess
import threading
import time


_UNUSED = bytearray(1 << 20)


class Load:
    """What a generator achieved: finished requests, and what went wrong."""

    def __init__(self, requests=0, errors=0):
        self.requests = requests
        self.errors = errors


def wrk(url, connections, seconds, *options):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *options, url]
    text = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30).stdout
    load = Load(int(re.search(r"(\d+) requests in", text).group(1)))
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    failed = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    load.errors = (int(refused.group(1)) if refused else 0) + (sum(map(int, failed.groups())) if failed else 0)
    return load


def uploads(port, size, connections, seconds):
    body = b"u" * size
    head = f"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode()

    def exchange(stream):
        stream.sendall(head)
        stream.sendall(body)
        return _answer(stream)

    return _in_threads(connections, seconds, lambda: _connected(port), exchange)


def tls_connections(port, seconds, resumed):
    """A new connection for every request, by four threads; with `resumed` all but the first of a thread reuse its session."""
    context = _tls_context()

    def work(load, until):
        session = None
        while time.monotonic() < until:
            try:
                stream = context.wrap_socket(_connected(port), session=session if resumed else None)
                stream.sendall(b"GET /1k HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                load.errors += not _answer(stream)
                load.errors += resumed and session is not None and not stream.session_reused
                session = session or stream.session
                load.requests += 1
                stream.close()
            except OSError:
                load.errors += 1

    return _threads(4, seconds, work)


def echoes(port, connections, seconds):
    """A masked frame of 64 bytes goes round each connection after the upgrade."""
    frame = b"\x82\xba" + b"mask" + b"e" * 58
    asking = (
        b"GET /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    load = Load()
    selector = selectors.EpollSelector()
    for _ in range(connections):
        stream = _connected(port)
        stream.sendall(asking)
        if not stream.recv(4096).startswith(b"HTTP/1.1 101"):
            return Load(0, 1)
        stream.sendall(frame)
        selector.register(stream, selectors.EVENT_READ)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for key, _ in selector.select(0.2):
            received = key.fileobj.recv(4096)
            if received != frame:
                return Load(load.requests, load.errors + 1)
            load.requests += 1
            key.fileobj.sendall(frame)
    for key in list(selector.get_map().values()):
        key.fileobj.close()
    return load


def idle_connections(port, count, secure):
    """Opens connections that have each had one answer, and returns them."""
    context = _tls_context() if secure else None
    opened = []
    for _ in range(count):
        stream = _connected(port)
        if secure:
            stream = context.wrap_socket(stream)
        stream.sendall(b"GET /1k HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if not _answer(stream):
            raise OSError("no answer on a connection that was to be idle")
        opened.append(stream)
    return opened


def tunnelled(port, origin, path, connections, seconds):
    """Requests of large files through tunnels that stay open. What arrives is looked after every half millisecond and dropped in the
    kernel: the proxy is neither to wait for us nor to be charged for waking us with every segment."""
    asking = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

    def exchange(stream):
        stream.sendall(asking)
        return _drop_answer(stream)

    return _in_threads(connections, seconds, lambda: tunnel(port, origin), exchange)


def idle_tunnels(port, peer, count):
    """Opens tunnels through which something went both ways, and returns them."""
    opened = []
    for _ in range(count):
        stream = tunnel(port, peer)
        stream.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if not _answer(stream):
            raise OSError("no answer through a tunnel that was to be idle")
        opened.append(stream)
    return opened


def tunnel(port, destination):
    """A connection to `destination` on this machine through the proxy; `None`: the proxy leads there by itself."""
    stream = _connected(port)
    if destination is not None:
        stream.sendall(f"CONNECT 127.0.0.1:{destination} HTTP/1.1\r\nHost: 127.0.0.1:{destination}\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            more = stream.recv(4096)
            if not more:
                raise OSError("no tunnel")
            received += more
        if b" 200 " not in received.split(b"\r\n")[0]:
            raise OSError(f"no tunnel: {received[:60]!r}")
    return stream


def _drop_answer(stream):
    """Reads a head, and drops the body as it is."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = stream.recv(1 << 12)
        if not more:
            return False
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    missing = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head).group(1)) - len(body)
    while missing > 0:
        # Linux throws the bytes away without copying them; the threads may share what is never written to.
        count = stream.recv_into(_UNUSED, min(missing, len(_UNUSED)), socket.MSG_TRUNC)
        if count == 0:
            return False
        missing -= count
        time.sleep(0.0005)
    return head.startswith(b"HTTP/1.1 200")


def _in_threads(connections, seconds, connect, exchange):
    def work(load, until):
        try:
            stream = connect()
            while time.monotonic() < until:
                if not exchange(stream):
                    raise OSError("bad answer")
                load.requests += 1
            stream.close()
        except OSError:
            load.errors += 1

    return _threads(connections, seconds, work)


def _threads(count, seconds, work):
    loads = [Load() for _ in range(count)]
    until = time.monotonic() + seconds
    running = [threading.Thread(target=work, args=(load, until)) for load in loads]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return Load(sum(load.requests for load in loads), sum(load.errors for load in loads))


def _connected(port):
    stream = socket.create_connection(("127.0.0.1", port), 10)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream


def _tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _answer(stream):
    """Reads one whole answer with a `Content-Length`. Returns whether it was a 200."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = stream.recv(1 << 16)
        if not more:
            return False
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    missing = (int(length.group(1)) if length else 0) - len(body)
    while missing > 0:
        more = stream.recv(1 << 16)
        if not more:
            return False
        missing -= len(more)
    return head.startswith(b"HTTP/1.1 200")
