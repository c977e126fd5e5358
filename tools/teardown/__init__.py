"""Delete what a config has deployed: everything, one stage, or a sandbox. Each says first what goes, and asks."""
