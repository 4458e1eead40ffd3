"""``--help``: what it shows, and what it may cost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from framework.errors import ConfigurationError
from framework.help import help_text

HEAVY = {"torch", "cv2", "ai_edge_litert", "onnxruntime", "scipy", "av", "numpy", "rich"}
SLOW = {"hydra", "requests", "filelock", "safetensors"}


def test_it_names_every_stage_with_its_choices_and_presets():
    text = help_text()
    for words in (
        "detector=",
        " * blazepose ",
        "   mediapipe",
        "input=???",
        "detector.model=full",
        "refiner.root.focal=null",
        "experiment=best",
        "The strongest combination that is installed",
    ):
        assert words in text


def test_it_shows_the_console_script_first_and_the_module_once():
    usage = help_text().partition("Stages (")[0]
    assert usage.index("Usage: framework input=VIDEO") < usage.index("python -m framework,")
    assert usage.count("python -m framework,") == 1


@pytest.mark.parametrize(
    ("option", "allowed"),
    [
        ("  stride=1 ", "read every Nth frame; at least 1"),
        ("  threads=", "threads of a model runtime; from 1 to 1024"),
        ("  device=auto ", "one of auto, cpu, cuda"),
        ("  end_s=null ", "above 0"),
    ],
)
def test_it_shows_which_values_an_option_may_have(option, allowed):
    _, found, rest = help_text().partition(option)
    assert found
    assert allowed in " ".join(rest.split("\n  ", 1)[0].split() + rest.split()[:40])


def test_it_shows_the_options_of_what_is_chosen_with_their_present_values():
    text = help_text(["lifter=videopose3d", "detector.max_people=3", "stride=2"])
    assert "lifter.causal=false" in text
    assert "detector.max_people=3 " in text
    assert "stride=2 " in text
    assert "lifter.confidence" in text
    assert "lifter.confidence" not in help_text()


def test_a_mistake_is_named():
    with pytest.raises(ConfigurationError, match="max_peopl"):
        help_text(["detector.max_peopl=3"])


def outputs(code: str, folder: Path, times: int = 3) -> list[str]:
    """What a program prints, each time it runs; compiled modules are kept as after pip."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONPYCACHEPREFIX"] = str(folder)
    call = [sys.executable, "-c", code]
    runs = [
        subprocess.run(call, capture_output=True, text=True, env=env, check=False)
        for _ in range(times)
    ]
    assert [done.returncode for done in runs] == [0] * times, runs[0].stderr
    return [done.stdout for done in runs]


def test_it_imports_nothing_heavy_and_costs_little_more_than_importing_hydra(tmp_path):
    probe = (
        "import sys, time\n"
        "from framework.cli import main\n"
        "sys.argv = ['framework', '--help']\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code\n"
        f"print('HEAVY', sorted({HEAVY | SLOW} & set(sys.modules)), 'CPU', time.process_time())\n"
    )

    def least(printed: list[str]) -> float:
        return min(float(each.split()[-1]) for each in printed)

    helps = outputs(probe, tmp_path, 5)
    assert helps[0].splitlines()[-1].startswith("HEAVY []"), helps[0].splitlines()[-1]
    bare = outputs("import hydra, time\nprint(time.process_time())", tmp_path, 5)
    # benchmarks/startup.py shows 1.4; a busy machine gets some tolerance.
    assert least(helps) < 2.2 * least(bare)


def test_importing_the_package_imports_no_library(tmp_path):
    code = (
        "import sys, framework\n"
        f"print(sorted({HEAVY | SLOW | {'omegaconf', 'pluggy', 'yaml'}} & set(sys.modules)))"
    )
    assert outputs(code, tmp_path, 1) == ["[]\n"]
