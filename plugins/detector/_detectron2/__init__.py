"""Keypoint R-CNN as detectron2 runs it: shared by its detectors and by top-down ones."""
