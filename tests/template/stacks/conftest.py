from collections.abc import Iterator

import pytest

from tests.template.stacks.integration_stubs import Glue


@pytest.fixture
def glue() -> Iterator[Glue]:
    """Glue as stubs, each of whose answers must be asked for."""
    made = Glue()
    yield made
    made.has_answered_all()
