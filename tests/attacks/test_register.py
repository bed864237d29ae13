"""Every attack row is tested or listed with a reason, none is both; no test names one that there is not."""

import pytest

from tests.attacks.register import LISTED, PROVED, ROWS, rows_in, told

NUMBERS = {"J": 32, "H": 15, "P": 28, "E": 9, "Z": 24, "S": 18, "F": 20, "B": 10, "item": 48}
NUMBERS |= {"AC": 15, "Q": 10}
NUMBERS |= {"L": 10}
NUMBERS |= {"T": 12}
NUMBERS |= {"SP": 11, "M": 8}
NUMBERS |= {"SF": 36}
NUMBERS |= {"EV": 24}
NUMBERS |= {"SC": 15}
NUMBERS |= {"CO": 8}


def test_the_register_has_every_row_once() -> None:
    wanted = {f"{letter}-{n:02}" for letter, count in NUMBERS.items() for n in range(1, count + 1)}
    assert set(ROWS) == wanted
    assert set(LISTED) <= wanted
    assert all(words.strip() for words in (*ROWS.values(), *LISTED.values()))


def test_every_row_is_tested_or_listed_and_none_is_both(request: pytest.FixtureRequest) -> None:
    """Asked only where every test was collected (`register.py` leaves it out elsewhere)."""
    proved = request.config.stash[PROVED]
    assert sorted(set(ROWS) - proved - set(LISTED)) == [], "neither tested nor listed"
    assert sorted(proved & set(LISTED)) == [], "tested, and still listed as not tested"
    assert sorted(proved - set(ROWS)) == [], "named by a test and unknown to the register"


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("test_j08_a_flood", {"J-08"}),
        ("test_h08_h09_not_yours[GET /x]", {"H-08", "H-09"}),
        ("test_x[P-16-empty]", {"P-16"}),
        ("test_x[page-P-08-zero-item-22]", {"P-08", "item-22"}),
        ("test_x[utf-16-e30-p12] test_p100_x xP-16 zip-07", set()),
    ],
    ids=["function", "two", "parameter", "checklist", "none"],  # which hold no row themselves
)
def test_a_tests_name_says_which_rows_it_proves(name: str, rows: set[str]) -> None:
    assert rows_in(name) == rows


def test_the_tally_counts_each_letter() -> None:
    assert told([]).startswith("J 0/")
    assert " H 15/" in told(ROWS)
