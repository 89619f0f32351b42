"""Indonesian articles for tests: generated, all different, plain enough for every stage."""

from __future__ import annotations

import json
import random
from pathlib import Path

_WHO = ("Menteri Perdagangan", "Gubernur Jawa Barat", "Kepala Badan Meteorologi", "Wali Kota Surabaya")
_WHAT = (
    "meresmikan pasar baru",
    "meninjau lokasi banjir",
    "menerima kunjungan petani",
    "menutup rapat kerja",
)
_WHERE = ("di Jakarta", "di Bandung", "di Makassar", "di Medan")
_WHEN = ("pada Senin", "pada Rabu", "pada Jumat", "pada akhir pekan")


def article_text(number: int) -> str:
    """The text of article `number`: four sentences in two paragraphs."""
    choose = random.Random(number).choice
    first = f"{choose(_WHO)} {choose(_WHAT)} {choose(_WHERE)} {choose(_WHEN)}."
    second = f"Sebanyak {number + 100} warga hadir dalam acara yang berlangsung sejak pagi itu."
    third = "Pemerintah daerah berharap kegiatan tersebut membantu perekonomian masyarakat setempat."
    fourth = f"Anggaran yang disiapkan mencapai Rp{number + 1} miliar, kata seorang pejabat."
    return f"{first} {second}\n\n{third} {fourth}\n"


def write_articles(folder: Path, count: int, **special: str) -> Path:
    """`count` text files in `folder`; `special` maps names such as `a0003` to a text of one's own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        name = f"a{number:04d}"
        (folder / f"{name}.txt").write_text(special.get(name, article_text(number)), encoding="utf-8")
    return folder


def write_jsonl(path: Path, count: int) -> Path:
    """`count` articles as JSON lines."""
    with open(path, "w", encoding="utf-8") as file:
        for number in range(count):
            record = {"id": f"n{number}", "judul": f"Kabar ke-{number}", "isi": article_text(number)}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path
