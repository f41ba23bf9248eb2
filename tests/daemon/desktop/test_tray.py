"""The tray against a real X server and a real panel, as far as a desktop can be had; and without either."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from dataclasses import fields
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops, ImageStat

from daemon.desktop import tray
from daemon.desktop.icons import SIZES_PX, TrayState, draw_icon, write_ico
from daemon.desktop.tray import Tray, TrayActions
from daemon.desktop.tray_link import TrayShown
from tests.daemon.desktop.desktop import eventually, need, running, x_server

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]


class Clicks:
    """Takes the place of the companion: remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: queue.Queue[str] = queue.Queue()

    def actions(self, **replaced: Any) -> TrayActions:
        def remember(name: str) -> Any:
            return lambda *arguments: self.asked.put(" ".join([name, *map(str, arguments)]))

        names = [field.name for field in fields(TrayActions)]
        return TrayActions(**({name: remember(name) for name in names} | replaced))

    def next(self) -> str:
        return self.asked.get(timeout=10)


# The picture


@pytest.mark.parametrize("size_px", SIZES_PX)
@pytest.mark.parametrize(("one", "other"), list(combinations(TrayState, 2)))
def test_states_can_be_told_apart_without_colour(one: TrayState, other: TrayState, size_px: int) -> None:
    """Shapes, not plates: what is left of two icons once each is black and white differs visibly."""
    shapes = [
        draw_icon(state, size_px).convert("L").point(lambda v: 255 * (v > 170)) for state in (one, other)
    ]
    differing = ImageStat.Stat(ImageChops.difference(*shapes)).mean[0] / 255
    assert differing > 0.05


