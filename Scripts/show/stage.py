"""What runs in the namespace: the proxy, and backends that can die and come back."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ADDRESSES = ["10.0.1.10", "10.0.1.11", "10.0.1.12"]

# Answers quickly, for the parts that need many requests.
_QUICK_BACKENDS = "server { " + " ".join(f"listen {address}:3000;" for address in ADDRESSES) + ' return 200 "hello\\n"; keepalive_requests 100000000; }\n'


class Stage:
    """Use with `with`: everything that was started ends with it."""

    def __init__(self, binary):
        self._binary = binary
        self._processes = []
        self._backends = {}

    def __enter__(self):
        self.root = tempfile.mkdtemp(prefix="gatehouse-show-")
        os.chmod(self.root, 0o755)
        os.makedirs(os.path.join(self.root, "etc/certs"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=api.example.com", "-keyout", f"{self.root}/etc/certs/key.pem", "-out", f"{self.root}/etc/certs/cert.pem"],
            check=True, capture_output=True)
        subprocess.run(["mount", "--bind", f"{self.root}/etc", "/etc/nginx"], check=True)
        return self

    def __exit__(self, *_):
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
        for process in self._processes:
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
        subprocess.run(["umount", "/etc/nginx"], check=False)
        shutil.rmtree(self.root, ignore_errors=True)

    def start_proxy(self):
        """The configuration as it is; only where the pid file and the log go is said beside it."""
        return self._gatehouse("proxy", os.path.join(HERE, "scenario.conf"), "10.0.1.1", 443)

    def start_quick_backends(self):
        path = os.path.join(self.root, "quick.conf")
        with open(path, "w") as file:
            file.write(_QUICK_BACKENDS)
        return self._gatehouse("quick", path, ADDRESSES[0], 3000)

    def start_backends(self, *addresses):
        for address in addresses or ADDRESSES:
            self._backends[address] = self._start([sys.executable, os.path.join(HERE, "backend.py"), address])
        for address in addresses or ADDRESSES:
            wait_for(address, 3000)

    def kill_backends(self, *addresses):
        for address in addresses or ADDRESSES:
            self._backends[address].kill()
            self._backends[address].wait()

    def log(self, name):
        with open(os.path.join(self.root, name, "error.log")) as file:
            return file.read()

    def _gatehouse(self, name, configuration, address, port):
        folder = os.path.join(self.root, name)
        os.makedirs(os.path.join(folder, "logs"), exist_ok=True)
        process = self._start(
            [self._binary, "-c", configuration, "-p", folder, "-e", f"{folder}/error.log",
             "-g", f"daemon off; pid {folder}/pid; error_log {folder}/error.log notice;"])
        wait_for(address, port)
        return process

    def _start(self, command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self._processes.append(process)
        return process


def server_process(master, deadline=5):
    """The child of the master that serves. The sockets listen before it exists, so it is waited for."""
    until = time.monotonic() + deadline
    while True:
        with open(f"/proc/{master.pid}/task/{master.pid}/children") as file:
            children = file.read().split()
        if children:
            return int(children[0])
        if time.monotonic() > until:
            raise SystemExit("the master has no server process")
        time.sleep(0.02)


def wait_for(address, port, deadline=5):
    until = time.monotonic() + deadline
    while True:
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise SystemExit(f"nothing listens on {address}:{port}")
            time.sleep(0.02)


def end_of(process, with_signal=signal.SIGQUIT, deadline=15):
    """The exit status after the signal, or None when it did not end in time."""
    process.send_signal(with_signal)
    try:
        return process.wait(deadline)
    except subprocess.TimeoutExpired:
        return None
