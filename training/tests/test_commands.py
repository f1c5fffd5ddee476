"""One command for everything: its help, its phases, and what it says of a name that it does not know."""

from __future__ import annotations

import subprocess
import sys

import pytest
from small_run import environment

from mmfs_training.__main__ import main
from mmfs_training.commands import COMMANDS
from mmfs_training.phases.registry import PHASES

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


def test_a_command_imports_no_other() -> None:
    """What is slow to import waits for the command that needs it."""
    code = (
        "import sys; from mmfs_training.__main__ import main\n"
        "try: main(['photos', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'transformers', 'mmfs_training.phases.registry'} & set(sys.modules)\n"
        "main(['--help'])\n"
        "assert not {'transformers', 'sklearn', 'tokenizers', 'mmfs_training.figures'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
