"""Options that several trackers share."""

from __future__ import annotations

from dataclasses import dataclass

from framework.options import OptionError, Options, option


@dataclass(frozen=True, kw_only=True)
class GapConfig(Options):
    """Which gaps of a track are filled."""

    max_gap_s: float = option(
        0.5, "longest gap in a person's track that is filled by interpolation, seconds", low=0
    )


@dataclass(frozen=True, kw_only=True)
class IdentityConfig(GapConfig):
    """What every tracker that gives ids needs to know."""

    lost_s: float = option(
        1.5, "a person who is not seen for longer than this returns as a new one, seconds", above=0
    )
    high_score: float = option(
        0.5, "least box score of a detection that may start a new person", low=0, high=1
    )


@dataclass(frozen=True, kw_only=True)
class AssociationConfig(IdentityConfig):
    """How people of one frame are recognised in the next.

    A body size is the square root of the area of a person's box.
    """

    low_score: float = option(0.1, "detections with a lower box score are ignored", low=0)
    max_cost: float = option(
        0.7, "largest cost of a match: 0 is the same place, 1 anywhere", low=0, high=1
    )
    box_weight: float = option(
        0.5, "weight of the box overlap in the cost; keypoints have the rest", low=0, high=1
    )
    absence_cost: float = option(
        0.2, "cost added to a match after an absence of lost_s, less after less", low=0, high=1
    )
    appearance_weight: float = option(
        0.5,
        "weight of the colours of torso and thighs in the cost; 0: colours are not measured",
        low=0,
        high=1,
        formerly=("looks_weight",),
    )
    hint_bonus: float = option(
        0.05, "cost saved where the detector followed this person itself", low=0, high=1
    )
    measurement_noise: float = option(
        0.03,
        "noise of a detected point, standard deviation in body sizes",
        above=0,
        formerly=("jitter",),
    )
    process_noise: float = option(
        2.0,
        "change of speed within a second, standard deviation in body sizes/s",
        above=0,
        formerly=("agility",),
    )
    max_uncertainty: float = option(
        0.3,
        "largest uncertainty of a predicted point, standard deviation in body sizes",
        above=0,
        formerly=("reach",),
    )

    def __post_init__(self) -> None:
        """Check ranges, and that the two scores are in order."""
        super().__post_init__()
        if self.low_score > self.high_score:
            raise OptionError(
                "low_score",
                f"is {self.low_score}, but must be at most high_score, which is {self.high_score}",
                "Detections from low_score to high_score continue a person but start none",
            )


@dataclass(frozen=True, kw_only=True)
class MultiPersonConfig(IdentityConfig):
    """Which of the people who were seen get a track."""

    max_people: int = option(
        10, "most people to keep: those with the largest area, summed over the clip", low=1
    )
    min_duration_s: float = option(
        0.5,
        "people who are seen for less than this in total are left out, seconds (at least 2 frames)",
        low=0,
    )
