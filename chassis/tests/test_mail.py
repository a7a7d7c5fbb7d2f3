"""Mail: where it goes, and how a worker sends it."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from environs import ValidationError

from chassis.mail import address, settings_of
from chassis.mail.models import Mail
from chassis.mail.tasks import send

LOCAL = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def queue(settings):
    """Mail goes into the queue, from which a worker sends it to mail.outbox."""
    settings.EMAIL_BACKEND = "chassis.mail.backends.Queue"
    settings.MAIL_BACKEND = LOCAL


def run() -> None:
    for row in DBTaskResult.objects.all():
        row.task.call(*row.args_kwargs["args"])


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "smtp://",
        "smtp://mail.example/path",
        "smtp://mail.example:many",
        "smtp://mail.example:0",
        "file:",
        "file://host/path",
        "gmail://me",
        "smtp://[::1",
    ],
)
def test_address_that_is_no_place_for_mail_is_refused(url: str):
    with pytest.raises(ValidationError, match=r"Not smtp://HOST:PORT"):
        address(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {"EMAIL_BACKEND": "chassis.mail.backends.Refusal"}),
        (
            "console:",
            {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
        ),
        ("file:///var/mail", {"EMAIL_FILE_PATH": "/var/mail"}),
        (
            "smtp://mail.example",
            {"EMAIL_PORT": 25, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False},
        ),
        (
            "submission://me%40a.example:p%2Fw@mail.example",
            {
                "EMAIL_HOST": "mail.example",
                "EMAIL_HOST_USER": "me@a.example",
                "EMAIL_HOST_PASSWORD": "p/w",
                "EMAIL_PORT": 587,
                "EMAIL_USE_TLS": True,
            },
        ),
        (
            "smtps://mail.example:8465",
            {"EMAIL_PORT": 8465, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True},
        ),
    ],
)
def test_address_is_djangos_settings(url: str, expected: dict[str, object]):
    address(url)
    found = settings_of(url)
    assert {name: found[name] for name in expected} == expected


def test_service_without_an_address_sends_nothing(settings):
    settings.EMAIL_BACKEND = "chassis.mail.backends.Refusal"
    with pytest.raises(ImproperlyConfigured, match="set EMAIL_URL"):
        mail.send_mail("subject", "body", "a@example.com", ["b@example.com"])


@pytest.mark.django_db
@pytest.mark.usefixtures("queue")
def test_message_is_sent_by_a_worker_as_it_was():
    message = EmailMultiAlternatives(
        "subject",
        "body",
        "a@example.com",
        ["b@example.com"],
        bcc=["c@example.com"],
        cc=["d@example.com"],
        reply_to=["e@example.com"],
        headers={"X-Kind": "test"},
    )
    message.attach_alternative("<p>body</p>", "text/html")
    message.attach("a.bin", b"\x00\xff", "application/octet-stream")
    message.attach("a.txt", "text", "text/plain")
    message.send()
    assert not mail.outbox
    run()
    (sent,) = mail.outbox
    assert sent.recipients() == message.recipients()
    assert sent.alternatives == message.alternatives
    assert sent.attachments == message.attachments
    assert (sent.subject, sent.reply_to) == ("subject", ["e@example.com"])
    assert sent.extra_headers == {"X-Kind": "test"}
    run()
    assert len(mail.outbox) == 1
    assert not Mail.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("queue")
def test_message_of_html_stays_one():
    message = EmailMessage("subject", "<p>body</p>", "a@example.com", ["b@example.com"])
    message.content_subtype = "html"
    message.send()
    run()
    assert mail.outbox[0].message().get_content_type() == "text/html"


@pytest.mark.django_db
@pytest.mark.usefixtures("queue")
def test_attachment_that_is_no_data_is_refused():
    message = EmailMessage("subject", "body", "a@example.com", ["b@example.com"])
    message.attachments.append(object())
    with pytest.raises(TypeError, match="Attach mail as"):
        message.send()


@pytest.mark.django_db
def test_mail_that_could_not_be_sent_goes_after_two_weeks():
    now = timezone.now()
    old = Mail.objects.create(content={}, created=now - timedelta(days=15))
    new = Mail.objects.create(content={})
    assert str(new) == f"mail {new.pk}"
    Mail.delete_old()
    assert list(Mail.objects.all()) == [new]
    assert old.pk != new.pk
    assert send.name == "send"


@pytest.mark.django_db
@pytest.mark.usefixtures("queue")
def test_password_is_reset_from_the_admins_login_page(client: Client):
    get_user_model().objects.create_user("ada", "ada@example.com", "the former one")
    page = client.get("/admin/login/").content.decode()
    assert 'href="/admin/password_reset/' in page
    answer = client.post("/admin/password_reset/", {"email": "ada@example.com"})
    assert answer.status_code == 302
    nobody = client.post("/admin/password_reset/", {"email": "eve@example.com"})
    assert (nobody.status_code, nobody["Location"]) == (302, answer["Location"])
    assert "ada" not in str(DBTaskResult.objects.get().args_kwargs)
    run()
    link = re.search(r"http://testserver(/admin/reset/\S+)", mail.outbox[0].body)
    form = client.get(link[1], follow=True).redirect_chain[0][0]
    words = {"new_password1": "the latter 1", "new_password2": "the latter 1"}
    assert client.post(form, words).status_code == 302
    assert client.login(username="ada", password="the latter 1")
