"""Replays what a service went through, with the alerts of now and those before.

promtool evaluates the rules at each 15 seconds of a simulated time.
Requests are drawn with a seed, so that each replay is the same.
"""

import math
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

STEP = 15  # seconds
SEED = 0
SIDES = {"now": "BudgetBurns.*", "before": "ErrorRate|Latency"}
CONSTANTS = {
    'service_objective_ratio{objective="availability"}': "0.999",
    'service_objective_ratio{objective="latency"}': "0.99",
    'service_objective_seconds{le="0.5"}': "0.5",
}


class Moment(NamedTuple):
    """Requests a second, which share fails or is slow; and how many fail in a step."""

    rate: float
    failing: float = 0
    slow: float = 0
    again: int = 0


class Heard(NamedTuple):
    """How often an alert woke somebody, and how often one told; seconds until each."""

    pages: int
    warnings: int
    woken: int | None
    told: int | None


type Course = Callable[[int], Moment]


def drawn(draw: random.Random, mean: float) -> int:
    """A number of Poisson's distribution, or near it."""
    if mean > 30:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    limit, number, product = math.exp(-mean), 0, draw.random()
    while product > limit:
        number, product = number + 1, product * draw.random()
    return number


def counters(course: Course, seconds: int) -> Iterator[tuple[int, int, int]]:
    """After each step all requests that failed, were fast, and were slow until then."""
    draw = random.Random(SEED)
    failed = fast = slow = 0
    for second in range(0, seconds, STEP):
        yield failed, fast, slow
        moment = course(second)
        well = moment.rate * STEP * (1 - moment.failing)
        failed += moment.again + drawn(draw, moment.rate * STEP * moment.failing)
        fast += drawn(draw, well * (1 - moment.slow))
        slow += drawn(draw, well * moment.slow)


def series(course: Course, seconds: int) -> Iterator[dict[str, str]]:
    """What both sides count of the same requests, in promtool's notation."""
    steps = list(counters(course, seconds))
    answers = 'django_http_responses_total_by_status_view_method_total{view="v",status='
    latency = "django_http_requests_latency_seconds_by_view_method_bucket"
    new = 'service_request_seconds_{}{{view="v",outcome="{}"{}}}'
    columns: dict[str, list[int]] = {
        f'{answers}"200"}}': [fast + slow for _, fast, slow in steps],
        f'{answers}"503"}}': [failed for failed, _, _ in steps],
        f'{latency}{{view="v",le="0.5"}}': [fast + failed for failed, fast, _ in steps],
        f'{latency}{{view="v",le="1.0"}}': [sum(step) for step in steps],
        f'{latency}{{view="v",le="+Inf"}}': [sum(step) for step in steps],
        new.format("count", "good", ""): [fast + slow for _, fast, slow in steps],
        new.format("count", "failed", ""): [failed for failed, _, _ in steps],
        new.format("bucket", "good", ',le="0.5"'): [fast for _, fast, _ in steps],
    }
    for name, values in columns.items():
        yield {"series": name, "values": " ".join(map(str, values))}
    for name, value in CONSTANTS.items():
        yield {"series": name, "values": f"{value}x{len(steps)}"}


def questions(alerts: str, seconds: int) -> Iterator[str]:
    """Queries, at the end, for the fields of Heard."""
    whole = f"[{seconds}s:{STEP}s]"
    firing = [
        f'ALERTS{{alertstate="firing",alertname=~"{alerts}",severity="{severity}"}}'
        for severity in ("critical", "warning")
    ]
    for one in firing:
        begun = f"({one} unless {one} offset {STEP}s)"
        yield f"sum(count_over_time({begun}{whole})) or vector(0)"
    for one in firing:
        yield f"min(min_over_time(timestamp({one}){whole}))"


def rules(folder: Path, into: Path) -> None:
    """The rule files that matter here: each rule more is evaluated at each step."""
    groups = yaml.safe_load((folder / "alerts.yml").read_text())["groups"]
    kept = [group for group in groups if group["name"] == "objectives"]
    (into / "alerts.yml").write_text(yaml.safe_dump({"groups": kept}))
    before = Path(__file__).parent / "before.yml"
    (into / "before.yml").write_text(before.read_text())
    # promtool evaluates each group at each step, and so what is of a minute four times.
    text = (folder / "objectives.yml").read_text()
    text, sums = re.subn(r"(expr: sum_over_time\(.*\[1m\]\))", r"\1 / 4", text)
    text, windows = re.subn(r"(\* avg_over_time\(.*increase1m)", r"* 4 \1", text)
    assert (sums, windows) == (2, 2)
    (into / "objectives.yml").write_text(text)


def replay(folder: Path, into: Path, course: Course, seconds: int) -> dict[str, Heard]:
    """What each side's alerts say of a course of things."""
    rules(folder, into)
    asked = [
        {"expr": query, "eval_time": f"{seconds - STEP}s", "exp_samples": NOTHING}
        for alerts in SIDES.values()
        for query in questions(alerts, seconds)
    ]
    test = {
        "interval": f"{STEP}s",
        "input_series": list(series(course, seconds)),
        "promql_expr_test": asked,
    }
    document = {
        "rule_files": ["objectives.yml", "alerts.yml", "before.yml"],
        "evaluation_interval": f"{STEP}s",
        "group_eval_order": [
            "requests of objectives",
            "budgets",
            "objectives",
            "before",
        ],
        "tests": [test],
    }
    (into / "test.yml").write_text(yaml.safe_dump(document, width=math.inf))
    ended = subprocess.run(
        ["promtool", "test", "rules", "test.yml"],
        cwd=into,
        capture_output=True,
        text=True,
    )
    answers = re.findall(r"^ *got: (.*)$", ended.stdout + ended.stderr, re.MULTILINE)
    assert len(answers) == len(asked), ended.stdout + ended.stderr
    numbers = [
        None if answer == "nil" else round(float(answer.split()[-1]))
        for answer in answers
    ]
    return {
        side: Heard._make(numbers[place * len(Heard._fields) :][: len(Heard._fields)])
        for place, side in enumerate(SIDES)
    }


# What no query answers, so that promtool tells what it got.
NOTHING = [{"labels": '{nothing="here"}', "value": 0}]
