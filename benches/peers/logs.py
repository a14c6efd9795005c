#!/usr/bin/env python3
"""Invented logs of every format that `noroshi hunt` reads, with what is planted in them.

    logs.py FOLDER [MEGABYTES] [SEED]         writes FOLDER/FORMAT.log, FOLDER/list.txt, FOLDER/FORMAT.truth
    logs.py check FOLDER FORMAT < JSONL       holds hits against the truth: missed, false, told twice

The list has 100,000 names and 10,000 addresses. About one line in 2,500 holds a listed name, a name below one, or
a listed address; as many hold a near miss (`xver.net` where `ver.net` is listed, a listed name inside of a longer one).
Names are of reserved domains, addresses of ranges that are not routed (guard lists know them: sweep with
--use-guarded); clients are private.
"""

import json
import pathlib
import random
import sys

SEED, MEGABYTES = 20261127, 64
WORDS = ["www", "api", "cdn", "mail", "static", "img", "login", "assets", "push", "events", "metrics", "update", "files",
         "telemetry.data", "outlook", "teams", "graph", "ocsp", "time", "a1.b2", "edge-7", "r3---sn-4g5e6nez"]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class World:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        pick = self.random
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"

        def word(low: int, high: int) -> str:
            return "".join(pick.choices(letters, k=pick.randint(low, high)))

        ends = ["example"] * 6 + ["test"] * 4 + ["invalid"] * 2 + ["co.example"] * 3 + ["ne.test"]
        self.listed = list(dict.fromkeys(f"{word(5, 16)}.{pick.choice(ends)}" for _ in range(100_100)))[:100_000]
        self.bad = list(dict.fromkeys(f"198.{pick.randint(18, 19)}.{pick.randint(0, 255)}.{pick.randint(1, 254)}"
                                      for _ in range(10_400)))[:10_000]
        taken = set(self.listed)
        bases = [b for b in (f"{word(4, 14)}.{pick.choice(ends)}" for _ in range(40_000)) if b not in taken]
        self.names = []
        for place, base in enumerate(bases):
            for _ in range(8 if place < 4_000 else 2):
                self.names.append(f"{pick.choice(WORDS)}.{base}" if pick.random() < 0.8 else base)
        self.clients = [f"10.{pick.randint(0, 40)}.{pick.randint(0, 255)}.{pick.randint(1, 254)}" for _ in range(8_000)]
        self.servers = [f"240.{pick.randint(0, 255)}.{pick.randint(0, 255)}.{pick.randint(1, 254)}" for _ in range(20_000)]
        self.paths = [f"/{word(3, 9)}/{word(3, 12)}.{pick.choice(['html', 'js', 'css', 'png', 'php'])}" for _ in range(5_000)]
        self.agents = [f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                       f"Chrome/{n}.0.{n * 7}.0 Safari/537.36" for n in range(90, 131)]
        self.time = 1_700_000_000.0

    def event(self) -> dict:
        """One contact: who, which name, which address, and what of it is listed."""
        pick = self.random
        self.time += 0.0042
        name = self.names[min(int(pick.paretovariate(0.9)) - 1, len(self.names) - 1)] if pick.random() < 0.5 \
            else pick.choice(self.names)
        event = {"client": pick.choice(self.clients), "name": name, "server": pick.choice(self.servers),
                 "path": pick.choice(self.paths), "n": pick.randint(1, 65_535), "hit": None}
        chance = pick.random()
        if chance < 2e-4:
            event["hit"] = listed = pick.choice(self.listed)
            event["name"] = pick.choice([listed, f"x.y.{listed}", listed.upper()])
        elif chance < 4e-4:
            event["hit"] = event["server"] = pick.choice(self.bad)
        elif chance < 8e-4:
            listed = pick.choice(self.listed)
            event["name"] = pick.choice([f"x{listed}", f"{listed}x", f"a.{listed}.test0"])
        return event


def moment(time: float) -> tuple:
    import time as clock
    g = clock.gmtime(time)
    return g, int(time * 1000) % 1000


