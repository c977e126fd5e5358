"""The command `make run`: one job, or the jobs of a stage in the order of `after`, on the laptop."""
