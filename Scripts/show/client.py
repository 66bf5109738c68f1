"""Clients of the scenario. They come from 10.0.1.99 and speak TLS to 10.0.1.1:443 as api.example.com."""

import http.client
import json
import re
import socket
import ssl
import threading
import time

NAME, PROXY, SOURCE = "api.example.com", ("10.0.1.1", 443), ("10.0.1.99", 0)
_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_CONTEXT.check_hostname = False
_CONTEXT.verify_mode = ssl.CERT_NONE


def connect(timeout=15):
    stream = socket.create_connection(PROXY, timeout, SOURCE)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _CONTEXT.wrap_socket(stream, server_hostname=NAME)


class Answer:
    def __init__(self, status, body, tls):
        self.status = status
        self.tls = tls
        self._body = body

    @property
    def backend(self):
        return json.loads(self._body)["name"]

    @property
    def fields(self):
        return {name.lower(): value for name, value in json.loads(self._body)["fields"]}


def get(path="/", fields={}):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(NAME)
    connection.sock = connect()
    tls = connection.sock.version()
    try:
        connection.request("GET", path, headers=fields)
        response = connection.getresponse()
        return Answer(response.status, response.read(), tls)
    finally:
        connection.close()


def at_once(count, path):
    """So many requests at the same time; what failed is None."""
    answers = [None] * count

    def ask(index):
        try:
            answers[index] = get(path)
        except OSError:
            pass

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class KeepAliveLoad(threading.Thread):
    """Requests without a pause over connections that are kept, until `wanted` have finished and `stop` was called."""

    def __init__(self, connections=32):
        super().__init__()
        self.finished = self.failed = self.reconnected = 0
        self._streams = [connect() for _ in range(connections)]
        self._stops = False
        self.failures = {}

    def stop(self):
        self._stops = True
        self.join()

    def run(self):
        while not self._stops:
            waiting = [index for index, stream in enumerate(self._streams) if self._attempt(index, self._ask, stream)]
            for index in waiting:
                self._attempt(index, self._receive, self._streams[index])

    def _attempt(self, index, step, stream):
        """Takes a step; a connection on which it failed is replaced, and the failure counted."""
        try:
            if step(stream):
                return True
            self.reconnected += 1
        except (OSError, ValueError) as problem:
            self.failed += 1
            self.failures[repr(problem)] = self.failures.get(repr(problem), 0) + 1
        stream.close()
        try:
            self._streams[index] = connect()
        except OSError as problem:
            self.failures[repr(problem)] = self.failures.get(repr(problem), 0) + 1
            time.sleep(0.01)
        return False

    def _ask(self, stream):
        stream.sendall(b"GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n")
        return True

    def _receive(self, stream):
        """Returns whether the connection lives on: a server may say that it closes, that is no failure."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more(stream)
        head, _, body = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise ValueError(head.split(b"\r\n")[0])
        length = int(re.search(rb"(?i)content-length: *(\d+)", head).group(1))
        while len(body) < length:
            body += self._more(stream)
        self.finished += 1
        return b"connection: close" not in head.lower()

    def _more(self, stream):
        more = stream.recv(1 << 14)
        if not more:
            raise ValueError("closed without an answer")
        return more
