"""Reads every .msg below a folder with extract-msg 0.57: subject, sender, recipients, date, bodies, attachments."""

import logging
import os
import sys
import time

import extract_msg

logging.disable(logging.CRITICAL)
files = [
    os.path.join(folder, name)
    for folder, _, names in sorted(os.walk(sys.argv[1]))
    for name in sorted(names)
    if name.lower().endswith(".msg")
]
failed = 0
start = time.process_time()
for path in files:
    try:
        with extract_msg.openMsg(path, errorBehavior=extract_msg.enums.ErrorBehavior.SUPPRESS_ALL) as mail:
            for part in ("subject", "sender", "to", "cc", "date", "body", "htmlBody"):
                getattr(mail, part, None)
            for attachment in mail.attachments:
                attachment.data
    except Exception:
        failed += 1
print(f"extract-msg: {len(files)} files, {failed} failed; {time.process_time() - start:.2f} CPU-s")
