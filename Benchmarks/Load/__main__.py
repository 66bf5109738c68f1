"""Compares what a request costs Gatehouse, nginx, HAProxy and, of tunnels, Squid. `Scripts/bench` says how to call it."""

import argparse
import resource
import shutil
import sys
import time

from contenders import contenders
from measurements import all_measurements
from results import Results
from rig import Rig


def main():
    options = _options()
    _raise_descriptor_limit()
    chosen = [m for m in all_measurements() if _is_chosen(m, options.only)]
    with Rig() as rig:
        rig.start_origins()
        running = contenders(rig, options.binary)
        for contender in running:
            contender.origin_port, contender.peer_port = rig.ports["origin"], rig.ports["peer"]
            rig.start(contender)
        results = Results([contender.name for contender in running])
        started = time.monotonic()
        for measurement in chosen:
            if measurement.needs and not shutil.which(measurement.needs):
                print(f"{measurement.name}: {measurement.needs} is not installed, left out", file=sys.stderr)
                continue
            _measure(measurement, running, results, options)
        _report(results, options, time.monotonic() - started)


def _measure(measurement, running, results, options):
    """Every contender in turn, as many turns as asked for; which of them begins changes from turn to turn."""
    for turn in range(options.turns):
        for contender in running[turn % len(running):] + running[:turn % len(running)]:
            if not measurement.is_for(contender):
                continue
            try:
                sample = measurement.sample(contender, options.seconds)
            except (OSError, AttributeError, ZeroDivisionError) as problem:
                print(f"{measurement.name}: {contender.name} failed: {problem!r}", file=sys.stderr)
                continue
            print(f"  {measurement.name}: {contender.name} {sample.value:.1f} {measurement.unit}", file=sys.stderr)
            results.add(measurement, contender.name, sample)


def _report(results, options, seconds):
    print(f"CPU of the proxy alone, one worker, {options.turns} turns of {options.seconds} s in {seconds:.0f} s: median (least–most).\n")
    print(results.table())
    for line in results.errors():
        print(line)
    if options.json:
        with open(options.json, "w") as file:
            file.write(results.json() + "\n")


def _options():
    parser = argparse.ArgumentParser(prog="Scripts/bench", description="CPU per request of Gatehouse, nginx and HAProxy, in turns.")
    parser.add_argument("--binary", required=True, help="the gatehouse to measure")
    parser.add_argument("--quick", action="store_true", help="one turn of one second each")
    parser.add_argument("--only", default="", help="words separated by commas; measures what contains one of them")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of load for each turn")
    parser.add_argument("--json", help="a file for the samples")
    options = parser.parse_args()
    if options.quick:
        options.turns, options.seconds = 1, 1
    return options


def _is_chosen(measurement, words):
    return not words or any(word.strip() in measurement.name for word in words.split(","))


def _raise_descriptor_limit():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 20000) if most > 0 else 20000, most))


main()
