"""The proxies that are compared, as running processes, and what they have cost so far."""

import os
import signal
import subprocess
import time

import configurations


class Contender:
    """One running proxy: starts with `start`, ends with `stop`; knows its CPU time and memory."""

    def __init__(self, name, command, ports, asks_for_tunnels=True):
        self.name = name
        self.ports = ports
        self.asks_for_tunnels = asks_for_tunnels
        self._command = command
        self._process = None

    def start(self, log):
        self._log = log
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def restart(self):
        """A process without a past."""
        self.stop()
        self.start(self._log)
        wait_until_listening(self)

    def stop(self):
        """Asks for a quick stop, and insists after two seconds."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            family = self._family()
            for pid in family:
                _kill(pid)
            self._process.wait()

    @property
    def is_running(self):
        return self._process.poll() is None

    def cpu_seconds(self):
        """CPU time of all threads of all processes of the proxy, user and system."""
        return sum(_thread_seconds(pid) for pid in self._family())

    def resident_kib(self):
        """Resident memory of all processes of the proxy, pages they share counted by share."""
        return sum(_proportional_kib(pid) for pid in self._family())

    def _family(self):
        """The process ids of the master and its children."""
        found, waiting = [], [self._process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += _children(pid)
        return found


def contenders(rig, gatehouse):
    """The contenders that exist on this machine. nginx and Gatehouse read the same configuration."""
    made = []
    for name, program in [("nginx", _which("nginx")), ("gatehouse", gatehouse)]:
        if program:
            ports = rig.free_ports(*(["plain", "tls"] if name == "nginx" else ["plain", "tls", "tunnel"]))
            path = rig.write(f"{name}.conf", configurations.nginx_language(rig, name, ports))
            made.append(Contender(name, [program, "-p", rig.folder(name), "-c", path], ports))
    if _which("haproxy"):
        # It opens no tunnels either: a port for each place stands for them.
        ports = rig.free_ports("plain", "tls", "tunnel", "held")
        path = rig.write("haproxy.cfg", configurations.haproxy(rig, ports))
        made.append(Contender("haproxy", [_which("haproxy"), "-db", "-f", path], ports, asks_for_tunnels=False))
    if _which("squid"):
        ports = rig.free_ports("tunnel")
        path = rig.write("squid.conf", configurations.squid(rig, ports))
        made.append(Contender("squid", [_which("squid"), "-N", "-f", path], ports))
    return made


def wait_until_listening(contender, deadline=10):
    import socket

    until = time.monotonic() + deadline
    for port in contender.ports.values():
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > until or not contender.is_running:
                    raise SystemExit(f"{contender.name} does not listen on port {port}")
                time.sleep(0.02)


def _which(program):
    for folder in os.environ.get("PATH", "").split(":") + ["/usr/sbin", "/usr/local/sbin"]:
        path = os.path.join(folder, program)
        if os.access(path, os.X_OK):
            return path
    return None


def _children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def _thread_seconds(pid):
    total = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
    except OSError:
        pass
    return total / 1e9


def _proportional_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
