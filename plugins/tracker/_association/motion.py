"""Where people will be: a Kalman filter per point, all points of all people at once.

Positions are pixels; variances are in squared body sizes, so that one setting fits people near
and far. x and y of a point share their variances.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from framework.types import Bools

from .similarity import Doubles

_STRIDE_S = 2.0
"""Time in which the speed of a body dies down, if nothing is seen of it."""
_SWING_S = 0.15
"""The same for a limb against its body."""
_FIRST_SPEED = 2.0
"""Standard deviation of the speed of who was seen once, in body sizes per second."""
_UNKNOWN = 1e6
"""Variance of a point that was never seen, in squared body sizes."""
_SIZE_MEMORY = 0.8
"""Share of the old body size that a new look leaves."""


@dataclass(slots=True, kw_only=True)
class Motion:
    """What is known of K people with M points each.

    Attributes:
        points, velocity: (K, M, 2) pixels and pixels per second; NaN before a point was seen.
        variance, covariance, speed_variance: (K, M) of position, of both, of velocity, in
            squared body sizes (per s, per s^2).
        size: (K,) body sizes in pixels.
    """

    points: Doubles
    velocity: Doubles
    variance: Doubles
    covariance: Doubles
    speed_variance: Doubles
    size: Doubles

    @classmethod
    def begin(cls, points: Doubles, size: Doubles, jitter: float) -> Motion:
        """People seen for the first time: standing still, as far as anybody knows."""
        each = np.ones(points.shape[:2])
        return cls(
            points=points,
            velocity=points * 0,
            variance=np.where(np.isnan(points[..., 0]), _UNKNOWN, jitter**2),
            covariance=each * 0,
            speed_variance=each * _FIRST_SPEED**2,
            size=size,
        )

    def take(self, people: NDArray[np.int64] | Bools) -> Motion:
        """The people that an index array or a mask selects."""
        return Motion(**{name: getattr(self, name)[people] for name in self.__slots__})

    def join(self, other: Motion) -> Motion:
        """Both, one after the other."""
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in self.__slots__}
        return Motion(**{name: np.concatenate(pair) for name, pair in pairs.items()})

    def predict(self, dt: float, agility: float) -> Motion:
        """The same people ``dt`` seconds later.

        White noise on the acceleration (Bar-Shalom, Li, Kirubarajan, Estimation with
        Applications to Tracking and Navigation, 6.2.2), so that the answer does not depend on
        how the time is cut into frames. Speeds die down (Singer 1970): that of the body slowly,
        as people and cameras stop; the swing of a limb against its body soon, or a short absence
        would tear the arms off.
        """
        body = _middle(self.velocity)
        swing = self.velocity - body
        slower, calmer = np.exp(-dt / _STRIDE_S), np.exp(-dt / _SWING_S)
        noise = agility**2
        return Motion(
            points=self.points + body * _STRIDE_S * (1 - slower) + swing * _SWING_S * (1 - calmer),
            velocity=body * slower + swing * calmer,
            variance=self.variance
            + 2 * self.covariance * dt
            + self.speed_variance * dt**2
            + noise * dt**3 / 3,
            covariance=self.covariance + self.speed_variance * dt + noise * dt**2 / 2,
            speed_variance=self.speed_variance + noise * dt,
            size=self.size,
        )

    def kept_inside(self, size_wh: tuple[int, int], people: Bools) -> Motion:
        """The same, but these (K,) people stop where the middle of their box leaves the picture.

        Who walked out comes back in at the edge, however far the walk went on behind it.
        """
        middle = self.points[:, -2:].mean(1)
        beyond = (middle - np.clip(middle, 0, size_wh)) * people[:, None]
        still = (beyond != 0).any(1)[:, None, None]
        return replace(
            self,
            points=self.points - beyond[:, None],
            velocity=np.where(still, self.velocity * 0, self.velocity),
        )

    def correct(self, seen: Doubles, size: Doubles, jitter: float) -> Motion:
        """The same people after a look at their points.

        Args:
            seen: (K, M, 2); NaN leaves a point to its prediction.
            size: (K,) body sizes measured now, in pixels.
            jitter: standard deviation of ``seen``, in body sizes.
        """
        hit: Bools = np.isfinite(seen[..., 0])
        first: Bools = hit & np.isnan(self.points[..., 0])
        points = np.where(first[..., None], seen, self.points)
        velocity = np.where(first[..., None], _middle(self.velocity), self.velocity)
        error = np.where(hit[..., None], seen - points, 0)
        trust = hit / (self.variance + jitter**2)
        gain, speed_gain = self.variance * trust, self.covariance * trust
        return Motion(
            points=points + gain[..., None] * error,
            velocity=velocity + speed_gain[..., None] * error,
            variance=(1 - gain) * self.variance,
            covariance=(1 - gain) * self.covariance,
            speed_variance=self.speed_variance - speed_gain * self.covariance,
            size=_SIZE_MEMORY * self.size + (1 - _SIZE_MEMORY) * size,
        )


def _middle(velocity: Doubles) -> Doubles:
    """(K, 1, 2): the median velocity of each person's points that are known."""
    ordered = np.sort(velocity, axis=1)  # NaN last
    known = velocity.shape[1] - np.isnan(velocity[..., 0]).sum(1)
    return np.asarray(ordered[np.arange(len(velocity)), (known - 1) // 2][:, None])
