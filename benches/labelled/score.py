#!/usr/bin/env python3
"""Scores of the labelled set: python3 score.py SET [NOROSHI] [--misses]. Standard library only."""
import collections
import json
import os
import subprocess
import sys

folder = sys.argv[1]
noroshi = sys.argv[2] if len(sys.argv) > 2 and not sys.argv[2].startswith("--") else "noroshi"
show = "--misses" in sys.argv
labels = json.load(open(os.path.join(folder, "labels.json")))
truth = {mail["file"]: mail for mail in labels["mails"]}
standing_of = labels["threads"]
free = os.path.join(folder, "freemail.txt")
own = [word for n in range(1, 51) for word in ("--own", f"org{n:02}.example")]


def run(*args):
    done = subprocess.run([noroshi, *args], capture_output=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{args[0]}: exit {done.returncode}: {done.stderr.decode()[:2000]}")
    return json.loads(done.stdout)


def name(path):
    return os.path.basename(path)


def line(what, right, found, true):
    precision = right / found if found else 1.0
    recall = right / true if true else 1.0
    print(f"{what:<52} precision {precision:.4f} ({right}/{found})  recall {recall:.4f} ({right}/{true})")


def misses(what, files):
    if show and files:
        traits = collections.Counter(truth[f]["trait"] for f in files)
        print(f"    {what}: {dict(traits)}  e.g. {sorted(files)[:6]}")


mails = os.path.join(folder, "mails")
print(f"{len(truth)} mails; " + ", ".join(f"{k} {n}" for k, n in sorted(collections.Counter(m["kind"] for m in truth.values()).items())))

# Threads. `alone` are threads of which one mail was handed in: nobody can judge them, and they count for neither side.
for mode, args in (("domains of the members known", own), ("nothing known but the mails", [])):
    found = run("threads", "--json", "--all", "--freemail", free, *args, mails)
    print(f"\nthreads, {mode}")
    true_mails = {f for f, m in truth.items() if m["thread"] and standing_of[m["thread"]] == "rapport"}
    skip = {f for f, m in truth.items() if m["thread"] and standing_of[m["thread"]] == "alone"}
    told = {}
    for thread in found["threads"]:
        files = {name(p) for step in thread["steps"] for p in [step["path"], *step["copies"]]}
        told[thread["id"]] = (thread["standing"], files)
    in_rapport = {f for standing, files in told.values() if standing == "rapport" for f in files} - skip
    line("mails in rapport threads", len(true_mails & in_rapport), len(in_rapport), len(true_mails))
    misses("taken for one", in_rapport - true_mails)
    misses("missed", true_mails - in_rapport)
    # A thread is right if at least half of all mails of both are in both.
    true_threads = collections.defaultdict(set)
    for f, m in truth.items():
        if m["thread"] and standing_of[m["thread"]] == "rapport":
            true_threads[m["thread"]].add(f)
    found_threads = [files - skip for standing, files in told.values() if standing == "rapport" and files - skip]
    right = sum(any(len(t & f) * 2 >= len(t | f) for f in found_threads) for t in true_threads.values())
    right_found = sum(any(len(t & f) * 2 >= len(t | f) for t in true_threads.values()) for f in found_threads)
    print(f"{'rapport threads':<52} precision {right_found / max(1, len(found_threads)):.4f} ({right_found}/{len(found_threads)})  recall {right / max(1, len(true_threads)):.4f} ({right}/{len(true_threads)})")
    # Steps, of the mails in threads that were found.
    steps = {name(step["path"]): step["kind"] for thread in found["threads"] if thread["standing"] == "rapport" for step in thread["steps"]}
    judged = [f for f in steps if f in true_mails]
    right = sum(steps[f] == truth[f]["step"] for f in judged)
    print(f"{'steps 偵察 / 返信 / 攻撃 of those':<46} right {right}/{len(judged)} ({right / max(1, len(judged)):.4f})")
    misses("other step", {f for f in judged if steps[f] != truth[f]["step"]})
    # Warnings: enquiries of operators who attack elsewhere or ask several.
    true_forming = {f for f, m in truth.items() if m["thread"] and standing_of[m["thread"]] == "forming"}
    forming = {f for standing, files in told.values() if standing == "forming" for f in files} - skip
    line("enquiries that a desk is to be warned of", len(true_forming & forming), len(forming), len(true_forming))
    misses("warned of", forming - true_forming)
    misses("not warned of", true_forming - forming)
    # Conversations of every kind, B-cubed over the mails that are in one.
    cluster = {f: at for at, (_, files) in enumerate(told.values()) for f in files}
    members = collections.defaultdict(set)
    for f, at in cluster.items():
        members[at].add(f)
    of_thread = collections.defaultdict(set)
    for f, m in truth.items():
        if m["thread"] and f not in skip:
            of_thread[m["thread"]].add(f)
    precision = recall = count = 0
    for thread, files in of_thread.items():
        for f in files:
            mine = members.get(cluster.get(f), {f})
            precision += len(mine & files) / len(mine)
            recall += len(mine & files) / len(files)
            count += 1
    print(f"{'mails of one conversation together (B-cubed)':<52} precision {precision / count:.4f}  recall {recall / count:.4f}")

# Re-used genuine mail: the attack mails, and which original each was made from.
sent = os.path.join(folder, "sent")
found = run("similar", "--json", "--freemail", free, mails, "--in", sent)
print(f"\nre-used genuine mail, {found['searched']['mails']} genuine mails")
true_pairs = {(f, o) for f, m in truth.items() for o in m["reused_from"]}
true_files = {f for f, _ in true_pairs}
told_files = {name(m["path"]) for m in found["mails"] if m["reuse"]}
line("mails made from genuine ones", len(true_files & told_files), len(told_files), len(true_files))
misses("taken for one", told_files - true_files)
misses("missed", true_files - told_files)
best = set()
for mail in found["mails"]:
    reused = [m for m in mail["matches"] if m["relation"] == "reuse"]
    if reused:
        best.add((name(mail["path"]), reused[0]["message_id"]))
line("with the right original in the first place", len(true_pairs & best), len(best), len(true_pairs))

# Campaigns of near-identical mails.
for mode, args in (("text alone", ["--by", "text"]), ("every kind", [])):
    found = run("campaigns", "--json", *args, mails)
    print(f"\ncampaigns, {mode}")
    true_of = {f: m["campaign"] for f, m in truth.items() if m["kind"] == "campaign"}
    cluster = {name(p): at for at, c in enumerate(found["campaigns"]) for p in c["mails"]}
    groups = collections.defaultdict(set)
    for f, at in cluster.items():
        groups[at].add(f)
    true_groups = collections.defaultdict(set)
    for f, campaign in true_of.items():
        true_groups[campaign].add(f)
    pairs = lambda n: n * (n - 1) // 2
    true_pairs = sum(pairs(len(files)) for files in true_groups.values())
    found_pairs = right_pairs = 0
    for files in groups.values():
        counts = collections.Counter(true_of[f] for f in files if f in true_of)
        inside = sum(counts.values())
        # Pairs of a campaign's mail with anything else are wrong as well.
        found_pairs += pairs(inside) + inside * (len(files) - inside)
        right_pairs += sum(pairs(n) for n in counts.values())
    line("pairs of one campaign", right_pairs, found_pairs, true_pairs)
    precision = recall = 0
    for f, campaign in true_of.items():
        mine = groups.get(cluster.get(f), {f})
        precision += len(mine & true_groups[campaign]) / len(mine)
        recall += len(mine & true_groups[campaign]) / len(true_groups[campaign])
    print(f"{'B-cubed':<52} precision {precision / len(true_of):.4f}  recall {recall / len(true_of):.4f}")
    # Honest mail in a campaign together with attack mail.
    honest = {f for f, m in truth.items() if m["kind"] in ("conversation", "noise")}
    bad = [files for files in groups.values() if any(truth[f]["kind"] in ("campaign", "rapport", "reuse") for f in files)]
    mixed = {f for files in bad for f in files & honest}
    print(f"{'honest mails in a campaign of attack mails':<52} {len(mixed)} of {len(honest)}")
    misses("mixed in", mixed)
