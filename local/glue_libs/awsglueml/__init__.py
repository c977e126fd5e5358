"""A stand-in for Glue's library of machine learning: its names raise."""
