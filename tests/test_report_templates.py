"""Operators' templates: they can say anything in their own form, and break nothing."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from report_samples import HOSTILE, NEW, NOW, OLD, RECORD, hostile_record

from monitor.records import ChangeRecord, Message, Trouble
from monitor.report import digest, notice
from monitor.report.forms import TEMPLATES
from monitor.report.message import message
from monitor.report.style import Style
from monitor.report.told import Told

ROOT = Path(__file__).resolve().parents[1]
OURS = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("monitor/report/templates/*")}
DOCS = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
SECTION = DOCS.partition("\n## Templates\n")[2].partition("\n## ")[0]
VENDOR = "Acme: free tokens 10,000,000 -> 1,000,000 a day"
PLAIN = message(RECORD, Style(), before=OLD, after=NEW)

INJECTIONS = (
    "{{ 7 * 7 }}",
    "{% for x in range(9) %}x{% endfor %}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ request.application.__globals__ }}",
    "{{ config.items() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{% include 'default/mail.txt' %}",
    "{% extends 'default/base.html' %}",
    "{{ ''|attr('__class__') }}",
    "{{ '%s'.format.__self__ }}",
    "{% set x = 1 %}{{ x }}",
    "{{ say.__self__ }}",
    "{# a comment #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{colon}{count}{0.__class__}",
    "%(count)s %s %n",
)


def styled(**templates: str) -> Style:
    """A style with these templates; `mail_txt` stands for `mail.txt`."""
    return Style(templates={name.replace("_", "."): source for name, source in templates.items()})


def alert(style: Style, record: ChangeRecord = RECORD) -> Message:
    return message(record, style, before=OLD, after=NEW)


def foot(message: Message) -> str:
    return message.text.strip().splitlines()[-1]


# --- what a template can do ---------------------------------------------------------------------------------------------


def test_a_template_takes_the_place_of_the_default() -> None:
    """A form is written by the operator's template, the others by ours."""
    written = alert(styled(mail_txt="{{ change.vendor_name }}: {{ when(change.seen_at) }}"))
    assert written.text == "Acme: 2 Mar 2026, 10:00 UTC\n"
    assert (written.subject, written.html, written.fault) == (PLAIN.subject, PLAIN.html, "")


@pytest.mark.parametrize("name", ["mail.txt", "mail.html"])
def test_a_template_can_start_from_ours(name: str) -> None:
    """A template that extends ours and changes nothing writes what ours does."""
    written = alert(Style(templates={name: f'{{% extends "default/{name}" %}}'}))
    assert written == PLAIN


def test_a_subject_is_one_line_and_never_empty() -> None:
    """A subject by a template is cut to one line; where it writes nothing, the default stands."""
    assert (
        alert(styled(subject_txt="[terms]\r\nBcc: x@b.example\n{{ subject }}")).subject
        == f"[terms] Bcc: x@b.example {VENDOR}"
    )
    assert alert(styled(subject_txt="{% if false %}x{% endif %}\n")).subject == VENDOR


def test_the_documented_template_works() -> None:
    """The template that the documentation shows adds its paragraph to the default mail."""
    (example,) = re.findall(r"^```jinja\n(.*?)^```$", SECTION, re.M | re.S)
    written = alert(styled(mail_html=example))
    assert not written.fault
    assert "data protection officer: Acme, 2 Mar 2026" in written.html
    assert "1,000,000" in written.html


def variables(form: str) -> list[str]:
    """The variables that the documentation names for a form."""
    rows = re.findall(r"^\| (.*?) \| (all|[a-z, ]+) \|", SECTION, re.M)
    named = [
        name
        for names, forms in rows
        if forms == "all" or form in forms.split(", ")
        for name in re.findall(r"`(\w+)`", names)
    ]
    assert {"kind", "subject"} <= set(named)
    return named


@pytest.mark.parametrize(
    ("form", "stem"), [("alert", "mail"), ("digest", "digest"), ("notice", "notice"), ("test", "notice")]
)
def test_every_documented_variable_is_there(form: str, stem: str) -> None:
    """A template can use each variable that the documentation gives its form."""
    style = Style(templates={f"{stem}.txt": "".join(f"{{{{ {name} }}}}\n" for name in variables(form))})
    written = {
        "alert": lambda: message(RECORD, style),
        "digest": lambda: digest.digest_message([RECORD], style),
        "notice": lambda: notice.notice_message([Trouble("disk", "", NOW, "full")], style, at=NOW),
        "test": lambda: notice.test_message(style, at=NOW, channel="mail"),
    }[form]()
    assert not written.fault
    assert written.text.startswith(form)


def test_every_field_of_a_change_is_documented() -> None:
    """What templates see of a change is what the table says, field by field."""
    table = SECTION.partition("\nA change has:\n")[2].partition("\nA passage has")[0]
    named = {name for cell in re.findall(r"^\| (`.*?) \|", table, re.M) for name in re.findall(r"`(\w+)`", cell)}
    assert named == {field.name for field in fields(Told)} | {"see"}


def test_every_template_is_documented() -> None:
    """The names that a template can have are those that the documentation tells, and each has a default."""
    assert set(TEMPLATES) <= set(re.findall(r"`([\w.]+)`", SECTION))
    assert set(TEMPLATES) <= set(OURS)


# --- what a template cannot do ------------------------------------------------------------------------------------------


