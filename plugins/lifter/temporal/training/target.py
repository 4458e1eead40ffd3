"""What the temporal lifter learns to answer: poses about the line of sight."""

from __future__ import annotations

import torch
from torch import Tensor


def along_ray(points: Tensor) -> Tensor:
    """Poses as somebody sees them who looks straight at the pelvis.

    Where a person stands in the picture says how far the line of sight is turned from the
    camera's axis, but only with the focal length; the pose about the line of sight shows in the
    2D alone. So this is what a lifter learns.

    Args:
        points: (B, T, J, 3) camera space, pelvis first.

    Returns:
        (B, T, J, 3) relative to the pelvis; z is the line of sight, x and y lie as near as can be
        to the picture's.
    """
    x, y, z = (points[:, :, 0] / points[:, :, 0].norm(dim=-1, keepdim=True)).unbind(-1)
    # The shortest turn from the camera's axis to the line of sight, inverted.
    bend = 1 / (1 + z)
    rows = ((1 - x * x * bend, -x * y * bend, -x), (-x * y * bend, 1 - y * y * bend, -y), (x, y, z))
    turn = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
    return torch.matmul(points - points[:, :, :1], turn.mT)
