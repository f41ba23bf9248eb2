"""A stranger's JSON file as one typed object, or one sentence about why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import BaseModel, ValidationError

from engine.checkpoints.errors import CheckpointError

if TYPE_CHECKING:
    from pathlib import Path

_File = TypeVar("_File", bound=BaseModel)

LARGEST_TEXT_BYTES: Final = 64 << 20
"""The largest that was ever published is V28's tokenizer.json, 3 MB."""


def read_json(path: Path, kind: type[_File], advice: str) -> _File:
    check_is_small(path, advice)
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing: the folder is not whole; {advice}") from None
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror}); {advice}") from error
    except ValidationError as error:
        raise CheckpointError(f"{path} {_first_complaint(error)}; {advice}") from error


def check_is_file(path: Path, advice: str) -> None:
    """Not a folder, and not a pipe that would be waited for."""
    try:
        is_file = path.is_file()
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
    if not is_file:
        raise CheckpointError(f"{path} is not a file; {advice}")


def check_is_small(path: Path, advice: str) -> None:
    """What is missing is somebody else's to say."""
    try:
        size_bytes = path.stat().st_size
    except OSError:
        return
    if size_bytes > LARGEST_TEXT_BYTES:
        raise CheckpointError(f"{path} is {size_bytes // 1_000_000} MB long, which no such file is; {advice}")


def _first_complaint(error: ValidationError) -> str:
    first = error.errors()[0]
    setting = ".".join(str(part) for part in first["loc"])
    if first["type"] == "json_invalid" or not setting:
        return f"is cut short or damaged ({first['msg']})"
    if first["type"] == "missing":
        return f"does not say {setting}"
    return f"says {setting} = {str(first['input'])[:80]}, which this engine does not know ({first['msg']})"
