"""Bytes -> text: which encoding is believed; plain text -> blocks; which language a text is in."""

from __future__ import annotations

import codecs

import pytest
from fakes import CHINESE, PARAGRAPHS
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.charset import decode
from monitor.extract import read
from monitor.extract.language import language

ZH = "".join(CHINESE)
TRADITIONAL = "我們不會將您的對話用於訓練模型。您刪除對話之後，我們會在三十天內從系統中清除該對話。" * 3
JAPANESE = (
    "私たちはお客様の会話をモデルの学習に使用しません。削除された会話は三十日以内にシステムから消去されます。" * 3
)


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_wins(mark: bytes, encoding: str) -> None:
    """A byte-order mark beats what the header says, and is no text."""
    assert decode(mark + ZH.encode(encoding), "text/html; charset=windows-1252") == ZH


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("gbk", "gbk", ZH),
        ("GB2312", "gbk", ZH + "镕"),
        ("gb18030", "gb18030", ZH + "𠮷"),
        ("big5", "big5", TRADITIONAL),
        ("shift_jis", "shift_jis", JAPANESE),
        ("euc-jp", "euc_jp", JAPANESE),
        ("iso-8859-1", "windows-1252", "“Don’t” costs €5"),
        ("utf-16le", "utf-16-le", ZH),
        ('"UTF-8"', "utf-8", ZH),
    ],
)
def test_the_headers_encoding(label: str, encoding: str, text: str) -> None:
    """The encoding that the header names is used, read as browsers read its label."""
    assert decode(text.encode(encoding), f"text/html; charset={label}") == text


@pytest.mark.parametrize(
    "meta", ['<meta charset="gbk">', "<meta http-equiv=Content-Type content='text/html; charset=gb2312'>"]
)
def test_the_encoding_that_the_page_names(meta: str) -> None:
    """Without one in the header, the encoding in the page's meta tag is used, though scripts stand before it."""
    html = f"<html><head><script>{'x' * 1500}</script>{meta}</head><body>{ZH}</body>"
    assert ZH in decode(html.encode("gbk"), "text/html")


def test_without_a_name_it_is_utf_8() -> None:
    """A page that names no encoding is UTF-8 where that fits."""
    assert decode(ZH.encode()) == ZH


@pytest.mark.parametrize(("encoding", "text"), [("gb18030", ZH * 3), ("big5", TRADITIONAL), ("shift_jis", JAPANESE)])
def test_an_unnamed_encoding_is_detected(encoding: str, text: str) -> None:
    """A page that names no encoding, and is not UTF-8, is read in the one that its bytes look like."""
    assert decode(text.encode(encoding)) == text


def test_a_lying_header_is_not_believed() -> None:
    """A header that names an encoding in which the bytes make no sense gives way to what fits."""
    assert decode(ZH.encode("gbk"), "text/html; charset=utf-8").count("\ufffd") == 0
    assert decode(f"<meta charset=utf-8>{ZH}".encode(), "text/html; charset=shift_jis") == f"<meta charset=utf-8>{ZH}"


@pytest.mark.parametrize("label", ["", "x-unknown", "base64", "rot13", "utf-8; boundary=x", "\x00"])
def test_a_strange_label_is_passed_over(label: str) -> None:
    """A label that names no encoding of text is passed over."""
    assert decode(ZH.encode(), f"text/html; charset={label}") == ZH


def test_some_broken_bytes_are_borne() -> None:
    """A few broken bytes in a long page do not unseat the encoding that it names."""
    text = " ".join(PARAGRAPHS) * 4
    broken = text.encode() + b"\xff\xfe." + text.encode()
    assert decode(broken, "text/html; charset=utf-8").count("\ufffd") == 2


def test_nul_bytes_are_dropped() -> None:
    """NUL bytes are no text."""
    assert decode(b"We do\x00 not\x00 train.") == "We do not train."


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from(["", "text/html", "text/html; charset=gbk", "text/html; charset=utf-16"])
)
def test_any_bytes_can_be_decoded(body: bytes, content_type: str) -> None:
    """Whatever the bytes, decoding returns text without NUL, and raises nothing."""
    assert "\x00" not in decode(body, content_type)


def test_one_text_in_many_encodings() -> None:
    """A page says the same in whatever encoding it comes."""
    found = {
        read(f"<html><head><meta charset={name}></head><body><p>{ZH}</p></body></html>".encode(name), "text/html").text
        for name in ("gbk", "gb18030", "utf-8")
    }
    assert found == {ZH}


# --- plain text ------------------------------------------------------------------------------------------------------


def test_paragraphs_of_plain_text() -> None:
    """Blank lines part the paragraphs of a plain text; wrapped lines are one."""
    found = read(b"We do\nnot train.\r\n\r\nWe keep it\r\nfor 30 days.\n", "text/plain").blocks
    assert [block.text for block in found] == ["We do not train.", "We keep it for 30 days."]


@pytest.mark.parametrize("mark", ["-", "*", "•", "1.", "2)", "(a)", "（一）", "3、"])
def test_items_of_plain_text(mark: str) -> None:
    """A line that begins as an item of a list does is one."""
    found = read(f"We share with:\n{mark} hosts\n{mark} auditors".encode(), "text/plain").blocks
    assert [block.kind for block in found] == ["paragraph", "item", "item"]


def test_angle_brackets_in_plain_text_are_text() -> None:
    """What the server calls plain text is not parsed as HTML for a bracket in it."""
    assert read(b"Costs < 5 a day, and x > 3.", "text/plain").text == "Costs < 5 a day, and x > 3."


# --- language --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" ".join(PARAGRAPHS), "en"),
        (ZH, "zh"),
        (TRADITIONAL, "zh"),
        (JAPANESE, "ja"),
        ("우리는 귀하의 대화를 모델 학습에 사용하지 않습니다. 삭제된 대화는 삼십일 안에 지워집니다.", "ko"),
        ("Мы не используем ваши беседы для обучения моделей и храним их тридцать дней.", "ru"),
        (
            "Wir nutzen Ihre Unterhaltungen nicht für das Training, und wir löschen sie nach 30 Tagen aus dem System.",
            "de",
        ),
        (
            "Nous ne nous servons pas de vos conversations pour entraîner les modèles, et nous les gardons 30 jours.",
            "fr",
        ),
        (
            "No usamos las conversaciones de los usuarios para entrenar nuestros modelos y las borramos en 30 días.",
            "es",
        ),
        (ZH + " We use GPU clusters.", "zh"),
        ("12345 67890", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_text(text: str, code: str) -> None:
    """A text's language is told by its script and its little words, and is empty where it cannot be."""
    assert language(text) == code
