"""Collects samples and prints them as a table and as JSON."""

import json
import os
import platform
import statistics
import time


class Results:
    def __init__(self, contenders, reference="nginx"):
        self.contenders = contenders
        self.reference = reference
        self._rows = {}

    def add(self, measurement, contender, sample):
        row = self._rows.setdefault(measurement.name, {"measurement": measurement, "samples": {}, "errors": {}})
        row["samples"].setdefault(contender, []).append(sample.value)
        row["errors"][contender] = row["errors"].get(contender, 0) + sample.errors

    def table(self):
        """Medians with the spread of the samples behind them, and ratios to the reference."""
        lines = [
            "| work | unit | " + " | ".join(self.contenders) + " | gatehouse : nginx | aim |",
            "|---|---|" + "---|" * (len(self.contenders) + 2),
        ]
        return "\n".join(lines + [self._line(row) for row in self._rows.values()])

    def errors(self):
        """One line for every contender that answered something wrong somewhere."""
        return [
            f"{name}: {count} errors from {contender}"
            for name, row in self._rows.items() for contender, count in row["errors"].items() if count
        ]

    def json(self):
        return json.dumps(
            {
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "machine": {"cores": os.cpu_count(), "kernel": platform.release(), "architecture": platform.machine()},
                "rows": [
                    {
                        "name": name, "unit": row["measurement"].unit, "aim": row["measurement"].aim,
                        "samples": row["samples"], "errors": row["errors"], "ratio": self._ratio(row),
                    } for name, row in self._rows.items()
                ],
            }, indent=2)

    def _line(self, row):
        measurement = row["measurement"]
        cells = [_figure(row["samples"].get(name)) for name in self.contenders]
        ratio = self._ratio(row)
        return f"| {measurement.name} | {measurement.unit} | {' | '.join(cells)} | {'' if ratio is None else f'{ratio:.2f}'} | {_aim(measurement)} |"

    def _ratio(self, row):
        ours, theirs = row["samples"].get("gatehouse"), row["samples"].get(self.reference)
        if not ours or not theirs or statistics.median(theirs) == 0:
            return None
        return statistics.median(ours) / statistics.median(theirs)


def _aim(measurement):
    if measurement.aim is None:
        return ""
    if measurement.unit == "KiB":
        return f"≤ {measurement.aim} KiB"
    return f"≥ {measurement.aim}" if measurement.more_is_better else f"≤ {measurement.aim}"


def _figure(samples):
    if not samples:
        return "–"
    middle = statistics.median(samples)
    digits = 1 if middle < 100 else 0
    if len(samples) == 1:
        return f"{middle:.{digits}f}"
    return f"{middle:.{digits}f} ({min(samples):.{digits}f}–{max(samples):.{digits}f})"
