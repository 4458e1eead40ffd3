"""Person detectors: boxes of people in whole frames, behind one interface."""
