"""archives.py FOLDER...: the names that noroshi tells of each archive's entries beside those that others list.

7-Zip (`7z l -slt`), lhasa (`lha l`), and Python's zipfile, tarfile, py7zr and rarfile, where they are there. A peer
that cannot open a file, or lists nothing, says nothing of it. Names are compared as sets, with `/` between folders and
without folders themselves. Prints, for each peer, on how many archives it says something and on how many the names
are the same, then every difference. PASSWORDS names passwords, with a space between."""

import collections
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from wrapped import dissected, files

PASSWORDS = os.environ.get("PASSWORDS", "").split()
# Kinds whose entries are compared; other files are no archives, or documents that are told as documents.
KINDS = set("zip rar 7z lzh tar cab arj iso ace jar apk".split())


# Ratio, day, name.
LHASA_LINE = re.compile(r" (?:\d+\.\d%|\*+|-+) +\w{3} +\d+ +[\d:]+ (.*)$")


def clean(name):
    name = name.replace("\\", "/").rstrip("/")
    while name.startswith("./"):
        name = name[2:]
    return name


def run(command):
    try:
        out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return out


def seven_zip(path, raw, name):
    for password in ["", *PASSWORDS]:
        out = run(["7z", "l", "-slt", "-ba", f"-p{password}", path])
        if out is None:
            return None
        names, current = [], {}
        for line in out.stdout.decode("utf-8", "surrogateescape").splitlines() + [""]:
            if not line:
                if current.get("Path") and not (
                    current.get("Folder") == "+" or current.get("Attributes", "").startswith("D")
                ):
                    names.append(current["Path"])
                current = {}
            elif " = " in line:
                key, value = line.split(" = ", 1)
                current[key] = value
        if names and out.returncode == 0:
            return names
    return None


def lhasa(path, raw, name):
    if not name.lower().endswith((".lzh", ".lzs", ".lha", ".pma")):
        return None
    out = run(["lha", "lq", path])
    if out is None or out.returncode:
        return None
    names = []
    for line in out.stdout.decode("utf-8", "surrogateescape").splitlines():
        found = LHASA_LINE.search(line)
        if found and not found[1].endswith("/"):
            names.append(found[1].split(" -> ")[0])
    return names


def with_zipfile(path, raw, name):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return [entry.filename for entry in archive.infolist() if not entry.is_dir()]


def with_tarfile(path, raw, name):
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:") as archive:
        return [entry.name for entry in archive.getmembers() if not entry.isdir()]


def with_py7zr(path, raw, name):
    import py7zr

    for password in [None, *PASSWORDS]:
        try:
            with py7zr.SevenZipFile(io.BytesIO(raw), password=password) as archive:
                return [entry.filename for entry in archive.list() if not entry.is_directory]
        except Exception:
            continue
    return None


def with_rarfile(path, raw, name):
    import rarfile

    for password in [None, *PASSWORDS]:
        try:
            with rarfile.RarFile(io.BytesIO(raw)) as archive:
                if password:
                    archive.setpassword(password)
                names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
                if names:
                    return names
        except Exception:
            continue
    return None


PEERS = {
    "7-Zip": (seven_zip, KINDS),
    "lhasa": (lhasa, {"lzh"}),
    "zipfile": (with_zipfile, {"zip", "jar", "apk"}),
    "tarfile": (with_tarfile, {"tar"}),
    "py7zr": (with_py7zr, {"7z"}),
    "rarfile": (with_rarfile, {"rar"}),
}


def main():
    count = collections.Counter()
    for folder in sys.argv[1:]:
        found = [one for one in files(folder)]
        for path, name, raw, facts in dissected(found, PASSWORDS):
            file = facts["attachments"][0] if facts["attachments"] else {"kind": ""}
            ours = {clean(child.get("name") or "") for child in file.get("children", [])}
            for peer, (ask, kinds) in PEERS.items():
                if file["kind"] not in kinds:
                    continue
                with tempfile.TemporaryDirectory() as scratch:
                    copy = os.path.join(scratch, "a." + name.rpartition(".")[2])
                    with open(copy, "wb") as out:
                        out.write(raw)
                    try:
                        theirs = ask(copy, raw, name)
                    except Exception:
                        theirs = None
                if not theirs:
                    continue
                theirs = {clean(one) for one in theirs}
                count[peer, "opened"] += 1
                if peer == "lhasa":
                    # lhasa shows the capital names of DOS in small letters.
                    theirs, ours_now = {n.lower() for n in theirs}, {n.lower() for n in ours}
                else:
                    ours_now = ours
                if theirs == ours_now:
                    count[peer, "same"] += 1
                else:
                    odd = ",".join(sorted({odd["id"] for odd in facts["oddities"]}))
                    print(f"{peer}\t{file['kind']}\t{path}\t- {sorted(theirs - ours_now)[:4]}\t+ {sorted(ours_now - theirs)[:4]}\t{odd}")
    for peer in PEERS:
        print(f"{peer}: {count[peer, 'opened']} opened, {count[peer, 'same']} with the same names")


main()
