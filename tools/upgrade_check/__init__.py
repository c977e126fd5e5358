"""The command `make upgrade-check`: what becomes of a job on another Glue version, before its config is changed."""