@pytest.mark.parametrize("size_px", [16, 32, 48, 64])
@pytest.mark.parametrize("state", [TrayState.PROBLEMS, TrayState.PAUSED])
def test_straight_edges_fall_on_whole_pixels(state: TrayState, size_px: int) -> None:
    inside = (
        draw_icon(state, size_px).convert("RGB").crop((size_px // 4, size_px // 8, size_px * 3 // 4, size_px))
    )
    colours = inside.getcolors()
    assert colours is not None
    assert len(colours) == 2, "a third colour is a blurred edge"


def test_the_icon_file_holds_every_size(tmp_path: Path) -> None:
    write_ico(tmp_path / "mapside.ico")
    with Image.open(tmp_path / "mapside.ico") as icon:
        assert {(size_px, size_px) for size_px in SIZES_PX} == icon.info["sizes"]


# A real panel


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_server() as name:
        yield name


@pytest.fixture
def panel(display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A panel with a tray in the top left corner of the display."""
    need("trayer", "xdotool", "xwd")
    monkeypatch.setenv("DISPLAY", display)
    # What a GTK or AppIndicator desktop would add is absent here: X11 alone, the least a tray can be.
    monkeypatch.setenv("PYSTRAY_BACKEND", "xorg")
    command = ("trayer", "--edge", "top", "--align", "left", "--height", "32", "--widthtype", "request")
    with running(*command, env={**os.environ, "DISPLAY": display}):
        eventually(lambda: tray_host(display), "the panel owns the tray")
        yield
    eventually(lambda: not tray_host(display), "the panel has gone")


def tray_host(display: str) -> bool:
    from Xlib.display import Display  # type: ignore[import-untyped]  # no types  # noqa: PLC0415

    connection = Display(display)
    try:
        return bool(connection.get_selection_owner(connection.intern_atom("_NET_SYSTEM_TRAY_S0")))
    finally:
        connection.close()


def icon_window(display: str) -> str:
    """The id of the docked icon's window, or nothing."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--class", "mapside"],
        env={**os.environ, "DISPLAY": display},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip()


def screenshot(display: str) -> Image.Image:
    """What the screen shows where the icon is."""
    from PIL import ImageGrab  # noqa: PLC0415  talks to the display

    return ImageGrab.grab(bbox=(0, 0, 64, 32), xdisplay=display).convert("RGB")


def shows(display: str, state: TrayState) -> bool:
    """Whether the plate of that state is what is on the screen, by its colour's share."""
    wanted = draw_icon(state, 32).convert("RGB").getpixel((16, 1))
    pixels = screenshot(display)
    matching = sum(count for count, colour in pixels.getcolors(64 * 32) or [] if colour == wanted)
    return matching > 100


@pytest.mark.tray
@pytest.mark.usefixtures("panel")
def test_the_icon_docks_and_a_click_opens_the_overlay(display: str) -> None:
    clicks = Clicks()
    tray = Tray(clicks.actions())
    assert tray.start() is None
    try:
        eventually(lambda: icon_window(display), "the icon is docked")
        eventually(lambda: shows(display, TrayState.IDLE), "the ring is drawn")
        subprocess.run(
            ["xdotool", "mousemove", "--window", icon_window(display), "8", "8", "click", "1"],
            env={**os.environ, "DISPLAY": display},
            check=True,
        )
        assert clicks.next() == "open_overlay"
    finally:
        tray.stop()
    eventually(lambda: not icon_window(display), "the icon is gone after stop")


@pytest.mark.tray
@pytest.mark.usefixtures("panel")
def test_each_state_changes_the_picture_on_the_screen(display: str) -> None:
    tray = Tray(Clicks().actions())
    assert tray.start() is None
    try:
        for state in (TrayState.PROBLEMS, TrayState.WORKING, TrayState.PAUSED, TrayState.IDLE):
            tray.show(TrayShown(state, "Mapside - First Save [Hard]"))
            eventually(partial(shows, display, state), f"the tray shows {state}")
    finally:
        tray.stop()


@pytest.mark.tray
@pytest.mark.usefixtures("panel")
def test_an_action_that_fails_leaves_the_icon_alive(display: str, caplog: pytest.LogCaptureFixture) -> None:
    clicks = Clicks()

    def fail_once() -> None:
        clicks.asked.put("open_overlay")
        raise OSError("no browser")

    tray = Tray(clicks.actions(open_overlay=fail_once))
    assert tray.start() is None
    try:
        eventually(lambda: icon_window(display), "the icon is docked")
        for _ in range(2):
            subprocess.run(
                ["xdotool", "mousemove", "--window", icon_window(display), "8", "8", "click", "1"],
                env={**os.environ, "DISPLAY": display},
                check=True,
            )
            assert clicks.next() == "open_overlay"
    finally:
        tray.stop()
    assert "An action from the tray failed." in caplog.text


if sys.platform == "win32":

    def test_on_windows_the_icon_hears_a_click_changes_and_goes() -> None:
        import ctypes  # noqa: PLC0415  Windows alone has what is asked of it here

        from pystray._util import win32  # noqa: PLC0415  the same

        left_button_up = 0x0202
        clicks = Clicks()
        shown = Tray(clicks.actions())
        assert shown.start() is None
        icon = shown._icon
        try:
            ctypes.windll.user32.PostMessageW(icon._hwnd, win32.WM_NOTIFY, 0, left_button_up)
            assert clicks.next() == "open_overlay"
            shown.show(TrayShown(TrayState.PROBLEMS, "\U0001f3b5" * 200))
            eventually(lambda: "has problems" in icon.title, "the title says what the matter is")
            entries = ctypes.windll.user32.GetMenuItemCount(icon._menu_handle[0])
            assert entries > len(fields(TrayActions)), "and the lines between them"
        finally:
            shown.stop()
        assert not ctypes.windll.user32.IsWindow(icon._hwnd)


# No tray to be had


def reason_in_a_fresh_process(**environment: str) -> str:
    """An interpreter of its own: pystray connects to the display once, when it is imported."""
    script = (
        "from tests.daemon.desktop.test_tray import Clicks, Tray; print(Tray(Clicks().actions()).start())"
    )
    kept = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="DISPLAY is how Linux names a display")
def test_without_a_display_there_is_a_sentence() -> None:
    assert "DISPLAY is not set" in reason_in_a_fresh_process()


@pytest.mark.skipif(sys.platform != "linux", reason="DISPLAY is how Linux names a display")
def test_a_display_that_does_not_answer_is_a_sentence() -> None:
    said = reason_in_a_fresh_process(DISPLAY=":987", PYSTRAY_BACKEND="xorg")
    assert said.startswith("The tray icon cannot be shown (")
    assert "overlay" in said


@pytest.mark.tray
def test_a_desktop_without_a_panel_is_a_sentence(display: str) -> None:
    said = reason_in_a_fresh_process(DISPLAY=display, PYSTRAY_BACKEND="xorg")
    assert "_NET_SYSTEM_TRAY_S0 has no owner" in said


def test_macos_is_told_why_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tray, "ON_MACOS", True)
    assert "main thread" in (Tray(Clicks().actions()).start() or "")


def test_a_tray_that_never_started_can_be_shown_and_stopped() -> None:
    tray = Tray(Clicks().actions())
    tray.show(TrayShown("working"))
    tray.stop()


# The menu, as desktops that have one would show it


class FakePystray:
    """Only what a menu is made of; the real one cannot be imported without a display."""

    class MenuItem:
        def __init__(self, text: Any, action: Any, **options: Any) -> None:
            self.text = text(self) if callable(text) else text
            self.action = action
            self.options = {name: (v(self) if callable(v) else v) for name, v in options.items()}

    class Menu(tuple[Any, ...]):
        SEPARATOR = None
        __slots__ = ()

        def __new__(cls, *items: Any) -> Any:
            return super().__new__(cls, (item for item in items if item))


def menu(tray: Tray) -> dict[str, Any]:
    return {item.text: item for item in tray._menu(FakePystray)}  # type: ignore[arg-type]  # stands in for the module


def test_the_menu_offers_every_action() -> None:
    clicks = Clicks()
    for item in menu(Tray(clicks.actions())).values():
        if item.text.startswith(("No model yet", "Read what")):
            continue  # they open the overlay as well
        item.action()
    asked = {clicks.next() for _ in fields(TrayActions)}
    assert asked == {
        "open_overlay", "open_last_map", "check_now", "pause True", "choose_folder", "open_log", "quit",
        "set_ai False", "mod_map", "mod_set", "unload", "set_writing True", "cancel_writing", "revert_last",
    }  # fmt: skip


def test_the_menu_names_the_map_last_saved() -> None:
    tray = Tray(Clicks().actions())
    assert menu(tray)["Last saved: nothing yet"].options["enabled"] is False
    tray.show(TrayShown("idle", "Mapside - First Save [Hard]"))
    assert menu(tray)["Last saved: Mapside - First Save [Hard]"].options["enabled"] is True


def test_windows_shows_the_ampersand_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    tray_of_windows = Tray(Clicks().actions())
    tray_of_windows.show(TrayShown(last_map="Salt & Pepper [Hard]", model="C:\\mine & yours"))
    monkeypatch.setattr(tray, "ON_WINDOWS", True)
    assert "Last saved: Salt && Pepper [Hard]" in menu(tray_of_windows)
    assert "Model: C:\\mine && yours" in menu(tray_of_windows)


def test_pause_is_ticked_and_goes_on_again() -> None:
    clicks = Clicks()
    tray = Tray(clicks.actions())
    tray.show(TrayShown("paused"))
    assert menu(tray)["Pause"].options["checked"] is True
    menu(tray)["Pause"].action()
    assert clicks.next() == "pause False"


def test_the_menu_says_which_model_speaks_and_where() -> None:
    tray = Tray(Clicks().actions())
    assert "No model yet: choose one..." in menu(tray)
    tray.show(TrayShown(last_map="A", model="v32", device="CPU, 2 of 4 threads, bfloat16"))
    assert "Model: v32 on CPU, 2 of 4 threads, bfloat16" in menu(tray)
    tray.show(TrayShown(model="v32", downloading="v30 34%"))
    assert "Downloading v30 34%" in menu(tray)
    assert "Downloading v30 34%" in tray._title()


@pytest.mark.parametrize(
    ("shown", "enabled"),
    [
        (TrayShown(), []),
        (TrayShown(last_map="A"), []),
        (TrayShown(model="v32"), []),
        (TrayShown(last_map="A", model="v32"), ["Mod the last saved map", "Mod its whole set"]),
        (TrayShown(can_unload=True), ["Unload the engine"]),
        (TrayShown(disclosed=True), ["Regeneration", "Revert what was generated last"]),
        (TrayShown(is_writing=True), ["Cancel all that is being written"]),
    ],
)
def test_the_menu_offers_what_can_be_done(shown: TrayShown, enabled: list[str]) -> None:
    tray = Tray(Clicks().actions())
    tray.show(shown)
    entries = (
        *("Mod the last saved map", "Mod its whole set", "Unload the engine"),
        *("Regeneration", "Cancel all that is being written", "Revert what was generated last"),
    )
    assert [text for text in entries if menu(tray)[text].options["enabled"]] == enabled


def test_regeneration_is_switched_on_only_by_who_has_read_what_it_means() -> None:
    clicks = Clicks()
    tray = Tray(clicks.actions())
    assert menu(tray)["Read what regeneration means..."].options["visible"] is True
    menu(tray)["Read what regeneration means..."].action()
    assert clicks.next() == "open_overlay"
    tray.show(TrayShown(disclosed=True, writing=True))
    assert menu(tray)["Read what regeneration means..."].options["visible"] is False
    assert menu(tray)["Regeneration"].options["checked"] is True
    menu(tray)["Regeneration"].action()
    assert clicks.next() == "set_writing False"


def test_ai_findings_are_ticked_and_can_be_switched_back_on() -> None:
    clicks = Clicks()
    tray = Tray(clicks.actions())
    tray.show(TrayShown(ai=False))
    assert menu(tray)["AI findings"].options["checked"] is False
    menu(tray)["AI findings"].action()
    assert clicks.next() == "set_ai True"


def test_a_title_fits_into_what_windows_keeps() -> None:
    tray = Tray(Clicks().actions())
    tray.show(TrayShown("idle", "x" * 300))
    assert len(tray._title()) <= 127
