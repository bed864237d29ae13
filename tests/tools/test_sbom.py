"""The bill of materials: valid CycloneDX, of what is locked and of nothing else, the same every time."""

import json
from importlib.metadata import distribution
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools import sbom

LOCKED = sbom.locked(sbom.LOCK)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build whose layer has the packages that this environment has by the same lock."""
    for name, version in LOCKED.items():
        metadata = distribution(name).read_text("METADATA")
        assert metadata is not None
        package(
            tmp_path,
            name,
            metadata.replace(f"Version: {distribution(name).version}", f"Version: {version}", 1),
        )
    return tmp_path


def package(build: Path, name: str, metadata: str) -> None:
    folder = build / sbom.SITE / f"{name.replace('-', '_')}.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "METADATA").write_text(metadata)


def test_it_is_valid_by_cyclonedxs_own_schema(built: Path) -> None:
    text = sbom.write(built).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace("library", "book")) is not None


def test_its_components_are_those_of_the_lock(built: Path) -> None:
    bill = json.loads(sbom.write(built).read_text())
    assert {each["name"]: each["version"] for each in bill["components"]} == LOCKED
    assert [each["purl"] for each in bill["components"]] == [
        f"pkg:pypi/{name}@{version}" for name, version in sorted(LOCKED.items())
    ]
    assert all(each["licenses"] for each in bill["components"])
    assert bill["metadata"]["component"]["name"] == "roster"


def test_who_needs_whom_begins_with_what_roster_asks_for_and_reaches_everything(built: Path) -> None:
    needs = {each["ref"]: each["dependsOn"] for each in sbom.bill(built / sbom.SITE)["dependencies"]}
    asked = sbom.locked(sbom.LOCK.with_suffix(".in"))
    assert needs["roster"] == [f"pkg:pypi/{name}@{version}" for name, version in sorted(asked.items())]
    reached, ahead = set(), ["roster"]
    while ahead:
        ref = ahead.pop()
        if ref not in reached:
            reached.add(ref)
            ahead += needs[ref]
    assert reached == set(needs)


def test_the_same_lock_makes_the_same_bytes(built: Path) -> None:
    once = sbom.write(built).read_bytes()
    assert sbom.write(built).read_bytes() == once
    assert str(built) not in once.decode()


@pytest.mark.parametrize(
    ("name", "version"), [("stowaway", "1.0"), ("six", "0.1")], ids=["not locked", "of another version"]
)
def test_a_layer_that_is_not_what_is_locked_is_named(built: Path, name: str, version: str) -> None:
    package(built, name, f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    with pytest.raises(sbom.Differs, match=f"{name}.*{version}"):
        sbom.write(built)


def test_a_layer_that_lacks_what_is_locked_is_named(tmp_path: Path) -> None:
    (tmp_path / sbom.SITE).mkdir(parents=True)
    with pytest.raises(sbom.Differs, match="boto3"):
        sbom.write(tmp_path)