FAULTS = {
    "{% if %}": "line 1: Expected an expression",
    "one\n{{ colour }}": "line 2: 'colour' is undefined",
    "\n\n{{ change.colour }}": "line 3: 'monitor.report.told.Told object' has no attribute 'colour'",
    "{{ 1 / 0 }}": "line 1: division by zero",
    "{{ say('more', count=[].pop()) }}": "line 1: ",
    "{% include 'nothing.txt' %}": "line 1: nothing.txt",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}": "line 1: maximum recursion depth exceeded",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}": "more than 200,000 steps",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}": "200,000 steps",
    "{% for a in range(9999) %}{{ 'x' | center(9999) }}{% endfor %}": "more than 2,000,000 characters",
    "{{ 'x' * 999999999999 }}": "* is for numbers only",
    "{{ 9 ** 9 ** 9 }}": "there are no powers here",
    "{{ ''.__class__ }}": "access to attribute '__class__' of 'str' object is unsafe.",
    "{{ say.__self__ }}": "unsafe",
    "{{ change | attr('__class__') }}": "unsafe",
    "{{ lipsum() }}": "'lipsum' is undefined",
    "{{ change.summary | safe }}": "No filter named 'safe'.",
    "{% autoescape false %}{{ change.summary }}{% endautoescape %}": "escaping cannot be changed",
}


@pytest.mark.parametrize("source", FAULTS)
@pytest.mark.parametrize("name", ["mail.txt", "mail.html"])
def test_a_template_with_a_fault_is_replaced_by_the_default(source: str, name: str) -> None:
    """Whatever a template does wrong, the alert is written in the default form, and says at its foot what is wrong."""
    written = alert(Style(templates={name: source}))
    assert written.fault.startswith(f"{name}, line ")
    assert FAULTS[source] in written.fault
    assert foot(written) == f"A template of yours has a mistake, and the default stands in its place: {written.fault}"
    assert written.text.startswith(PLAIN.text.rstrip())
    assert written.fault in BeautifulSoup(written.html, "lxml").get_text()


def test_a_fault_leaves_the_other_templates_in_force() -> None:
    """One broken template costs its own form only; every form that has our foot tells of it."""
    written = alert(
        styled(
            mail_txt="{{ colour }}", subject_txt="Terms! {{ subject }}", mail_html='{% extends "default/mail.html" %}'
        )
    )
    assert written.fault == "mail.txt, line 1: 'colour' is undefined"
    assert written.subject == f"Terms! {VENDOR}"
    assert "&#39;colour&#39; is undefined" in written.html


def test_a_fault_in_an_included_template_is_told_where_it_is() -> None:
    """A fault names the file and line that it is in, not the file that includes it."""
    written = alert(styled(mail_txt="one\ntwo\n{% include 'signature.txt' %}", signature_txt="\n{{ colour }}"))
    assert written.fault == "signature.txt, line 2: 'colour' is undefined"


@pytest.mark.parametrize("injection", INJECTIONS)
def test_text_of_a_page_is_never_a_template(injection: str) -> None:
    """Template code on a page, or in a vendor's name, is shown as it is: in our forms and in an operator's."""
    change = replace(
        RECORD.change,
        summary=injection,
        findings=(replace(RECORD.change.findings[0], reading=injection, topic=injection),),
    )
    record = replace(RECORD, vendor_name=injection, change=change)
    own = styled(
        mail_txt="{{ say(change.vendor_name, colon=when) }} {{ count(change.summary, 1) }}", subject_txt="{{ subject }}"
    )
    for style in (Style(), own):
        written = alert(style, record)
        assert not written.fault
        assert injection in written.text
        assert injection in written.subject
        assert injection in BeautifulSoup(written.html, "lxml").get_text()


@pytest.mark.parametrize(
    "source",
    [
        "{{ change.summary }}{{ change.findings.passages[0].spans | marked }}",
        "<pre>{% include 'default/mail.txt' %}</pre>",
        "{% include 'mine.txt' %}",
        "{{ '<b>%s</b>' | format(change.summary) }}{{ change.summary | forceescape }}{{ change.summary | urlize }}",
        "{% set x %}{{ change.summary }}{% endset %}{{ x }}{{ x | striptags }}{{ x ~ change.summary }}",
        "{{ [change.summary, '<script>'] | join('<br>') }}{{ {'a': change.summary} | tojson }}",
        "{{ fault }}{{ subject }}{{ say(change.summary) }}{{ label('page', change.url) }}",
    ],
)
def test_html_is_escaped_however_it_is_written(source: str) -> None:
    """No template brings markup of a page into HTML: not by including a text, not by joining, formatting or setting."""
    written = alert(styled(mail_html=source, mine_txt="{{ change.summary }}"), hostile_record())
    assert not written.fault
    assert not BeautifulSoup(written.html, "lxml").find_all(["script", "img"])


def test_hostile_text_leaves_no_control_characters_in_a_template() -> None:
    """What an operator's template writes is as printable as what ours does."""
    written = alert(
        styled(mail_txt="{{ change.summary }} {{ change.findings.passages[0].spans | marked }}"), hostile_record()
    )
    assert all(character.isprintable() or character == "\n" for character in written.text)
    assert HOSTILE[:4] in written.text


def test_templates_have_no_door_past_escaping() -> None:
    """None of our templates marks text as safe, or could run a script."""
    for name, source in OURS.items():
        assert not any(door in source for door in ("|safe", "| safe", "autoescape", "<script")), name
