"""The files of deploy/ fit each other and the checkout, as far as that can be seen without a container or a manager."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


def test_compose_is_whole():
    """Every service has an image; what it extends and waits for is there."""
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = composed["services"]
    assert sorted(services) == ["db", "migrate", "nginx", "redis", "schedule", "sealer", "web", "worker"]
    for name, service in services.items():
        assert service["image"], name
        assert set(service.get("depends_on", {})) <= set(services), name
        for volume in service.get("volumes", []):
            source = (
                volume.rsplit("}", 1)[-1].split(":")[0] if volume.startswith("${") else volume.split(":")[0]
            )
            if source.startswith("./"):
                assert (DEPLOY / source).exists(), volume
            elif source:
                assert source in composed["volumes"], volume
        for script in re.findall(r"\bdeploy/\w+\.py\b", str(service)):
            assert (ROOT / script).exists(), script
    assert composed["configs"]["upstream"]["content"].count("web:8000") == 1


def test_the_image_copies_what_is_there():
    """Paths from the checkout, and from stages that were begun before."""
    text = (DEPLOY / "Containerfile").read_text()
    stages = set()
    for line in re.sub(r"\\\n", " ", text).splitlines():
        word, _blank, rest = line.partition(" ")
        if word == "FROM" and " AS " in rest:
            stages.add(rest.rsplit(" ", 1)[-1])
        if word != "COPY":
            continue
        parts = rest.split()
        if parts[0].startswith("--from="):
            assert parts[0].removeprefix("--from=") in stages, line
        else:
            assert [part for part in parts[:-1] if not (ROOT / part).exists()] == [], line
    assert re.search(r"^USER open-instruments$", text, re.MULTILINE)


def test_the_image_cuts_style_sheets_by_the_whole_source():
    """What is cut from icons and rules depends on all templates, so it is done after they are copied."""
    text = (DEPLOY / "Containerfile").read_text()
    steps = [
        text.index("COPY . ."),
        text.rindex("python platform/frontend/vendor.py"),
        text.index("collectstatic"),
    ]
    assert steps == sorted(steps)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_are_valid(unit, tmp_path):
    """As the service manager reads them, with programs of this machine in the place of the installed ones."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    for each in UNITS:
        text = each.read_text().replace("/opt/open-instruments/current/.venv/bin/python", "/bin/true")
        (tmp_path / each.name).write_text(text.replace("/opt/open-instruments/current", "/tmp"))
    name = unit.name.replace("@.", "@8000.")
    if name != unit.name:
        shutil.copy(tmp_path / unit.name, tmp_path / name)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / name)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    about = [line for line in done.stderr.splitlines() if str(tmp_path) in line or line.startswith(unit.name)]
    assert (done.returncode, about) == (0, []), done.stderr


def test_the_target_wants_units_that_are_there():
    """Each by its template."""
    wanted = re.findall(
        r"(open-instruments-\w+)(@\w+)?\.service", (DEPLOY / "systemd/open-instruments.target").read_text()
    )
    for name, instance in wanted:
        assert (DEPLOY / "systemd" / f"{name}{'@' if instance else ''}.service").exists(), name
    assert {instance for name, instance in wanted if name.endswith("worker")} == {
        "@mail", "@reports", "@evaluation", "@upkeep",
    }  # fmt: skip
