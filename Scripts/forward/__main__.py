"""The forward proxy as its users see it, step by step. `Scripts/show-forward` says how to call it."""

import concurrent.futures
import os
import re
import subprocess
import sys
import time

import packages
from stage import Stage, find

_failures = []

_PAGE = """<!DOCTYPE html><title>start</title><link rel="stylesheet" href="/style.css"><h1 id="word">not yet</h1><img src="/dot.svg">
<script>fetch("/word.txt").then(a => a.text()).then(t => { document.getElementById("word").textContent = t.trim() })</script>
"""


def main():
    with Stage(sys.argv[1]) as stage:
        stage.write("files/word.txt", "the word\n")
        stage.write("files/index.html", _PAGE)
        stage.write("files/style.css", "h1 { color: green }\n")
        stage.write("files/dot.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
        stage.write("files/large", os.urandom(1 << 20))
        stage.write("files/huge", bytes(16 << 20))
        show_curl(stage)
        show_users(stage)
        show_refusals(stage)
        show_limits(stage)
        show_browser(stage)
        show_pip(stage)
        show_apt(stage)
        show_chain(stage)
        show_squid(stage)
        show_dante(stage)
    sys.exit(1 if _failures else 0)


def check(what, holds, detail=""):
    print(f"{'ok    ' if holds else 'FAILED'} {what}{': ' if detail else ''}{detail}", flush=True)
    if not holds:
        _failures.append(what)


def lacks(tool, what):
    if find(tool):
        return False
    print(f"skip   {what}: {tool} is not installed", flush=True)
    return True


def run(*command, seconds=60):
    """What a program printed, its errors with it. No proxy and no certificates of the surroundings have a say."""
    foreign = re.compile(r"(?i).*_proxy$|PIP_.*|.*CA_BUNDLE$|SSL_CERT.*")
    environment = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds, env=environment)
    return done.stdout + done.stderr


def curl(stage, *options):
    return run("curl", "-sS", "--noproxy", "", "--cacert", stage.path("cert.pem"), "--proxy-cacert", stage.path("cert.pem"), *options)


# MARK: The ways in


def show_curl(stage):
    if lacks("curl", "curl"):
        sys.exit("curl is needed")
    ways = {
        "curl -x http://": ["-x", "http://" + stage.place("plain")],
        "curl -x https://, TLS to the proxy": ["-x", "https://" + stage.place("tls", "localhost")],
        "curl --socks5-hostname": ["--socks5-hostname", stage.place("socks")],
    }
    for name, options in ways.items():
        stage.log("site")
        check(f"{name}, a plain request", curl(stage, *options, stage.site("/word.txt")) == "the word\n")
        seen = stage.log("site")
        check("the site sees neither Via nor X-Forwarded-For", [line[4:6] for line in seen] == [["-", "-"]])
        check(f"{name}, https through a tunnel", curl(stage, *options, stage.secure("/word.txt")) == "the word\n")
    stage.log("site")
    for _ in range(5):
        curl(stage, "-x", "http://" + stage.place("plain"), stage.site("/word.txt"))
    connections = {line[3] for line in stage.log("site")}
    check("five plain requests of five clients go over one connection to the site", len(connections) == 1, f"{len(connections)} connection")
    path = stage.path("got")
    curl(stage, "-x", "http://" + stage.place("plain"), "-o", path, stage.secure("/large"))
    with open(path, "rb") as got, open(stage.path("files/large"), "rb") as sent:
        check("a megabyte through a tunnel arrives as it was", got.read() == sent.read())


def show_users(stage):
    stage.log("proxy")
    proxy = ["-x", "http://" + stage.place("users")]
    status = ["-o", "/dev/null", "-w", "%{http_code} %{http_connect}"]
    check("without a password: 407", curl(stage, *proxy, *status, stage.site("/word.txt")).startswith("407"))
    wrong = curl(stage, *proxy, "--proxy-user", "ann:wrong", *status, stage.secure("/word.txt"))
    check("with a wrong one no tunnel opens", "000 407" in wrong)
    for url in (stage.site("/word.txt"), stage.secure("/word.txt")):
        check(f"curl --proxy-user, {url.split(':')[0]}", curl(stage, *proxy, "--proxy-user", "ann:secret", url) == "the word\n")
    users = [line[0] for line in stage.log("proxy") if line[2] == "200"]
    check("the log knows who it was", users == ["ann", "ann"], str(users))


