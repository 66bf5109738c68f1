"""The scenario, step by step. Runs inside the namespace; `Scripts/show-scenario` makes it."""

import collections
import os
import signal
import sys
import threading
import time

import client
from stage import Stage, end_of, server_process

_failures = []


def main():
    with Stage(sys.argv[1]) as stage:
        stage.start_backends()
        proxy = stage.start_proxy()
        show_fields()
        show_shares()
        show_dead_backends(stage)
        show_the_end(proxy)
        stage.kill_backends()
        stage.start_quick_backends()
        proxy = stage.start_proxy()
        show_reloads(proxy, stage)
        show_killed_server(proxy)
        end_of(proxy, signal.SIGTERM)
    sys.exit(1 if _failures else 0)


def check(what, holds, detail=""):
    print(f"{'ok    ' if holds else 'FAILED'} {what}{': ' if detail else ''}{detail}", flush=True)
    if not holds:
        _failures.append(what)


def show_fields():
    answer = client.get("/", {"X-Forwarded-For": "192.0.2.7"})
    check("TLS 1.3", answer.tls == "TLSv1.3", answer.tls)
    wanted = {
        "host": "api.example.com", "x-real-ip": "10.0.1.99", "x-forwarded-for": "192.0.2.7, 10.0.1.99", "x-forwarded-proto": "https",
    }
    for name, value in wanted.items():
        check(f"the field {name}", answer.fields.get(name) == value, str(answer.fields.get(name)))


def show_shares():
    answers = client.at_once(30, "/slow")
    shares = collections.Counter(answer.backend if answer else "failed" for answer in answers)
    check("30 slow requests at once are spread 10/10/10", sorted(shares.values()) == [10, 10, 10], str(dict(shares)))


def show_dead_backends(stage):
    stage.kill_backends("10.0.1.11")
    answers = [answer for _ in range(10) for answer in client.at_once(20, "/")]
    wrong = [answer for answer in answers if answer is None or answer.status != 200]
    check("one dead backend costs no client an error", not wrong, f"{len(wrong)} of {len(answers)} failed")
    stage.kill_backends("10.0.1.10", "10.0.1.12")
    statuses = {client.get().status for _ in range(20)}
    check("all dead is 502", statuses == {502}, str(statuses))
    stage.start_backends()
    started = time.monotonic()
    seen = set()
    while len(seen) < 3 and time.monotonic() < started + 25:
        answer = client.get()
        seen.update([answer.backend] if answer.status == 200 else [])
        time.sleep(0.05)
    check("all backends come back by themselves", len(seen) == 3, f"after {time.monotonic() - started:.1f} s")


def show_the_end(proxy):
    """QUIT while a request takes its second: it is answered, then the program ends."""
    answers = []
    slow = threading.Thread(target=lambda: answers.extend(client.at_once(1, "/slow")))
    slow.start()
    time.sleep(0.3)
    status = end_of(proxy)
    slow.join()
    check("QUIT finishes what runs", answers[0] is not None and answers[0].status == 200)
    check("QUIT ends with 0", status == 0, str(status))


def show_reloads(proxy, stage):
    server = server_process(proxy)
    load = client.KeepAliveLoad()
    load.start()
    for reload in range(1, 21):
        while load.finished < reload * 5000 and load.is_alive() and load.failed < 1000:
            time.sleep(0.01)
        proxy.send_signal(signal.SIGHUP)
    while load.finished < 105_000 and load.failed < 1000:
        time.sleep(0.01)
    load.stop()
    check(
        "20 reloads under load lose no request", load.failed == 0 and load.finished >= 100_000,
        f"{load.finished} finished, {load.failed} failed, {load.reconnected} connections closed politely {load.failures or ''}")
    taken = stage.log("proxy").count("reconfiguring")
    check("each reload was carried out", taken == 20, str(taken))
    check("the same process serves after the reloads", server_process(proxy) == server)


def show_killed_server(proxy):
    """Connections of the killed process are lost; new ones are accepted throughout and answered soon."""
    load = client.KeepAliveLoad()
    load.start()
    time.sleep(1.5)
    os.kill(server_process(proxy), signal.SIGKILL)
    killed = time.monotonic()
    refused, status = 0, None
    while status != 200 and time.monotonic() < killed + 5:
        try:
            status = client.get().status
        except ConnectionRefusedError:
            refused += 1
        except OSError:
            pass
    passed = time.monotonic() - killed
    load.stop()
    check("after kill -9 of the server process new connections are answered within a second", passed < 1, f"{passed * 1000:.0f} ms")
    check("no new connection was refused meanwhile", refused == 0, str(refused))


main()
