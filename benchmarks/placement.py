"""How far off people stand, in share of their distance: two and four people at known places.

The truth of synthetic scenes is projected, a synthetic detector looks at it (errors, hidden and
missing joints, scores), ``lifter=temporal`` lifts and ``refiner=root`` places. What one picture
cannot tell is size: people of 1.6 to 1.85 m are lifted as if of one height.

Run: python benchmarks/placement.py [SEEDS]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

from framework.config import build, compose_config
from framework.geometry.camera import FOCAL, camera_from_world
from framework.sample import Camera, Person, Scene, View, default_scene
from framework.sample.body import Body, joints
from framework.sample.motion import Motion, Squat, wave
from framework.sample.steps import Stand, Turn, Walk
from framework.skeletons import COCO17, H36M17
from framework.training.noise import Noise, detected
from framework.training.validation import PERFECT
from framework.types import State, Track, VideoInfo

GOALS = {"focal length and heights": 0.05, "focal length": 0.05, "nothing": 0.15}
"""By what of the camera and the people is known."""
DETECTORS = {"exact 2D": PERFECT, "noisy 2D": Noise()}
HEIGHT_M = 1.75
"""Of a body of size 1."""


def main() -> None:
    """Print the mean error of each scene, detector and knowledge beside the goal."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    for name, scene in {"two people": default_scene(), "four people": four_people()}.items():
        for detector, noise in DETECTORS.items():
            for known, goal in GOALS.items():
                settings = settings_of(scene, known)
                errors = [errors_of(scene, noise, settings, seed) for seed in range(seeds)]
                each = np.mean(errors, axis=0)
                people = " ".join(f"{100 * error:.1f}" for error in each)
                print(
                    f"{name}, {detector}, {known} known: {100 * each.mean():.1f} % "
                    f"(by person {people}; goal {100 * goal:.0f} %)",
                    flush=True,
                )


def settings_of(scene: Scene, known: str) -> list[str]:
    """What a user who knows that says on the command line."""
    focal = scene.matrix[0, 0] / max(scene.size_wh) if "focal" in known else FOCAL
    heights = [HEIGHT_M * person.body.size for person in scene.people] if "heights" in known else []
    return [f"lifter.focal={focal}", f"refiner.root.person_height_m={heights}"]


def four_people() -> Scene:
    """People of 1.6 to 1.85 m, 3 to 9 m away, before a camera that looks down a little."""
    cast = (
        Person(
            body=Body(size=1.06),
            motion=Motion(
                start_xy=(-1.0, 0.4), acts=(Stand(6), Turn(90)), gestures=(wave("right", 1, 4),)
            ),
        ),
        Person(
            body=Body(size=0.92),
            motion=Motion(start_xy=(0.9, 1.0), gestures=(Squat(start_s=2, end_s=5),)),
        ),
        Person(
            body=Body(size=1.0),
            motion=Motion(start_xy=(-2.2, 3.0), heading_deg=0, acts=(Walk(((4.4, 0),)), Turn(180))),
        ),
        Person(
            body=Body(size=0.96),
            motion=Motion(
                start_xy=(1.5, 4.2), heading_deg=200, acts=(Stand(1), Walk(((2, 30), (2, 60))))
            ),
        ),
    )
    camera = Camera(views=(View(0.0, (0.4, -4.2, 1.9), (0.0, 1.5, 0.8)),), fov_y_deg=36.0)
    return Scene(people=cast, camera=camera, seconds=8.0)


def errors_of(scene: Scene, noise: Noise, settings: list[str], seed: int) -> np.ndarray:
    """(N,) mean distance from the true root of each person, in share of its distance."""
    video = VideoInfo(path=Path("scene.mp4"), size_wh=scene.size_wh, fps=scene.fps)
    random = torch.Generator().manual_seed(seed)
    keypoints, scores = detected(torch.from_numpy(seen(scene, COCO17)).float(), noise, random)
    tracks = [
        track_of(number, *found, scene)
        for number, found in enumerate(zip(keypoints.numpy(), scores.numpy(), strict=True))
    ]
    config = compose_config(["refiner=[root]", "threads=1", *settings])
    [(_, lifter)], [(_, placing)] = build("lifter", config), build("refiner", config)
    with lifter:
        poses = placing.refine(lifter.lift(tracks, video), tracks, video)
    roots = seen(scene, H36M17)[:, :, H36M17.root]
    off = [
        np.linalg.norm(pose.root - root, axis=1) / np.linalg.norm(root, axis=1)
        for pose, root in zip(poses, roots, strict=True)
    ]
    return np.array([np.nanmean(each) for each in off])


def seen(scene: Scene, skeleton) -> np.ndarray:
    """(N, T, J, 3) true joints in camera space."""
    rotation, translation = (
        np.array(part)
        for part in zip(*(scene.camera.pose(time) for time in scene.times), strict=True)
    )
    world = [
        joints(pose, person.body.size, skeleton)
        for pose, person in zip(scene.poses(scene.times), scene.people, strict=True)
    ]
    return camera_from_world(np.array(world), rotation[:, None], translation[:, None])


def track_of(number: int, keypoints: np.ndarray, scores: np.ndarray, scene: Scene) -> Track:
    """Keypoints in units of the focal length as a track in pixels."""
    there = (scores > 0).any(axis=1)
    pixels = keypoints * scene.matrix[0, 0] + scene.matrix[:2, 2]
    pixels = np.where(scores[..., None] > 0, pixels, np.nan).astype(np.float32)
    return Track(
        id=number,
        skeleton=COCO17,
        frame_index=np.arange(len(scores)),
        time_s=scene.times,
        boxes=np.zeros((len(scores), 4), np.float32),
        keypoints=pixels,
        keypoint_scores=scores,
        state=np.where(there, State.OBSERVED, State.MISSING).astype(np.uint8),
        complete=there.copy(),
    )


if __name__ == "__main__":
    main()
