"""Libraries that run networks, opened with the run's device and threads and with clear errors."""