def lines():
    """Each format: its header, and how an event is written. Formats without an address of what was contacted say so."""
    def bind(e, g, ms):
        return (f"{g[2]:02d}-{MONTHS[g[1]-1]}-{g[0]} {g[3]:02d}:{g[4]:02d}:{g[5]:02d}.{ms:03d} queries: info: client "
                f"@0x7f04616d{e['n']:04x} {e['client']}#{e['n']} ({e['name']}): query: {e['name']} IN A +E(0)K (10.0.0.53)\n")

    def unbound(e, g, ms):
        return f"[{int(e['time'])}] unbound[812:0] info: {e['client']} {e['name']}. A IN\n"

    def dnsmasq(e, g, ms):
        stamp = f"{MONTHS[g[1]-1]} {g[2]:2d} {g[3]:02d}:{g[4]:02d}:{g[5]:02d}"
        return f"{stamp} gw dnsmasq[412]: query[A] {e['name']} from {e['client']}\n"

    def windows(e, g, ms):
        labels = "".join(f"({len(l)}){l}" for l in e["name"].split(".")) + "(0)"
        return (f"{g[0]}/{g[1]:02d}/{g[2]:02d} {g[3]:02d}:{g[4]:02d}:{g[5]:02d} 0B34 PACKET  000000B4D0A3F0E0 UDP Rcv "
                f"{e['client']:<15} {e['n']:04x}   Q [0001   D   NOERROR] A      {labels}\n")

    def zeek(e, g, ms):
        return (f"{e['time']:.6f}\tCZGShC2znK1sV7jdI7\t{e['client']}\t{e['n']}\t{e['server']}\t53\tudp\t{e['n']}\t0.0123\t"
                f"{e['name']}\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\t192.0.2.7,192.0.2.8\t60.000000,60.000000\tF\n")

    def zeek_json(e, g, ms):
        return (f'{{"ts":{e["time"]:.6f},"uid":"CZGShC2znK1sV7jdI7","id.orig_h":"{e["client"]}","id.orig_p":{e["n"]},'
                f'"id.resp_h":"{e["server"]}","id.resp_p":53,"proto":"udp","trans_id":{e["n"]},"query":"{e["name"]}",'
                '"qclass":1,"qclass_name":"C_INTERNET","qtype":1,"qtype_name":"A","rcode":0,"rcode_name":"NOERROR",'
                '"AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["192.0.2.7"],"TTLs":[60.0],"rejected":false}\n')

    def squid(e, g, ms):
        return (f"{e['time']:.3f}    {e['n'] % 999:3d} {e['client']} TCP_MISS/200 {e['n']} GET http://{e['name']}{e['path']} "
                f"- HIER_DIRECT/{e['server']} text/html\n")

    def combined(e, g, ms):
        stamp = f"{g[2]:02d}/{MONTHS[g[1]-1]}/{g[0]}:{g[3]:02d}:{g[4]:02d}:{g[5]:02d} +0900"
        return (f"{e['server']} - - [{stamp}] \"GET {e['path']} HTTP/1.1\" 200 {e['n']} \"https://{e['name']}/\" "
                f"\"{e['agent']}\"\n")

    def w3c(e, g, ms):
        return (f"{g[0]}-{g[1]:02d}-{g[2]:02d} {g[3]:02d}:{g[4]:02d}:{g[5]:02d} {e['n'] % 999} {e['client']} 200 TCP_MISS "
                f"{e['n']} 512 GET http {e['name']} 80 {e['path']} - - {e['server']} text/html "
                f"\"{e['agent']}\" OBSERVED - 10.0.0.8\n")

    def eve(e, g, ms):
        stamp = f"{g[0]}-{g[1]:02d}-{g[2]:02d}T{g[3]:02d}:{g[4]:02d}:{g[5]:02d}.{ms:03d}000+0900"
        return (f'{{"timestamp":"{stamp}","flow_id":81{e["n"]}8123,"in_iface":"eth0","event_type":"http","src_ip":'
                f'"{e["client"]}","src_port":{e["n"]},"dest_ip":"{e["server"]}","dest_port":80,"proto":"TCP","tx_id":0,'
                f'"http":{{"hostname":"{e["name"]}","url":"{e["path"]}","http_user_agent":"{e["agent"]}",'
                f'"http_content_type":"text/html","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":{e["n"]}}}}}\n')

    def postfix(e, g, ms):
        stamp = f"{MONTHS[g[1]-1]} {g[2]:2d} {g[3]:02d}:{g[4]:02d}:{g[5]:02d}"
        return (f"{stamp} mx1 postfix/smtp[{e['n']}]: 4D3F{e['n']:06X}: to=<user{e['n'] % 500}@desk.example>, "
                f"relay={e['name']}[{e['server']}]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n")

    def exchange(e, g, ms):
        stamp = f"{g[0]}-{g[1]:02d}-{g[2]:02d}T{g[3]:02d}:{g[4]:02d}:{g[5]:02d}.{ms:03d}Z"
        return (f"{stamp},{e['server']},{e['name']},10.0.0.25,MX1,08D4;{stamp};0,MX1\\Default,SMTP,RECEIVE,{e['n']},"
                f"<{e['n']}.1@desk.example>,,user{e['n'] % 500}@desk.example,,4312,1,,,\"Re: order, {e['n']}\","
                f"sender@desk.example,sender@desk.example,00A:,Incoming,,10.0.0.25,{e['client']},\n")

    def csv(e, g, ms):
        return (f"{g[0]}-{g[1]:02d}-{g[2]:02d} {g[3]:02d}:{g[4]:02d}:{g[5]:02d},{e['client']},{e['n']},{e['server']},443,tcp,"
                f"{e['name']},{e['n']},allow,\"web, browsing\"\n")

    def text(e, g, ms):
        return (f"{g[0]}-{g[1]:02d}-{g[2]:02d} {g[3]:02d}:{g[4]:02d}:{g[5]:02d} fw01 ALLOW {e['client']}:{e['n']} -> "
                f"{e['server']}:443 host={e['name']} bytes={e['n']}\n")

    zeek_head = ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#fields\tts\tuid\t"
                 "id.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\t"
                 "qtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected\n")
    w3c_head = ("#Software: SGOS 6.7\n#Version: 1.0\n#Fields: date time time-taken c-ip sc-status s-action sc-bytes cs-bytes "
                "cs-method cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query cs-username r-ip rs(Content-Type) "
                "cs(User-Agent) sc-filter-result cs-categories s-ip\n")
    exchange_head = ("#Software: Microsoft Exchange Server\n#Version: 15.0.0.0\n#Log-type: Message Tracking Log\n#Fields: "
                     "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,"
                     "event-id,internal-message-id,message-id,network-message-id,recipient-address,recipient-status,"
                     "total-bytes,recipient-count,related-recipient-address,reference,message-subject,sender-address,"
                     "return-path,message-info,directionality,tenant-id,original-client-ip,original-server-ip,custom-data\n")
    names_only = {"bind", "unbound", "dnsmasq", "windows-dns"}
    return names_only, {
        "bind": ("", bind), "unbound": ("", unbound), "dnsmasq": ("", dnsmasq), "windows-dns": ("", windows),
        "zeek": (zeek_head, zeek), "zeek-json": ("", zeek_json), "squid": ("", squid), "combined": ("", combined),
        "w3c": (w3c_head, w3c), "eve": ("", eve), "postfix": ("", postfix), "exchange": (exchange_head, exchange),
        "csv": ("time,src_ip,src_port,dst_ip,dst_port,proto,host,bytes,action,app\n", csv), "text": ("", text),
    }


