#!/usr/bin/env python3
"""eml_parser.py FOLDER: dissects all mails below FOLDER with GOVCERT.LU's eml_parser, as a peer of `noroshi dissect`.

Bodies, attachments with hashes, URLs, domains, addresses and IP addresses, as an analyst would ask for them.
Prints mails per CPU-second and how many mails raised an exception.

Needs: pip install eml_parser==4.4.0
"""
import os
import sys
import time

# A script's own folder comes first in the search path, and this file bears the package's name.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path = [folder for folder in sys.path if os.path.abspath(folder or ".") != HERE]
import eml_parser  # noqa: E402


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    files = sorted(
        os.path.join(folder, name) for folder, _, names in os.walk(sys.argv[1]) for name in names
    )
    parser = eml_parser.EmlParser(include_raw_body=True, include_attachment_data=True, include_www=True)
    failed = 0
    start = time.process_time()
    for path in files:
        try:
            with open(path, "rb") as file:
                parser.decode_email_bytes(file.read())
        except Exception:  # noqa: BLE001  any exception loses the mail, whatever it is
            failed += 1
    spent = time.process_time() - start
    print(
        f"eml_parser: {len(files)} mails, {failed} raised; {spent:.2f} CPU-s "
        f"= {len(files) / spent:.1f} mails per CPU-second"
    )


if __name__ == "__main__":
    main()
