"""What top-down detectors share: their options, and following people from frame to frame."""
