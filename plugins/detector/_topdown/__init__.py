"""What top-down detectors share: person boxes, and the squares cut out around people."""
