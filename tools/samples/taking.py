"""Take the sample of one location: choose its files, cut each, and keep within the limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tqdm import tqdm

from tools.samples import formats
from tools.samples.cut import CorruptFile, Limit, TooLargeRow
from tools.samples.masks import Masks
from tools.samples.selection import newest_files
from tools.samples.source import Budget, Item, PartialFile, SampleError, Source, TooMuchToRead

MAX_FILES = 200  # of one location
READ_FACTOR = 4  # times the limit of bytes may be read: Parquet and ORC have more around the rows
MORE = "; MB= takes more"


@dataclass
class Sample:
    """The sample of a location: its files by their names below it. The file of a location that is one has no name."""

    location: str
    files: dict[str, bytes] = field(default_factory=dict)
    rows: int | None = None
    formats: set[str] = field(default_factory=set)
    columns: dict[str, None] = field(default_factory=dict)
    masked: set[str] = field(default_factory=set)
    notes: dict[str, None] = field(default_factory=dict)
    read: int = 0

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))

    def note(self, line: str) -> None:
        self.notes[line] = None


def take_sample(source: Source, location: str, limit: Limit, masks: Masks) -> Sample:
    """Return a sample of at most `limit` rows and bytes. Raise SampleError if there is nothing to take."""
    sample = Sample(location)
    refuse_names(location)
    budget = Budget(READ_FACTOR * limit.size)
    before = set(masks.found)
    masks.found.clear()
    counted = 0
    with tqdm(total=limit.rows, desc=location, unit=" rows", delay=1, leave=False) as progress:
        for item in _files(source, location, sample.note):
            if counted >= limit.rows or len(sample.files) == MAX_FILES:
                break
            left = Limit(limit.rows - counted, limit.size - sample.size)
            try:
                cut = formats.take(PartialFile(item, source.read, budget), left, masks)
            except TooMuchToRead:
                if not sample.files:
                    raise SampleError(
                        f"{item.uri}: its first rows cannot be read without {budget.used:,} bytes or more{MORE}"
                    ) from None
                sample.note(f"{location}: stopped after {budget.used:,} bytes were read{MORE}")
                break
            except TooLargeRow as error:
                if not sample.files:
                    raise SampleError(f"{item.uri}: {error}") from None
                sample.note(_short(location, counted, limit))
                break
            except CorruptFile as error:
                raise SampleError(f"{item.uri}: {error}") from None
            sample.files[item.name] = cut.data
            sample.formats.add(cut.format)
            sample.columns.update(dict.fromkeys(cut.columns))
            for line in cut.notes:
                sample.note(f"{item.uri}: {line}")
            if cut.rows is not None:
                sample.rows = (sample.rows or 0) + cut.rows
            counted += 1 if cut.rows is None else cut.rows
            progress.update(1 if cut.rows is None else cut.rows)
            if cut.cut_short:
                sample.note(_short(location, counted, limit))
                break
        else:
            counted = limit.rows  # there is no more
    if counted < limit.rows and len(sample.files) == MAX_FILES:
        sample.note(f"{location}: took {MAX_FILES} of its files, which is the most")
    sample.masked, masks.found = set(masks.found), masks.found | before
    sample.read = budget.used
    return sample


def _files(source: Source, location: str, note: Callable[[str], None]) -> Iterator[Item]:
    """Yield the files of a location that can be taken. Raise SampleError if there is none."""
    single = source.single(location)
    if single and (not single.size or single.archived):
        raise SampleError(_archived(single) if single.archived else f"{single.uri}: is empty (0 bytes)")
    taken, archived = False, None
    for item in [single] if single else newest_files(source, location, note):
        if item.archived:
            archived = archived or item
        elif not is_safe(item.name):
            note(f"{item.uri}: has a name that is no path of a file here, and was left out")
        else:
            taken = True
            yield item
    if not taken:
        raise SampleError(_archived(archived) if archived else f"{location}: holds no objects")
    if archived:
        note(f"{archived.uri}: is archived ({archived.archived}), and was left out as all that are")


def _archived(item: Item) -> str:
    return f"{item.uri}: is archived ({item.archived}); restore it first, or take another file with FROM="


def _short(location: str, rows: int, limit: Limit) -> str:
    return f"{location}: {rows:,} of {limit.rows:,} rows, since more would have over {limit.size:,} bytes{MORE}"


def is_safe(name: str) -> bool:
    """Return true if a name below a location is a path below the folder of its sample."""
    parts = name.split("/") if name else ["x"]
    return all(part not in ("", ".", "..") and "\0" not in part and len(part.encode()) <= 255 for part in parts)


def refuse_names(location: str) -> None:
    """Raise SampleError for a location that has no folder of its own below samples/."""
    if not is_safe(location.partition("://")[2].rstrip("/")):
        raise SampleError(f"{location}: has a part that is no name of a folder, such as `..` or `//`")
