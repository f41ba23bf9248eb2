"""A stranger's JSON file as one typed object, or one sentence about why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from engine.checkpoints.errors import CheckpointError

if TYPE_CHECKING:
    from pathlib import Path

_File = TypeVar("_File", bound=BaseModel)


def read_json(path: Path, kind: type[_File], advice: str) -> _File:
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing: the folder is not whole; {advice}") from None
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror}); {advice}") from error
    except ValidationError as error:
        raise CheckpointError(f"{path} {_first_complaint(error)}; {advice}") from error


def _first_complaint(error: ValidationError) -> str:
    first = error.errors()[0]
    setting = ".".join(str(part) for part in first["loc"])
    if first["type"] == "json_invalid" or not setting:
        return f"is cut short or damaged ({first['msg']})"
    if first["type"] == "missing":
        return f"does not say {setting}"
    return f"says {setting} = {str(first['input'])[:80]}, which this engine does not know ({first['msg']})"
