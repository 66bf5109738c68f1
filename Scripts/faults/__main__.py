"""The faults, one after the other, twice: with nginx's passive checks alone, and with everything that Gatehouse has."""

import asyncio
import collections
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from load import Load

HERE = os.path.dirname(os.path.abspath(__file__))
FAULTS = ["refuse", "reset", "hang", "drip", "garbage", "short body", "errors", "slow"]
# Seconds: well, then the fault, then well again.
BEFORE, DURING, AFTER = 1, 5, 3
CYCLE = BEFORE + DURING + AFTER

PASSIVE = ""
PROTECTED = """
    health_check uri=/health interval=500ms timeout=400ms match=well;
    outlier_ejection errors=40% slow=3x min=10 max_ejected=50% time=2s;
    retry_budget 30% min=5;
"""
CONFIGURATION = """
worker_processes 2; daemon off; pid {root}/pid; error_log {root}/{name}.log notice;
events {{ }}
http {{
    access_log off;
    match well {{ status 200; body ~ backend; }}
    proxy_connect_timeout 300ms; proxy_read_timeout 1s; proxy_send_timeout 1s;
    upstream group {{ {servers} {protection} }}
    server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://group; }} }}
}}
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [stream.getsockname()[1] for stream in sockets]
    for stream in sockets:
        stream.close()
    return ports


class Stage:
    def __init__(self, binary, name, protection):
        self.root = tempfile.mkdtemp(prefix="gatehouse-faults-")
        self.name = name
        *ports, self.port = free_ports(5)
        self.backends = []
        for number, port in enumerate(ports, 1):
            command = [sys.executable, os.path.join(HERE, "backend.py"), f"backend {number}", str(port), f"{self.root}/posts{number}"]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            process.stdout.readline()
            self.backends.append(process)
        path = f"{self.root}/{name}.conf"
        with open(path, "w") as file:
            servers = " ".join(f"server 127.0.0.1:{port};" for port in ports)
            file.write(CONFIGURATION.format(root=self.root, name=name, servers=servers, protection=protection, port=self.port))
        self.proxy = subprocess.Popen([binary, "-c", path, "-p", self.root, "-e", f"{self.root}/start.log"])
        wait_for(self.port)

    def order(self, fault):
        """The second of the four backends is the one that has the faults."""
        self.backends[1].stdin.write(fault + "\n")
        self.backends[1].stdin.flush()

    def repeated_posts(self):
        carried_out = collections.Counter()
        for number in range(1, 5):
            with open(f"{self.root}/posts{number}") as file:
                carried_out.update(file.read().split())
        return len(carried_out), sum(1 for count in carried_out.values() if count > 1)

    def close(self):
        self.proxy.terminate()
        self.proxy.wait(10)
        for backend in self.backends:
            backend.kill()
            backend.wait()
        shutil.rmtree(self.root, ignore_errors=True)


def wait_for(port):
    until = time.monotonic() + 5
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise SystemExit("the proxy does not listen")
            time.sleep(0.02)


async def play(stage):
    load = Load(stage.port)
    running = asyncio.create_task(load.run(CYCLE * len(FAULTS)))
    await asyncio.sleep(0)
    for number, fault in enumerate(FAULTS):
        for moment, order in ((BEFORE, fault), (BEFORE + DURING, "well")):
            await asyncio.sleep(max(0, load.start + number * CYCLE + moment - time.monotonic()))
            stage.order(order)
    await running
    return load


def seen(second):
    others = sorted((outcome, count) for outcome, count in second.seen.items() if outcome != "200")
    return ", ".join(f"{count} × {outcome}" for outcome, count in others) or "–"


def print_seconds(load):
    print("| second | backend 2 | requests | 200 | other | from backend 2 | slowest |")
    print("| ---: | --- | ---: | ---: | --- | ---: | ---: |")
    for number in range(CYCLE * len(FAULTS)):
        second = load.seconds[number]
        fault, moment = FAULTS[number // CYCLE], number % CYCLE
        state = fault if BEFORE <= moment < BEFORE + DURING else "well"
        print(
            f"| {number} | {state} | {second.count} | {second.seen['200']} | {seen(second)} | {second.backends['backend 2']} |"
            f" {second.slowest * 1000:.0f} ms |")


def summary(load, number):
    seconds = [load.seconds[number * CYCLE + moment] for moment in range(CYCLE)]
    return sum(second.count for second in seconds), sum(second.failed for second in seconds), max(second.slowest for second in seconds)


def main():
    loads, posts = [], []
    for name, protection in (("passive", PASSIVE), ("protected", PROTECTED)):
        stage = Stage(sys.argv[1], name, protection)
        try:
            loads.append(asyncio.run(play(stage)))
            posts.append(stage.repeated_posts())
        finally:
            stage.close()
    with open(os.path.join(HERE, "page.md")) as page:
        print(page.read())
    print("| fault | requests | failed, passive checks only | slowest | requests | failed, all protection | slowest |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for number, fault in enumerate(FAULTS):
        cells = [f"{count} | {failed} | {slowest * 1000:.0f} ms" for count, failed, slowest in (summary(load, number) for load in loads)]
        print(f"| {fault} | {cells[0]} | {cells[1]} |")
    print()
    for what, (count, repeated) in zip(("passive checks only", "all protection"), posts):
        print(f"POSTs carried out, {what}: {count}, of them twice: {repeated}")
    print()
    print_seconds(loads[1])


main()
