"""Generate sample data like the us-legislators example, in any size. The same seed gives the same data.

`python -m local.sample_data OUT_DIR` writes persons.json, memberships.json and organizations.json (JSON Lines).
They have the fields of the files in s3://awsglue-datasets/examples/us-legislators/all/; names and dates are invented.
`provide` writes them as the samples of that location.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from tqdm import tqdm

from local.samples import SAMPLES, place

Record = dict[str, Any]
PERSONS, MEMBERSHIPS, ORGANIZATIONS = 1961, 10439, 13  # as many as in the real files
PUBLIC_DATA = "s3://awsglue-datasets/examples/us-legislators/all/"
FILES = ("persons.json", "memberships.json", "organizations.json")
LEGISLATURES = 2  # the House and the Senate: each membership is in one of them
FIRST_TERM, LAST_TERM = 97, 114

GIVEN_NAMES = ("Ada", "Benjamin", "Carmen", "Edith", "Félix", "Grace", "Inés", "José", "Kaya", "Martín", "Otis", "Zoë")
FAMILY_NAMES = (
    "Adams",
    "Chávez",
    "Díaz",
    "Evans",
    "Foster",
    "Hall",
    "Ibáñez",
    "Jones",
    "King",
    "Lee",
    "Núñez",
    "Ortiz",
)
STATES = ("ak", "al", "az", "ca", "co", "fl", "ga", "il", "ma", "nc", "nm", "ny", "oh", "pa", "tx", "va", "wa", "wy")


def persons(count: int, seed: int = 0) -> Iterator[Record]:
    """Generate persons. The first one has every field; others lack some fields, as in the real file."""
    random = Random(f"persons-{seed}")
    for index, identity in enumerate(person_ids(count, seed)):
        complete = index == 0
        given, family = random.choice(GIVEN_NAMES), random.choice(FAMILY_NAMES)
        born = _day(random, 1900, 1985)
        record: Record = {
            "family_name": family,
            "name": f"{given} {family}",
            "links": [{"note": "website", "url": f"https://example.com/{identity}"}],
            "gender": random.choice(["female", "male"]),
            "image": f"https://example.com/{identity}.jpg",
            "identifiers": [
                {"scheme": "bioguide", "identifier": f"{family[0]}{index:06d}"},
                {"scheme": "wikidata", "identifier": f"Q{random.randrange(10**6)}"},
            ],
            "other_names": [{"lang": "en", "note": "multilingual", "name": f"{given[0]}. {family}"}],
            "sort_name": f"{family}, {given}",
            "images": [{"url": f"https://example.com/{identity}.jpg"}],
            "given_name": given,
            "birth_date": born.isoformat(),
            "id": identity,
        }
        if complete or random.random() < 0.6:
            record["contact_details"] = [{"type": "phone", "value": f"202-555-{random.randrange(10**4):04d}"}]
        if complete or (born.year < 1940 and random.random() < 0.4):
            record["death_date"] = (born + timedelta(days=random.randrange(20000, 28000))).isoformat()
        yield record


def memberships(count: int, person_count: int, organization_count: int, seed: int = 0) -> Iterator[Record]:
    """Generate memberships in the House or the Senate, each of a person that `persons` generates."""
    random = Random(f"memberships-{seed}")
    people = list(person_ids(person_count, seed))
    parties = [party["id"] for party in list(organizations(organization_count, seed))[LEGISLATURES:]] or ["party/none"]
    chambers = [chamber["id"] for chamber in organizations(LEGISLATURES, seed)]
    for index in range(count):
        term = random.randint(FIRST_TERM, LAST_TERM)
        record: Record = {
            "area_id": f"ocd-division/country:us/state:{random.choice(STATES)}",
            "on_behalf_of_id": random.choice(parties),
            "organization_id": random.choices(chambers, weights=[4, 1])[0],
            "role": "member",
            "person_id": people[index] if index < len(people) else random.choice(people),
            "legislative_period_id": f"term/{term}",
        }
        if index == 0 or random.random() < 0.05:
            start = _day(random, 1787 + 2 * term, 1788 + 2 * term)
            record |= {"start_date": start.isoformat(), "end_date": (start + timedelta(days=400)).isoformat()}
        yield record


def organizations(count: int, seed: int = 0) -> Iterator[Record]:
    """Generate `count` organizations: the two legislatures, then parties."""
    random = Random(f"organizations-{seed}")
    chambers = [("House of Representatives", 435, "lower house"), ("Senate", 100, "upper house")]
    for index in range(count):
        identity = str(UUID(int=random.getrandbits(128)))
        if index < LEGISLATURES:
            name, seats, kind = chambers[index]
            yield {
                "identifiers": [{"scheme": "wikidata", "identifier": f"Q{index + 1}"}],
                "other_names": [{"lang": "fr", "note": "multilingual", "name": name}],
                "id": identity,
                "classification": "legislature",
                "name": name,
                "seats": seats,
                "type": kind,
            }
        else:
            yield {
                "identifiers": [{"scheme": "wikidata", "identifier": f"Q{index + 1}"}],
                "other_names": [{"lang": "en", "note": "multilingual", "name": f"Party {index - 1}"}],
                "links": [{"note": "website", "url": f"https://example.com/party/{index - 1}"}],
                "image": f"https://example.com/party/{index - 1}.svg",
                "id": f"party/{index - 1}",
                "classification": "party",
                "name": f"Party {index - 1}",
            }


def person_ids(count: int, seed: int) -> Iterator[str]:
    random = Random(f"person-ids-{seed}")
    return (str(UUID(int=random.getrandbits(128))) for _ in range(count))


def write(
    folder: Path,
    person_count: int = PERSONS,
    membership_count: int = MEMBERSHIPS,
    organization_count: int = ORGANIZATIONS,
    seed: int = 0,
) -> dict[str, int]:
    """Write the three files to `folder` and return the number of records by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / "persons.json", persons(person_count, seed), person_count)
    records = memberships(membership_count, person_count, organization_count, seed)
    _write_lines(folder / "memberships.json", records, membership_count)
    _write_lines(folder / "organizations.json", organizations(organization_count, seed), organization_count)
    return {
        "persons.json": person_count,
        "memberships.json": membership_count,
        "organizations.json": organization_count,
    }


