"""How the stand-in answers for what it does not cover."""

from __future__ import annotations

from typing import NoReturn


def not_covered(name: str) -> NoReturn:
    """Raise the one error of this package for a name that real Glue has, or may have, and the stand-in has not."""
    raise NotImplementedError(
        f"{name} is not covered by the local awsglue stand-in; run this job in the Glue image"
        " (python -m scripts.glue_image test) or write the step with Spark's DataFrame"
    )
