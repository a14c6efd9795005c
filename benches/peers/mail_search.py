"""Helpers of mail_search.sh: makes the Maildir, measures a command, and counts hits with Python's email package."""
import email
import email.policy
import html
import json
import os
import re
import resource
import subprocess
import sys
import time
import unicodedata


def maildir(target, folders):
    """Copies every file that begins like a mail into a Maildir."""
    for part in ("cur", "new", "tmp"):
        os.makedirs(f"{target}/{part}")
    number = 0
    for folder in folders:
        for base, names, files in os.walk(folder):
            names.sort()
            for name in sorted(files):
                path = f"{base}/{name}"
                with open(path, "rb") as file:
                    raw = file.read()
                head = raw[:4096].lstrip(b"\xef\xbb\xbf \r\n")
                if name.endswith(".json") or not re.match(rb"(From [^\n]*\n)?([!-9;-~]+:[^\n]*\r?\n([ \t][^\n]*\n)*){2}", head):
                    continue
                number += 1
                with open(f"{target}/cur/{1700000000 + number}.M{number}P1.host:2,S", "wb") as file:
                    file.write(raw)


def measure(name, command):
    """CPU-seconds, wall seconds, peak memory of a command; of short ones the best of five."""
    best = None
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if best is None or wall < best[1]:
            best = (cpu, wall, after.ru_maxrss)
        if wall > 1:
            break
    print(f"{name}: {best[0]:.3f} CPU-s, {best[1] * 1000:.1f} ms, {best[2] // 1024} MB")


def texts(raw):
    """Subject and text parts of a mail, as Python's email package decodes them."""
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    out = []
    for text, charset in email.header.decode_header(mail.get("subject", "") or ""):
        if isinstance(text, bytes):
            try:
                text = text.decode(charset or "utf-8", "replace")
            except LookupError:
                text = text.decode("utf-8", "replace")
        out.append(text)
    found = ["".join(out)]
    for part in mail.walk():
        if part.get_content_maintype() != "text":
            continue
        payload = part.get_payload(decode=True) or b""
        try:
            text = payload.decode(part.get_content_charset() or "utf-8", "replace")
        except LookupError:
            text = payload.decode("utf-8", "replace")
        if part.get_content_subtype() == "html":
            text = re.sub(r"(?is)<(style|script)\b.*?</\1>|<!--.*?-->", " ", text)
            text = html.unescape(re.sub(r"(?s)<[^>]*>", " ", text))
        found.append(text)
    return found


def truth(folder, noroshi, index, mu):
    """Words as whole words (Japanese ones as substrings), in Python's reading and in ours."""
    wanted = {
        "invoice": r"(?<!\w)invoice(?!\w)",
        '"account has been"': r"(?<!\w)account\W+has\W+been(?!\w)",
        "日本語": "日本語",
        "エラー": "エラー",
        "配信": "配信",
        "請求書": "請求書",
    }
    hits = {word: set() for word in wanted}
    for name in os.listdir(f"{folder}/cur"):
        with open(f"{folder}/cur/{name}", "rb") as file:
            raw = file.read()
        try:
            found = texts(raw)
        except Exception as error:  # the package raises on what it cannot read
            print(f"python raises on {name}: {error!r}")
            continue
        found = [unicodedata.normalize("NFKC", text).casefold() for text in found]
        for word, pattern in wanted.items():
            if any(re.search(pattern, text) for text in found):
                hits[word].add(name)

    def run(*command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()

    for word, mails in hits.items():
        def ours(query):
            lines = run(noroshi, "hunt", "mail", "--index", index, query, "--jsonl")
            return {os.path.basename(json.loads(line)["path"]) for line in lines if not line.startswith('{"summary"')}

        everywhere, here = ours(word), ours(f"subject:{word} OR body:{word}")
        notmuch = len(run("notmuch", "search", "--output=files", word))
        mufound = len(run("mu", "find", f"--muhome={mu}", "--fields", "l", word))
        print(
            f"{word}: python {len(mails)}, noroshi {len(here)} in subject and text, {len(everywhere)} everywhere; "
            f"notmuch {notmuch}, mu {mufound}"
        )
        for name in sorted(mails - here):
            print(f"  python only: {name}{'' if name not in everywhere else ' (ours elsewhere in the mail)'}")
        for name in sorted(here - mails):
            print(f"  ours only: {name}")


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "maildir":
        maildir(rest[0], rest[1:])
    elif what == "measure":
        measure(rest[0], rest[1:])
    else:
        truth(*rest)