def is_public_example(location: str) -> bool:
    """Return true if a location is the folder of the public example, or one of its three files."""
    return location.rstrip("/") in (PUBLIC_DATA.rstrip("/"), *(f"{PUBLIC_DATA}{name}" for name in FILES))


def provide(locations: Iterable[str], samples: Path = SAMPLES) -> list[Path]:
    """Write the samples of those `locations` that are in the public example and have none. Return what was written.

    All are generated before the first one is put in its place. A file that exists stays as it is.
    """
    named = {place(location, samples) for location in locations if is_public_example(location)}
    files = [place(f"{PUBLIC_DATA}{name}", samples) for name in FILES]
    missing = [file for file in files if named & {file, file.parent} and not file.exists()]
    if missing:
        folder = missing[0].parent
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".new-", dir=folder) as made:
            write(Path(made))
            for file in missing:
                (Path(made) / file.name).replace(file)
    return missing


def _write_lines(path: Path, records: Iterable[Record], count: int) -> None:
    """Write one record after the other, with a progress bar after a second. An interruption leaves no partial file."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            for record in tqdm(
                records, desc=path.name, total=count, unit=" records", unit_scale=True, delay=1, mininterval=0.5
            ):
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _day(random: Random, first_year: int, last_year: int) -> date:
    return date(random.randint(first_year, last_year), random.randint(1, 12), random.randint(1, 28))


def _count(at_least: int) -> Any:
    def whole_number(text: str) -> int:
        if not text.isdigit() or int(text) < at_least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {at_least}")
        return int(text)

    return whole_number


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.sample_data", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="OUT_DIR")
    parser.add_argument("--persons", type=_count(1), default=PERSONS)
    parser.add_argument("--memberships", type=_count(1), default=MEMBERSHIPS)
    parser.add_argument("--organizations", type=_count(LEGISLATURES), default=ORGANIZATIONS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        written = write(options.folder, options.persons, options.memberships, options.organizations, options.seed)
    except OSError as error:
        sys.exit(f"{options.folder}: cannot be written: {error.strerror}")
    except KeyboardInterrupt:
        sys.exit(130)
    for name, count in written.items():
        print(f"{options.folder / name}: {count} records")
    return 0


if __name__ == "__main__":
    sys.exit(main())
