"""The console in a real browser: what a person sees of it, and what is read to them."""

import json

import pytest

from conftest import run_requests
from support.browser import browsing

pytestmark = pytest.mark.usefixtures("_recent")

PHONE = 375  # pixels
# A person looks at the page anew, which waits for no refresh.
AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"

# What the tests ask of the page.
HELPERS = r"""
  window.panel = (title) => [...document.querySelectorAll("figure")]
    .find((one) => one.querySelector("h3").textContent === title);
  window.rows = (title) => Object.fromEntries(
    [...panel(title).querySelectorAll("tbody tr")].map(({ cells }) =>
      [cells[0].textContent, [...cells].slice(1).map((one) => one.textContent)]));
  const numbers = (color) => color.match(/\d+/g).slice(0, 3).map(Number);
  // How many pixels of a plot have the color of a series.
  window.drawn = (title, series) => {
    const row = [...panel(title).querySelectorAll("tbody tr")]
      .find(({ cells }) => cells[0].textContent === series);
    const swatch = row.querySelector(".swatch");
    const color = numbers(getComputedStyle(swatch).backgroundColor);
    const canvas = panel(title).querySelector("canvas");
    const { data } = canvas.getContext("2d")
      .getImageData(0, 0, canvas.width, canvas.height);
    const alike = (at) => color.every((one, i) => Math.abs(one - data[at + i]) < 30);
    return data.filter((alpha, i) => i % 4 === 3 && alpha > 200 && alike(i - 3)).length;
  };
  window.refreshed = () => performance.getEntriesByType("resource")
    .filter((one) => one.name.includes("/consoles/")).length;
  // Of a color as the browser has it, as WCAG 2 defines it.
  window.luminance = (color) => numbers(color).map((one) => one / 255)
    .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, i) => sum + one * [0.2126, 0.7152, 0.0722][i], 0);
  window.contrast = (name) => {
    const probe = document.body.appendChild(document.createElement("i"));
    const lights = [name, "--page"].map((one) => {
      probe.style.color = `var(${one})`;
      return luminance(getComputedStyle(probe).color);
    });
    probe.remove();
    return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
  };
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with browsing(tmp_path_factory.mktemp("browser") / "own") as browser:
        yield browser


def open_console(browser, cluster, query="", **looks) -> None:
    """The page, once all plots are drawn."""
    browser.open(f"{cluster.metrics.url}/consoles/index.html{query}", **looks)
    browser.wait(
        "document.querySelectorAll('figure').length > 10", "The console has no plots."
    )
    browser.wait(
        "[...document.querySelectorAll('figure')]"
        ".every((one) => one.querySelector('tbody tr, .note:not(:empty)'))",
        "Some plots of the console stay empty.",
    )
    browser.evaluate(HELPERS)


def rows(browser, title: str) -> dict[str, list[str]]:
    """The table of a plot: latest, least and most of each series."""
    found: dict[str, list[str]] = browser.evaluate(f"rows({json.dumps(title)})")
    return found


@pytest.mark.parametrize("looks", [{}, {"dark": True, "width": PHONE}])
def test_plots_have_the_numbers(cluster, browser, looks):
    open_console(browser, cluster, **looks)
    latest, _, most = rows(browser, "Requests by view")["item-list"]
    assert latest.endswith("req/s"), "Requests have no unit."
    assert most != "0 req/s", "The plot says that nobody asked."
    for title in ("p50 by view", "p95 by view", "p99 by view", "Disk free"):
        assert rows(browser, title), f"The plot {title} has no series."
    assert browser.evaluate("drawn('Requests by view', 'item-list')"), (
        "The plot of requests has no line of its color."
    )
    assert browser.faults() == []


def test_release_is_marked(cluster, browser):
    """Of the day: the suite may take longer than the first range."""
    open_console(browser, cluster, "?range=1d")
    assert f"Version {cluster.version}" in browser.evaluate(
        "document.querySelector('#plots').textContent"
    ), "Nothing tells when a release began to serve."


def test_no_query_of_a_plot_is_refused(cluster, browser):
    open_console(browser, cluster)
    refused = browser.evaluate(
        "[...document.querySelectorAll('figure')].map((one) => one.textContent)"
        ".filter((one) => one.includes('refuses'))"
    )
    assert refused == [], "Plots have no numbers, as their queries are no PromQL."


def test_range_is_chosen_by_keyboard_and_stays(cluster, browser):
    open_console(browser, cluster)
    browser.evaluate("document.querySelector('#ranges [value=\"1w\"]').focus()")
    browser.press("Enter")
    assert browser.evaluate("location.search") == "?range=1w", (
        "The week was not chosen, or its address cannot be shared."
    )
    before = browser.evaluate("refreshed()")
    browser.wait(f"refreshed() > {before}", "The range was not drawn.")
    assert rows(browser, "Disk free"), "The week is empty."
    browser.evaluate("window.kept = panel('Disk free').querySelector('canvas')")
    before = browser.evaluate("refreshed()")
    browser.wait(f"refreshed() > {before}", "The page does not follow what happens.")
    assert browser.evaluate("document.activeElement.value") == "1w", (
        "A person who uses the keyboard loses the place at each refresh."
    )
    assert browser.evaluate("kept.isConnected"), "A refresh draws plots from nothing."
    open_console(browser, cluster, "?range=1w")
    pressed = "document.querySelector('#ranges [aria-pressed=true]').textContent"
    assert browser.evaluate(pressed) == "week"


def test_arrow_keys_choose_a_moment_that_is_read_out(cluster, browser):
    open_console(browser, cluster)
    browser.evaluate("panel('Requests by view').querySelector('.plot').focus()")
    browser.press("ArrowLeft")
    head = "panel('Requests by view').querySelectorAll('thead th')[1].textContent"
    browser.wait(f"{head} !== 'latest'", "The arrow key chose no moment.")
    when = browser.evaluate(head)
    said = browser.evaluate("document.activeElement.ariaValueText") or ""
    assert said.startswith(when), f"The screen reader says {said!r}, not {when}."
    assert "item-list" in said
    heard = browser.read_out()
    assert ("slider", "Moment in Requests by view") in heard
    assert ("table", "Requests by view") in heard, (
        "A screen reader finds no table that says what the plot shows."
    )
    other = "panel('Answers by status').querySelectorAll('thead th')[1].textContent"
    assert browser.evaluate(other) == when, "The other plots show another moment."
    browser.press("Escape")
    browser.wait(f"{head} === 'latest'", "Escape does not go back to the latest.")


@pytest.mark.parametrize("dark", [False, True])
def test_colors_can_be_told_from_the_page(cluster, browser, dark):
    open_console(browser, cluster, dark=dark)
    light = browser.evaluate(
        "luminance(getComputedStyle(document.body).backgroundColor)"
    )
    assert (light < 0.2) == dark, "The page is not as light as the browser asks."
    for name in ("--text", "--muted", "--bad"):
        assert browser.evaluate(f"contrast('{name}')") >= 4.5, f"{name} is hard to read"
    for name in ("--release", *(f"--series-{number}" for number in range(8))):
        assert browser.evaluate(f"contrast('{name}')") >= 3, f"{name} is hard to see"


def test_nothing_is_wider_than_a_phone(cluster, browser):
    open_console(browser, cluster, width=PHONE)
    assert browser.evaluate("document.documentElement.scrollWidth") <= PHONE, (
        "The page must be moved sideways on a phone."
    )
    assert browser.evaluate("panel('Disk free').clientWidth") > PHONE * 0.8


def test_page_says_when_prometheus_is_away(cluster, browser):
    open_console(browser, cluster)
    offline = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.call("Network.emulateNetworkConditions", offline=True, **offline)
    browser.evaluate(AGAIN)
    browser.wait(
        "document.querySelector('[role=status]').textContent.includes('not answer')",
        "Old numbers look like new ones.",
    )
    assert rows(browser, "Requests by view"), "The plots are gone."
    browser.call("Network.emulateNetworkConditions", offline=False, **offline)
    browser.evaluate(AGAIN)
    browser.wait(
        "!document.querySelector('[role=status]').textContent",
        "The page does not go on once Prometheus answers again.",
    )


def test_tables_need_no_script(cluster, browser):
    browser.open(f"{cluster.metrics.url}/consoles/index.html", scripts=False)
    browser.wait(
        f"document.body?.textContent.includes('{cluster.version}')",
        "Without JavaScript the tables are gone.",
    )
    assert browser.evaluate("!!document.querySelector('meta[http-equiv=refresh]')"), (
        "Without JavaScript the page stays as it is."
    )
    assert "need JavaScript" in browser.evaluate("document.body.textContent")


@pytest.mark.parametrize("table", ["#views", "#plots"])
def test_views_name_leads_to_its_requests_of_the_same_minutes(cluster, browser, table):
    open_console(browser, cluster)
    browser.evaluate(f"document.querySelector('{table} [value=\"item-list\"]').focus()")
    browser.press("Enter")
    commands = browser.evaluate(
        "[...document.querySelectorAll('dialog code')].map((one) => one.textContent)"
    )
    found = []
    for command, kind in zip(commands, ("slow", "failed"), strict=True):
        before, _, question = command.partition(" find-requests ")
        assert (before, question.split()[0]) == ("docker compose exec log", kind)
        found.append(run_requests(cluster, *question.split()))
    slow, failed = found
    assert slow, "The command finds none of the view's requests."
    assert all("[item-list]" in line for line in (*slow, *failed))
    assert {line.split()[4] for line in failed} <= {line.split()[4] for line in slow}
    browser.press("Escape")
    browser.wait("!document.querySelector('dialog')", "Escape closes no dialog.")
    assert browser.faults() == []
