"""The rooms that have to do with each other, for those that have to do with most of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.archive import Archive
    from daemon.engine_link import EngineLink
    from daemon.opinions import Opinions
    from daemon.pages import Pages
    from daemon.server import Server
    from daemon.store import Store
    from daemon.tasks import Tasks
    from daemon.watch.watching import Watching
    from daemon.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    store: Store
    archive: Archive
    server: Server
    pages: Pages
    workbench: Workbench
    watching: Watching
    link: EngineLink
    opinions: Opinions
    tasks: Tasks
