"""What a download consists of, written beside it before the first byte: what is missing is known offline."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.fetching import part_of, size_of
from engine.checkpoints.folders import is_of_model
from engine.checkpoints.hub import RemoteFile
from engine.checkpoints.reading import read_json
from engine.held_open import patiently

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.checkpoints.hub import Repository

NAME: Final = "mapside-download.json"


def is_begun(folder: Path) -> bool:
    """Whether Mapside has brought something here, or tried to."""
    return size_of(folder / NAME) >= 0


class ManifestFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    path: str
    size_bytes: int = Field(ge=0)
    sha256: str | None = None
    git_sha1: str | None = None

    @field_validator("path")
    @classmethod
    def _lies_in_the_folder(cls, path: str) -> str:
        if not is_of_model(path):
            raise ValueError("no file of a model")
        return path

    @property
    def remote(self) -> RemoteFile:
        return RemoteFile(self.path, self.size_bytes, self.sha256, self.git_sha1)


class Manifest(BaseModel):
    model_config = ConfigDict(frozen=True)

    repository: str
    commit: str
    licence: str | None = None
    """As its page on the hub names it."""
    files: tuple[ManifestFile, ...]

    @classmethod
    def of(cls, repository: Repository, files: Iterable[RemoteFile]) -> Manifest:
        return cls(
            repository=repository.name,
            commit=repository.commit,
            licence=repository.licence,
            files=tuple(
                ManifestFile(
                    path=file.path, size_bytes=file.size_bytes, sha256=file.sha256, git_sha1=file.git_sha1
                )
                for file in files
            ),
        )

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """None where nothing was begun."""
        try:
            (folder / NAME).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise CheckpointError(
                f"{folder / NAME} cannot be read ({error.strerror}); check its permissions"
            ) from error
        return read_json(folder / NAME, cls, "remove the model and pull it again")

    def write(self, folder: Path) -> None:
        """Whole or not at all, also when the power fails."""
        target, fresh = folder / NAME, folder / f"{NAME}.new"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with fresh.open("w", encoding="utf-8") as stream:
                stream.write(self.model_dump_json(indent=1))
                stream.flush()
                os.fsync(stream.fileno())
            patiently(lambda: fresh.replace(target))
        except OSError as error:
            raise CheckpointError(
                f"{target} cannot be written ({error.strerror}); choose a models_folder that can"
            ) from error

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    def bytes_here(self, folder: Path) -> dict[str, int]:
        """Of each file, with what has come of those that are not whole."""
        return {file.path: _here(folder / file.path, file) for file in self.files}

    def is_whole(self, folder: Path) -> bool:
        """Files get their names only once they are verified: the size tells."""
        return all(size_of(folder / file.path) == file.size_bytes for file in self.files)


def _here(target: Path, file: ManifestFile) -> int:
    whole = size_of(target)
    return whole if whole == file.size_bytes else max(size_of(part_of(target, file.remote)), 0)
