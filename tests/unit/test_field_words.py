"""Words of refusals: every pattern that a request may break has some, and none repeats what was sent."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from roster.http import words

OPENAPI = json.loads((Path(__file__).parents[2] / "functions/site/openapi.json").read_text("utf-8"))


class Example(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    text: str = Field(min_length=2, max_length=3)
    flag: bool = False
    some: list[int] = Field(default=[], max_length=1)


def test_fb_15_every_pattern_of_a_query_parameter_has_words() -> None:
    patterns = {
        parameter["schema"]["pattern"]
        for path in OPENAPI["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and "pattern" in parameter["schema"]
    }
    assert patterns
    assert patterns <= set(words.OF_PATTERNS)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "is required"),
        ({"text": 7}, "must be text"),
        ({"text": "x"}, "must have at least 2 characters"),
        ({"text": "xxxx"}, "must have at most 3 characters"),
        ({"text": "xx", "flag": "yes"}, "must be true or false"),
        ({"text": "xx", "some": {}}, "must be a list"),
        ({"text": "xx", "some": ["one"]}, "must be a whole number"),
        ({"text": "xx", "some": [1, 2]}, "must have at most 1 entries"),
        ({"text": "xx", "more": 1}, "is not known here"),
    ],
)
def test_fb_15_what_is_wrong_is_told_with_what_is_allowed(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Example.model_validate(given)
    assert [words.of(dict(error)) for error in refused.value.errors()] == [told]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_names_are_listed_as_in_a_sentence(names: list[str], sentence: str) -> None:
    assert words.listed(names) == sentence
