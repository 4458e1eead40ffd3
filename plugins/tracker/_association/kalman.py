"""Predicts where people will be: one Kalman filter per keypoint, for all people at once.

The model is that of constant velocity with white noise on the acceleration (Bar-Shalom, Li,
Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, section 6.2.2), with
speeds that decay while nothing is measured (Singer, Estimating Optimal Tracking Filter
Performance for Manned Maneuvering Targets, 1970).

Positions are pixels of the upright frame. Variances are in squared body sizes, so that one
setting fits people near and far. The x and y coordinates of a point share their variances: noise
and process are the same along both, and one (2, 2) covariance per point is half the work of two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from framework.types import Bools

from .similarity import Doubles

_BODY_DECAY_S = 2.0
"""Time constant with which the speed of a whole body decays while it is not measured."""
_LIMB_DECAY_S = 0.15
"""The same for the speed of a limb relative to its body."""
_INITIAL_SPEED = 2.0
"""Standard deviation of the speed of a person who was seen once, in body sizes per second."""
_UNKNOWN_VARIANCE = 1e6
"""Variance of a point that was never measured, in squared body sizes."""
_SIZE_SMOOTHING = 0.8
"""Weight of the previous body size in the running mean; the new measurement has the rest."""


@dataclass(slots=True, kw_only=True)
class KeypointKalmanFilter:
    """The state of the filters of K people with M points each.

    Attributes:
        points, velocity: (K, M, 2) pixels and pixels per second; NaN before the first measurement.
        variance, covariance, speed_variance: (K, M) of the position, of position and speed, and
            of the speed, in squared body sizes (per s, per s^2).
        size: (K,) body sizes in pixels.
    """

    points: Doubles
    velocity: Doubles
    variance: Doubles
    covariance: Doubles
    speed_variance: Doubles
    size: Doubles

    @classmethod
    def initial(
        cls, points: Doubles, size: Doubles, measurement_noise: float
    ) -> KeypointKalmanFilter:
        """Start filters for new people, with speed zero and a large variance of the speed.

        Args:
            points: (K, M, 2) first measurement in pixels; NaN where a point is not visible.
            size: (K,) body sizes in pixels.
            measurement_noise: standard deviation of ``points``, in body sizes.
        """
        each = np.ones(points.shape[:2])
        return cls(
            points=points,
            # Not zeros: points that are NaN must have a speed of NaN, see `_median_velocity`.
            velocity=points * 0,
            variance=np.where(np.isnan(points[..., 0]), _UNKNOWN_VARIANCE, measurement_noise**2),
            covariance=each * 0,
            speed_variance=each * _INITIAL_SPEED**2,
            size=size,
        )

    def take(self, people: NDArray[np.int64] | Bools) -> KeypointKalmanFilter:
        """The filters of the people that an index array or a mask selects."""
        return KeypointKalmanFilter(
            **{name: getattr(self, name)[people] for name in self.__slots__}
        )

    def join(self, other: KeypointKalmanFilter) -> KeypointKalmanFilter:
        """The filters of these people, followed by those of the others."""
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in self.__slots__}
        return KeypointKalmanFilter(**{name: np.concatenate(pair) for name, pair in pairs.items()})

    def predict(self, dt: float, process_noise: float) -> KeypointKalmanFilter:
        """Predict the state ``dt`` seconds later.

        The noise acts on the acceleration in continuous time, so the result does not depend on
        how the time is divided into frames. The speed of the body decays slowly, as people and
        cameras stop; the speed of a limb relative to its body decays at once, because a swinging
        arm turns back: extrapolated over a short absence it would leave the body.

        Args:
            dt: seconds, above 0.
            process_noise: standard deviation of the change of speed within one second, in body
                sizes per second.
        """
        # (K, 1, 2), so that limb is (K, M, 2).
        body = _median_velocity(self.velocity)
        limb = self.velocity - body
        body_decay, limb_decay = np.exp(-dt / _BODY_DECAY_S), np.exp(-dt / _LIMB_DECAY_S)
        noise = process_noise**2
        return KeypointKalmanFilter(
            # The integral of a speed that decays exponentially over dt.
            points=self.points
            + body * _BODY_DECAY_S * (1 - body_decay)
            + limb * _LIMB_DECAY_S * (1 - limb_decay),
            velocity=body * body_decay + limb * limb_decay,
            # F P F' + Q with F = [[1, dt], [0, 1]]. The decay is left out here, which keeps the
            # variances on the large side.
            variance=self.variance
            + 2 * self.covariance * dt
            + self.speed_variance * dt**2
            + noise * dt**3 / 3,
            covariance=self.covariance + self.speed_variance * dt + noise * dt**2 / 2,
            speed_variance=self.speed_variance + noise * dt,
            size=self.size,
        )

    def clamped_to_image(self, size_wh: tuple[int, int], people: Bools) -> KeypointKalmanFilter:
        """Stop these (K,) people where the centre of their box leaves the image.

        A person who walked out of the image comes back at its edge, however far the person
        walked outside; a prediction that went on would be too far away to match.
        """
        # The last two points are the box corners, which are always known; joints may be NaN. (K, 2)
        centre = self.points[:, -2:].mean(1)
        outside = (centre - np.clip(centre, 0, size_wh)) * people[:, None]
        stopped = (outside != 0).any(1)[:, None, None]
        return replace(
            self,
            points=self.points - outside[:, None],
            velocity=np.where(stopped, self.velocity * 0, self.velocity),
        )

    def update(
        self, measured: Doubles, size: Doubles, measurement_noise: float
    ) -> KeypointKalmanFilter:
        """Correct the predicted state by a measurement (the Kalman update).

        Args:
            measured: (K, M, 2) pixels; a point that is NaN keeps its prediction.
            size: (K,) body sizes measured now, in pixels.
            measurement_noise: standard deviation of ``measured``, in body sizes.
        """
        visible: Bools = np.isfinite(measured[..., 0])
        first: Bools = visible & np.isnan(self.points[..., 0])
        # A joint that becomes visible starts with the speed of the body: with speed zero it would
        # stay behind a walking person in the next prediction.
        points = np.where(first[..., None], measured, self.points)
        velocity = np.where(first[..., None], _median_velocity(self.velocity), self.velocity)
        # (K, M, 2); 0 for points not seen now, as NaN times a gain of 0 would be NaN.
        residual = np.where(visible[..., None], measured - points, 0)
        # 1 / (P + R); 0 for points not seen now, whose gain is then 0: they keep their prediction.
        precision = visible / (self.variance + measurement_noise**2)
        gain, speed_gain = self.variance * precision, self.covariance * precision
        return KeypointKalmanFilter(
            points=points + gain[..., None] * residual,
            velocity=velocity + speed_gain[..., None] * residual,
            variance=(1 - gain) * self.variance,
            covariance=(1 - gain) * self.covariance,
            speed_variance=self.speed_variance - speed_gain * self.covariance,
            size=_SIZE_SMOOTHING * self.size + (1 - _SIZE_SMOOTHING) * size,
        )


def _median_velocity(velocity: Doubles) -> Doubles:
    """(K, 1, 2): the median over each person's known points, which one fast limb cannot shift."""
    ordered = np.sort(velocity, axis=1)  # NaN last
    known = velocity.shape[1] - np.isnan(velocity[..., 0]).sum(1)
    # The lower of the two middle values where their number is even.
    return np.asarray(ordered[np.arange(len(velocity)), (known - 1) // 2][:, None])
