"""What refiners that look at the 2D again share: what was seen, how sure it is, where people are."""
