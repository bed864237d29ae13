"""The record of an answer under an Idempotency-Key: written once a day."""

from dataclasses import replace

import pytest

from roster.db import idempotency, keys
from roster.db.idempotency import KEPT, Given, Question
from roster.db.store import Store
from roster.db.transactions import Transaction
from roster.domain import Actor
from tests.support.api import Clock

BY = Actor("r-1", Clock()())
QUESTION = Question.of(keys.answer("u-1", "hash"), "once", {"name": "Ada"})


def _keep(store: Store, body: str, by: Actor = BY) -> None:
    work = Transaction(by)
    idempotency.keep(work, QUESTION, body)
    work.commit(store)


def test_a_second_answer_is_refused_and_the_first_stays(store: Store) -> None:
    _keep(store, "first")
    with pytest.raises(Given):
        _keep(store, "second")
    assert idempotency.recall(store.get(QUESTION.key), QUESTION, BY.at) == "first"


def test_an_expired_answer_is_replaced(store: Store) -> None:
    _keep(store, "first")
    later = replace(BY, at=BY.at + KEPT)
    _keep(store, "second", later)
    assert idempotency.recall(store.get(QUESTION.key), QUESTION, later.at) == "second"
