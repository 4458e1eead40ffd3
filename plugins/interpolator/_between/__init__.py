"""What interpolators share that make frames from the two around them."""
