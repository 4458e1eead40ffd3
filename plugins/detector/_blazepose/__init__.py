"""BlazePose's networks and rules, for the backend of that name and as a person detector."""
