"""`mapside doctor`: each line says what is there, and what to do where something is not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from daemon.commands import doctor
from daemon.commands.doctor_engine import device_line, model_line
from daemon.commands.doctor_lines import Line, State
from daemon.settings import load_settings
from tests.daemon.desktop.desktop import x_server

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[3]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="tells of Linux")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nobody has installed osu! and no desktop runs."""
    for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "BROWSER", "WINEPREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("MAPSIDE_HOME", str(tmp_path / "mapside"))
    return tmp_path


@pytest.fixture
def choose(home: Path) -> Callable[[str], Path]:
    """Writes the person's settings file."""

    def write(text: str) -> Path:
        file = home / "mapside" / "config" / "settings.toml"
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write


def line(about: str) -> Line:
    """Of those before the engine's, as far down as the one that is asked for."""
    return next(each for each in doctor.examine() if each.about == about)


def line_of_a_new_process(about: str) -> str:
    """For what a library finds out once and for all."""
    script = (
        "import sys\n"
        "from daemon.commands import doctor\n"
        "print(next(each.found for each in doctor.examine() if each.about == sys.argv[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, about],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return done.stdout


def said_of_the_model() -> Line:
    return model_line(load_settings().engine)


def said_of_the_device() -> Line:
    return device_line(load_settings().engine)


@pytest.mark.usefixtures("home")
def test_whatever_is_to_be_done_is_said() -> None:
    for each in doctor.examine():
        assert each.found
        assert each.do or each.state is not State.TO_DO


@linux_only
@pytest.mark.usefixtures("home")
def test_without_a_songs_folder_it_says_where_to_name_one() -> None:
    found = line("Songs folder")
    assert found.state is State.TO_DO
    assert "settings.toml" in found.do
    assert os.path.join(".osu", "Songs") in found.found, "and where it looked"  # noqa: PTH118  a part of a path


def test_a_songs_folder_is_found_and_its_sets_are_counted(home: Path, choose: Callable[[str], Path]) -> None:
    for name in ("1 one", "2 two"):
        (home / "My Songs" / name).mkdir(parents=True)
    choose(f"[songs]\nfolder = '{home / 'My Songs'}'\n")
    found = line("Songs folder")
    assert found.state is State.FINE
    assert "2 sets" in found.found


def test_a_chosen_folder_that_is_gone_is_named(home: Path, choose: Callable[[str], Path]) -> None:
    choose(f"[songs]\nfolder = '{home / 'gone'}'\n")
    assert line("Songs folder").state is State.TO_DO
    assert str(home / "gone") in line("Songs folder").found


def test_an_unknown_check_in_the_settings_is_named(choose: Callable[[str], Path]) -> None:
    choose("[checks]\ndisabled = ['unsnaped-objects']\n")
    assert line("Settings").state is State.NOTE
    assert '"unsnapped-objects"' in line("Settings").found


def test_a_wrong_settings_file_is_named_and_the_rest_is_still_examined(choose: Callable[[str], Path]) -> None:
    file = choose("[songs]\nfolde = 1\n")
    found = line("Settings")
    assert found.state is State.TO_DO
    assert str(file) in found.do
    assert line("Program").state is State.FINE


@linux_only
def test_the_watch_limit_is_compared_with_the_folders_there_are(
    home: Path, choose: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        (home / "Songs" / str(number)).mkdir(parents=True)
    choose(f"[songs]\nfolder = '{home / 'Songs'}'\n")
    limit = home / "max_user_watches"
    monkeypatch.setattr(doctor, "INOTIFY_WATCHES", limit)
    limit.write_text("100000\n")
    assert line("Watching").found == "6 folders to watch, 100000 allowed"
    limit.write_text("3\n")
    assert line("Watching").state is State.NOTE
    assert "sysctl fs.inotify.max_user_watches=" in line("Watching").do


@linux_only
@pytest.mark.usefixtures("home")
def test_no_desktop_is_a_note_and_nothing_to_be_done() -> None:
    assert "DISPLAY" in line("Tray").found
    assert line("Tray").state is State.NOTE
    assert line("Notifications").state is State.NOTE


def test_notifications_that_are_switched_off_are_fine(choose: Callable[[str], Path]) -> None:
    choose("[notify]\nenabled = false\n")
    assert line("Notifications").found == "switched off in the settings"


@linux_only
@pytest.mark.usefixtures("home")
def test_a_browser_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """BROWSER is how a person names one that is not found by itself."""
    monkeypatch.setenv("BROWSER", "/bin/true")
    assert "true" in line_of_a_new_process("Browser")


def fake_nvidia_smi(folder: Path, script: str) -> None:
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)


@linux_only
def test_a_card_is_reported_as_the_driver_names_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for the driver's tool: the card is not in this machine, the child process is."""
    fake_nvidia_smi(home, "echo 'NVIDIA H100 80GB HBM3, 81559 MiB, 580.10'")
    monkeypatch.setenv("PATH", f"{home}:{os.environ['PATH']}")
    assert line("GPU").found == "NVIDIA H100 80GB HBM3, 81559 MiB, 580.10"


@linux_only
def test_a_driver_that_does_not_answer_counts_as_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvidia_smi(home, "echo 'Failed to initialize NVML' >&2; exit 9")
    monkeypatch.setenv("PATH", f"{home}:{os.environ['PATH']}")
    assert "none" in line("GPU").found


@pytest.mark.usefixtures("home")
def test_a_model_that_is_not_here_is_named_with_what_to_do() -> None:
    said = said_of_the_model()
    assert said.state is State.NOTE
    assert said.found.startswith("v32 ")
    assert said.do.startswith("mapside models pull v32")
    assert "models" in said.do


def test_a_checkpoints_folder_is_a_model(choose: Callable[[str], Path], tmp_path: Path) -> None:
    choose(f"[engine]\nmodel = '{tmp_path}'\n")
    assert said_of_the_model() == Line("Model", State.FINE, f"the checkpoint in {tmp_path}")


def test_a_torch_that_windows_cannot_load_is_told_with_what_it_wants(
    choose: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text('raise OSError("[WinError 126] fbgemm.dll was not found")\n')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    choose("")
    said = said_of_the_device()
    assert said.found == "torch does not load (OSError: [WinError 126] fbgemm.dll was not found)"
    assert said.do.startswith("Install Microsoft's Visual C++ Redistributable")


def test_a_model_that_nobody_knows_is_said(choose: Callable[[str], Path]) -> None:
    choose('[engine]\nmodel = "v99"\n')
    assert "v99 is chosen" in said_of_the_model().found


def test_it_says_where_the_engine_would_run(choose: Callable[[str], Path]) -> None:
    choose('[engine]\ndevice = "cpu"\nprecision = "float32"\nthreads = 1\n')
    said = said_of_the_device()
    assert said.state is State.FINE
    assert re.fullmatch(r"runs on CPU, 1 of \d+ threads, float32", said.found)


def test_a_device_that_is_not_here_is_said(choose: Callable[[str], Path]) -> None:
    choose('[engine]\ndevice = "cuda:99"\n')
    said = said_of_the_device()
    assert said.state is State.TO_DO
    assert "GPU" in said.found


def run_doctor() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "daemon.cli", "doctor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@linux_only
@pytest.mark.usefixtures("home")
def test_the_exit_code_says_whether_something_is_to_be_done() -> None:
    done = run_doctor()
    assert done.returncode == 1
    assert done.stderr == ""
    assert "Songs folder   to do" in done.stdout


def test_with_a_songs_folder_nothing_is_left_to_do(home: Path, choose: Callable[[str], Path]) -> None:
    choose(f"[songs]\nfolder = '{home}'\n")
    assert run_doctor().returncode == 0


@linux_only
@pytest.mark.tray
@pytest.mark.usefixtures("home")
def test_a_display_without_a_panel_is_told_apart_from_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    with x_server() as display:
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.setenv("PYSTRAY_BACKEND", "xorg")
        assert "_NET_SYSTEM_TRAY_S0 has no owner" in line_of_a_new_process("Tray")


def test_nothing_heavy_is_imported_to_find_out() -> None:
    script = (
        "import sys\n"
        "from daemon.commands import doctor\n"
        "list(doctor.examine())\n"
        "print(sorted({'torch', 'numpy', 'transformers'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"
