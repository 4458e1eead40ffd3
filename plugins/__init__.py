"""Built-in implementations, one folder a stage and one folder a backend."""
