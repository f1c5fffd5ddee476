"""One command for everything: its help, its phases, and what it says of a name that it does not know."""

from __future__ import annotations

import subprocess
import sys

import pytest
from small_run import environment

from mmfs_training.__main__ import main
from mmfs_training.commands import COMMANDS
from mmfs_training.common.config import RunConfig
from mmfs_training.phases.registry import PHASES
from mmfs_training.runs.phase import Phase

NAMES = [*PHASES, *COMMANDS]


def test_the_phases_stand_in_the_order_of_their_numbers() -> None:
    numbers = {name: phase.number for name, phase in PHASES.items()}
    assert numbers == {
        "prior": 0, "encoder": 1, "base": 2, "mapper": 3, "few-shot": 4, "teach": 5, "towers": 6,
    }  # fmt: skip
    assert list(numbers) == sorted(numbers, key=lambda name: numbers[name])


def test_the_help_names_every_command_once_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert [name for name, _ in lines] == NAMES
    assert all(len(text) > 10 for _, text in lines)
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_tells_its_options(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert f"usage: python -m mmfs_training {name} " in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("prior", {"--photos"}), ("base", {"--photos", "--art"}), ("towers", {"--photos", "--art"}),
        ("few-shot", {"--photos", "--name"}), ("teach", {"--pairs"}),
    ],
)  # fmt: skip
def test_a_phase_asks_for_what_it_needs(name: str, needed: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([name])
    assert end.value.code == 2
    [said] = [line for line in capsys.readouterr().err.splitlines() if "are required: " in line]
    assert set(said.split("are required: ")[1].split(", ")) == {"--config", "--run", *needed}


def test_an_unknown_command_is_an_error_that_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["piror"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error COMMAND_UNKNOWN: There is no piror.")
    assert "  prior " in said


def test_what_takes_long_to_import_waits_for_the_command_that_needs_it() -> None:
    code = (
        "import sys; from mmfs_training.__main__ import main\n"
        "main(['--help'])\n"
        "main(['report', 'no-such-run'])\n"
        "assert not {'torch', 'transformers', 'sklearn'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("error RUN_MISSING: ")


def test_what_is_read_of_the_phases_is_what_their_classes_say() -> None:
    for name, entry in PHASES.items():
        kind = entry.load()
        assert (kind.name, kind.number, kind.help) == (name, entry.number, entry.help)
        assert kind.section in RunConfig.__dataclass_fields__
    kinds = {entry.load() for entry in PHASES.values()}
    assert kinds == {kind for kind in Phase.__subclasses__() if kind.__module__.startswith("mmfs_training.")}
