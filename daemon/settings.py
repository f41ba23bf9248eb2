"""What the person chose: default.toml <- their own file <- environment <- flags, as one frozen model.

The values of the defaults stand in `configs/default.toml` and nowhere else; here are their types and bounds.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from daemon import paths
from daemon.settings_file import SettingsError, line_of, parse, read_text, save_setting

__all__ = ["Settings", "SettingsError", "WatchSettings", "known_keys", "load_settings", "save_setting"]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULTS_FILE = Path(__file__).resolve().parent.parent / "configs" / "default.toml"
ENVIRONMENT_PREFIX = "MAPSIDE_"

Milliseconds = Annotated[int, Field(ge=0, le=600_000)]


def _folder_or_none(value: object) -> object:
    return (Path(value).expanduser() if value else None) if isinstance(value, str) else value


def _split_words(value: object) -> object:
    """A list in the environment is written with commas."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _device(value: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d{1,3})?", value):
        raise PydanticCustomError("device", "Input should be 'auto', 'cuda', 'cuda:1', 'mps' or 'cpu'")
    return value


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SongsSettings(_Section):
    folder: Annotated[Path | None, BeforeValidator(_folder_or_none)]


class WatchSettings(_Section):
    settle_ms: Milliseconds
    smaller_ms: Milliseconds
    doubtful_ms: Milliseconds
    unclosed_factor: int = Field(ge=1, le=100)
    open_writer_ms: Milliseconds
    give_up_ms: Milliseconds
    removal_grace_ms: Milliseconds
    max_folders: int = Field(ge=0)
    recent_sets: int = Field(ge=1)


class ServerSettings(_Section):
    port: int = Field(ge=0, le=65535)
    open_overlay: bool


class NotifySettings(_Section):
    enabled: bool


class ChecksSettings(_Section):
    disabled: Annotated[frozenset[str], BeforeValidator(_split_words)]


class AiSettings(_Section):
    findings: bool
    listen_ahead: bool


class EngineSettings(_Section):
    model: str
    device: Annotated[str, AfterValidator(_device)]
    precision: Literal["auto", "float32", "bfloat16"]
    threads: int = Field(ge=0, le=1024)
    idle_unload_s: int = Field(ge=1, le=1_000_000)
    models_folder: Annotated[Path | None, BeforeValidator(_folder_or_none)]
    cache_max_bytes: int = Field(ge=0)


class WritingSettings(_Section):
    on: bool
    disclosed: bool
    model: str
    candidates: int = Field(ge=1, le=8)
    backups_max_bytes: int = Field(ge=1_000_000)
    maps_folder: Annotated[Path | None, BeforeValidator(_folder_or_none)]


class LogSettings(_Section):
    level: Literal["debug", "info", "warning", "error"]
    max_file_bytes: int = Field(ge=10_000)
    kept_files: int = Field(ge=0, le=100)


class Settings(_Section):
    songs: SongsSettings
    watch: WatchSettings
    server: ServerSettings
    notify: NotifySettings
    checks: ChecksSettings
    ai: AiSettings
    engine: EngineSettings
    writing: WritingSettings
    log: LogSettings


def known_keys() -> tuple[str, ...]:
    """Every setting as "section.key"."""
    return tuple(
        f"{section}.{key}"
        for section, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for key in field.annotation.model_fields
    )


def load_settings(
    overrides: Mapping[str, Any] | None = None,
    *,
    user_file: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings that hold now. `overrides` are the flags, as "section.key"; None means not given."""
    file = user_file if user_file is not None else paths.settings_file()
    layers = (
        _Layer.of_file(DEFAULTS_FILE),
        _Layer.of_file(file),
        _Layer.of_environment(os.environ if environment is None else environment),
        _Layer(
            "the command line", {key: value for key, value in (overrides or {}).items() if value is not None}
        ),
    )
    merged: dict[str, dict[str, Any]] = {section: {} for section in Settings.model_fields}
    giver: dict[str, _Layer] = {}
    for layer in layers:
        layer.refuse_unknown_keys()
        for key, value in layer.values.items():
            section, name = key.split(".", 1)
            merged[section][name] = value
            giver[key] = layer
    return _validated(merged, giver)


def _validated(merged: dict[str, dict[str, Any]], giver: dict[str, _Layer]) -> Settings:
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"][:2])
        raise giver[key].error(key, f"{key} = {first['input']!r} cannot be used: {first['msg']}") from error


class _Layer:
    """Where some of the values come from, so that an error can name the place."""

    def __init__(
        self, name: str, values: dict[str, Any], *, text: str = "", variables: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.values = values
        self._text = text
        self._variables = variables or {}

    @classmethod
    def of_file(cls, file: Path) -> _Layer:
        text = read_text(file)
        return cls(str(file), dict(_flattened(parse(text, file))), text=text)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> _Layer:
        variables = {
            variable.removeprefix(ENVIRONMENT_PREFIX).replace("__", ".", 1).lower(): variable
            for variable in environment
            if variable.startswith(ENVIRONMENT_PREFIX) and _means_a_setting(variable)
        }
        values = {key: environment[variable] for key, variable in variables.items()}
        return cls("the environment", values, variables=variables)

    def refuse_unknown_keys(self) -> None:
        known = known_keys()
        for key in self.values:
            if key not in known:
                nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
                raise self.error(key, f"there is no setting {key}; the nearest is {nearest}")

    def error(self, key: str, what: str) -> SettingsError:
        if key in self._variables:
            return SettingsError(f"{self._variables[key]} in the environment: {what}. Correct or unset it.")
        if not self._text:
            return SettingsError(f"{self.name}: {what}.")
        line = line_of(self._text, key)
        place = f"{self.name}, line {line}" if line else self.name
        return SettingsError(f"{place}: {what}. Correct or remove that line.")


def _means_a_setting(variable: str) -> bool:
    """MAPSIDE_SERVER__PORT does, and so does the slip MAPSIDE_SERVER_PORT, which must not pass unseen."""
    name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
    return "__" in name or name in {key.replace(".", "_") for key in known_keys()}


def _flattened(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, content in document.items():
        if not isinstance(content, dict):
            yield section, content
            continue
        for name, value in content.items():
            yield f"{section}.{name}", value
