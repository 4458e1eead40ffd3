"""The published models. Their authors publish neither sizes nor digests."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

from .._inference.sources import url

_SERVER = "https://dl.fbaipublicfiles.com"


def _published(name: str, filename: str, address: str) -> WeightsEntry:
    return WeightsEntry(
        name=name,
        filename=filename,
        size=0,
        sha256="",
        licence="CC-BY-SA-3.0",
        sources=(url(f"{_SERVER}/{address}"),),
    )


def _zoo(model: str, config: str, number: int, filename: str) -> WeightsEntry:
    address = f"detectron2/COCO-Keypoints/{config}/{number}/{filename}"
    return _published(f"detectron2_{model}", filename, address)


ZOO = {
    "r50": _zoo("r50", "keypoint_rcnn_R_50_FPN_3x", 137849621, "model_final_a6e10b.pkl"),
    "r101": _zoo("r101", "keypoint_rcnn_R_101_FPN_3x", 138363331, "model_final_997cc7.pkl"),
    "x101": _zoo("x101", "keypoint_rcnn_X_101_32x8d_FPN_3x", 139686956, "model_final_5ad38f.pkl"),
}
"""By `Detectron2Model.value`; the zoo gives keypoint APs on COCO val2017 of 65.5, 66.1, 66.0."""

DETECTRON = _published(
    "detectron",
    "model_final.pkl",
    "detectron/37698009/12_2017_baselines/e2e_keypoint_rcnn_R-101-FPN_s1x.yaml.08_45_57.YkrJgP6O/"
    "output/train/keypoints_coco_2014_train%3Akeypoints_coco_2014_valminusminival/"
    "generalized_rcnn/model_final.pkl",
)
"""e2e_keypoint_rcnn_R-101-FPN_s1x; keypoint AP 65.8 on COCO's minival according to Detectron."""
