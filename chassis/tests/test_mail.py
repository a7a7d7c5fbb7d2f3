"""Mail: where it goes, and how a worker sends it."""

import re
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_tasks_db.models import DBTaskResult
from environs import ValidationError

from chassis.mail import address, sender, settings_of
from chassis.mail.models import Mail
from chassis.mail.tasks import forgotten, send

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
        "file:relative",
        "file:///var/mail#x",
        "gmail://me",
        "smtp://[::1",
        "smtp://mail.example:65536",
        "smtp://mail.example?timeout=3",
        "smtp://mail.example ",
        "smtp://mail.example,other.example",
        "submission://me:12#34@mail.example",
        "submission://me:587?x@mail.example",
        "submission://me@mail.example",
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
        ("file:///var/my%20mail", {"EMAIL_FILE_PATH": "/var/my mail"}),
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


@pytest.mark.parametrize(
    "text",
    [
        "Shop",
        "",
        "Shop, Inc <shop@example.com>",
        "Shop: a@example.com",
        "a@example.com, b@example.com",
        "a@example.com>",
        "a@example.com\nBcc: b@example.com",
        "a@b c",
    ],
)
def test_sender_that_mail_cannot_come_from_is_refused(text: str):
    with pytest.raises(ValidationError, match="Not an address, such as"):
        sender(text)


@pytest.mark.parametrize(
    "text",
    [
        "a@example.com",
        "Shop <a@example.com>",
        '"Shop, Inc" <a@example.com>',
        "Shop & Co. <a@example.com>",
    ],
)
def test_sender_may_have_a_name(text: str):
    sender(text)


def parts(message) -> list[tuple[str, bytes]]:
    """Types and contents; lines of mail end with CRLF."""
    return [
        (part.get_content_type(), content.replace(b"\r\n", b"\n"))
        for part in message.walk()
        if (content := part.get_payload(decode=True)) is not None
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("queue")
def test_message_is_sent_by_a_worker_as_it_was():
    message = EmailMultiAlternatives(
        gettext_lazy("subject"),
        gettext_lazy("body"),
        "a@example.com",
        ["b@example.com"],
        bcc=["c@example.com"],
        cc=["d@example.com"],
        reply_to=["e@example.com"],
        headers={"X-Kind": gettext_lazy("test"), "Message-ID": "<1@example.com>"},
    )
    message.extra_headers["Date"] = "Tue, 01 Dec 2026 12:00:00 -0000"
    message.attach_alternative("<p>body</p>", "text/html")
    message.attach("a.bin", b"\x00\xff", "application/octet-stream")
    message.attach("a.txt", "text", "text/plain")
    message.send()
    assert not mail.outbox
    run()
    (sent,) = mail.outbox
    assert sent.recipients() == ["b@example.com", "d@example.com", "c@example.com"]
    found, expected = (
        message_from_bytes(one.message().as_bytes()) for one in (sent, message)
    )
    assert dict(found) == {**expected, "Content-Type": found["Content-Type"]}
    assert parts(found) == parts(expected)
    run()
    assert len(mail.outbox) == 1
    assert not Mail.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("queue")
def test_message_of_a_class_with_bytes_of_its_own_keeps_them():
    """Such as one that signs them."""

    class Signed(EmailMessage):
        def message(self, **options):
            made = super().message(**options)
            made["X-Signature"] = "signed"
            return made

    Signed("subject", "body", "a@example.com", ["b@example.com"]).send()
    run()
    sent = mail.outbox[0].message()
    assert (sent["X-Signature"], sent["Subject"]) == ("signed", "subject")
    assert b"\n" not in sent.as_bytes().replace(b"\r\n", b"")


@pytest.mark.django_db
@pytest.mark.usefixtures("queue")
def test_malformed_message_is_refused_at_once():
    message = EmailMessage("two\nlines", "body", "a@example.com", ["b@example.com"])
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        message.send()
    assert not Mail.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("queue")
def test_other_tasks_go_before_mail():
    mail.send_mail("subject", "body", "a@example.com", ["b@example.com"])
    assert DBTaskResult.objects.get().priority < 0


@pytest.mark.django_db
def test_mail_that_could_not_be_sent_goes_after_two_weeks():
    now = timezone.now()
    old = Mail.objects.create(recipients=[], created=now - timedelta(days=15))
    new = Mail.objects.create(recipients=[])
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
    run()
    (task,) = DBTaskResult.objects.filter(task_path__endswith=".send")
    assert "/admin/reset/" not in str(task.args_kwargs)
    run()
    (message,) = mail.outbox
    text = message.message().get_payload()
    link = re.search(r"http://testserver(/admin/reset/\S+)", text)
    form = client.get(link[1], follow=True).redirect_chain[0][0]
    words = {"new_password1": "the latter 1", "new_password2": "the latter 1"}
    assert client.post(form, words).status_code == 302
    assert client.login(username="ada", password="the latter 1")


@pytest.mark.django_db
@pytest.mark.usefixtures("queue")
def test_answer_does_not_tell_whether_there_is_an_account(client: Client):
    """Neither by what it says, nor by what it asks the database, and so by its time."""
    get_user_model().objects.create_user("ada", "ada@example.com", "the former one")
    answers = []
    for name in ("ada", "eve"):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(
                "/admin/password_reset/", {"email": f"{name}@example.com"}
            )
        answers.append((answer.status_code, answer["Location"], len(queries)))
    assert answers[0] == answers[1]
    run()
    assert Mail.objects.count() == 1


@pytest.mark.django_db
def test_worker_mails_nobody_at_what_is_no_address():
    forgotten.call("no address", "shop.example", True, "en")
    assert not mail.outbox


@pytest.mark.django_db
def test_password_is_reset_without_tasks(client: Client):
    get_user_model().objects.create_user("ada", "ada@example.com", "the former one")
    client.post("/admin/password_reset/", {"email": "ada@example.com"})
    assert "/admin/reset/" in mail.outbox[0].body