def show_refusals(stage):
    for url in ("http://169.254.169.254/latest/meta-data/", "http://127.0.0.1/", "http://[::ffff:10.0.0.1]/"):
        answer = curl(stage, "-g", "-i", "-x", "http://" + stage.place("guarded"), url)
        reason = re.search(r"(?i)proxy-status: .*error=(\w+)", answer)
        check(f"{url} is refused", " 403 " in answer.splitlines()[0], reason.group(1) if reason else answer[:80])
    answer = curl(stage, "-i", "-x", "http://" + stage.place("plain"), f"http://{stage.place('plain')}/")
    check("a request for the proxy itself is a loop", " 502 " in answer.splitlines()[0])


def show_limits(stage):
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor() as threads:
        ways = [stage.site("/large"), stage.secure("/large")]
        sizes = list(threads.map(lambda url: len(curl(stage, "-x", "http://" + stage.place("slow"), "-o", stage.path(url[:5]), "-w", "%{size_download}", url)), ways))
    seconds = time.monotonic() - began
    check("a plain request and a tunnel share limit_bandwidth 2m", 0.7 < seconds < 2 and len(sizes) == 2, f"2 MiB in {seconds:.2f} s")
    hold = [
        subprocess.Popen(
            ["curl", "-sS", "--noproxy", "", "-x", f"http://ann:secret@{stage.place('users')}", "-p", "--limit-rate", "100k", "-o", "/dev/null",
             stage.site("/huge")], stderr=subprocess.DEVNULL) for _ in range(2)
    ]
    time.sleep(1)
    answer = curl(stage, "-x", "http://" + stage.place("users"), "--proxy-user", "ann:secret", "-o", "/dev/null", "-w", "%{http_code}", stage.site("/word.txt"))
    check("limit_conn 2 refuses the third connection of a user", answer == "503", answer)
    for process in hold:
        process.terminate()
        process.wait()


# MARK: Programs


def show_browser(stage):
    program = next((name for name in ("chromium", "chromium-browser", "google-chrome") if find(name)), "chromium")
    if lacks(program, "a browser"):
        return
    for name, proxy, url in (
        ("http", "http://" + stage.place("plain"), stage.site("/")), ("tunnels", "http://" + stage.place("plain"), stage.secure("/")),
        ("TLS to the proxy", "https://" + stage.place("tls", "localhost"), stage.secure("/")),
        ("SOCKS5", "socks5://" + stage.place("socks"), stage.secure("/")),
    ):
        stage.log("site")
        page = run(
            find(program), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--ignore-certificate-errors",
            f"--user-data-dir={stage.path('profile-' + name.split()[0])}", f"--proxy-server={proxy}", "--proxy-bypass-list=<-loopback>",
            "--virtual-time-budget=5000", "--dump-dom", url)
        paths = {line[1].split()[1] for line in stage.log("site") if line[2] == "200" and len(line[1].split()) == 3}
        whole = {"/", "/style.css", "/dot.svg", "/word.txt"} <= paths
        check(f"Chromium shows the page, {name}", '<h1 id="word">the word</h1>' in page and whole, f"{len(paths)} files")


def show_pip(stage):
    wheel = packages.write_index(stage)
    for way, proxy in (("plain", "http://" + stage.place("plain")), ("TLS to the proxy", "https://" + stage.place("tls", "localhost"))):
        folder = stage.path("wheels-" + way.split()[0])
        text = run(
            sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--cert", stage.path("cert.pem"), "--proxy", proxy,
            "download", "--no-cache-dir", "--no-deps", "-d", folder, "--index-url", stage.secure("/simple/"), "gatehouse-demo")
        if "No module named pip" in text:
            print("skip   pip download: pip is not installed", flush=True)
            return
        path = os.path.join(folder, "gatehouse_demo-1.0-py3-none-any.whl")
        got = os.path.exists(path) and open(path, "rb").read() == wheel
        check(f"pip download, {way}", got, "" if got else text[-300:])


