"""`make build`: what `sam deploy` ships. SAM builds it; then come the console's files and the bytecode.

arm64 goes where `sam deploy` looks for it; another architecture beside it, under a template that says so. A
bill of materials stands beside each (`tools/sbom.py`).
"""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

from cli.output import printing
from tools import console, sbom
from tools.runtime_python import TEMPLATE, find, version

ROOT = TEMPLATE.parent
WORK = ROOT / ".aws-sam"
NATIVE = "arm64"
"""What the template is written for."""
ARCHITECTURES = (NATIVE, "x86_64")
HERE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
"""The architecture of this machine, by AWS's name."""
CONSOLE = Path("GetConsole/files")
"""Where the function that serves the console finds its files."""
MOST = 250_000_000
"""Bytes that a function and its layers may have unzipped: Lambda's limit."""


def folder(architecture: str) -> Path:
    """The folder of an architecture's build."""
    return WORK / ("build" if architecture == NATIVE else f"build-{architecture}")


def build(architecture: str) -> None:
    """Build the template's layers and functions, and write the bill of materials next to them.

    Raises CalledProcessError where SAM refuses, `sbom.Differs` where it built what is not locked, and
    `console.BreaksARule`.
    """
    # Make's own variables would reach the makefiles of the layers, and outdo what is said here.
    environ = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS")}
    environ |= {"ARCH": architecture, "PYTHON": sys.executable, "SAM_CLI_TELEMETRY": "0"}
    sam = Path(sys.executable).with_name("sam")
    subprocess.run(  # noqa: S603
        [
            *(sam, "build", "--template", template(architecture), "--base-dir", ROOT),
            *("--build-dir", folder(architecture), "--cache-dir", WORK / f"cache-{architecture}"),
        ],
        cwd=ROOT,
        env=environ,
        check=True,
    )
    sbom.write(folder(architecture))
    console.write(folder(architecture) / CONSOLE)
    _add_bytecode(folder(architecture))


def template(architecture: str) -> Path:
    """The template for that architecture: SAM cannot build what a parameter decides."""
    if architecture == NATIVE:
        return TEMPLATE
    WORK.mkdir(exist_ok=True)
    path = WORK / f"template-{architecture}.yaml"
    path.write_text(TEMPLATE.read_text("utf-8").replace(NATIVE, architecture), "utf-8")
    return path


def _add_bytecode(build_folder: Path) -> None:
    wanted = version()
    python = find(wanted)
    if python is None:
        print(
            f"\nWARNING: no Python {wanted} on this machine: this build has no bytecode. It works, but\n"
            f"WARNING: every cold start compiles what it imports. Install Python {wanted} and build again.\n",
            file=sys.stderr,
        )
        return
    subprocess.run([python, Path(__file__).with_name("bytecode.py"), build_folder], check=True)  # noqa: S603


def sizes(build_folder: Path) -> tuple[dict[str, int], int]:
    """Unzipped bytes of each layer, and of the largest function."""
    parts = {path: _bytes(path) for path in sorted(build_folder.iterdir()) if path.is_dir()}
    layers = {path.name: size for path, size in parts.items() if (path / "python").is_dir()}
    return layers, max(size for path, size in parts.items() if path.name not in layers)


def _bytes(part: Path) -> int:
    return sum(path.stat().st_size for path in part.rglob("*") if path.is_file())


def _report(build_folder: Path) -> str:
    layers, function = sizes(build_folder)
    rows = {**layers, "the largest function": function}
    lines = [f"{name:<22}{size / 1e6:>7.1f} MB" for name, size in rows.items()]
    total = f"{'together':<22}{sum(rows.values()) / 1e6:>7.1f} MB of {MOST / 1e6:.0f}, unzipped"
    return "\n".join(["", *lines, total, f"in {build_folder}, with its bill of materials, {sbom.FILE}"])


def main() -> int:
    """Build and print the sizes. Returns the exit code: SAM's, where SAM fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", choices=ARCHITECTURES, default=NATIVE)
    chosen = parser.parse_args().arch
    try:
        build(chosen)
    except subprocess.CalledProcessError as error:
        return error.returncode
    except console.BreaksARule as error:
        print(f"console: {error}", file=sys.stderr)
        return 1
    print(_report(folder(chosen)))
    return 0


if __name__ == "__main__":
    sys.exit(printing(main))
