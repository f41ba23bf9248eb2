from __future__ import annotations

import pytest

from daemon.watch.settling import Look, Version, Writer, first_look_ms, look, patience_ms
from tests.daemon.watch.watching import osu, watch_settings


def looks(data: bytes, last: bytes | None = None) -> Look:
    return look(data, Version.of(data), Version.of(last) if last is not None else None)


def test_a_map_that_grew_or_kept_its_size_looks_whole() -> None:
    assert looks(osu(1), osu(0)) is Look.WHOLE
    assert looks(osu(0, notes=30), osu(0, notes=20)) is Look.WHOLE


def test_a_map_that_shrank_may_be_the_beginning_of_one() -> None:
    assert looks(osu(0, notes=10), osu(0, notes=20)) is Look.SMALLER


def test_a_first_sight_looks_whole_if_it_ends_and_has_its_objects() -> None:
    assert looks(osu()) is Look.WHOLE


@pytest.mark.parametrize("data", [b"", b"\0" * 4096, b"\r\n\0\0", b"   \n"])
def test_nothing_at_all_is_no_beatmap(data: bytes) -> None:
    assert looks(data, osu()) is Look.HOPELESS


def test_zeros_at_the_end_are_a_file_not_yet_written() -> None:
    assert looks(osu() + bytes(100), osu()) is Look.DOUBTFUL


def test_the_middle_of_a_line_is_no_end() -> None:
    assert looks(osu()[:-4]) is Look.DOUBTFUL
    assert looks(osu(1, notes=30)[:-4], osu()) is Look.DOUBTFUL


def test_a_file_that_never_ended_its_last_line_need_not_begin_to() -> None:
    assert looks(osu(1)[:-2], osu(0)[:-2]) is Look.WHOLE


def test_a_section_that_was_there_before_is_missed() -> None:
    assert looks(osu(notes=50).replace(b"[General]", b"// none"), osu()) is Look.DOUBTFUL
    assert looks(osu()[: osu().index(b"[HitObjects]")]) is Look.DOUBTFUL


def test_what_does_not_begin_as_a_map_is_doubted() -> None:
    assert looks(b"[HitObjects]\n1,1,1,1,1\n") is Look.DOUBTFUL


def test_a_byte_order_mark_is_no_reason_for_doubt() -> None:
    assert looks(b"\xef\xbb\xbf" + osu()) is Look.WHOLE


def test_the_less_it_looks_like_a_save_the_longer_it_waits() -> None:
    settings = watch_settings()
    for writer in Writer:
        waits_ms = [patience_ms(seen, writer, settings) for seen in (Look.WHOLE, Look.SMALLER, Look.DOUBTFUL)]
        assert waits_ms == sorted(waits_ms)


def test_the_less_is_known_of_the_writer_the_longer_it_waits() -> None:
    settings = watch_settings()
    for seen in Look:
        waits_ms = [patience_ms(seen, writer, settings) for writer in Writer]
        assert waits_ms == sorted(waits_ms)


def test_a_closed_whole_file_waits_for_the_settle_time_alone() -> None:
    assert patience_ms(Look.WHOLE, Writer.CLOSED, watch_settings(settle_ms=7)) == 7


def test_a_file_whose_writer_is_at_work_is_not_even_read() -> None:
    assert first_look_ms(Writer.OPEN, watch_settings(open_writer_ms=900)) == 900


def test_maps_with_the_same_sections_share_what_is_remembered_of_them() -> None:
    assert Version.of(osu(1)).sections is Version.of(osu(2)).sections
