"""The template's API as API Gateway's own parser reads it. It needs Java: `make real` runs it."""

from pathlib import Path

import pytest

from local.gateway import translate
from tools.gateway_import import KNOWN, ROOT, ParserFailed, main, warnings

pytestmark = pytest.mark.real

TEMPLATE = ROOT / "template.yaml"
BODY = translate(TEMPLATE)["Resources"]["Api"]["Properties"]["Body"]


def test_fa_01_the_gateway_imports_the_api_without_a_warning_of_ours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 0
    assert capsys.readouterr() == ("", "")


def test_fa_01_with_fail_on_warnings_the_deploy_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = "    Type: AWS::Serverless::HttpApi\n    Properties:\n"
    changed = tmp_path / "template.yaml"
    text = TEMPLATE.read_text("utf-8")
    assert text.count(before) == 1
    changed.write_text(text.replace(before, f"{before}      FailOnWarnings: true\n"), "utf-8")
    assert main([str(changed)]) == 1
    assert "attribute .servers.url is missing (and FailOnWarnings" in capsys.readouterr().err


def test_every_warning_that_is_known_is_still_given() -> None:
    assert set(warnings(BODY)) == set(KNOWN)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"info": {"version": "1.0"}}, "attribute info.title is missing"),
        ({"paths": {"/a": {"get": {}}}}, "attribute paths.'/a'(get).responses is missing"),
    ],
)
def test_what_else_is_wrong_is_told(broken: dict[str, object], said: str) -> None:
    assert said in warnings({**BODY, **broken})


def test_what_the_check_cannot_resolve_it_does_not_pass_over() -> None:
    with pytest.raises(ParserFailed, match="Fn::GetAtt"):
        warnings({**BODY, "info": {"title": {"Fn::GetAtt": ["Api", "Name"]}}})
