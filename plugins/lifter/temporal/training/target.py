"""The training target: poses relative to the line of sight (inverse of `ray.to_camera`)."""

from __future__ import annotations

import torch
from torch import Tensor

from ..ray import shortest_rotation


def along_ray(points: Tensor) -> Tensor:
    """Rotate poses from camera axes into the axes of the line of sight to the pelvis.

    The network's input is normalised by the person, so it does not contain the angle between line
    of sight and camera axis. In camera axes, equal inputs would have different targets, and the
    network would learn their mean.

    Args:
        points: (B, T, J, 3) metres in camera space, pelvis first.

    Returns:
        (B, T, J, 3) metres relative to the pelvis; z is the line of sight, x and y are as near as
        possible to the image's.
    """
    x, y, z = (points[:, :, 0] / points[:, :, 0].norm(dim=-1, keepdim=True)).unbind(-1)
    # The inverse of a rotation is its transpose.
    rows = zip(*shortest_rotation(x, y, z), strict=True)
    turn = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
    # Points are row vectors, hence the transpose of `turn`.
    return torch.matmul(points - points[:, :, :1], turn.mT)
