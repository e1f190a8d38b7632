"""Chats: apprise posts to a real web server on loopback."""

import json
import logging
from collections.abc import Iterator

import pytest
from deliver_samples import NOW, refusal, sample_message
from http_sink import HttpSink, http_sink

from monitor.deliver import ChatChannel

# apprise imports a module that Python deprecates when it first loads its plugins
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SECRET = "t0ken-canary"


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as running:
        running.status = 200
        yield running


def chat(sink: HttpSink) -> ChatChannel:
    return ChatChannel("chat", sink.url.replace("http", "json", 1) + f"/{SECRET}")


def test_a_chat_gets_subject_and_text(sink: HttpSink) -> None:
    """A chat shows the alert's subject and text."""
    assert chat(sink).send(sample_message(), NOW) == ""
    body = json.loads(sink.requests[0][2])
    assert (body["title"], body["message"]) == (sample_message().subject, "Text 免费")


def test_a_long_text_is_cut_for_a_chat(sink: HttpSink) -> None:
    """A chat gets whole lines, and a sign that there is more."""
    chat(sink).send(sample_message(text="a line of text\n" * 1000), NOW)
    sent = json.loads(sink.requests[0][2])["message"]
    assert len(sent) < 4000
    assert sent.endswith("a line of text\n…")


def test_a_refusing_chat_is_tried_again(sink: HttpSink, caplog: pytest.LogCaptureFixture) -> None:
    """A chat's refusal is a passing failure, and its token is in no error, repr or log line."""
    caplog.set_level(logging.DEBUG)
    sink.status = 500
    error = refusal(chat(sink))
    assert (error.permanent, error.stops) == (False, False)
    for text in (str(error), repr(chat(sink)), caplog.text):
        assert SECRET not in text


def test_an_unknown_chat_address_is_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    """An address that apprise does not know stops the channel, and is not repeated."""
    caplog.set_level(logging.DEBUG)
    error = refusal(ChatChannel("chat", f"nosuch://{SECRET}"))
    assert error.stops
    assert SECRET not in str(error) + caplog.text
