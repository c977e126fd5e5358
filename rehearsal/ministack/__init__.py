"""What runs inside the emulator's process: MiniStack with the parts that a rehearsal needs and it lacks.

All of it is private API of the pinned version; `tests/template/rehearsal/test_seams.py` fails when a seam has moved.
"""
