"""Language tags and time zones: what is one, and that nobody pays for the names who does not need them."""

import subprocess
import sys

import pytest

from roster.dialects.fields import language_tag, time_zone
from roster.dialects.time_zones import NAMES

TAGS = (
    *("de", "EN", "haw", "zh-yue", "zh-cmn-Hans-CN", "de-Latn-DE-1996", "sr-Latn", "es-419", "de-CH-1901"),
    *(
        "hy-Latn-IT-arevela",
        "en-a-myext-b-another",
        "de-CH-x-phonebk",
        "x-whatever",
        "sgn-BE-FR",
        "en-GB-oed",
    ),
    *("art-lojban", "i-default", "en-US-u-islamcal"),
)
NO_TAGS = (
    *(
        "",
        "e",
        "abcdefghi",
        "en_US",
        "en-",
        "-en",
        "en--US",
        "xx_YY!!",
        "en-US\n",
        " en",
        "de-419-DE-",
        "en-u",
    ),
    *("x", "x-", "de-x", "i-nothing", "\u0434\u0435", "en-\uff35\uff33", "en-x-" + "a-" * 20 + "a", "a-DE"),
)


@pytest.mark.parametrize("tag", TAGS)
def test_fb_09_a_tag_of_rfc_5646_is_one(tag: str) -> None:
    assert language_tag(tag) == tag


@pytest.mark.parametrize("text", NO_TAGS, ids=ascii)
def test_fb_09_what_is_no_tag_is_told_so_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be a language tag \(BCP 47\), such as en-US or de$"):
        language_tag(text)


def test_fb_09_the_names_of_zones_are_those_of_the_database() -> None:
    assert {"UTC", "Europe/Berlin", "Asia/Kolkata", "America/Coyhaique", "Etc/GMT-14", "US/Eastern"} <= NAMES
    assert len(NAMES) > 590
    for name in sorted(NAMES):
        assert time_zone(name) == name


def test_fb_09_the_names_are_read_only_where_one_is_judged() -> None:
    code = (
        "import sys, roster.dialects.workspaces.api as _; print('roster.dialects.time_zones' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
