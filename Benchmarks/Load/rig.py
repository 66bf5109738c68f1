"""The place a run happens in: a temporary folder with files and certificates, free ports, and the origins."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile

import configurations
from contenders import Contender, wait_until_listening, _which

SIZES = {"1k": 1 << 10, "100k": 100 << 10, "10m": 10 << 20}


class Rig:
    """Use with `with`: what was started ends, and what was written is removed, also after an error."""

    def __enter__(self):
        self.is_root = os.geteuid() == 0
        self.root = tempfile.mkdtemp(prefix="gatehouse-bench-")
        os.chmod(self.root, 0o755)
        self.files = self.folder("files")
        for name, size in SIZES.items():
            with open(os.path.join(self.files, name), "wb") as file:
                file.write(b"x" * size)
        self._make_certificate()
        self.ports = self.free_ports("origin", "peer")
        self._log = open(os.path.join(self.root, "log"), "wb")
        self._running = []
        return self

    def __exit__(self, *_):
        for process in reversed(self._running):
            process.stop()
        self._log.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def start_origins(self):
        """nginx serves the files behind the proxies; uploads and echoes end at a peer of our own."""
        path = self.write("origin.conf", configurations.origin(self))
        nginx = _which("nginx")
        if nginx is None:
            raise SystemExit("nginx is needed as the origin behind the proxies: apt-get install nginx")
        self.start(Contender("origin", [nginx, "-p", self.folder("origin"), "-c", path], {"origin": self.ports["origin"]}))
        peer = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py")
        self.start(Contender("peer", [sys.executable, peer, str(self.ports["peer"])], {"peer": self.ports["peer"]}))

    def start(self, process):
        process.start(self._log)
        self._running.append(process)
        wait_until_listening(process)

    def folder(self, name):
        path = os.path.join(self.root, name)
        os.makedirs(path, exist_ok=True)
        return path

    def write(self, name, text):
        path = os.path.join(self.root, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def free_ports(self, *names):
        """Ports nobody listens on now. They are held together while they are looked for, so that they differ."""
        sockets = []
        for _ in names:
            held = socket.socket()
            held.bind(("127.0.0.1", 0))
            sockets.append(held)
        ports = {name: held.getsockname()[1] for name, held in zip(names, sockets)}
        for held in sockets:
            held.close()
        return ports

    def _make_certificate(self):
        """A P-256 certificate made on the spot; HAProxy wants it and its key in one file."""
        self.certificate, self.key, self.combined = (os.path.join(self.root, name) for name in ("cert.pem", "key.pem", "both.pem"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)
        with open(self.combined, "wb") as both:
            for part in (self.certificate, self.key):
                with open(part, "rb") as file:
                    both.write(file.read())
