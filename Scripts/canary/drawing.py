"""The drawing of a rollout: share and failures over time, as SVG."""

WIDTH, HEIGHT, LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 860, 380, 60, 40, 770, 270


def svg(rows, events, seconds):
    """rows: (second, share, requests, failures, canary requests, canary failures); events: (second, text)."""
    def x(second):
        return LEFT + PLOT_WIDTH * second / seconds

    def y(percent):
        return TOP + PLOT_HEIGHT * (1 - percent / 100)

    def line(points, colour, width=2):
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in points)
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for percent in range(0, 101, 20):
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + PLOT_WIDTH}" y1="{y(percent):.1f}" y2="{y(percent):.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(percent) + 4:.1f}" text-anchor="end" fill="#333333">{percent} %</text>')
    for second in range(0, seconds + 1, 5):
        parts.append(f'<text x="{x(second):.1f}" y="{TOP + PLOT_HEIGHT + 18}" text-anchor="middle" fill="#333333">{second} s</text>')
    for number, (second, text) in enumerate(events):
        parts.append(f'<line x1="{x(second):.1f}" x2="{x(second):.1f}" y1="{TOP}" y2="{TOP + PLOT_HEIGHT}" stroke="#999999" stroke-dasharray="4 3"/>')
        anchor = "end" if second > seconds * 0.8 else "start"
        shift = -4 if anchor == "end" else 4
        parts.append(f'<text x="{x(second) + shift:.1f}" y="{TOP + 12 + 14 * (number % 4)}" text-anchor="{anchor}" fill="#555555">{text}</text>')
    parts.append(line([point for second, share, *_ in rows for point in ((second, share), (second + 1, share))], "#2b6cb0"))
    parts.append(line([(row[0] + 0.5, 100 * row[5] / row[4]) for row in rows if row[4]], "#c05621", 1.5))
    parts.append(line([(row[0] + 0.5, 100 * row[3] / row[2]) for row in rows if row[2]], "#c53030", 2.5))
    for number, (text, colour) in enumerate([
        ("the canary's share", "#2b6cb0"), ("failures among the canary's answers", "#c05621"), ("failures among all answers", "#c53030"),
    ]):
        place = LEFT + 250 * number
        parts.append(f'<rect x="{place}" y="{HEIGHT - 28}" width="14" height="4" fill="{colour}"/>')
        parts.append(f'<text x="{place + 20}" y="{HEIGHT - 22}" fill="#333333">{text}</text>')
    return "\n".join(parts + ["</svg>"]) + "\n"
