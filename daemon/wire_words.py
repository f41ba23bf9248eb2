"""What every request of a page is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

RequestId = int | str | None


class PageRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    id: int | Annotated[str, Field(max_length=64)] | None = None


Key = Annotated[str, Field(max_length=64)]
ModelName = Annotated[str, Field(min_length=1, max_length=4096)]
"""A name of the catalogue, or the path of a folder with a checkpoint in it."""
