"""What a repository of the hub holds, and its files as streams. The one file that talks to the network.

The hub's own library knows the addresses, the person's token and proxy, and how to be offline; what went
wrong becomes one sentence.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.checkpoints.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from huggingface_hub.hf_api import ModelInfo, RepoSibling

# The hub's library takes a third of a second to import, and most questions are answered without the network.
# ruff: noqa: PLC0415

TIMEOUT_S: Final = 20.0
"""Without a byte: the connection is lost."""


class OfflineError(CheckpointError):
    """The hub cannot be reached. What came is kept, and trying again goes on there."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    path: str
    size_bytes: int
    sha256: str | None
    """Of large files."""
    git_sha1: str | None
    """Of the others: as git counts a file's content."""


@dataclass(frozen=True, slots=True)
class Repository:
    name: str
    commit: str
    licence: str | None
    files: tuple[RemoteFile, ...]


def look_up(name: str, revision: str) -> Repository:
    with _in_sentences(name):
        info = _info(name, revision)
    licence = info.card_data.get("license") if info.card_data else None
    files = tuple(_file(name, sibling) for sibling in info.siblings or ())
    return Repository(name, info.sha or revision, licence if isinstance(licence, str) else None, files)


def _info(name: str, revision: str) -> ModelInfo:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError

    try:
        return HfApi().model_info(name, revision=revision, files_metadata=True, timeout=TIMEOUT_S)
    except HFValidationError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # not what the library expects
        raise OfflineError(
            f"what answered about {name} is not the hub, perhaps your network's log-in page; open it in a "
            "browser, then pull again"
        ) from error


def _file(name: str, sibling: RepoSibling) -> RemoteFile:
    lfs = sibling.lfs
    size_bytes = lfs.size if lfs else sibling.size
    if size_bytes is None:
        raise CheckpointError(
            f"the hub does not say how long {sibling.rfilename} of {name} is; pull again in a while"
        )
    return RemoteFile(
        path=sibling.rfilename,
        size_bytes=size_bytes,
        sha256=lfs.sha256 if lfs else None,
        git_sha1=None if lfs else sibling.blob_id,
    )


@contextmanager
def opened(repository: Repository, path: str, from_byte: int) -> Iterator[tuple[httpx2.Response, int]]:
    """A file's bytes from where it was left, and where they really begin: a server may know no ranges."""
    from huggingface_hub import get_session, hf_hub_url

    # Documented there, but re-exported in a way that a type checker does not see.
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

    headers = build_hf_headers() | {"Accept-Encoding": "identity"}
    if from_byte:
        headers["Range"] = f"bytes={from_byte}-"
    url = hf_hub_url(repository.name, path, revision=repository.commit)
    with (
        _in_sentences(repository.name),
        get_session().stream(
            "GET", url, headers=headers, timeout=TIMEOUT_S, follow_redirects=True
        ) as response,
    ):
        if response.status_code == _RANGE_NOT_SATISFIABLE:
            raise StaleRangeError
        hf_raise_for_status(response)
        yield response, from_byte if response.status_code == _PARTIAL else 0


class StaleRangeError(Exception):
    """What was kept is longer than the file: it cannot be its beginning."""


_PARTIAL: Final = 206
_RANGE_NOT_SATISFIABLE: Final = 416


@contextmanager
def _in_sentences(name: str) -> Iterator[None]:
    import httpx2
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise CheckpointError(
            f"{name} asks for its terms to be accepted first: open its page on the hub, accept them, "
            "log in with `hf auth login`, then pull again"
        ) from error
    except RevisionNotFoundError as error:
        raise CheckpointError(f"{name} has no such revision on the hub; choose another") from error
    except RepositoryNotFoundError as error:
        raise CheckpointError(f"{name} is not on the hub, or not public; check its name") from error
    except HFValidationError as error:
        raise CheckpointError(f"{name} is not a repository's name ('owner/name')") from error
    except OfflineModeIsEnabled as error:
        raise OfflineError(
            f"{name} cannot be fetched: HF_HUB_OFFLINE is set; unset it and pull again"
        ) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise OfflineError(f"the hub answered {status} about {name}; pull again in a while") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError):
            raise  # a file of ours, not the network
        raise OfflineError(
            f"the hub cannot be reached for {name}, or no longer ({type(error).__name__}); check the network "
            "and pull again: it goes on where it was"
        ) from error
