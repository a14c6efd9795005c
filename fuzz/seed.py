#!/usr/bin/env python3
"""Puts real files into a fuzzing corpus: `fuzz/seed.py CORPUS FOLDER...`

Each file goes to every target whose KINDS name its extension, with the byte before it that chooses the kind; mails go
to mail_reader, TARGET.txt and the like stay where they are. Files over 48 KiB are left out, and of each kind no more
than 150 are taken, spread over what there is. Real files stay outside of the repository.
"""

import hashlib
import pathlib
import re
import sys

MOST_BYTES = 48 << 10
MOST_FILES = 150
SAME = {"tgz": "gz", "txz": "xz", "tbz": "bz2", "tbz2": "bz2", "lha": "lzh", "lzs": "lzh", "htm": "html", "jpeg": "jpg",
        "jar": "zip", "ods": "odt", "odp": "odt", "dotm": "docm", "xlam": "xlsm", "pptm": "pptx", "vsdm": "docm",
        "asc": "pgp", "gpg": "pgp", "sig": "pgp", "mbox": "eml", "dat": "tnef", "tnef": "tnef", "dot": "doc", "rels": "svg",
        "scr": "exe", "sys": "dll", "csv": "csv", "p7c": "p7s", "smime": "p7m", "uu": "eml", "tzst": "zst", "c": "js"}


def main() -> None:
    corpus, folders = pathlib.Path(sys.argv[1]), sys.argv[2:]
    targets = pathlib.Path(__file__).parent / "fuzz_targets"
    where: dict[str, list[tuple[str, bytes]]] = {"eml": [("mail_reader", b"")], "pst": [("pst", b"")]}
    for source in sorted(targets.glob("*.rs")):
        kinds = re.search(r"const KINDS: &\[&str\] = &\[(.*?)\];", source.read_text(), re.S)
        for place, kind in enumerate(re.findall(r'"([^"]+)"', kinds.group(1)) if kinds else []):
            where.setdefault(kind, []).append((source.stem, bytes([place])))
    files: dict[str, list[pathlib.Path]] = {}
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file() and 0 < path.stat().st_size <= MOST_BYTES:
                kind = path.suffix[1:].lower()
                kind = SAME.get(kind, kind)
                if kind in where:
                    files.setdefault(kind, []).append(path)
    for kind, paths in sorted(files.items()):
        chosen = paths[:: max(1, len(paths) // MOST_FILES)][:MOST_FILES]
        for target, first in where[kind]:
            (corpus / target).mkdir(parents=True, exist_ok=True)
            for path in chosen:
                data = first + path.read_bytes()
                (corpus / target / hashlib.sha1(data).hexdigest()).write_bytes(data)
        print(f"{kind}: {len(chosen)} of {len(paths)}")


main()
