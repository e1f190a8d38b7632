"""Mail, against a real SMTP server on loopback."""

import logging
import shutil
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import given, settings
from hypothesis import strategies as st
from report_samples import NEW, NOW, OLD, SUMMARY, hostile_record, sample_message

from monitor.deliver import EmailChannel
from monitor.deliver.email import Server, compose, secure, server_of
from monitor.errors import DeliveryError
from monitor.report import Style, message

SECRET = "hunter2-canary"
TO = ("ann@b.example", "bob@b.example")


class Sink:
    """Keeps the mails that arrive; answers addresses and mails as it is told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refused: dict[str, str] = {}
        self.answer = "250 taken"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=default))
        return self.answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Serve = Callable[..., tuple[Sink, int]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts SMTP servers with given settings; each is stopped at the end."""
    running: list[Controller] = []

    def start(**settings: Any) -> tuple[Sink, int]:
        sink = Sink()
        controller = Controller(sink, hostname="127.0.0.1", port=free_port(), **settings)
        controller.start()
        running.append(controller)
        return sink, controller.port

    yield start
    for controller in running:
        controller.stop()


def channel(port: int, *, scheme: str = "smtp", user: str = "") -> EmailChannel:
    return EmailChannel("mail", TO, "Monitor <monitor@a.example>", f"{scheme}://{user}127.0.0.1:{port}")


def refusal(mail: EmailChannel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        mail.send(sample_message(), NOW)
    return caught.value


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(cast("EmailMessage", body).get_content()).replace("\r\n", "\n")


def test_a_mail_arrives_in_both_forms(serve: Serve) -> None:
    """A mail carries the subject, a text part, an HTML part and our Date, and says that a machine wrote it."""
    sink, port = serve()
    channel(port).send(sample_message(), NOW)
    (mail,) = sink.mails
    assert mail["Subject"] == f"Acme: {SUMMARY}"
    assert mail.get_content_type() == "multipart/alternative"
    assert (part(mail, "plain"), part(mail, "html").strip()) == ("Text 免费\n", "<p>HTML</p>")
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"] == "ann@b.example, bob@b.example"


def test_a_repeat_has_the_same_message_id(serve: Serve) -> None:
    """Two attempts of one delivery can be told as one; another delivery of the page is a new mail in its thread."""
    sink, port = serve()
    for key in ("one", "one", "two"):
        channel(port).send(sample_message(key=key), NOW)
    first, repeat, other = sink.mails
    assert first["Message-ID"] == repeat["Message-ID"] != other["Message-ID"]
    assert first["References"] == first["In-Reply-To"] == other["References"] != first["Message-ID"]


def test_hostile_text_arrives_as_one_line_and_escaped(serve: Serve) -> None:
    """No title or clause adds a header, an element or a line to the subject, or keeps the alert back."""
    sink, port = serve()
    channel(port).send(message(hostile_record(), Style(), key="k", before=OLD, after=NEW), NOW)
    (mail,) = sink.mails
    assert mail["Bcc"] is None
    assert len(mail["Subject"].splitlines()) == 1
    assert len(mail["Subject"]) <= 200
    assert "<script>" not in part(mail, "html")


def test_headers_are_cleaned_at_the_last_door(serve: Serve) -> None:
    """A message that no report wrote is sent all the same, its subject one line."""
    sink, port = serve()
    channel(port).send(sample_message(subject="a\r\nBcc: x@b.example\x0b\u2028\x85b", text="\ud800"), NOW)
    assert sink.mails[0]["Subject"] == "a Bcc: x@b.example b"


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=())))
def test_any_title_makes_a_mail(title: str) -> None:
    """Whatever characters a title and a text hold, the mail can be written, and its subject is one line."""
    mail = compose(sample_message(subject=title, text=title, html=title), TO, "monitor@a.example", NOW)
    read = message_from_bytes(mail.as_bytes(), policy=default)
    assert len(read["Subject"].splitlines()) <= 1
    assert sorted(read.keys()) == sorted(mail.keys())


def test_no_server_is_a_passing_failure() -> None:
    """Where nothing listens, trying again can help."""
    error = refusal(channel(free_port()))
    assert not error.permanent
    assert "Connection refused" in str(error)


