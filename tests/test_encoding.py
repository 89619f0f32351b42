import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.encoding import HEAD, NotTextError, decode, numbered_lines, open_text, peekable, tidy

BERITA = "“Harga beras naik,” kata Menteri – Rp15.000 per kilogram… di Café Senayan.\n"
PLAIN = "Harga beras naik di seluruh pasar induk.\n"

readable = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters="\ufeff\ufffd")
)


class Dripping(io.RawIOBase):
    """A stream that hands out one byte at a time, as a slow pipe may."""

    def __init__(self, data: bytes) -> None:
        self.data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.data.read(min(size, 1))


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1252"]
)
def test_recognises_an_encoding_without_being_told(codec: str) -> None:
    assert decode(BERITA.encode(codec)) == BERITA
    assert decode((BERITA * 3000).encode(codec)) == BERITA * 3000


@pytest.mark.parametrize(("mark", "codec"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_a_byte_order_mark_gives_the_byte_order(mark: bytes, codec: str) -> None:
    assert decode(mark + BERITA.encode(codec)) == BERITA


def test_one_broken_byte_does_not_spoil_a_utf8_text() -> None:
    data = BERITA.encode() + b"Caf\xe9\n" + BERITA.encode()
    assert decode(data) == BERITA + "Café\n" + BERITA


def test_a_file_put_together_from_utf8_and_windows_1252_is_read_as_both() -> None:
    assert decode(BERITA.encode() + BERITA.encode("windows-1252")) == BERITA + BERITA


def test_a_character_on_the_border_of_the_sample_is_not_broken() -> None:
    text = "a" * (HEAD - 1) + "é" * 10
    assert decode(text.encode()) == text
    assert decode(text.encode("utf-16")) == text


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF"),
        (b"PK\x03\x04\x14\x00", "Office document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG"),
        (bytes(range(256)) * 8, "binary data"),
        (b"\xff\xfe" + bytes(range(256)) * 8, "binary data"),
        (("Москва " * 20).encode("koi8-r"), "neither UTF-8"),
    ],
)
def test_what_is_no_text_is_refused_with_its_kind(data: bytes, what: str) -> None:
    with pytest.raises(NotTextError, match=what):
        decode(data)


def test_a_stray_nul_or_escape_does_not_make_a_text_binary() -> None:
    assert tidy(decode(PLAIN.encode() * 3 + b"\0 \x1b" + PLAIN.encode())) == PLAIN * 3 + " " + PLAIN


@given(readable)
def test_any_readable_utf8_text_comes_back_as_it_is(text: str) -> None:
    data = text.encode()
    assert decode(b"\xef\xbb\xbf" + data) == text


@given(st.binary(max_size=300))
def test_bytes_are_a_text_or_refused_and_nothing_else(data: bytes) -> None:
    try:
        text = tidy(decode(data))
    except NotTextError:
        return
    text.encode()
    assert not set(text) & {"\0", "\r", "\x1b", "\x7f"}


def test_tidy_makes_every_line_end_a_newline_and_removes_what_cannot_be_stored() -> None:
    assert tidy("a\r\nb\rc\x85d\u2028e\ff") == "a\nb\nc\nd\ne\nf"
    assert tidy("a\0b\ufeffc\x7fd\ud800e\tf") == "abcd\ufffde\tf"


def test_peekable_shows_the_whole_head_of_a_slow_stream_and_loses_nothing() -> None:
    data = bytes(1000)
    stream = peekable(Dripping(data))
    assert stream.peek() == data
    assert stream.read() == data


def test_closing_a_peekable_stream_leaves_the_other_open() -> None:
    inner = io.BytesIO(b"abc")
    peekable(inner).close()
    assert not inner.closed


def test_text_is_decoded_as_it_is_read() -> None:
    text = (BERITA * 2000).encode("utf-16-le")
    assert "".join(open_text(peekable(Dripping(text)))) == BERITA * 2000


@given(st.lists(st.text("ab", max_size=12)), st.integers(2, 8))
def test_numbered_lines_skips_over_long_lines_and_keeps_the_count(lines: list[str], limit: int) -> None:
    text = io.StringIO("".join(f"{line}\n" for line in lines))
    found = list(numbered_lines(text, limit))
    assert found == [
        (number, f"{line}\n" if len(line) < limit else None) for number, line in enumerate(lines, 1)
    ]
