"""The loss of a lifting network: joint positions, velocities, pose shape, uncertainty."""

from __future__ import annotations

import torch
from torch import Tensor


def loss_of(joints: Tensor, spread: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Mean joint, velocity and shape distance, and the negative log-likelihood of the uncertainty.

    The velocity term (as in Wang et al., "Motion guided 3D pose estimation from videos", ECCV 2020)
    penalises noise from frame to frame, which the term of positions does not. The uncertainty is
    fitted as the scale b of an exponential distribution of distances d, whose negative
    log-likelihood is ``d / b + log b``. Its distances are detached: otherwise difficult joints,
    with a large b, would have hardly any gradient.

    Args:
        joints: (B, T, 17, 3) metres.
        spread: (B, T, 17) logarithm of the scale b in metres.
        truth: (B, T, 17, 3) metres.

    Returns:
        The loss and, without gradient, the mean joint distance in metres.
    """
    # (B, T, 16): without the root, which is 0 in both.
    distance = (joints - truth)[:, :, 1:].norm(dim=-1)
    # (B, T - 1, 16) metres per frame
    velocity = (torch.diff(joints, dim=1) - torch.diff(truth, dim=1))[:, :, 1:].norm(dim=-1)
    expected = spread[:, :, 1:]
    likelihood = distance.detach() * torch.exp(-expected) + expected
    shape = shape_distances(joints, truth).mean()
    # The likelihood trains the layers of the uncertainty only, as its distances are detached.
    loss = distance.mean() + velocity.mean() + shape + 0.01 * likelihood.mean()
    return loss, distance.detach().mean()


def shape_distances(joints: Tensor, truth: Tensor) -> Tensor:
    """Distances after each pose is aligned to its truth (Procrustes alignment, as in P-MPJPE).

    One camera does not determine how far a body leans and how large it is; without this term these
    errors dominate those of the pose itself. The similarity is the least-squares one (Umeyama, PAMI
    1991) and is constant for the gradient: gradients through an SVD are unstable where singular
    values are equal.

    Args:
        joints: (..., J, 3) metres.
        truth: (..., J, 3) metres.

    Returns:
        (..., J) metres.
    """
    centred = joints - joints.mean(dim=-2, keepdim=True)
    goal = truth - truth.mean(dim=-2, keepdim=True)
    with torch.no_grad():
        # (..., 3, 3) each; `right` is already transposed (the V^H of the SVD).
        left, stretch, right = torch.linalg.svd(centred.transpose(-1, -2) @ goal)
        sign = torch.ones_like(stretch)
        # A reflection would fit better, but turns a left hand into a right one.
        sign[..., 2] = torch.det(left @ right).sign()
        rotation = (left * sign[..., None, :]) @ right
        # Squared size of the centred pose; clamped, as a pose of one point has no scale.
        size = centred.square().sum(dim=(-1, -2)).clamp(min=1e-6)
        scale = (stretch * sign).sum(dim=-1) / size
    distances: Tensor = (scale[..., None, None] * (centred @ rotation) - goal).norm(dim=-1)
    return distances
