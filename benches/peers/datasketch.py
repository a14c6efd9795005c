#!/usr/bin/env python3
"""datasketch.py FOLDER | --facts FILE: near-identical mails with datasketch's MinHash, as a peer of `noroshi campaigns --by text`.

Reads the bodies of all mails below FOLDER with Python's email package (the HTML part where there is one), then
measures what datasketch is for (with --facts: the bodies of what
`noroshi dissect --jsonl` wrote, so that both sides link the same texts): word 3-grams, MinHash with 128 permutations, MinHashLSH at Jaccard 0.8, and the
candidates verified with the exact Jaccard of their 3-grams. Prints CPU-seconds of both halves and mails per
CPU-second of the second one.

Needs: pip install datasketch==2.0.0
"""
import email
import html
import json
import os
import re
import sys
import time

# A script's own folder comes first in the search path, and this file bears the package's name.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path = [folder for folder in sys.path if os.path.abspath(folder or ".") != HERE]
from datasketch import MinHash, MinHashLSH  # noqa: E402

THRESHOLD = 0.8
PERMUTATIONS = 128


def part_text(part):
    raw = part.get_payload(decode=True) or b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def body(path):
    with open(path, "rb") as file:
        message = email.message_from_bytes(file.read())
    plain, pages = [], []
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/plain":
            plain.append(part_text(part))
        elif kind == "text/html":
            pages.append(part_text(part))
    if not pages:
        return "\n".join(plain)
    page = re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", "\n".join(pages))
    return html.unescape(re.sub(r"(?s)<[^>]*>", " ", page))


def shown(line):
    """The text that a reader sees: of the HTML part where there is one."""
    facts = json.loads(line)
    page = (facts.get("html") or {}).get("text") or ""
    return page if page.strip() else (facts.get("body") or {}).get("text") or ""


def grams(text):
    text = re.sub(r"https?://\S+|\S+@\S+", " ", text.lower())
    words = re.findall(r"[^\W\d_]+", text)
    return {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    start = time.process_time()
    if sys.argv[1] == "--facts":
        with open(sys.argv[2], encoding="utf-8") as file:
            bodies = [shown(line) for line in file]
    else:
        files = sorted(
            os.path.join(folder, name) for folder, _, names in os.walk(sys.argv[1]) for name in names
        )
        bodies = [body(path) for path in files]
    read = time.process_time() - start

    start = time.process_time()
    sets = [grams(text) for text in bodies]
    hashes = []
    for words in sets:
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([word.encode() for word in words])
        hashes.append(sketch)
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    links = 0
    for number, (words, sketch) in enumerate(zip(sets, hashes)):
        if not words:
            continue
        for other in index.query(sketch):
            union = len(words | sets[other])
            links += len(words & sets[other]) >= THRESHOLD * union
        index.insert(number, sketch)
    linked = time.process_time() - start
    print(
        f"datasketch: {len(bodies)} mails, {links} links; reading {read:.2f} CPU-s; "
        f"sign, index and verify {linked:.2f} CPU-s = {len(bodies) / linked:.0f} mails per CPU-second"
    )


if __name__ == "__main__":
    main()
