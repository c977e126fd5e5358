"""Follow the imports of a script through the modules and packages beside it: they are shipped with its job."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from aws_glue_cdk_baseline.config.errors import ErrorLine
from aws_glue_cdk_baseline.config.imports import FileImports, Import, read_imports

LEFT_OUT = frozenset({"tests", "__pycache__"})  # folders in a package that no job needs
DYNAMIC = (
    "imports a module whose name is known only when it runs; if it is a module beside the scripts, also write"
    " `import name`, so that it is shipped with the job"
)


@dataclass(frozen=True, order=True)
class Outside:
    """An import of something that is not beside the scripts: its first name, and the place, as messages show it."""

    file: str
    line: int
    module: str
    optional: bool = False


@dataclass
class Code:
    """The code of one script: the files beside it that it imports, and what it imports from elsewhere.

    `errors` are files that cannot be parsed; `dynamic` are imports that cannot be followed.
    """

    files: list[Path] = field(default_factory=list)
    outside: list[Outside] = field(default_factory=list)
    errors: list[ErrorLine] = field(default_factory=list)
    dynamic: list[ErrorLine] = field(default_factory=list)


class SharedCode:
    """The modules and packages in the folder of job scripts. `folder` is where Python finds them by their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, FileImports | ErrorLine] = {}
        self._codes: dict[Path, Code] = {}
        self._places: dict[str, Path | None] = {}

    def shown(self, file: Path) -> str:
        """Return the name of a file in messages, such as job_scripts/clean.py."""
        return file.relative_to(self.folder.parent).as_posix()

    def of(self, script: Path) -> Code:
        """Return the code of a script."""
        if script not in self._codes:
            self._codes[script] = self._follow(script)
        return self._codes[script]

    def place(self, name: str) -> Path | None:
        """Return the folder of the package `name`, or the file of the module, or None if there is neither."""
        if name not in self._places:
            self._places[name] = self._find(name)
        return self._places[name]

    def _find(self, name: str) -> Path | None:
        package, module = self.folder / name, self.folder / f"{name}.py"
        if name in LEFT_OUT:
            return None
        if (package / "__init__.py").is_file() or (not module.is_file() and _has_modules(package)):
            return package
        return module if module.is_file() else None

    @cached_property
    def names(self) -> list[str]:
        """The names of all modules and packages, also of the jobs' scripts."""
        found = {path.stem if path.is_file() else path.name for path in self.folder.glob("*")}
        return sorted(name for name in found if name.isidentifier() and name != "__init__" and self.place(name))

    def _follow(self, script: Path) -> Code:
        code = Code()
        todo: list[tuple[Path, tuple[str, ...]]] = [(script, ())]
        done = set[Path]()
        shipped = dict[Path, None]()
        while todo:
            file, package = todo.pop()
            if file in done:
                continue
            done.add(file)
            read = self._imports(file, package)
            if isinstance(read, ErrorLine):
                code.errors += [] if file == script else [read]  # the check of the script's options reports it
                continue
            code.dynamic += [ErrorLine(self.shown(file), line, "", DYNAMIC) for line in read.dynamic]
            for item in read.imports:
                if place := self.place(item.top):
                    shipped[place] = None
                    todo += self._modules(item)
                elif not item.reader:
                    code.outside.append(Outside(self.shown(file), item.line, item.top, item.optional))
        code.files = sorted({file for place in shipped for file in self._files(place)})
        return code

    def _imports(self, file: Path, package: tuple[str, ...]) -> FileImports | ErrorLine:
        if file not in self._read:
            try:
                self._read[file] = read_imports(file, package)
            except SyntaxError as error:
                message = f"not valid Python: {error.msg}"
                self._read[file] = ErrorLine(self.shown(file), error.lineno or 1, "", message)
            except OSError as error:
                message = f"cannot be read: {error.strerror}; make it readable"
                self._read[file] = ErrorLine(self.shown(file), 1, "", message)
        return self._read[file]

    def _modules(self, item: Import) -> Iterator[tuple[Path, tuple[str, ...]]]:
        """Yield the files that Python runs for an import, each with its package."""
        parts = tuple(item.module.split("."))
        for depth in range(1, len(parts) + 1):
            yield from self._module(parts[:depth])
        for name in item.names:
            if name != "*":
                yield from self._module((*parts, name))
                continue
            for file, package in self._module(parts):
                read = self._imports(file, package)
                for exported in read.exported if isinstance(read, FileImports) else ():
                    yield from self._module((*parts, exported))

    def _module(self, parts: tuple[str, ...]) -> Iterator[tuple[Path, tuple[str, ...]]]:
        path = self.folder.joinpath(*parts)
        if (file := path / "__init__.py").is_file():
            yield file, parts
        elif (file := path.with_name(f"{path.name}.py")).is_file():
            yield file, parts[:-1]

    def _files(self, place: Path) -> Iterator[Path]:
        """Yield the files of a module or package: of a package all that Git does not ignore, also data."""
        if place.is_file():
            yield place
            return
        for file in place.rglob("*"):
            parts = file.relative_to(place).parts
            hidden = any(part in LEFT_OUT or part.startswith(".") for part in parts)
            if file.is_file() and not hidden and file.suffix != ".pyc" and file not in self._ignored:
                yield file

    @cached_property
    def _ignored(self) -> frozenset[Path]:
        own = f"safe.directory={self.folder.parent.parent}"  # in a container, another user owns the folder
        command = ["git", "-c", own, "-C", str(self.folder), "ls-files", "-z", "--others", "--ignored"]
        command += ["--exclude-standard"]
        try:
            result = subprocess.run(command, capture_output=True)
        except FileNotFoundError:  # no git: the pipeline builds from an archive, which has no ignored files
            return frozenset()
        names = result.stdout.decode(errors="surrogateescape").split("\0")
        return frozenset(self.folder / name for name in names if name)


def _has_modules(folder: Path) -> bool:
    return folder.is_dir() and next(folder.rglob("*.py"), None) is not None
