"""`ErrorsAsDynamicFrame`: the error records of a frame."""

from __future__ import annotations

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class ErrorsAsDynamicFrame(GlueTransform):
    """Return the error records: `frame.errorsAsDynamicFrame()`."""

    def __call__(
        self,
        frame: DynamicFrame,
    ) -> DynamicFrame:
        return frame.errorsAsDynamicFrame()
