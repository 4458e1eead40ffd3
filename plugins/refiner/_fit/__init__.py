"""What refiners that look at the 2D again share: what was seen, how surely, and the root path."""
