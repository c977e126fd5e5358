"""docker in a rehearsed build: the job tests that would run in the Glue image run on local Spark.

Any other docker command is handed to the real docker, where there is one. ENGINE=docker leaves this shim out.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile

GLUE_IMAGE = "public.ecr.aws/glue/aws-glue-libs:"
VALUED = {"--volume": "volume", "-v": "volume", "--mount": "mount", "--workdir": "workdir", "-w": "workdir"}
VALUED |= {"--env": "env", "-e": "env"}


def main(arguments: list[str]) -> int:
    if arguments == ["version"]:
        print("[rehearsal] docker is asked for only to run the job tests, and local Spark stands in for it")
        return 0
    image = next((word for word in arguments if word.startswith(GLUE_IMAGE)), None)
    if arguments[:1] != ["run"] or not image:
        return real_docker(arguments)
    end = arguments.index(image)
    volumes, workdir, environment = options(arguments[1:end])
    command = arguments[end + 1 :]
    if command[:1] != ["-c"] or len(command) != 2:
        return real_docker(arguments)
    print(f"[rehearsal] local Spark stands in for the image {image} (ENGINE=docker uses the image)", flush=True)
    with tempfile.TemporaryDirectory(prefix="glue-image-") as home:
        text = command[1]
        for inside, (outside, read_only) in sorted(volumes.items(), reverse=True):
            place = outside
            if read_only:  # a copy: what the tests write stays out of the source, as in the container
                place = os.path.join(home, os.path.basename(inside))
                shutil.copytree(outside, place)
            text, workdir = text.replace(inside, place), workdir.replace(inside, place)
        return subprocess.run(["bash", "-c", text], cwd=workdir, env=spark(environment)).returncode


def options(words: list[str]) -> tuple[dict[str, tuple[str, bool]], str, dict[str, str]]:
    """Volumes (path inside -> path outside, read-only), working directory and variables of a `docker run`."""
    volumes: dict[str, tuple[str, bool]] = {}
    workdir, environment = ".", {}
    for name, value in itertools.pairwise(words):
        kind = VALUED.get(name)
        if kind == "volume":
            outside, inside, *mode = value.split(":")
            volumes[inside] = (outside, "ro" in mode)
        elif kind == "mount":  # one CSV record
            fields = dict(field.partition("=")[::2] for field in next(csv.reader([value])))
            volumes[fields["target"]] = (fields["source"], "readonly" in fields)
        elif kind == "workdir":
            workdir = value
        elif kind == "env":
            key, _, text = value.partition("=")
            environment[key] = text
    return volumes, workdir, environment


def spark(environment: dict[str, str]) -> dict[str, str]:
    """The variables of local Spark; no AWS credentials, as in the container."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    program = "import json; from local.spark import spark_environment as s; print(json.dumps(s({}, small_data=True)))"
    out = subprocess.run(
        [os.environ["REHEARSAL_PYTHON"], "-c", program], cwd=os.environ["REHEARSAL_HOME"], check=True, stdout=-1
    )
    return {**kept, **json.loads(out.stdout), **environment}


def real_docker(arguments: list[str]) -> int:
    path = os.environ["PATH"].partition(os.pathsep)[2]  # this shim's folder is the first
    docker = shutil.which("docker", path=path)
    if not docker:
        print(
            f"docker is not installed, and the rehearsal has no stand-in for: docker {' '.join(arguments)}",
            file=sys.stderr,
        )
        return 127
    return subprocess.run([docker, *arguments]).returncode


sys.exit(main(sys.argv[1:]))
