"""Files as attachments: each in a mail of its own, through `noroshi dissect --jsonl`.

Shared by kinds.py and archives.py. NOROSHI names another binary than target/release/noroshi."""

import binascii
import json
import os
import subprocess
import tempfile
from email.message import EmailMessage

NOROSHI = os.environ.get(
    "NOROSHI", os.path.join(os.path.dirname(__file__), "../../target/release/noroshi")
)
# A file that is larger is left out and told.
LARGEST = 100 << 20


def uudecoded(raw):
    """The first file of a uuencoded text."""
    out, inside = bytearray(), False
    for line in raw.splitlines(keepends=True):
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.startswith(b"end"):
            break
        else:
            try:
                out += binascii.a2b_uu(line)
            except binascii.Error:
                length = (((line[0] - 32) & 63) * 4 + 5) // 3
                try:
                    out += binascii.a2b_uu(line[:length])
                except binascii.Error:
                    pass
    return bytes(out)


def files(folder):
    """Every file below a folder: (path, name, bytes), uuencoded ones decoded, a last `.test` taken off."""
    for root, dirs, names in os.walk(folder):
        dirs.sort()
        for name in sorted(names):
            path = os.path.join(root, name)
            if os.path.islink(path) or os.path.getsize(path) > LARGEST:
                continue
            with open(path, "rb") as file:
                raw = file.read()
            if name.endswith(".uu"):
                name, raw = name[:-3], uudecoded(raw)
            if name.endswith(".test"):
                name = name[:-5]
            yield path, name, raw


def dissected(found, passwords=()):
    """(path, name, bytes, facts of the mail) of each of `found`."""
    found = list(found)
    with tempfile.TemporaryDirectory() as folder:
        for number, (_, name, raw) in enumerate(found):
            mail = EmailMessage()
            mail["From"] = "sato@partner.example"
            mail["Subject"] = "file"
            mail.set_content("file\n")
            mail.add_attachment(raw, maintype="application", subtype="octet-stream", filename=name)
            with open(os.path.join(folder, f"{number:06}.eml"), "wb") as file:
                file.write(mail.as_bytes())
        given = [word for password in passwords for word in ("--password", password)]
        out = subprocess.run(
            [NOROSHI, "dissect", "--jsonl", *given, folder], stdout=subprocess.PIPE, check=False
        ).stdout
    facts = {}
    for line in out.splitlines():
        mail = json.loads(line)
        facts[int(os.path.basename(mail["path"])[:6])] = mail
    for number, (path, name, raw) in enumerate(found):
        if number in facts:
            yield path, name, raw, facts[number]
        else:
            print(f"NOT TOLD: {path}")