def test_a_server_that_turns_us_away_may_let_us_in() -> None:
    """A 5xx greeting is about the connection, not the mail, and passes."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        porter = Thread(target=greet, args=(door, b"554 no service\r\n"))
        porter.start()
        error = refusal(channel(door.getsockname()[1]))
        porter.join()
    assert not error.permanent
    assert "554 no service" in str(error)


def greet(door: socket.socket, greeting: bytes) -> None:
    visitor, _ = door.accept()
    with visitor:
        visitor.sendall(greeting)
        visitor.recv(100)


@pytest.mark.parametrize(("answer", "permanent"), [("451 greylisted", False), ("550 unwanted", True)])
def test_the_reply_decides_whether_to_try_again(serve: Serve, answer: str, permanent: bool) -> None:
    """A reply of the 4xx kind passes, one of the 5xx kind stays; both are quoted."""
    sink, port = serve()
    sink.answer = answer
    error = refusal(channel(port))
    assert error.permanent is permanent
    assert answer in str(error)


def test_a_refused_recipient_is_named_and_the_others_served(serve: Serve) -> None:
    """One bad address does not keep the mail from the rest, and the error says which it was."""
    sink, port = serve()
    sink.refused = {TO[0]: "550 no such user"}
    error = refusal(channel(port))
    assert len(sink.mails) == 1
    assert error.permanent
    assert "ann@b.example: 550 no such user" in str(error)
    assert "bob@" not in str(error)


def test_recipients_refused_for_now_are_tried_again(serve: Serve) -> None:
    """As long as one refusal may pass, the delivery is not given up."""
    sink, port = serve()
    sink.refused = {TO[0]: "550 no such user", TO[1]: "450 later"}
    assert not refusal(channel(port)).permanent


def test_a_plain_server_for_smtps_is_a_passing_failure(serve: Serve) -> None:
    """Where TLS is asked for at once, nothing is said without it."""
    sink, port = serve()
    assert not refusal(channel(port, scheme="smtps")).permanent
    assert sink.mails == []


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate with its key, made for this run."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    kind = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    make = (openssl, "req", *kind, "-days", "1", "-subj", "/CN=localhost", "-keyout", file, "-out", file)
    subprocess.run(make, check=True, capture_output=True)
    return file


def authenticator(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.password == SECRET.encode(), handled=False)


@pytest.fixture
def guarded(serve: Serve, certificate: Path) -> tuple[Sink, int]:
    """A server that wants STARTTLS and a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return serve(tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticator)


def test_login_goes_over_starttls(guarded: tuple[Sink, int]) -> None:
    """A server that offers STARTTLS gets user and password under it."""
    sink, port = guarded
    channel(port, user=f"ann:{SECRET}@").send(sample_message(), NOW)
    assert len(sink.mails) == 1


def test_a_refused_login_can_be_mended(guarded: tuple[Sink, int]) -> None:
    """A wrong password keeps the alert owed: the user may set the right one."""
    error = refusal(channel(guarded[1], user="ann:wrong-canary@"))
    assert not error.permanent
    assert "canary" not in str(error)


class Offering(smtplib.SMTP):
    """A session whose server offers these extensions; it records whether TLS was begun."""

    def __init__(self, *extensions: str) -> None:
        super().__init__(local_hostname="test")
        self.esmtp_features = dict.fromkeys(extensions, "")
        self.contexts: list[ssl.SSLContext | None] = []

    def ehlo(self, name: str = "") -> tuple[int, bytes]:
        return 250, b""

    def starttls(self, *_: object, context: ssl.SSLContext | None = None, **__: object) -> tuple[int, bytes]:
        self.contexts.append(context)
        return 220, b""


def test_a_server_without_tls_gets_nothing() -> None:
    """Off this machine, a server that offers no TLS is not talked to."""
    with pytest.raises(DeliveryError, match="no TLS"):
        secure(Offering(), Server("mail.a.example", 587, tls_at_once=False))


def test_certificates_are_verified_off_this_machine() -> None:
    """A server elsewhere must show a certificate for its name; one on loopback need not."""
    session = Offering("starttls")
    for host in ("mail.a.example", "127.0.0.1"):
        secure(session, Server(host, 587, tls_at_once=False))
    assert [context.verify_mode for context in session.contexts if context] == [ssl.CERT_REQUIRED, ssl.CERT_NONE]


def test_an_smtp_url_is_read_in_full() -> None:
    """User and password are percent-decoded, and ports have their defaults."""
    assert server_of("smtps://ann%40b:p%2Fq@mail.a.example") == Server("mail.a.example", 465, True, "ann@b", "p/q")  # noqa: FBT003
    assert server_of("smtp://mail.a.example").port == 587


@pytest.mark.parametrize("url", [f"http://ann:{SECRET}@a", f"smtp://ann:{SECRET}@a:port", f"{SECRET}", ""])
def test_a_wrong_smtp_url_is_not_quoted(url: str) -> None:
    """A URL of another form is a passing failure that does not repeat it."""
    error = refusal(EmailChannel("mail", TO, "monitor@a.example", url))
    assert not error.permanent
    assert SECRET not in str(error)


def test_the_password_is_nowhere_to_be_read(guarded: tuple[Sink, int], caplog: pytest.LogCaptureFixture) -> None:
    """No repr, error or log line at any level holds the password."""
    caplog.set_level(logging.DEBUG)
    mail = channel(guarded[1], user=f"ann:{SECRET}@")
    mail.send(sample_message(), NOW)
    error = refusal(channel(free_port(), user=f"ann:{SECRET}@"))
    ours = [line.getMessage() for line in caplog.records if not line.name.startswith("mail.")]
    for text in (repr(mail), repr(server_of(mail.smtp)), str(error), repr(error), *ours):
        assert SECRET not in text
