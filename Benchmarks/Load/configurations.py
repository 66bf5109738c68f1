"""What the contenders and the origin behind them are told. Everything not said here is left as shipped."""

import os

_NGINX_FRAME = """
daemon off;
worker_processes 1;
{user}
pid {folder}/{name}.pid;
error_log {folder}/{name}.log error;
worker_rlimit_nofile 20000;
events {{ worker_connections 9000; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    keepalive_timeout 300s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    {programs}
{content}
}}
"""

_PROXY = """
    upstream origin {{ server 127.0.0.1:{origin}; keepalive 600; keepalive_requests 100000000; }}
    upstream peer {{ server 127.0.0.1:{peer}; keepalive 600; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{plain} backlog=4096;
        listen 127.0.0.1:{tls} ssl backlog=4096;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:bench:10m;
        client_max_body_size 2m;
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header Connection "";
        location / {{ proxy_pass http://origin; }}
        location /upload {{ proxy_pass http://peer; }}
        location /echo {{
            proxy_pass http://peer;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
        }}
        location /static/ {{ alias {files}/; }}
    }}
"""

# Only Gatehouse's: nginx opens no tunnels before 1.31.
_TUNNELS = """
    server {{
        listen 127.0.0.1:{tunnel} backlog=4096;
        forward_proxy on;
        forward_guard_allow 127.0.0.0/8;
        forward_connect_ports 1-65535;
        tunnel_read_timeout 300s;
    }}
"""

_ORIGIN = """
    sendfile on;
    server {{
        listen 127.0.0.1:{origin} backlog=4096;
        location / {{ root {files}; }}
    }}
"""

_HAPROXY = """
global
    nbthread 1
    maxconn 9000
    maxpipes 200
defaults
    mode http
    http-reuse always
    timeout connect 10s
    timeout client 300s
    timeout server 60s
    timeout tunnel 60s
frontend bench
    bind 127.0.0.1:{plain} backlog 4096
    bind 127.0.0.1:{tls} backlog 4096 ssl crt {combined} ssl-min-ver TLSv1.2 alpn http/1.1
    use_backend peer if {{ path_beg /upload }} or {{ path_beg /echo }}
    default_backend origin
backend origin
    server origin 127.0.0.1:{origin}
backend peer
    server peer 127.0.0.1:{peer}
listen tunnel
    mode tcp
    bind 127.0.0.1:{tunnel} backlog 4096
    option splice-request
    option splice-response
    server origin 127.0.0.1:{origin}
listen held
    mode tcp
    bind 127.0.0.1:{held} backlog 4096
    option splice-request
    option splice-response
    server peer 127.0.0.1:{peer}
"""

_SQUID = """
http_port 127.0.0.1:{tunnel}
http_access allow all
cache deny all
access_log none
cache_store_log none
cache_log {folder}/cache.log
coredump_dir {folder}
pid_filename none
pinger_enable off
dns_nameservers 127.0.0.1
shutdown_lifetime 0 seconds
"""

# nginx wants a place for these even where nothing uses them; the other programs of nginx's family only.
_UNUSED_PLACES = "fastcgi_temp_path {folder}/fcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;"


def nginx_language(rig, name, ports):
    content = _PROXY.format(
        origin=rig.ports["origin"], peer=rig.ports["peer"], certificate=rig.certificate, key=rig.key, files=rig.files, **ports)
    if "tunnel" in ports:
        content += _TUNNELS.format(**ports)
    return _framed(rig, name, content)


def origin(rig):
    return _framed(rig, "origin", _ORIGIN.format(origin=rig.ports["origin"], files=rig.files))


def haproxy(rig, ports):
    return _HAPROXY.format(origin=rig.ports["origin"], peer=rig.ports["peer"], combined=rig.combined, **ports)


def squid(rig, ports):
    folder = rig.folder("squid")
    # It gives its privileges up before it writes there.
    os.chmod(folder, 0o777)
    return _SQUID.format(folder=folder, **ports)


def _framed(rig, name, content):
    folder = rig.folder(name)
    programs = "" if name == "gatehouse" else _UNUSED_PLACES.format(folder=folder)
    user = "user root;" if rig.is_root else ""
    return _NGINX_FRAME.format(folder=folder, name=name, programs=programs, user=user, content=content)
