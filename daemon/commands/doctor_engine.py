"""What the doctor says of the engine: where it would run, and the model that is chosen.

The engine's own process is asked, because only it may load what knows: torch, and the store of models.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.filesize import decimal

from daemon.commands.asking import EngineRefusedError, ask_once
from daemon.commands.doctor_lines import Line, State
from daemon.engine_link import models_folder
from engine.service import ListModels, Models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daemon.settings import EngineSettings, Settings
    from engine.service import ModelInfo

ROOT: Final = Path(__file__).resolve().parents[2]
TIMEOUT_S: Final = 120
"""torch alone may take many seconds to load from a slow disk."""
WHICH_DEVICE: Final = """\
import sys
from engine.child.device import choose
from engine.jobs import JobError
try:
    print(choose(sys.argv[1], sys.argv[2], int(sys.argv[3])).words)
except JobError as error:
    sys.exit(str(error))
"""


def engine_lines(settings: Settings | None) -> Iterator[Line]:
    if settings is None:
        return
    if not settings.ai.findings:
        yield Line("AI findings", State.FINE, "switched off in the settings")
    yield device_line(settings.engine)
    yield model_line(settings.engine)


def device_line(settings: EngineSettings) -> Line:
    wanted = (settings.device, settings.precision, str(settings.threads))
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and our own module
            [sys.executable, "-c", WHICH_DEVICE, *wanted],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Line("Engine", State.TO_DO, f"its process does not start ({error})", "Install Mapside anew.")
    said = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or ["nothing"]
    if done.returncode == 0:
        return Line("Engine", State.FINE, f"runs on {said[-1]}")
    if done.returncode == 1 and len(said) == 1:
        return Line("Engine", State.TO_DO, said[0], "Change it under [engine] in the settings.")
    return _not_loaded(said[-1])


def _not_loaded(said: str) -> Line:
    wanted = ""
    if "WinError" in said or "DLL load failed" in said:
        wanted = (
            "Install Microsoft's Visual C++ Redistributable (x64), without which Windows does not load it. "
        )
    return Line("Engine", State.TO_DO, f"torch does not load ({said})", f"{wanted}Install it anew: uv sync.")


def model_line(settings: EngineSettings) -> Line:
    chosen, folder = settings.model, models_folder(settings.models_folder)
    try:
        answer = ask_once(ListModels())
    except EngineRefusedError as error:
        return Line("Model", State.TO_DO, str(error), "Look into the log, or install Mapside anew.")
    known = answer.models if isinstance(answer, Models) else ()
    info = next((each for each in known if each.name == chosen), None)
    if info is not None:
        return _listed(info, folder)
    if Path(chosen).expanduser().is_dir():
        return Line("Model", State.FINE, f"the checkpoint in {chosen}")
    return Line(
        "Model",
        State.NOTE,
        f"{chosen} is chosen, and there is no such model or folder",
        "`mapside models` lists those there are; write one as model under [engine] in the settings.",
    )


def _listed(info: ModelInfo, folder: Path) -> Line:
    size = decimal(info.size_bytes) if info.size_bytes else "of unknown size"
    if info.state in ("complete", "local"):
        return Line("Model", State.FINE, f"{info.name}, {size}, complete in {info.folder or folder}")
    pull = f"mapside models pull {info.name}"
    if info.state == "partial":
        found = f"{info.name} is downloaded in part ({decimal(info.done_bytes)} of {size}) in {folder}"
        return Line("Model", State.NOTE, found, f"{pull} goes on from there.")
    if info.state == "broken":
        found = f"{info.name} in {info.folder or folder} is broken: {info.note}"
        return Line("Model", State.TO_DO, found, f"mapside models remove {info.name}, then {pull}")
    found = f"{info.name} ({size}) is not on this machine: maps are checked by rule alone"
    return Line("Model", State.NOTE, found, f"{pull}; it would lie in {folder}.")
