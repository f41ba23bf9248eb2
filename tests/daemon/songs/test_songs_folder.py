from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from daemon.songs.library import find_songs, find_songs_folder
from daemon.songs.songs_folder import Machine, beatmap_directory
from tests.links import needs_links

if TYPE_CHECKING:
    from pathlib import Path


def linux(home: Path, **environment: str) -> Machine:
    return Machine(home, {"USER": "mapper", **environment}, is_windows=False, registry=lambda _: None)


def windows(home: Path, registry: dict[str, str] | None = None) -> Machine:
    """The folders are real; only the names of the drives are this system's own."""
    return Machine(
        home,
        {"USERNAME": "mapper", "LOCALAPPDATA": str(home / "AppData/Local")},
        is_windows=True,
        registry=(registry or {}).get,
    )


def osu_in(folder: Path, *, cfg: str = "", user: str = "mapper", songs: str = "Songs") -> Path:
    """An installation with one set in it."""
    (folder / songs / "1 Artist - Title").mkdir(parents=True)
    (folder / "osu!.exe").write_bytes(b"MZ")
    if cfg:
        (folder / f"osu!.{user}.cfg").write_text(f"Username = x\n{cfg}\nVolume = 80\n", encoding="utf-8")
    return folder / songs


def prefix_in(folder: Path) -> Path:
    if sys.platform == "win32":
        pytest.skip("a prefix names its drives with links called c:, which Windows cannot")
    (folder / "drive_c" / "users" / "mapper").mkdir(parents=True)
    (folder / "dosdevices").mkdir()
    (folder / "dosdevices" / "c:").symlink_to("../drive_c")
    return folder


def test_the_chosen_folder_is_taken(tmp_path: Path) -> None:
    osu_in(tmp_path / ".local/share/osu-wine")
    (tmp_path / "mine").mkdir()
    assert find_songs(tmp_path / "mine", linux(tmp_path)).folder == tmp_path / "mine"
    assert find_songs_folder(tmp_path / "mine") == tmp_path / "mine"


def test_a_chosen_folder_that_is_gone_is_not_silently_replaced(tmp_path: Path) -> None:
    osu_in(tmp_path / ".local/share/osu-wine")
    search = find_songs(tmp_path / "gone", linux(tmp_path))
    assert search.folder is None
    assert str(tmp_path / "gone") in search.how


def test_where_nothing_is_found_it_says_where_it_looked(tmp_path: Path) -> None:
    search = find_songs(machine=linux(tmp_path))
    assert search.folder is None
    assert tmp_path / ".local/share/osu-wine/Songs" in search.looked_at


def test_windows_registry_gives_the_folder_of_the_program(tmp_path: Path) -> None:
    songs = osu_in(tmp_path / "Games" / "osu!")
    registry = {r"osu\DefaultIcon": f'"{tmp_path / "Games" / "osu!"}\\osu!.exe",1'}
    search = find_songs(machine=windows(tmp_path, registry))
    assert search.folder == songs
    assert search.how == "osu!'s registry key"


def test_windows_without_the_key_falls_back_to_the_usual_folder(tmp_path: Path) -> None:
    songs = osu_in(tmp_path / "AppData/Local/osu!")
    assert find_songs(machine=windows(tmp_path)).folder == songs


def test_the_configuration_may_move_the_songs_within_osu(tmp_path: Path) -> None:
    songs = osu_in(tmp_path / "AppData/Local/osu!", cfg="BeatmapDirectory = Maps", songs="Maps")
    assert find_songs(machine=windows(tmp_path)).folder == songs


def test_of_two_configurations_this_users_counts(tmp_path: Path) -> None:
    folder = tmp_path / "AppData/Local/osu!"
    songs = osu_in(folder, cfg="BeatmapDirectory = Maps", songs="Maps")
    (folder / "osu!.other.cfg").write_text("BeatmapDirectory = Others\n")
    assert find_songs(machine=windows(tmp_path)).folder == songs


def test_a_configuration_under_an_old_user_name_still_counts(tmp_path: Path) -> None:
    songs = osu_in(tmp_path / "AppData/Local/osu!", cfg="BeatmapDirectory = Maps", user="old", songs="Maps")
    assert find_songs(machine=windows(tmp_path)).folder == songs


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("BeatmapDirectory = Songs\r\n", "Songs"),
        ("# comment\nbeatmapdirectory=D:\\osu maps\n", "D:\\osu maps"),
        ('BeatmapDirectory = "D:\\maps"', "D:\\maps"),
        ("BeatmapDirectory = \nVolume = 3", None),
        ("BeatmapDirectoryOld = x", None),
        ("", None),
    ],
)
def test_the_configuration_is_read_as_osu_writes_it(text: str, directory: str | None) -> None:
    assert beatmap_directory(text) == directory


