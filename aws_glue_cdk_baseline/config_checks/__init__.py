"""What config.py is made of: reading the YAML, its model, and the checks against the job scripts."""
