"""The Python packages that Glue has by itself, each with its version and the modules that it provides.

Source: `base-requirements.txt` of https://github.com/awslabs/aws-glue-libs, of 17 August 2026: in the branches glue-5.0
and glue-5.1, and for 6.0 in main. These lists have no names of modules: MODULES has those
that are not called like their package.
"""

from __future__ import annotations

from functools import cache

from aws_glue_cdk_baseline.config.glue_versions import SHELL

_VERSIONS = {
    "5.0": """
        aiobotocore==2.13.1 aiohappyeyeballs==2.3.5 aiohttp==3.10.1 aioitertools==0.11.0 aiosignal==1.3.1
        appdirs==1.4.4 attrs==24.2.0 boto3==1.34.131 botocore==1.34.131 certifi==2024.7.4
        charset-normalizer==3.3.2 contourpy==1.2.1 cycler==0.12.1 fonttools==4.53.1 frozenlist==1.4.1
        fsspec==2024.6.1 idna==2.10 jmespath==0.10.0 kaleido==0.2.1 kiwisolver==1.4.5 matplotlib==3.9.0
        multidict==6.0.5 numpy==1.26.4 packaging==24.1 pandas==2.2.2 pillow==10.4.0 pip==23.0.1 plotly==5.23.0
        pyarrow==17.0.0 pyparsing==3.1.2 python-dateutil==2.9.0.post0 pytz==2024.1 requests==2.32.2
        s3fs==2024.6.1 s3transfer==0.10.2 seaborn==0.13.2 setuptools==59.6.0 six==1.16.0 tenacity==9.0.0
        tzdata==2024.1 urllib3==1.25.10 virtualenv==20.4.0 wrapt==1.16.0 yarl==1.9.4
    """,
    "5.1": """
        aiobotocore==2.25.1 aiohappyeyeballs==2.6.1 aiohttp==3.13.2 aioitertools==0.12.0 aiosignal==1.4.0
        appdirs==1.4.4 attrs==25.4.0 boto3==1.40.61 botocore==1.40.61 certifi==2025.10.5
        charset-normalizer==3.4.4 choreographer==1.2.0 contourpy==1.3.3 cycler==0.12.1 distlib==0.4.0
        filelock==3.20.0 fonttools==4.60.1 frozenlist==1.8.0 fsspec==2025.10.0 idna==3.11 iniconfig==2.3.0
        jmespath==1.0.1 kaleido==1.2.0 kiwisolver==1.4.9 logistro==2.0.1 matplotlib==3.10.7 multidict==6.7.0
        narwhals==2.10.2 numpy==2.3.4 orjson==3.11.4 packaging==25.0 pandas==2.3.3 pillow==12.0.0 pip==24.0
        platformdirs==4.5.0 plotly==6.4.0 pluggy==1.6.0 propcache==0.4.1 pyarrow==22.0.0 Pygments==2.19.2
        pyparsing==3.2.5 pytest-timeout==2.4.0 pytest==8.4.2 python-dateutil==2.9.0.post0 pytz==2025.2
        requests==2.32.5 s3fs==2025.10.0 s3transfer==0.14.0 seaborn==0.13.2 setuptools==79.0.1
        simplejson==3.20.2 six==1.17.0 tenacity==9.1.2 typing_extensions==4.15.0 tzdata==2025.2 urllib3==2.5.0
        uv==0.9.7 virtualenv==20.35.4 wrapt==1.17.3 yarl==1.22.0
    """,
    "6.0": """
        aiobotocore==3.4.0 aiohappyeyeballs==2.6.1 aiohttp==3.13.5 aioitertools==0.13.0 aiosignal==1.4.0
        appdirs==1.4.4 attrs==26.1.0 boto3==1.42.84 botocore==1.42.84 certifi==2026.2.25
        charset-normalizer==3.4.7 choreographer==1.2.1 contourpy==1.3.3 cycler==0.12.1 distlib==0.4.0
        filelock==3.25.2 fonttools==4.62.1 frozenlist==1.8.0 fsspec==2026.3.0 googleapis-common-protos==1.75.0
        grpcio==1.81.0 grpcio-status==1.81.0 idna==3.11 iniconfig==2.3.0 jmespath==1.1.0 kaleido==1.2.0
        kiwisolver==1.5.0 logistro==2.0.1 matplotlib==3.10.8 multidict==6.7.1 narwhals==2.19.0 numpy==2.4.4
        orjson==3.11.8 packaging==26.0 pandas==2.3.3 pillow==12.2.0 pip==24.0 platformdirs==4.9.6 plotly==6.7.0
        pluggy==1.6.0 propcache==0.4.1 protobuf==7.35.0 pyarrow==23.0.1 Pygments==2.20.0 pyparsing==3.3.2
        pytest==9.0.3 pytest-timeout==2.4.0 python-dateutil==2.9.0.post0 python-discovery==1.2.2
        pytz==2026.1.post1 PyYAML==6.0.3 requests==2.33.1 s3fs==2026.3.0 s3transfer==0.16.0 seaborn==0.13.2
        setuptools==79.0.1 simplejson==3.20.2 six==1.17.0 tenacity==9.1.2 typing_extensions==4.15.0
        tzdata==2026.1 urllib3==2.6.3 uv==0.11.6 virtualenv==21.2.1 wrapt==2.1.2 yarl==1.23.0 zstandard==0.25.0
    """,
    # The library set `analytics`: https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html
    SHELL: """
        avro==1.11.0 awscli==1.23.5 awswrangler==2.15.1 boto3==1.21.21 botocore==1.24.21 elasticsearch==8.2.0
        numpy==1.22.3 pandas==1.4.2 psycopg2==2.9.3 pyathena==2.5.3 PyMySQL==1.0.2 pyodbc==4.0.32 pyorc==0.6.0
        redshift-connector==2.0.907 requests==2.27.1 s3fs==2022.3.0 scikit-learn==1.0.2 scipy==1.8.0
        SQLAlchemy==1.4.36
    """,
}
MODULES = {
    "attrs": ("attr", "attrs"),
    "fonttools": ("fontTools",),
    "googleapis-common-protos": ("google",),
    "grpcio": ("grpc",),
    "matplotlib": ("matplotlib", "mpl_toolkits", "pylab"),
    "pillow": ("PIL",),
    "protobuf": ("google",),
    "pytest": ("pytest",),
    "python-dateutil": ("dateutil",),
    "pyyaml": ("yaml",),
    "scikit-learn": ("sklearn",),
    "setuptools": ("setuptools", "pkg_resources"),
}
# Modules that belong to Glue itself, in no version that a job could choose. `delta` comes with `--datalake-formats`.
BUILT_IN = frozenset({"awsglue", "awsgluedq", "awsgluedataplane", "pyspark", "py4j", "delta"})
# Packages that would replace these modules.
REPLACING = frozenset({"pyspark", "py4j", "awsgluedataplanepython", "aws-glue-libs"})
AWS_SDK = frozenset({"boto3", "botocore", "s3transfer"})


@cache
def versions(glue_version: str) -> dict[str, str]:
    """Return the version of each package of a Glue version, by its canonical name (`python-dateutil`)."""
    pins = (pin.partition("==") for pin in _VERSIONS[glue_version].split())
    return {name.lower().replace("_", "-").replace(".", "-"): version for name, _, version in pins}


@cache
def modules(glue_version: str) -> dict[str, str]:
    """Return the canonical name of the package that provides each module."""
    return {module: name for name in versions(glue_version) for module in MODULES.get(name, (name.replace("-", "_"),))}


def is_glues(name: str, version: str) -> bool:
    """Return true if some Glue version has this version of a package."""
    return any(versions(glue_version).get(name) == version for glue_version in _VERSIONS)


def all_modules() -> dict[str, str]:
    """Return the package of each module that some Glue version has."""
    return {module: name for version in _VERSIONS for module, name in modules(version).items()}
