"""CPU time of ``--help`` as a ratio to ``import hydra``, and how many modules are imported.

Run: python benchmarks/startup.py [rounds]

The two commands alternate, and each ratio is of neighbours, so that a busy machine slows down both.
Goal: at most 1.6. CPU time is user and system time of the whole process, the interpreter included.
Modules are compiled before, into a folder of their own, as pip compiles what it installs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

COUNT = "; import sys; print(len(sys.modules))"
RUN = "from framework.application import run; from framework import Pipeline; Pipeline()"


def cpu_s(*arguments: str) -> float:
    """Seconds of CPU that a Python with these arguments takes."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *arguments]
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env)
    after = os.times()
    user_s = after.children_user - before.children_user
    return user_s + after.children_system - before.children_system


def modules(statement: str) -> int:
    """How many modules are loaded after a statement, those of the bare interpreter included."""
    command = [sys.executable, "-c", statement + COUNT]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        measure(rounds)


def measure(rounds: int) -> None:
    """Time both commands so many times, then count modules."""
    for arguments in (("-c", "import hydra"), ("-m", "framework", "--help")):
        cpu_s(*arguments)  # compiles the modules
    ratios, helps, hydras = [], [], []
    for _ in range(rounds):
        hydras.append(cpu_s("-c", "import hydra"))
        helps.append(cpu_s("-m", "framework", "--help"))
        ratios.append(helps[-1] / hydras[-1])
    print(
        f"--help {statistics.median(helps):.2f} s, import hydra {statistics.median(hydras):.2f} s, "
        f"ratio {statistics.median(ratios):.2f} (median of {rounds}; goal: at most 1.6)"
    )
    names = {
        "nothing": "pass",
        "import framework": "import framework",
        "import hydra": "import hydra",
        "a default run, its stages built": RUN,
    }
    for name, statement in names.items():
        print(f"modules after {name}: {modules(statement)}")


if __name__ == "__main__":
    main()
