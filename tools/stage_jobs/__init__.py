"""The deployed jobs of a stage: `make start`, `make logs`, `make status`, `make cost` and `make drift`."""
