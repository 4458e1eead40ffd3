"""BlazePose's networks and rules, for the backend of its name and as a finder of people."""
