"""Keypoint R-CNN as detectron2 runs it, for its own backend and as a person detector."""
