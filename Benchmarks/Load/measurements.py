"""What is measured: each row drives one contender for a while and says what it cost."""

import generators

MIB = 1 << 20


class Measurement:
    """A row of the table. `unit` is what a sample means; for MiB per CPU second more is better, else less."""

    def __init__(self, name, unit, aim, sample, without=(), needs=None):
        self.name = name
        self.unit = unit
        self.aim = aim
        self.sample = sample
        self.without = without
        self.needs = needs

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


def _idle(port, first, further):
    """The growth of a fresh process from the first connections to the last: neither what a first connection sets up
    counts, nor is memory at hand that an earlier load has left."""

    def sample(contender, _):
        contender.restart()
        connections = generators.idle_connections(contender.ports[port], first, port == "tls")
        before = contender.resident_kib()
        connections += generators.idle_connections(contender.ports[port], further, port == "tls")
        after = contender.resident_kib()
        for connection in connections:
            connection.close()
        return Sample((after - before) / further, 0)

    return sample
