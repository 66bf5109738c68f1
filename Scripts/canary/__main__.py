"""One rollout from begin to end. `Scripts/show-canary` starts it."""

import asyncio
import collections
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import drawing
from clients import Clients

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS, BEGIN_OF_TROUBLE, FAILING, USERS, RATE = 45, 22, 0.25, 500, 200


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def configuration(folder, port, old, new):
    return f"""
daemon off; pid {folder}/pid; error_log {folder}/error.log notice; worker_processes 1;
events {{}}
http {{
    access_log off; keepalive_requests 1000000;
    upstream v1 {{ server 127.0.0.1:{old}; }}
    upstream v2 {{ server 127.0.0.1:{new}; }}
    canary shop {{
        baseline v1;
        canary   v2;
        steps    5% 10s, 20% 10s, 50% 15s, 100%;
        stick    header X-User;
        sample   50;
        latency  off;
        journal  {folder}/journal;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://shop; add_header X-Share $canary_share always; }}
    }}
}}
"""


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nobody listens on port {port}")


async def traffic(clients, folder):
    async def trouble():
        await asyncio.sleep(BEGIN_OF_TROUBLE)
        with open(os.path.join(folder, "new.fail"), "w") as file:
            file.write(str(FAILING))

    await asyncio.gather(clients.run(SECONDS), trouble())


def timeline(answers):
    """(second, share, requests, failures, canary requests, canary failures)"""
    rows = []
    for second in range(SECONDS):
        of_second = [answer for answer in answers if int(answer.time) == second]
        canary = [answer for answer in of_second if answer.version == "new"]
        share = of_second[-1].share if of_second else 0
        failed = sum(answer.status >= 500 for answer in of_second)
        rows.append((second, share, len(of_second), failed, len(canary), sum(answer.status >= 500 for answer in canary)))
    return rows


def decisions(folder, start):
    """(second, line) of each decision in the error log."""
    found = []
    with open(os.path.join(folder, "error.log")) as file:
        for line in file:
            match = re.match(r"(\S+ \S+) \[\w+\] .*canary \"shop\": (.*)", line)
            if match:
                at = time.mktime(time.strptime(match.group(1), "%Y/%m/%d %H:%M:%S"))
                found.append((max(0, at - start), match.group(2)))
    return found


def moved_users(answers):
    """Users who saw the old version again although the share had not fallen."""
    seen, wrong = {}, 0
    for answer in sorted(answers, key=lambda answer: answer.time):
        if answer.share > 0 and seen.get(answer.user) == "new" and answer.version == "old":
            wrong += 1
        if answer.share > 0:
            seen[answer.user] = answer.version
    return wrong


def report(answers, folder, start):
    rows = timeline(answers)
    lines = ["| second | share | requests | failed | canary's | of them failed |", "|---|---|---|---|---|---|"]
    for begin in range(0, SECONDS, 3):
        part = rows[begin:begin + 3]
        sums = [sum(row[column] for row in part) for column in range(2, 6)]
        lines.append(f"| {begin}–{begin + 3} | {part[-1][1]:g} % | " + " | ".join(map(str, sums)) + " |")
    found = decisions(folder, start)
    lines += ["", f"Second {BEGIN_OF_TROUBLE}: the new version begins to fail in {FAILING:.0%} of its requests.", "", "```"]
    lines += [f"second {second:.0f}: {text}" for second, text in found] + ["```", ""]
    total = collections.Counter(answer.status for answer in answers)
    bad = [answer for answer in answers if answer.version == "new" and answer.time >= BEGIN_OF_TROUBLE]
    failed = sum(count for status, count in total.items() if status >= 500)
    lines.append(
        f"{len(answers)} requests, {failed} failed; the canary answered {len(bad)} of them after the trouble began. "
        f"{moved_users(answers)} of {USERS} users were moved from the new version to the old one while the canary had a share.")
    events = [(BEGIN_OF_TROUBLE, "v2 begins to fail")]
    events += [(second, text.split(":")[0].replace("->", "→").replace("_", " ")) for second, text in found]
    return "\n".join(lines) + "\n", drawing.svg(rows, sorted(events), SECONDS), found


def main():
    binary, folder = sys.argv[1], tempfile.mkdtemp(prefix="gatehouse-canary-")
    port, old, new = free_port(), free_port(), free_port()
    with open(os.path.join(folder, "canary.conf"), "w") as file:
        file.write(configuration(folder, port, old, new))
    processes = [subprocess.Popen([sys.executable, os.path.join(HERE, "backend.py"), name, str(at), folder]) for name, at in [("old", old), ("new", new)]]
    try:
        wait_for(old), wait_for(new)
        processes.append(subprocess.Popen([binary, "-p", folder, "-c", os.path.join(folder, "canary.conf")]))
        wait_for(port)
        clients = Clients(port, USERS, RATE)
        start = time.time()
        asyncio.run(traffic(clients, folder))
        text, picture, found = report(clients.answers, folder, start)
        print(text)
        if "--document" in sys.argv:
            with open("Documentation/canary.svg", "w") as file:
                file.write(picture)
            with open("Documentation/Canary.md") as file:
                page = file.read()
            page = re.sub(r"(?s)(<!-- live run -->\n).*?(<!-- end -->)", lambda match: match.group(1) + text + match.group(2), page)
            with open("Documentation/Canary.md", "w") as file:
                file.write(page)
        with open(os.path.join(folder, "canary.svg"), "w") as file:
            file.write(picture)
        sys.exit(0 if any(text.startswith("rolled_back") for _, text in found) else 1)
    finally:
        for process in reversed(processes):
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(5)
        shutil.rmtree(folder, ignore_errors=True)


main()
