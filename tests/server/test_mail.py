"""Mail that a worker sends, from the admin's login page to a new password."""

import email
import re
import subprocess

import pytest
import requests

from support.forms import submit
from support.waiting import wait_until

ACCOUNT = {
    "DJANGO_SUPERUSER_USERNAME": "grace",
    "DJANGO_SUPERUSER_EMAIL": "grace@example.com",
    "DJANGO_SUPERUSER_PASSWORD": "the former phrase",
}


def test_forgotten_password_is_set_anew_though_the_mail_server_was_away(
    start_server, tmp_path, capfd
):
    away = {"EMAIL_URL": "smtp://127.0.0.1:9", "DEFAULT_FROM_EMAIL": "a@example.com"}
    server = start_server(**away)
    manage = ["service-server", "manage", "createsuperuser", "--no-input"]
    subprocess.run(manage, env=server.environment | ACCOUNT, check=True)
    browser = requests.Session()
    login = browser.get(f"{server.url}/admin/", timeout=30)
    (link,) = re.findall(r'href="(/admin/password_reset/[^"]*)"', login.text)
    page = browser.get(f"{server.url}{link}", timeout=30)
    sent = submit(browser, page, email="grace@example.com")
    assert sent.url == f"{server.url}/admin/password_reset/done/"
    mails = tmp_path / "mails"
    start_server("worker", "db_worker", **{**away, "EMAIL_URL": f"file://{mails}"})
    wait_until(lambda: mails.exists() and list(mails.iterdir()))
    wait_until(lambda: "/admin/reset/" in next(mails.iterdir()).read_text())
    message = email.message_from_string(next(mails.iterdir()).read_text())
    assert message["To"] == "grace@example.com"
    (link,) = re.findall(r"http://\S+/admin/reset/\S+", message.get_payload())
    page = browser.get(link, timeout=30)
    words = "the latter phrase"
    submit(browser, page, new_password1=words, new_password2=words)
    log = capfd.readouterr().out
    assert '"GET /admin/reset/..."' in log
    assert link.split("/")[-2] not in log
    login = browser.get(f"{server.url}/admin/", timeout=30)
    inside = submit(browser, login, username="grace", password=words, next="/admin/")
    assert inside.url == f"{server.url}/admin/"


def test_sender_is_asked_for_before_anything_is_sent(start_server, capfd):
    with pytest.raises(AssertionError, match="ended with 1"):
        start_server(EMAIL_URL="smtp://127.0.0.1:9")
    assert "DEFAULT_FROM_EMAIL" in capfd.readouterr().err
