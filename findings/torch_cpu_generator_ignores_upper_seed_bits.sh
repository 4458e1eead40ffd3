#!/usr/bin/env bash
# torch 2.13.0, CPU: torch.Generator.manual_seed takes a 64-bit seed and initial_seed() gives all of
# it back, but the numbers drawn depend on its lower 32 bits only.
#
# One would guess: seeds that differ give different numbers, so (run << 32) + step is a good seed
# for step `step` of run `run`.
# Seen: all runs draw the same numbers. What a seed makes, put the varying part into the lower 32
# bits, or hash both parts into them (numpy.random.SeedSequence does that).
#
# Output seen: "initial_seed differs: True, draws equal: True"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
seen=$("$folder/venv/bin/python" - <<'PY'
import torch

first = torch.Generator().manual_seed(5)
second = torch.Generator().manual_seed((7 << 32) + 5)
differs = first.initial_seed() != second.initial_seed()
draws = [torch.cat((torch.rand(100, generator=g), torch.randn(100, generator=g))) for g in (first, second)]
print(f"initial_seed differs: {differs}, draws equal: {torch.equal(*draws)}")
PY
)
echo "$seen"
[ "$seen" = "initial_seed differs: True, draws equal: True" ]
