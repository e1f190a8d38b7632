"""An archive to be shown: two years of three invented vendors, judged as the monitor judges. For pictures and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import pipeline
from monitor.archive import Archive
from monitor.model import Capture, Page, Rule, Validators
from monitor.pipeline import Judgement

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Page(
    "northwind", "terms", "terms", "https://northwind.example/legal/terms", vendor_name="Northwind AI", every="1d"
)
OFFER = Page(
    "northwind",
    "free-tokens",
    "free-offer",
    "https://northwind.example/free-tokens",
    vendor_name="Northwind AI",
    every="1d",
)
PRIVACY = Page("lumen", "privacy", "privacy", "https://lumen.example/privacy", vendor_name="Lumen", every="1d")
AGREEMENT = Page(
    "qinghe", "agreement", "terms", "https://qinghe.example/agreement", vendor_name="Qinghe AI", every="1d"
)
PAGES = (TERMS, OFFER, PRIVACY, AGREEMENT)

_TERMS = {
    "trains": "We do not use your conversations to train our models.",
    "keeps": "We keep your conversations for 30 days after you delete them.",
    "review": "Nobody at Northwind reads your conversations unless you report one.",
    "law": "The law of the country in which you live applies.",
    "notice": "We will tell you by mail a month before new terms come into force.",
}
_PRIVACY = {
    "collects": "We collect the prompts that you type and the files that you send.",
    "shares": "We share personal data with the companies that host our servers, and with nobody else.",
    "keeps": "We delete prompts after 90 days.",
    "trains": "Prompts of business customers are never used for training.",
}
_AGREEMENT = {
    "use": "我们不会将您的对话用于训练模型。",
    "keep": "您删除对话之后，我们会在三十天内从系统中清除该对话。",
    "rights": "您保留所发送内容的全部权利。",
    "free": "每个账号每天可免费使用一百万个词元。",
}
_FILLER = (
    "These terms govern your use of the assistant and of every tool that comes with it.",
    "You may send text, images and files to the assistant, and it will send you answers.",
    "The assistant makes mistakes, so check its answers before you rely on them.",
    "If you break these terms we may close your account after a written warning.",
    "We are liable for damage that we cause on purpose or by gross negligence, and for nothing else.",
    "Write to the address in your account's settings if a question stays open.",
)
_FILLER_ZH = (
    "本协议适用于您使用青禾助手及其附带的全部工具，请您在使用之前仔细阅读。",
    "您可以向助手发送文字、图片和文件，助手会向您返回生成的内容。",
    "助手可能出错，请您在依赖其回答之前自行核对。",
    "如您违反本协议，我们可能在书面警告之后关闭您的账号。",
    "本协议的修改将提前三十日通过站内消息通知您。",
)


@dataclass
class _Answer:
    """Answers every request with one body, or with the name of an outcome."""

    answer: bytes | str
    profile: str = ""

    def fetch(self, url: str, validators: Validators, now: datetime, language: str | None = None) -> Capture:
        """The answer, as of now, whatever else is asked."""
        if isinstance(self.answer, str):
            return Capture(now, url, self.answer, reason="no answer within 30 seconds", final_url=url)
        headers = (("Content-Type", "text/html; charset=utf-8"), ("Server", "example"))
        return Capture(
            now,
            url,
            "ok",
            final_url=url,
            status=200,
            headers=headers,
            body=self.answer,
            content_type="text/html; charset=utf-8",
        )

    def close(self) -> None:
        """Nothing is open."""


def fill(path: Path, language: str = "en") -> None:
    """Make the archive at `path`; alerts are owed, and the first of them sent."""
    with Archive(path) as archive:
        for at, page, answer in sorted(_story(), key=lambda each: each[0]):
            _check(archive, page, answer, at, language)


def _check(archive: Archive, page: Page, answer: bytes | str, at: datetime, language: str) -> None:
    judgement = Judgement((Rule(("mail",)),), language)
    for _ in pipeline.check([page], archive, lambda *_: _Answer(answer), judgement, lambda: at):
        pass


def _story() -> Iterator[tuple[datetime, Page, bytes | str]]:
    """When which page said what."""
    yield from _told(
        TERMS,
        _terms,
        (
            (700, {}),
            (560, {"keeps": "We keep your conversations for 60 days after you delete them."}),
            (430, {"trains": "We use your conversations to train our models only if you turn on sharing."}),
            (300, {"law": "The law of Northland applies, and its courts decide."}),
            (150, {"review": "People at Northwind may read your conversations to improve our services."}),
            (
                12,
                {
                    "trains": "By default we use your conversations to train our models unless you turn it off in your settings."
                },
            ),
        ),
    )
    yield from ((NOW - days * DAY, TERMS, "timeout") for days in (232, 220, 210, 198))
    yield from _told(
        OFFER,
        _offer,
        (
            (690, {"amount": "1,000,000"}),
            (500, {"amount": "10,000,000"}),
            (260, {"amount": "5,000,000"}),
            (40, {"amount": "1,000,000"}),
        ),
    )
    yield from _told(
        PRIVACY,
        _privacy,
        (
            (640, {}),
            (350, {"keeps": "We delete prompts after 180 days."}),
            (
                75,
                {
                    "shares": "We share personal data with the companies that host our servers and with our advertising partners."
                },
            ),
        ),
    )
    yield from ((NOW - days * DAY, PRIVACY, "tls_error") for days in (3, 2, 1))
    yield from _told(
        AGREEMENT,
        _agreement,
        (
            (600, {}),
            (210, {"free": "每个账号每天可免费使用五十万个词元。"}),
            (25, {"use": "除非您在设置中关闭，我们会将您的对话用于训练模型。"}),
        ),
    )


def _told(
    page: Page, write: Callable[[dict[str, str]], bytes], steps: tuple[tuple[int, dict[str, str]], ...]
) -> Iterator[tuple[datetime, Page, bytes]]:
    """A page that said these things so many days ago, each step on top of those before; each is seen again a day later."""
    said: dict[str, str] = {}
    for days, differs in steps:
        said |= differs
        yield from ((NOW - seen * DAY, page, write(said)) for seen in (days, days - 1))


def _page(title: str, sections: dict[str, list[str]], language: str = "en") -> bytes:
    body = "".join(f"<h2>{name}</h2>" + "".join(f"<p>{text}</p>" for text in texts) for name, texts in sections.items())
    return (
        f"<!doctype html><html lang={language}><title>{title}</title><body><main><h1>{title}</h1>{body}</main>".encode()
    )


def _terms(said: dict[str, str]) -> bytes:
    now = _TERMS | said
    return _page(
        "Terms of Use",
        {
            "Using it": [*_FILLER[:3], now["notice"]],
            "Your content": [now["trains"], now["keeps"], now["review"]],
            "The rest": [*_FILLER[3:], now["law"]],
        },
    )


def _offer(said: dict[str, str]) -> bytes:
    amount = (
        f"Organisations that share their traffic get up to {said['amount']} free tokens a day across the small models."
    )
    return _page(
        "Free tokens for sharing",
        {
            "What you get": [amount, "The free tokens are counted at midnight UTC."],
            "Who can take part": ["You can stop sharing at any time in your settings.", *_FILLER],
        },
    )


def _privacy(said: dict[str, str]) -> bytes:
    now = _PRIVACY | said
    return _page(
        "Privacy policy",
        {
            "What we collect": [now["collects"], *_FILLER[:2]],
            "Who gets it": [now["shares"]],
            "How long": [now["keeps"]],
            "Training": [now["trains"], *_FILLER[2:]],
        },
    )


def _agreement(said: dict[str, str]) -> bytes:
    now = _AGREEMENT | said
    return _page(
        "用户协议",
        {
            "使用": [*_FILLER_ZH[:3], now["free"]],
            "您的内容": [now["use"], now["keep"], now["rights"]],
            "其他": [*_FILLER_ZH[3:]],
        },
        "zh",
    )