def write(folder: pathlib.Path, megabytes: int, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    world = World(seed)
    (folder / "list.txt").write_text("\n".join(world.listed + world.bad) + "\n")
    names_only, formats = lines()
    # One stretch of events is enough: what differs is how each format writes them.
    events = []
    for _ in range(megabytes * 8_000):
        event = world.event()
        event["time"] = world.time
        event["agent"] = world.random.choice(world.agents)
        events.append(event)
    for name, (head, line) in formats.items():
        written = len(head)
        number = head.count("\n")
        with open(folder / f"{name}.log", "w", buffering=1 << 22) as out, open(folder / f"{name}.truth", "w") as truth:
            out.write(head)
            while written < megabytes << 20:
                for event in events:
                    g, ms = moment(event["time"])
                    text = line(event, g, ms)
                    number += 1
                    hit = event["hit"]
                    if hit and not (name in names_only and hit == event["server"]):
                        truth.write(f"{number}\t{hit}\n")
                    out.write(text)
                    written += len(text)
                    if written >= megabytes << 20:
                        break


def check(folder: pathlib.Path, name: str) -> None:
    truth = {tuple(line.split("\t")) for line in (folder / f"{name}.truth").read_text().splitlines()}
    told = []
    for line in sys.stdin:
        hit = json.loads(line)
        if "summary" not in hit:
            told.append((str(hit["line"]), hit["indicator"]["value"] if isinstance(hit["indicator"], dict) else hit["indicator"]))
    found = set(told)
    print(f"{name}: planted {len(truth)}, found {len(found & truth)}, missed {len(truth - found)}, "
          f"false {len(found - truth)}, told twice {len(told) - len(found)}")
    for what in sorted(found ^ truth)[:5]:
        print("   ", "missed" if what in truth else "false", *what)
    sys.exit(bool(found ^ truth) or len(told) != len(found))


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(pathlib.Path(sys.argv[2]), sys.argv[3])
    else:
        write(pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else MEGABYTES,
              int(sys.argv[3]) if len(sys.argv) > 3 else SEED)
