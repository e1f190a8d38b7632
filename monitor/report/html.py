"""The one door through which text from outside enters HTML: always escaped, always printable."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.report.passages import place, when
from monitor.words import printable

ENVIRONMENT = Environment(
    loader=PackageLoader("monitor.report"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=lambda value: printable(value) if isinstance(value, str) else value,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **values: object) -> str:
    """One of our own templates, filled in."""
    return ENVIRONMENT.get_template(template).render(**values)


def web_link(url: str) -> str:
    """The address if a reader may safely follow it, else nothing: `javascript:` and its like are never linked."""
    return url if url.lower().startswith(("http://", "https://")) else ""


ENVIRONMENT.filters.update(place=place, web_link=web_link, when=when)
