from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from daemon.settings import DEFAULTS_FILE, Settings, SettingsError, known_keys, load_settings
from daemon.settings_file import line_of, save_setting
from tests.links import needs_links


def load(
    tmp_path: Path, text: str = "", *, flags: dict[str, object] | None = None, **environment: str
) -> Settings:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(flags, user_file=file, environment=environment)


def documented_keys() -> dict[str, str]:
    """Every key of default.toml with the comment that stands right above it."""
    found: dict[str, str] = {}
    section, comment = "", ""
    for line in DEFAULTS_FILE.read_text(encoding="utf-8").splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section, comment = header.group(1), ""
        elif line.startswith("# "):
            comment += line[1:]
        elif assignment := re.match(r"(\w+) = ", line):
            found[f"{section}.{assignment.group(1)}"] = comment.strip()
            comment = ""
    return found


def test_every_setting_of_the_model_stands_in_the_defaults_and_nothing_else_does() -> None:
    assert set(documented_keys()) == set(known_keys())


def test_every_setting_is_explained_where_it_is_declared() -> None:
    assert [key for key, comment in documented_keys().items() if len(comment.split()) < 5] == []


def test_a_setting_with_a_unit_in_its_name_says_it_in_words() -> None:
    words = {"_ms": "milliseconds", "_s": "seconds", "_bytes": "bytes"}
    silent = [
        key
        for key, comment in documented_keys().items()
        for suffix, word in words.items()
        if key.endswith(suffix) and word not in comment
    ]
    assert silent == []


def test_the_model_holds_no_second_set_of_defaults() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({section: {} for section in Settings.model_fields})


def test_settings_cannot_be_changed_by_accident(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load(tmp_path).server.port = 1


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(user_file=tmp_path / "absent.toml", environment={})
    assert settings.songs.folder is None
    assert settings.server.open_overlay


def test_the_persons_file_wins_over_the_defaults_and_leaves_the_rest(tmp_path: Path) -> None:
    settings = load(tmp_path, "[server]\nport = 4000\n")
    assert settings.server.port == 4000
    assert settings.server.open_overlay


def test_the_environment_wins_over_the_file_and_a_flag_over_both(tmp_path: Path) -> None:
    file = "[server]\nport = 4000\nopen_overlay = true\n"
    settings = load(
        tmp_path,
        file,
        flags={"server.port": 6000},
        MAPSIDE_SERVER__PORT="5000",
        MAPSIDE_SERVER__OPEN_OVERLAY="false",
    )
    assert settings.server.port == 6000
    assert not settings.server.open_overlay


def test_a_flag_that_was_not_given_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "[server]\nport = 4000\n", flags={"server.port": None}).server.port == 4000


def test_a_list_in_the_environment_is_written_with_commas(tmp_path: Path) -> None:
    assert load(tmp_path, MAPSIDE_CHECKS__DISABLED="muted, unsnapped").checks.disabled == {
        "muted",
        "unsnapped",
    }


def test_a_folder_may_begin_at_home(tmp_path: Path) -> None:
    assert load(tmp_path, '[songs]\nfolder = "~/Songs"\n').songs.folder == Path.home() / "Songs"


def test_other_variables_of_the_environment_are_left_alone(tmp_path: Path) -> None:
    load(tmp_path, MAPSIDE_HOME="/somewhere", PATH="/bin")


def refusal(tmp_path: Path, text: str, **environment: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, text, flags=None, **environment)
    return str(refused.value)


def test_an_unknown_key_names_file_line_key_and_the_nearest_known_one(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, "[server]\n\nprot = 4000\n")
    assert sentence.startswith(f"{tmp_path / 'settings.toml'}, line 3: ")
    assert "server.prot" in sentence
    assert "nearest is server.port" in sentence


def test_an_unknown_section_is_an_error_too(tmp_path: Path) -> None:
    assert "nearest is server.port" in refusal(tmp_path, "[sever]\nport = 4000\n")


def test_a_value_where_a_section_belongs_is_an_error(tmp_path: Path) -> None:
    assert "line 1" in refusal(tmp_path, "songs = 3\n")


def test_an_unknown_variable_of_the_environment_is_named(tmp_path: Path) -> None:
    assert "MAPSIDE_SERVER__PROT in the environment" in refusal(tmp_path, "", MAPSIDE_SERVER__PROT="1")


def test_a_missing_underscore_in_the_environment_does_not_pass_unseen(tmp_path: Path) -> None:
    assert "nearest is server.port" in refusal(tmp_path, "", MAPSIDE_SERVER_PORT="1")


def test_a_value_of_the_wrong_kind_names_its_line(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, '[server]\nport = "many"\n')
    assert "line 2" in sentence
    assert "server.port = 'many'" in sentence


def test_a_file_that_is_not_toml_gives_the_line_and_the_way_out(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, "[server]\nport = \n")
    assert f"{tmp_path / 'settings.toml'}, line 2: " in sentence
    assert "delete the file to start again" in sentence


