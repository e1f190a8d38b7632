"""What the tests of the middle of the house share: invented pages, and a fetcher that follows a script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from monitor.extract import read
from monitor.fetch.manners import Onward, freely
from monitor.model import Block, Capture, Document, Page, Validators

START = datetime(2031, 5, 4, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = Page("acme", "terms", "terms", "https://acme.example/terms", vendor_name="Acme AI", every="12h", language="en")
HTML = "text/html; charset=utf-8"

PARAGRAPHS = (
    "These terms govern your use of the Acme assistant and of every tool that comes with it.",
    "You may send text, images and files to the assistant, and it will send you answers.",
    "You keep the rights in what you send, and we ask for no more than we need to answer you.",
    "We keep your chats for 30 days after you delete them, and then they are gone from our systems.",
    "We do not use your chats to train our models.",
    "We share your chats with the companies that host our servers, and with nobody else.",
    "If you break these terms we may close your account after a written warning.",
    "The assistant makes mistakes, so check its answers before you rely on them in anything that matters.",
    "We are liable for damage that we cause on purpose or by gross negligence, and for nothing else.",
    "The law of the country in which you live applies, and its courts decide.",
    "We will tell you by mail a month before a new edition of these terms comes into force.",
    "Write to the address in your account's settings if a question stays open.",
)
"""A document of about 1,000 characters on what an invented vendor may do."""
TRAINS = "We use your chats to train our models."
"""What stands in the fifth paragraph's place after a change that has to be told."""
CHINESE = (
    "本协议适用于您使用青禾助手及其附带的全部工具，请您在使用之前仔细阅读。",
    "您可以向助手发送文字、图片和文件，助手会向您返回生成的内容。",
    "您保留所发送内容的全部权利，我们只在回答您所必需的范围内使用这些内容。",
    "我们不会将您的对话用于训练模型。",
    "您删除对话之后，我们会在三十天内从系统中清除该对话。",
)


def document(*texts: str, language: str = "en") -> Document:
    """A document with these paragraphs."""
    return Document(tuple(Block("paragraph", text) for text in texts), language=language)


def page_of(*paragraphs: str, around: str = "") -> bytes:
    """An HTML page with these paragraphs, and `around` beside them."""
    body = "\n".join(f"<p>{text}</p>" for text in paragraphs)
    return f"<!doctype html><html lang=en><body>{around}<main><h1>Terms</h1>\n{body}</main></body></html>".encode()


def terms(*, times: int = 2, **swapped: str) -> bytes:
    """The invented document as a page, `times` as long; `p5="..."` puts other words in its fifth paragraph's place."""
    texts = [swapped.get(f"p{number}", text) for number, text in enumerate(PARAGRAPHS, 1)]
    texts += [f"Part {part} of our handbook says: {text}" for part in range(2, times + 1) for text in PARAGRAPHS]
    return page_of(*texts)


def texts(html: str, content_type: str = HTML) -> list[str]:
    """The text of each block that is read in some HTML."""
    return [block.text for block in read(html.encode(), content_type).blocks]


def captured(body: bytes | None, at: datetime, outcome: str = "ok", *, page: Page = PAGE) -> Capture:
    """A capture of a page, with these bytes."""
    status = {"ok": 200, "not_modified": 304}.get(outcome)
    return Capture(at, page.url, outcome, final_url=page.url, status=status, body=body, content_type=HTML)


@dataclass
class FakeFetcher:
    """Answers with one body, or the name of an outcome, after the other; remembers what was asked."""

    script: Iterable[bytes | str]
    asked: list[tuple[str, Validators, str | None]] = field(default_factory=list)
    profile: str = ""

    def __post_init__(self) -> None:
        self._next = iter(self.script)

    def fetch(
        self, url: str, validators: Validators, now: datetime, language: str | None = None, onward: Onward = freely
    ) -> Capture:
        """The next answer of the script, as of now."""
        self.asked.append((url, validators, language))
        answer = next(self._next)
        made = captured(answer, now) if isinstance(answer, bytes) else captured(None, now, answer)
        return replace(made, url=url, final_url=url)

    def close(self) -> None:
        """Nothing is open."""
