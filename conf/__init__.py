"""Configuration: start with config.yaml."""