def test_an_unfinished_file_points_at_its_end(tmp_path: Path) -> None:
    assert "line 2" in refusal(tmp_path, '[songs]\nfolder = "abc')


@pytest.mark.parametrize("path", [r"D:\osu!\Songs", r"C:\Users\me\Songs"])
def test_a_path_as_windows_shows_it_is_refused_with_the_way_to_write_it(tmp_path: Path, path: str) -> None:
    refused = refusal(tmp_path, f'[songs]\nfolder = "{path}"\n')
    assert "line 2" in refused
    assert "single quotes" in refused
    assert load(tmp_path, f"[songs]\nfolder = '{path}'\n").songs.folder == Path(path)
    assert "single quotes" not in refusal(tmp_path, "[songs]\nfolder = 'abc\n")


def test_a_file_in_another_encoding_gives_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes("[songs]\nfolder = 'Ü'".encode("utf-16"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings(user_file=file, environment={})


def test_the_mark_a_windows_editor_puts_in_front_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xef\xbb\xbf[server]\r\nport = 4000\r\n")
    assert load_settings(user_file=file, environment={}).server.port == 4000


PERSONS_FILE = """\
# mine
[server]   # where
port   =  4000 # not 5000
open_overlay = true

[checks]
disabled = [
  "muted", # a # inside
  "unsnapped",
] # end
"""


def saved(tmp_path: Path, before: str, key: str, value: str | bool | int | list[str]) -> str:
    file = tmp_path / "settings.toml"
    file.write_bytes(before.encode())
    save_setting(file, key, value)
    return file.read_bytes().decode()


def test_saving_a_setting_changes_its_value_and_not_one_other_byte(tmp_path: Path) -> None:
    assert saved(tmp_path, PERSONS_FILE, "server.port", 1) == PERSONS_FILE.replace("4000", "1")


def test_a_value_over_several_lines_is_replaced_whole(tmp_path: Path) -> None:
    after = saved(tmp_path, PERSONS_FILE, "checks.disabled", ["a"])
    assert after == PERSONS_FILE[: PERSONS_FILE.index("[\n")] + '["a"] # end\n'


def test_a_setting_that_was_not_there_goes_below_its_section(tmp_path: Path) -> None:
    assert saved(tmp_path, "[a]\n", "a.b", "c") == '[a]\nb = "c"\n'
    assert saved(tmp_path, "[songs]\n[server]\n", "songs.folder", "x") == '[songs]\nfolder = "x"\n[server]\n'


def test_a_section_that_was_not_there_is_put_at_the_end(tmp_path: Path) -> None:
    after = saved(tmp_path, "[server]\nport = 1", "songs.folder", "x")
    assert after == '[server]\nport = 1\n\n[songs]\nfolder = "x"\n'


def test_a_first_setting_makes_the_file_and_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.toml"
    save_setting(file, "songs.folder", "C:\\osu!\\Songs")
    assert load_settings(user_file=file, environment={}).songs.folder == Path("C:\\osu!\\Songs")


def test_line_ends_and_byte_order_mark_stay(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xef\xbb\xbf[songs]\r\n[server]\r\nport = 1\r\n")
    save_setting(file, "songs.folder", "x")
    assert file.read_bytes() == b'\xef\xbb\xbf[songs]\r\nfolder = "x"\r\n[server]\r\nport = 1\r\n'


def test_a_dotted_key_at_the_top_is_found(tmp_path: Path) -> None:
    assert saved(tmp_path, 'songs.folder = "a"\n', "songs.folder", "b") == 'songs.folder = "b"\n'


@pytest.mark.parametrize("text", ['songs = {folder = "a"}\n', 'x = """\n[songs]\n"""\n'])
def test_what_cannot_be_changed_safely_is_left_as_it_was_and_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="by hand"):
        saved(tmp_path, text, "songs.folder", "b")
    assert (tmp_path / "settings.toml").read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]


def test_a_broken_file_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 1"):
        saved(tmp_path, "what is this\n", "songs.folder", "b")
    assert (tmp_path / "settings.toml").read_text() == "what is this\n"


@needs_links
def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("[server]\nport = 1\n")
    link = tmp_path / "settings.toml"
    link.symlink_to(real)
    save_setting(link, "server.port", 2)
    assert link.is_symlink()
    assert real.read_text() == "[server]\nport = 2\n"


def test_the_line_of_a_setting_is_the_one_in_its_own_section() -> None:
    assert line_of("[a]\nport = 1\n[server]\nport = 2\n", "server.port") == 4


@pytest.mark.parametrize("device", ["toaster", "cuda:", "CPU", ""])
def test_a_device_that_is_none_is_refused_with_those_that_are(device: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="should be 'auto', 'cuda', 'cuda:1', 'mps' or 'cpu'"):
        load(tmp_path, f'[engine]\ndevice = "{device}"\n')
