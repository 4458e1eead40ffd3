#!/usr/bin/env bash
# torch 2.13.0, CPU: `torch.optim.Muon` orthogonalises in bfloat16 whatever the type of the
# parameter, so the update of a float32 or float64 matrix has 8 significant bits.
#
# One would guess: the update of a float64 parameter is orthogonal to about the precision of float64,
# or at least to that of the five Newton-Schulz steps in its own type.
# Seen: every element of the update of a float64 parameter is exactly a bfloat16 number. On CPUs
# without bfloat16 instructions these steps are emulated, and take most of the time of training.
#
# Output seen: "float32 in bfloat16: True, float64 in bfloat16: True"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
seen=$("$folder/venv/bin/python" - <<'PY'
import torch


def rounded(dtype):
    torch.manual_seed(0)
    parameter = torch.nn.Parameter(torch.zeros(24, 24, dtype=dtype))
    optimizer = torch.optim.Muon([parameter], lr=1.0, weight_decay=0.0, momentum=0.0, nesterov=False)
    parameter.grad = torch.randn(24, 24, dtype=dtype)
    optimizer.step()
    update = parameter.detach()
    return torch.equal(update, update.to(torch.bfloat16).to(dtype))


print(f"float32 in bfloat16: {rounded(torch.float32)}, float64 in bfloat16: {rounded(torch.float64)}")
PY
)
echo "$seen"
[ "$seen" = "float32 in bfloat16: True, float64 in bfloat16: True" ]
