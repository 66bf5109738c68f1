"""What runs during the show: a site, two Gatehouses as forward proxies, and other people's proxies as parents."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

_PROCESS = """
worker_processes 1;
{user}
pid {folder}/{name}.pid;
error_log {folder}/{name}.error.log info;
events {{ }}
http {{
    log_format told '$remote_user|$request|$status|$connection|$http_via|$http_x_forwarded_for|$remote_addr';
    access_log {folder}/{name}.log told;
{content}
}}
"""

_SITE = """
    server {{
        listen 127.0.0.1:{site};
        listen 127.0.0.1:{secure} ssl;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        root {folder}/files;
    }}
"""

_COMMON = "forward_proxy on; forward_guard_allow 127.0.0.0/8; forward_ports 1-65535; forward_connect_ports 1-65535;"

_PROXY = """
    limit_bandwidth_zone $remote_addr zone=rate:32k rate=2m burst=64k;
    limit_conn_zone $remote_user zone=users:32k;
    forward_exit second http://127.0.0.1:{second};
    forward_exit squid http://127.0.0.1:{squid};
    forward_exit dante socks5://127.0.0.1:{dante};
    server {{ listen 127.0.0.1:{plain}; {common} }}
    server {{ listen 127.0.0.1:{tls} ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; {common} }}
    server {{ listen 127.0.0.1:{socks} socks5; {common} }}
    server {{ listen 127.0.0.1:{users}; {common} auth_basic proxy; auth_basic_user_file {folder}/users; auth_delay 100ms; limit_conn users 2; }}
    server {{ listen 127.0.0.1:{slow}; {common} limit_bandwidth rate; }}
    server {{ listen 127.0.0.1:{guarded}; forward_proxy on; }}
    server {{ listen 127.0.0.1:{chain}; {common} forward_via first; forward_rule exit second; }}
    server {{ listen 127.0.0.1:{over_squid}; {common} forward_rule exit squid; }}
    server {{ listen 127.0.0.1:{over_dante}; {common} forward_rule exit dante; }}
"""

_SECOND = "    server {{ listen 127.0.0.1:{second}; {common} forward_via second; }}\n"

_SQUID = """
http_port 127.0.0.1:{squid}
http_access allow all
cache deny all
logformat told %rm %ru %>Hs
access_log stdio:{folder}/squid/access.log told
cache_store_log none
cache_log {folder}/squid/cache.log
coredump_dir {folder}/squid
pid_filename none
pinger_enable off
shutdown_lifetime 0 seconds
"""

_DANTE = """
logoutput: {folder}/dante.log
internal: 127.0.0.1 port = {dante}
external: 127.0.0.1
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: nobody
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 log: error }}
socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 log: error connect }}
"""

_PORTS = ["site", "secure", "plain", "tls", "socks", "users", "slow", "guarded", "chain", "over_squid", "over_dante", "second", "squid", "dante"]


class Stage:
    """Use with `with`: everything that was started ends with it."""

    def __init__(self, binary):
        self._binary = binary
        self._processes = []

    def __enter__(self):
        self.root = tempfile.mkdtemp(prefix="gatehouse-forward-")
        os.chmod(self.root, 0o755)
        os.makedirs(self.path("files"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.path("key.pem"), "-out",
             self.path("cert.pem")], check=True, capture_output=True)
        self.write("users", "ann:{PLAIN}secret\n")
        self.ports = _free_ports(_PORTS)
        self._gatehouse("site", _SITE, "site")
        self._gatehouse("second", _SECOND, "second")
        self._gatehouse("proxy", _PROXY, "plain")
        return self

    def __exit__(self, *_):
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.root, *names)

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def site(self, path, host="localhost"):
        return f"http://{host}:{self.ports['site']}{path}"

    def secure(self, path, host="localhost"):
        return f"https://{host}:{self.ports['secure']}{path}"

    def place(self, port, host="127.0.0.1"):
        return f"{host}:{self.ports[port]}"

    def log(self, name):
        """The lines that a process has written since the last time, as lists of fields."""
        path = self.path(f"{name}.log")
        # A line is written a few milliseconds after its request.
        time.sleep(0.1)
        with open(path) as file:
            lines = file.read().splitlines()
        with open(path, "w"):
            pass
        return [line.split("|") for line in lines]

    def start_squid(self):
        os.makedirs(self.path("squid"), exist_ok=True)
        os.chmod(self.path("squid"), 0o777)
        path = self.write("squid.conf", _SQUID.format(folder=self.root, **self.ports))
        self._start([find("squid"), "-N", "-f", path], "squid")

    def start_dante(self):
        path = self.write("dante.conf", _DANTE.format(folder=self.root, **self.ports))
        self._start([find("danted") or find("sockd"), "-f", path, "-p", self.path("dante.pid")], "dante")

    def _gatehouse(self, name, content, port):
        user = "user root;" if os.geteuid() == 0 else ""
        content = content.format(folder=self.root, common=_COMMON, **self.ports)
        path = self.write(f"{name}.conf", _PROCESS.format(folder=self.root, name=name, user=user, content=content))
        self._start([self._binary, "-p", self.root, "-c", path, "-g", "daemon off;"], port)

    def _start(self, command, port):
        with open(self.path("output"), "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._processes.append(process)
        until = time.monotonic() + 15
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.ports[port]), 1).close()
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    with open(self.path("output"), errors="replace") as log:
                        raise SystemExit(f"{command[0]} does not listen on port {self.ports[port]}:\n{log.read()[-2000:]}") from None
                time.sleep(0.05)


def find(program):
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def _free_ports(names):
    """Held together while they are looked for, so that they differ."""
    sockets = []
    for _ in names:
        held = socket.socket()
        held.bind(("127.0.0.1", 0))
        sockets.append(held)
    ports = {name: held.getsockname()[1] for name, held in zip(names, sockets)}
    for held in sockets:
        held.close()
    return ports
