"""Tables that compare plans: what stands for the plan that costs nothing is given, and a price is none."""

from __future__ import annotations

import pytest

from monitor.meaning.plans import Plans, of_cells, unpriced
from monitor.meaning.statements import statements
from monitor.model import CELL, Block, Document

TRAIL = ("Plans",)


def table(columns: tuple[str, ...], *rows: tuple[str, ...]) -> Document:
    blocks = [Block("row", CELL.join(cells), TRAIL, columns=columns) for cells in rows]
    return Document((Block("row", CELL.join(columns), TRAIL), *blocks), language="en")


def given(document: Document, page_type: str = "pricing") -> set[tuple[float, str, str | None]]:
    found = (each.amount for each in statements(document, page_type) if each.question == "free")
    return {(amount.value, amount.unit, amount.per) for amount in found if amount}


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        (("", "Free", "Pro"), [("Messages", "50 a day", "900 a day")], {(50, "message", "day")}),
        (("", "Free", "Maker"), [("Credits per month", "120", "1,500")], {(120, "credit", "month")}),
        (("", "Hush", "Speak"), [("Monthly fee", "Free", "$9"), ("Characters per month", "10,000", "120,000")],
         {(10_000, "character", "month")}),
        (("", "Draft", "Writer"), [("Price", "€0", "€14"), ("Images", "5 a day", "90 a day")], {(5, "image", "day")}),
        (("Plan", "Price", "Completions"), [("Sapling", "$0", "2,000 a month"), ("Oak", "$12", "9,000 a month")],
         {(2_000, "completion", "month")}),
        (("Plan", "Price", "Characters per month"), [("Starter", "£4", "30,000")], set()),
        (("", "免费版", "专业版"), [("每日对话", "50次", "500次")], {(50, "request", "day")}),
    ],
)  # fmt: skip
def test_only_the_plan_that_costs_nothing_gives(
    columns: tuple[str, ...], rows: list[tuple[str, ...]], expected: set[tuple[float, str, str | None]]
) -> None:
    """Its column, or its row, is known by its name or by a price of nothing; what other plans hold is paid for."""
    assert given(table(columns, *rows)) == expected


def test_how_fast_one_may_be_is_not_what_is_given() -> None:
    """A limit by the minute, or of how many at a time, gives nothing."""
    rows = ("Requests per minute", "3", "500"), ("Renders at a time", "1", "6")
    assert given(table(("", "Free", "Pro"), *rows)) == set()


def test_a_table_without_plans_is_read_as_it_is() -> None:
    """Columns of figures are no plans."""
    block = table(("Model", "Free requests per day", "Context"), ("Acme-1", "200", "32K")).blocks[1]
    assert Plans([block]).free_cells(block) is None
    assert given(table(("Model", "Free requests per day"), ("Acme-1", "200"))) == {(200, "request", "day")}


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (("Model", "Input ($ per million tokens)"), ("Acme-1", "0.6")),
        (("模型", "输入（元/百万tokens）"), ("青禾-1", "1.26")),
        (("Instance", "Per hour"), ("a1", "€0.49")),
        (("Model", "Context window", "Maximum output"), ("Acme-1", "200,000 tokens", "16,000 tokens")),
    ],
)
def test_prices_and_sizes_are_not_given(columns: tuple[str, ...], row: tuple[str, ...]) -> None:
    """What is paid by the million or the hour, and what one request may hold, is no gift, though a page on free usage says it."""
    blocks = [
        Block("row", CELL.join(row), ("Free credits for new users", "Context windows and models"), columns=columns)
    ]
    assert given(Document(tuple(blocks), language="en"), "free-offer") == set()


def test_cells_are_cut_and_the_first_stays() -> None:
    """What is left of a row says of what it speaks."""
    assert of_cells("Messages | 50 | 900", frozenset({2})) == "Messages |  | 900"
    assert unpriced("Acme-1 | 5 | $3", ("Model", "Runs", "Price")) == "Acme-1 | 5 | "
