"""kinds.py FOLDER...: the kind that noroshi tells of each file beside the label that its source gives it.

The label is the extension that the source's authors gave the file (after `.uu` and `.test` are taken off). A file
whose name has none, or one that says nothing of the kind, has no label and is not counted. Prints the agreement and
every disagreement."""

import collections
import sys

from wrapped import dissected, files

# Extensions that say nothing of what the file is: parts of texts and programs' own sources, volumes, names.
NO_LABEL = set(
    "c h cc cmake am in m4 s yml yaml toml rs java csproj sln cs rst cfg ini md5 sh lock gitignore gitattributes "
    "license md txt py out test 0 1 uu tos run x com sfx bin exp pma template vba travis ref data am2 docx2".split()
)
# Volumes, and names in libarchive's tests that say how the file is used and not what it is.
NO_LABEL |= set("001 002 part01 part02 plain stdout".split())
# Every file below these folders is of one kind, as the source's own tests say, whatever its name ends in; the first
# that fits counts. `Bad` is what that source itself holds for no shortcuts.
FOLDERS = {"EricZimmerman+Lnk/Lnk.Test/TestFiles/Bad/": None, "EricZimmerman+Lnk/Lnk.Test/TestFiles/": "lnk"}
# Kinds that are one thing under several names: what the extension promises, and what is as right.
SAME = {
    "bz2": {"tbz", "tbz2", "bz"},
    "gz": {"tgz", "taz"},
    "xz": {"txz"},
    "zst": {"tzst"},
    "z": {"taz", "tz"},
    "lzma": {"tlz"},
    "lz": {"tlz"},
    "lzh": {"lha", "lzs", "pma"},
    "rar": {"cbr", "rev"} | {f"r{n:02}" for n in range(100)},
    "zip": {"zipx", "cbz"},
    "jpg": {"jpeg", "jpe"},
    "html": {"htm", "xhtml"},
    "exe": {"sfx"},
    "tar": {"pax", "ustar"},
    "img": {"ima"},
    "eml": {"mail"},
    # Cpio's forms; Office's documents in XML of 2003; packages that are zip files.
    "cpio": {"newc", "crc"},
    "doc-xml": {"xml"},
    "xls-xml": {"xml"},
    "jar": {"zip"},
    "xps": {"zip"},
    # A template or a show differs from its document by one word in it, and is told as the one or the other.
    "xls": {"xla", "xlt"},
    "iso": {"udf"},
}


def label(path, name):
    for folder, kind in FOLDERS.items():
        if folder in path:
            return kind
    base, dot, extension = name.lower().rpartition(".")
    return extension if dot and base and extension not in NO_LABEL else None


def main():
    total = collections.Counter()
    rest = []
    for folder in sys.argv[1:]:
        for path, name, _, facts in dissected(files(folder)):
            expected = label(path, name)
            if expected is None:
                total["without a label"] += 1
                continue
            kind = facts["attachments"][0]["kind"] if facts["attachments"] else "(none)"
            total["labelled"] += 1
            if kind == expected or expected in SAME.get(kind, ()):
                total["agree"] += 1
            else:
                encrypted = facts["attachments"][0].get("encrypted") if facts["attachments"] else None
                rest.append((expected, kind, encrypted, path))
    for expected, kind, encrypted, path in sorted(rest, key=str):
        print(f"{expected}\t{kind}\t{'encrypted' if encrypted else ''}\t{path}")
    share = 100 * total["agree"] / max(1, total["labelled"])
    print(f"{dict(total)}: {share:.2f} % agree")


main()
