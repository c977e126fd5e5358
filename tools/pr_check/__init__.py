"""Check a branch as a Git host's CI does: synth, tests, and what it changes against its base, as Markdown."""
