"""What is measured: each row drives one contender for a while and says what it cost."""

import time

import generators

MIB = 1 << 20


class Measurement:
    """A row of the table. `unit` is what a sample means; for MiB per CPU second more is better, else less."""

    def __init__(self, name, unit, aim, sample, without=(), needs=None, port="plain"):
        self.name = name
        self.unit = unit
        self.aim = aim
        self.sample = sample
        self.without = without
        self.needs = needs
        self.port = port

    def is_for(self, contender):
        return contender.name not in self.without and self.port in contender.ports

    @property
    def more_is_better(self):
        return self.unit == "MiB/s"


def all_measurements():
    return [
        _per_request("proxy 1 KiB, 64 connections", 0.85, _wrk("plain", "/1k", 64)),
        _per_request("proxy 1 KiB, 512 connections", 0.85, _wrk("plain", "/1k", 512)),
        _per_request("proxy 100 KiB", 0.4, _wrk("plain", "/100k", 32)),
        _bulk("proxy 10 MiB", 4, 10 * MIB, _wrk("plain", "/10m", 4)),
        _bulk("upload 1 MiB", 4, MIB, lambda c, s: generators.uploads(c.ports["plain"], MIB, 8, s), needs=None),
        _per_request("tls 1 KiB", 0.9, _wrk("tls", "/1k", 64)),
        _per_request("tls 100 KiB", None, _wrk("tls", "/100k", 32)),
        _per_request("tls new connection, full", 0.95, lambda c, s: generators.tls_connections(c.ports["tls"], s, False), needs=None),
        _per_request("tls new connection, resumed", 0.95, lambda c, s: generators.tls_connections(c.ports["tls"], s, True), needs=None),
        _per_request("short connections", 0.95, _wrk("plain", "/1k", 64, "-H", "Connection: close")),
        _per_request("static 1 KiB", None, _wrk("plain", "/static/1k", 64), without=("haproxy",)),
        _per_request("websocket echo", None, lambda c, s: generators.echoes(c.ports["plain"], 32, s), needs=None),
        Measurement("idle connection, plain", "KiB", 2, _idle("plain", 200, 2000)),
        Measurement("idle connection, tls", "KiB", 16, _idle("tls", 100, 600)),
        Measurement("tunnel-10m", "MiB/s", 3500, _tunnelled, port="tunnel"),
        Measurement("tunnel-idle", "KiB", None, _idle_tunnels, port="tunnel"),
    ]


class Sample:
    """One figure, and the errors that came with it."""

    def __init__(self, value, errors):
        self.value = value
        self.errors = errors


def _wrk(port, path, connections, *options):
    scheme = "https" if port == "tls" else "http"
    return lambda c, s: generators.wrk(f"{scheme}://127.0.0.1:{c.ports[port]}{path}", connections, s, *options)


def _per_request(name, aim, drive, without=(), needs="wrk"):
    def sample(contender, seconds):
        load, spent = _driven(contender, seconds, drive)
        return Sample(spent * 1e6 / max(load.requests, 1), load.errors)

    return Measurement(name, "µs", aim, sample, without, needs)


def _bulk(name, aim, size, drive, needs="wrk"):
    def sample(contender, seconds):
        load, spent = _driven(contender, seconds, drive)
        return Sample(load.requests * size / MIB / spent, load.errors)

    return Measurement(name, "MiB/s", aim, sample, (), needs)


def _driven(contender, seconds, drive):
    before = contender.cpu_seconds()
    load = drive(contender, seconds)
    return load, contender.cpu_seconds() - before


def _tunnelled(contender, seconds):
    origin = contender.origin_port if contender.asks_for_tunnels else None
    load, spent = _driven(contender, seconds, lambda c, s: generators.tunnelled(c.ports["tunnel"], origin, "/10m", 4, s))
    return Sample(load.requests * 10 / spent, load.errors)


def _idle(port, first, further):
    """The growth of a fresh process from the first connections to the last: neither what a first connection sets up
    counts, nor is memory at hand that an earlier load has left."""

    def open_more(contender, count):
        return generators.idle_connections(contender.ports[port], count, port == "tls")

    return lambda contender, _: _growth(contender, first, further, open_more)


def _idle_tunnels(contender, _):
    """As many as a process with 20,000 descriptors can have."""

    def open_more(contender, count):
        if contender.asks_for_tunnels:
            return generators.idle_tunnels(contender.ports["tunnel"], contender.peer_port, count)
        return generators.idle_tunnels(contender.ports["held"], None, count)

    return _growth(contender, 200, 8600, open_more)


def _growth(contender, first, further, open_more):
    contender.restart()
    connections = open_more(contender, first)
    before = contender.resident_kib()
    connections += open_more(contender, further)
    # What has been at rest for a moment may be stored away.
    time.sleep(0.5)
    after = contender.resident_kib()
    for connection in connections:
        connection.close()
    return Sample((after - before) / further, 0)