WINE_HOMES = (
    ".wine",
    ".local/share/wineprefixes/osu-wineprefix",
    "Games/osu",
    "Games/Heroic/Prefixes/default/osu",
    ".local/share/bottles/bottles/osu",
    ".var/app/com.usebottles.bottles/data/bottles/bottles/osu",
    ".steam/steam/steamapps/compatdata/12345/pfx",
    ".var/app/com.valvesoftware.Steam/.local/share/Steam/steamapps/compatdata/12345/pfx",
    ".PlayOnLinux/wineprefix/osu",
)


@pytest.mark.parametrize("home", WINE_HOMES)
def test_every_usual_home_of_wine_is_looked_into(tmp_path: Path, home: str) -> None:
    prefix = prefix_in(tmp_path / home)
    songs = osu_in(prefix / "drive_c/users/mapper/AppData/Local/osu!")
    assert find_songs(machine=linux(tmp_path)).folder == songs


def test_a_prefix_named_in_the_environment_comes_first(tmp_path: Path) -> None:
    osu_in(prefix_in(tmp_path / ".wine") / "drive_c/osu!")
    songs = osu_in(prefix_in(tmp_path / "else" / "where") / "drive_c/osu!")
    search = find_songs(machine=linux(tmp_path, WINEPREFIX=str(tmp_path / "else" / "where")))
    assert search.folder == songs
    assert search.others == (tmp_path / ".wine/drive_c/osu!/Songs",)


def test_an_empty_songs_folder_does_not_hide_a_used_one(tmp_path: Path) -> None:
    (prefix_in(tmp_path / ".wine") / "drive_c/osu!/Songs").mkdir(parents=True)
    songs = osu_in(tmp_path / ".local/share/osu-wine")
    assert find_songs(machine=linux(tmp_path)).folder == songs


def test_winello_notes_the_folder_it_was_told_to_use(tmp_path: Path) -> None:
    songs = osu_in(tmp_path / "disk" / "osu")
    (tmp_path / ".local/share/osuconfig").mkdir(parents=True)
    (tmp_path / ".local/share/osuconfig/osupath").write_text(f"{tmp_path / 'disk' / 'osu'}\n")
    assert find_songs(machine=linux(tmp_path)).folder == songs


REGISTRY = r"""WINE REGISTRY Version 2

[Software\\Classes\\osu] 1700000000
@="URL:osu!"

[Software\\Classes\\osu\\DefaultIcon] 1700000000
#time=1da0000
@="\"D:\\games\\osu!\\osu!.exe\",1"

[Software\\Classes\\osz] 1700000000
@="other"
"""


def test_wines_own_registry_is_read_and_its_drives_followed(tmp_path: Path) -> None:
    prefix = prefix_in(tmp_path / ".wine")
    songs = osu_in(tmp_path / "disk" / "Games" / "osu!")
    (prefix / "dosdevices" / "d:").symlink_to(tmp_path / "disk")
    (prefix / "system.reg").write_text(REGISTRY)
    search = find_songs(machine=linux(tmp_path))
    assert search.folder == songs
    assert search.how == f"osu!'s registry key in {prefix}"


def test_a_beatmap_directory_on_another_drive_is_followed_out_of_wine(tmp_path: Path) -> None:
    prefix = prefix_in(tmp_path / ".wine")
    (prefix / "dosdevices" / "z:").symlink_to("/")
    songs = tmp_path / "My Songs"
    (songs / "set").mkdir(parents=True)
    windows_path = "Z:" + str(songs).upper().replace("/", "\\")
    osu_in(prefix / "drive_c/osu!", cfg=f"BeatmapDirectory = {windows_path}")
    assert find_songs(machine=linux(tmp_path)).folder == songs


@needs_links
def test_folders_that_may_not_be_read_are_passed_over(tmp_path: Path) -> None:
    songs = osu_in(tmp_path / ".local/share/osu-wine")
    loop = tmp_path / ".local/share/wineprefixes"
    loop.symlink_to(loop)
    assert find_songs(machine=linux(tmp_path)).folder == songs