def show_apt(stage):
    if lacks("apt-get", "apt-get update"):
        return
    packages.write_archive(stage)
    stage.write("apt/sources.list", f"deb [trusted=yes] {stage.site('/debian')} ./\n")
    for folder in ("apt/lists/partial", "apt/cache/archives/partial", "apt/none"):
        os.makedirs(stage.path(folder))
    stage.write("apt/status", "")
    settings = {
        "Acquire::http::Proxy": "http://" + stage.place("plain"), "Dir::Etc::SourceList": stage.path("apt/sources.list"),
        "Dir::Etc::SourceParts": stage.path("apt/none"), "Dir::State::Lists": stage.path("apt/lists"),
        "Dir::State::Status": stage.path("apt/status"), "Dir::Cache": stage.path("apt/cache"), "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    stage.log("site")
    text = run("apt-get", *[f"-o{name}={value}" for name, value in settings.items()], "update")
    asked = [line[1] for line in stage.log("site")]
    lists = [name for name in os.listdir(stage.path("apt/lists")) if "_Packages" in name]
    check("apt-get update", len(lists) == 1 and any("/debian/./Packages" in line for line in asked), "" if lists else text[-300:])


# MARK: Other proxies


def show_chain(stage):
    proxy = ["-x", "http://" + stage.place("chain")]
    stage.log("site")
    stage.log("second")
    check("Gatehouse over Gatehouse, plain", curl(stage, *proxy, stage.site("/word.txt")) == "the word\n")
    via = [line[4] for line in stage.log("site")]
    check("the site sees both in Via", via == ["1.1 first, 1.1 second"], str(via))
    check("Gatehouse over Gatehouse, a tunnel", curl(stage, *proxy, stage.secure("/word.txt")) == "the word\n")
    lines = [line[1].split()[0] for line in stage.log("second")]
    check("both went over the second", lines == ["GET", "CONNECT"], str(lines))


def show_squid(stage):
    if lacks("squid", "Squid as a parent"):
        return
    stage.start_squid()
    proxy = ["-x", "http://" + stage.place("over_squid")]
    check("Squid as a parent, plain", curl(stage, *proxy, stage.site("/word.txt")) == "the word\n")
    check("Squid as a parent, a tunnel", curl(stage, *proxy, stage.secure("/word.txt")) == "the word\n")
    gone = curl(stage, "-i", *proxy, "http://name.invalid/")
    check("what Squid cannot reach has its own answer", "X-Squid-Error" in gone and "Proxy-Status" not in gone, gone.splitlines()[0])
    time.sleep(0.2)
    with open(stage.path("squid/access.log")) as log:
        # The first look at whether it listens has none.
        methods = [line.split()[0] for line in log if not line.startswith("-")]
    check("Squid's log has them", methods == ["GET", "CONNECT", "GET"], str(methods))


def show_dante(stage):
    if not find("sockd") and lacks("danted", "Dante as a parent"):
        return
    stage.start_dante()
    proxy = ["-x", "http://" + stage.place("over_dante")]
    check("Dante (SOCKS5) as a parent, plain", curl(stage, *proxy, stage.site("/word.txt")) == "the word\n")
    check("Dante as a parent, a tunnel, the name left to it", curl(stage, *proxy, stage.secure("/word.txt")) == "the word\n")
    refused = curl(stage, "-i", *proxy, "http://127.0.0.1:9/")
    check("a refused connection is 502", " 502 " in refused.splitlines()[0], refused.splitlines()[0])
    with open(stage.path("dante.log")) as log:
        count = len(re.findall(r"pass\(\d+\): tcp/connect", log.read()))
    check("Dante's log has them", count >= 2, f"{count} connections")


main()
