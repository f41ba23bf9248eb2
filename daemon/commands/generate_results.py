"""What a model wrote for `mapside generate`, put where it was asked for: with a backup and on record, as the
companion does it.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from daemon import paths
from daemon.archive import Archive, UnrecordedError
from daemon.commands.asking import EngineRefusedError
from daemon.requests import RefusedError
from daemon.settings import load_settings
from daemon.store import STORE_NAME, open_store
from daemon.writing.accepting import Accepting
from daemon.writing.backups import BACKUPS, Backups
from daemon.writing.safe_write import NotWrittenError
from daemon.writing.whole_map import MapOrder, put_in_folder
from daemon.writing.writer import Writer
from engine.beatmap.document import content_hash
from engine.service import Candidate, Generate, Regenerate, WrittenMap

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from daemon.commands.generate_orders import Order
    from daemon.store import Store


@dataclass(frozen=True, slots=True)
class Finished:
    file: Path
    sentence: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a section was written for."""

    key: str
    path: Path
    content_hash: str
    data: bytes
    model: str


class _NobodyWatches:
    """A companion that runs takes what we write for a save, and checks it."""

    def expect_own_write(self, path: Path, content_hash: str) -> None: ...
    def own_write_failed(self, path: Path, content_hash: str) -> None: ...


async def save(order: Order, answer: Candidate | WrittenMap, said: Mapping[str, Any]) -> Finished:
    """Raises EngineRefusedError: what stands in the way, and that nothing was written."""
    async with _own_writer() as (store, archive, writer):
        try:
            if isinstance(answer, Candidate):
                return await _save_section(order, answer, said, store, archive, writer)
            return await _save_map(order, answer, said, writer)
        except (RefusedError, NotWrittenError, UnrecordedError) as error:
            raise EngineRefusedError(str(error)) from error


@asynccontextmanager
async def _own_writer() -> AsyncIterator[tuple[Store, Archive, Writer]]:
    store, note = open_store(paths.data_folder() / STORE_NAME)
    if note:
        raise EngineRefusedError(f"{note} Nothing is written without a record.")
    archive = Archive(store, on_failure=lambda _: None)
    writer = Writer(
        archive=archive,
        ledger=store.ledger,
        backups=Backups(paths.data_folder() / BACKUPS, load_settings().writing.backups_max_bytes),
        own_writes=_NobodyWatches,
    )
    try:
        yield store, archive, writer
    finally:
        await writer.stop()
        await archive.stop()
        store.close()


async def _save_section(
    order: Order,
    candidate: Candidate,
    said: Mapping[str, Any],
    store: Store,
    archive: Archive,
    writer: Writer,
) -> Finished:
    request = order.request
    if not isinstance(request, Regenerate) or order.reference is None:
        raise EngineRefusedError("The engine wrote a section where none was asked for: nothing was written.")
    path = order.reference.absolute()
    key = await archive.strictly(store.ledger.map_at, path)
    origin = _Origin(key, path, content_hash(request.data), request.data, request.model)
    accepting = Accepting(archive=archive, ledger=store.ledger, writer=writer)
    if said.get("overwrite_reference_beatmap"):
        written = await accepting.over_file(origin, candidate)
        sentence = "What the map was before is kept; the overlay takes the section back with one click."
        sentence += " If the editor has it open, press Ctrl+L there."
    else:
        written = await accepting.as_new(origin, candidate, said.get("version", ""))
        sentence = "A new difficulty beside the map."
    return Finished(written.path, f"{candidate.objects} objects written. {sentence}", candidate.remarks)


async def _save_map(order: Order, written: WrittenMap, said: Mapping[str, Any], writer: Writer) -> Finished:
    if not isinstance(order.request, Generate):
        raise EngineRefusedError("The engine wrote a map where none was asked for: nothing was written.")
    packed = bool(said.get("export_osz"))
    beside = (order.song, *((order.background,) if order.background else ()))
    path = await put_in_folder(
        writer,
        MapOrder(
            question=order.request,
            is_packed=packed,
            folder=order.folder,
            has_own_folder=False,
            beside=beside,
        ),
        written,
    )
    seconds = max(written.seconds, 1e-3)
    sentence = f"{written.objects} objects in {seconds:.0f} s, {written.ids / seconds:.0f} tokens/s."
    return Finished(path, sentence, written.remarks)
