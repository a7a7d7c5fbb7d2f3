"""Forms of the admin's pages, as a browser sends them."""

import re

import requests


def token(page: requests.Response) -> dict[str, str]:
    """What a page's form has beside what a person fills in."""
    found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found, f"{page.url} has no form"
    return {"csrfmiddlewaretoken": found[1]}


def submit(
    browser: requests.Session, page: requests.Response, **form: str
) -> requests.Response:
    """The page that follows."""
    return browser.post(page.url, token(page) | form, timeout=30)
