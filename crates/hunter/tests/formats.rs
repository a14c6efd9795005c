//! Every format is recognised by itself, and tells who asked for what, when.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{set, sweep_text};

const LIST: &str = "evil.example\n192.0.2.66\n2001:db8:bad::/48\nhttp://shop.test/gate/\nattacker@evil.example\n\
                    user-agent: EvilBot/1\nfile-name: 請求書.exe\nsubject: 請求書の件\nd41d8cd98f00b204e9800998ecf8427e\n/panel/gate.php\n";

/// One log of a few lines; the hits as `line time who what value`.
#[track_caller]
fn check(format: &str, log: &str, expect: &[&str]) {
    let set = set(LIST);
    let (hits, summary) = sweep_text(&set, log.as_bytes());
    let found: Vec<String> = hits
        .iter()
        .map(|hit| {
            let time = hit.time.map_or("-".to_owned(), |time| time.to_string());
            format!("{} {time} {} {} {}", hit.line, hit.who, hit.what, set.value(hit.entry))
        })
        .collect();
    assert_eq!(summary.logs[0].log.format.word(), format, "{summary:?}");
    assert_eq!(found, expect, "{format}");
    assert!(!summary.is_incomplete());
}

#[test]
fn bind_with_and_without_its_optional_parts() {
    check(
        "bind",
        "14-Nov-2023 22:13:20.004 queries: info: client @0x7f04616db304 198.51.100.9#10158 (www.Evil.Example): query: www.Evil.Example IN A +E(0)K (203.0.113.53)\n\
         14-Nov-2023 22:13:21.000 queries: info: client 192.0.2.66#5 (ok.test): view internal: query: ok.test IN AAAA + (203.0.113.53)\n\
         14-Nov-2023 22:13:22.000 client 198.51.100.9#5: query: evil.example. IN A + (203.0.113.53)\n\
         14-Nov-2023 22:13:23.000 lame-servers: info: host unreachable resolving 'a.evil.example/A/IN': 198.51.100.1#53\n\
         14-Nov-2023 22:13:24.000 queries: info: client 2001:db8:bad::7#5 (devil.example): query: devil.example IN A + (203.0.113.53)\n",
        &[
            "1 2023-11-14T22:13:20.004+09:00 198.51.100.9 www.Evil.Example evil.example",
            "2 2023-11-14T22:13:21+09:00 192.0.2.66 192.0.2.66 192.0.2.66",
            "3 2023-11-14T22:13:22+09:00 198.51.100.9 evil.example. evil.example",
            "4 2023-11-14T22:13:23+09:00 198.51.100.1 a.evil.example evil.example",
            "5 2023-11-14T22:13:24+09:00 2001:db8:bad::7 2001:db8:bad::7 2001:db8:bad::/48",
        ],
    );
}

#[test]
fn bind_behind_syslog_takes_the_time_of_the_wrapper() {
    check(
        "bind",
        "Nov 14 22:13:20 ns1 named[812]: client @0x7f0461 198.51.100.9#10158 (evil.example): query: evil.example IN A +E(0)K (203.0.113.53)\n",
        &["1 2023-11-14T22:13:20+09:00 198.51.100.9 evil.example evil.example"],
    );
}

#[test]
fn unbound_queries_and_replies() {
    check(
        "unbound",
        "[1699999999] unbound[1234:0] info: 198.51.100.9 www.evil.example. A IN\n\
         [1699999999] unbound[1234:0] info: 198.51.100.9 ok.test. A IN NOERROR 0.000 0 45\n",
        &["1 2023-11-14T22:13:19Z 198.51.100.9 www.evil.example. evil.example"],
    );
}

#[test]
fn dnsmasq_queries_and_answers() {
    check(
        "dnsmasq",
        "Nov 14 22:13:20 dnsmasq[123]: query[A] www.evil.example from 198.51.100.9\n\
         Nov 14 22:13:20 dnsmasq[123]: forwarded ok.test to 203.0.113.53\n\
         Nov 14 22:13:21 dnsmasq[123]: reply ok.test is 192.0.2.66\n\
         Nov 14 22:13:22 dnsmasq[123]: 12 198.51.100.9/53412 query[AAAA] evil.example from 198.51.100.9\n",
        &[
            "1 2023-11-14T22:13:20+09:00 198.51.100.9 www.evil.example evil.example",
            "3 2023-11-14T22:13:21+09:00  192.0.2.66 192.0.2.66",
            "4 2023-11-14T22:13:22+09:00 198.51.100.9 evil.example evil.example",
        ],
    );
}

#[test]
fn windows_dns_writes_names_label_by_label() {
    check(
        "windows-dns",
        "DNS Server log file creation at 11/14/2023 10:00:00 PM\r\n\r\n\
         11/14/2023 10:13:20 PM 0B34 PACKET  000000D2C9E5D1B0 UDP Rcv 198.51.100.9    4a3c   Q [0001   D   NOERROR] A      (3)www(4)evil(7)example(0)\r\n\
         11/14/2023 10:13:21 PM 0B34 PACKET  000000D2C9E5D1B0 UDP Snd 198.51.100.9    4a3c R Q [8081   DR  NOERROR] A      (2)ok(4)test(0)\r\n",
        &["3 2023-11-14T22:13:20+09:00 198.51.100.9 www.evil.example evil.example"],
    );
}

#[test]
fn zeek_with_tabs_by_its_header() {
    check(
        "zeek",
        "#separator \\x09\n#set_separator\t,\n#path\thttp\n\
         #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\treferrer\tuser_agent\tresp_md5\n\
         #types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring\tstring\tstring\n\
         1699999999.500000\tCx\t198.51.100.9\t1031\t203.0.113.5\t80\tGET\tshop.test\t/gate/in?x=1\t-\tEvilBot/1.0\t-\n\
         1699999999.600000\tCx\t198.51.100.9\t1031\t192.0.2.66\t80\tGET\tok.test\t/gate/in\t-\t-\t-\n",
        &[
            "6 2023-11-14T22:13:19.5Z 198.51.100.9 EvilBot/1.0 EvilBot/1",
            "6 2023-11-14T22:13:19.5Z 198.51.100.9 /gate/in?x=1 http://shop.test/gate/",
            "7 2023-11-14T22:13:19.6Z 198.51.100.9 192.0.2.66 192.0.2.66",
        ],
    );
}

#[test]
fn zeek_json_and_its_answers() {
    check(
        "zeek-json",
        "{\"ts\":1699999999.5,\"uid\":\"Cx\",\"id.orig_h\":\"198.51.100.9\",\"id.orig_p\":5,\"id.resp_h\":\"203.0.113.53\",\"id.resp_p\":53,\"query\":\"ok.test\",\"answers\":[\"cdn.evil.example\",\"192.0.2.66\"]}\n\
         {\"ts\":1699999999.6,\"fuid\":\"Fx\",\"tx_hosts\":[\"203.0.113.5\"],\"rx_hosts\":[\"198.51.100.9\"],\"filename\":\"\\u8acb\\u6c42\\u66f8.exe\",\"md5\":\"d41d8cd98f00b204e9800998ecf8427e\"}\n",
        &[
            "1 2023-11-14T22:13:19.5Z 198.51.100.9 cdn.evil.example evil.example",
            "1 2023-11-14T22:13:19.5Z 198.51.100.9 192.0.2.66 192.0.2.66",
            "2 2023-11-14T22:13:19.6Z 198.51.100.9 請求書.exe 請求書.exe",
            "2 2023-11-14T22:13:19.6Z 198.51.100.9 d41d8cd98f00b204e9800998ecf8427e d41d8cd98f00b204e9800998ecf8427e",
        ],
    );
}

#[test]
fn suricata_eve_with_nested_and_escaped_fields() {
    check(
        "eve",
        "{\"timestamp\":\"2023-11-14T22:13:20.123456+0900\",\"event_type\":\"dns\",\"src_ip\":\"198.51.100.9\",\"dest_ip\":\"203.0.113.53\",\"dns\":{\"type\":\"query\",\"rrname\":\"www.evil.example\"}}\n\
         {\"timestamp\":\"2023-11-14T22:13:21.123456+0900\",\"event_type\":\"http\",\"src_ip\":\"198.51.100.9\",\"dest_ip\":\"203.0.113.5\",\"http\":{\"hostname\":\"shop.test\",\"url\":\"\\/gate\\/in\",\"http_user_agent\":\"ok\"}}\n\
         {\"timestamp\":\"2023-11-14T22:13:22.123456+0900\",\"event_type\":\"tls\",\"src_ip\":\"198.51.100.9\",\"dest_ip\":\"203.0.113.5\",\"tls\":{\"subject\":\"CN=*.evil.example\",\"sni\":\"ok.test\"}}\n",
        &[
            "1 2023-11-14T22:13:20.123456+09:00 198.51.100.9 www.evil.example evil.example",
            "2 2023-11-14T22:13:21.123456+09:00 198.51.100.9 /gate/in http://shop.test/gate/",
            "3 2023-11-14T22:13:22.123456+09:00 198.51.100.9 evil.example evil.example",
        ],
    );
}

#[test]
fn squid_with_urls_and_tunnels() {
    check(
        "squid",
        "1699999999.123    45 198.51.100.9 TCP_MISS/200 1234 GET http://www.evil.example/panel/gate.php?id=1 - HIER_DIRECT/192.0.2.66 text/html\n\
         1699999999.200    45 198.51.100.9 TCP_TUNNEL/200 1234 CONNECT evil.example:443 sato HIER_DIRECT/203.0.113.5 -\n\
         1699999999.300    45 198.51.100.9 TCP_MISS/200 1234 GET http://shop.test/gate/x sato HIER_DIRECT/203.0.113.5 -\n\
         1699999999.400    45 198.51.100.9 TCP_MISS/200 1234 GET http://ok.test/evil.example/x - HIER_DIRECT/203.0.113.5 -\n",
        &[
            "1 2023-11-14T22:13:19.123Z 198.51.100.9 http://www.evil.example/panel/gate.php?id=1 /panel/gate.php",
            "1 2023-11-14T22:13:19.123Z 198.51.100.9 192.0.2.66 192.0.2.66",
            "2 2023-11-14T22:13:19.2Z 198.51.100.9 evil.example:443 evil.example",
            "3 2023-11-14T22:13:19.3Z 198.51.100.9 http://shop.test/gate/x http://shop.test/gate/",
        ],
    );
}

#[test]
fn web_servers_with_referrer_and_agent() {
    check(
        "combined",
        "192.0.2.66 - - [14/Nov/2023:22:13:20 +0900] \"GET /index.html HTTP/1.1\" 200 12 \"-\" \"Mozilla/5.0\"\n\
         198.51.100.9 - sato [14/Nov/2023:22:13:21 +0900] \"POST /panel/gate.php HTTP/1.1\" 200 12 \"http://evil.example/a\" \"EvilBot/1.0 \\\"x\\\"\"\n",
        &[
            "1 2023-11-14T22:13:20+09:00 192.0.2.66 192.0.2.66 192.0.2.66",
            "2 2023-11-14T22:13:21+09:00 198.51.100.9 /panel/gate.php /panel/gate.php",
            "2 2023-11-14T22:13:21+09:00 198.51.100.9 http://evil.example/a evil.example",
            "2 2023-11-14T22:13:21+09:00 198.51.100.9 EvilBot/1.0 \\\"x\\\" EvilBot/1",
        ],
    );
}

#[test]
fn iis_whose_columns_change_in_the_middle() {
    check(
        "w3c",
        "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2023-11-14 13:00:00\r\n\
         #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status\r\n\
         2023-11-14 13:13:20 203.0.113.1 GET /panel/gate.php - 80 - 198.51.100.9 EvilBot/1.0 - 200\r\n\
         #Fields: date time c-ip cs-host cs-uri-stem\r\n\
         2023-11-14 13:13:21 192.0.2.66 shop.test /gate/y\r\n",
        &[
            "5 2023-11-14T13:13:20Z 198.51.100.9 /panel/gate.php /panel/gate.php",
            "5 2023-11-14T13:13:20Z 198.51.100.9 EvilBot/1.0 EvilBot/1",
            "7 2023-11-14T13:13:21Z 192.0.2.66 192.0.2.66 192.0.2.66",
            "7 2023-11-14T13:13:21Z 192.0.2.66 /gate/y http://shop.test/gate/",
        ],
    );
}

#[test]
fn blue_coat_with_quoted_columns() {
    check(
        "w3c",
        "#Software: SGOS 6.7\n#Version: 1.0\n#Fields: date time time-taken c-ip cs-username cs-host cs-uri-path cs(User-Agent) r-ip\n\
         2023-11-14 13:13:20 12 198.51.100.9 sato www.evil.example / \"Mozilla/5.0 (a; b)\" 203.0.113.5\n\
         2023-11-14 13:13:21 12 198.51.100.9 \"sato taro\" ok.test / \"x EvilBot/1\" 192.0.2.66\n",
        &[
            "4 2023-11-14T13:13:20Z 198.51.100.9 www.evil.example evil.example",
            "5 2023-11-14T13:13:21Z 198.51.100.9 x EvilBot/1 EvilBot/1",
            "5 2023-11-14T13:13:21Z 198.51.100.9 192.0.2.66 192.0.2.66",
        ],
    );
}

#[test]
fn postfix_with_its_client() {
    check(
        "postfix",
        "Nov 14 22:13:20 mx postfix/smtpd[99]: 4F2: client=mail.evil.example[198.51.100.9]\n\
         Nov 14 22:13:21 mx postfix/qmgr[99]: 4F2: from=<attacker@evil.example>, size=1234, nrcpt=1 (queue active)\n\
         Nov 14 22:13:22 mx postfix/cleanup[9]: 4F2: warning: header Subject: 請求書の件 from ok.test[198.51.100.7]; from=<a@ok.test> to=<b@ok.test>\n",
        &[
            "1 2023-11-14T22:13:20+09:00 198.51.100.9 mail.evil.example evil.example",
            "2 2023-11-14T22:13:21+09:00  attacker@evil.example attacker@evil.example",
            "3 2023-11-14T22:13:22+09:00 198.51.100.7 請求書の件 請求書の件",
        ],
    );
}

#[test]
fn exchange_message_tracking() {
    check(
        "exchange",
        "#Software: Microsoft Exchange Server\r\n#Log-type: Message Tracking Log\r\n\
         #Fields: date-time,client-ip,client-hostname,server-ip,event-id,recipient-address,message-subject,sender-address,return-path\r\n\
         2023-11-14T13:13:20.123Z,198.51.100.9,ok.test,203.0.113.9,RECEIVE,sato@ok.test,\"Re: 請求書の件, \"\"至急\"\"\",attacker@evil.example,attacker@evil.example\r\n",
        &[
            "4 2023-11-14T13:13:20.123Z 198.51.100.9 Re: 請求書の件, \"至急\" 請求書の件",
            "4 2023-11-14T13:13:20.123Z 198.51.100.9 attacker@evil.example attacker@evil.example",
        ],
    );
}

#[test]
fn csv_and_json_with_named_fields() {
    check(
        "csv",
        "timestamp,src_ip,domain,comment\n2023-11-14 22:13:20,198.51.100.9,www.evil.example,\n\
         2023-11-14 22:13:21,198.51.100.9,ok.test,\"see 192.0.2.66, please\"\n",
        &[
            "2 2023-11-14T22:13:20+09:00 198.51.100.9 www.evil.example evil.example",
            "3 2023-11-14T22:13:21+09:00 198.51.100.9 192.0.2.66 192.0.2.66",
        ],
    );
    check(
        "json",
        "{\"time\":\"2023-11-14T22:13:22Z\",\"answers\":[{\"data\":\"ok.test\"},{\"data\":\"192.0.2.66\"}]}\n",
        &["1 2023-11-14T22:13:22Z  192.0.2.66 192.0.2.66"],
    );
    check(
        "json",
        "{\"time\":\"2023-11-14T22:13:20Z\",\"client\":\"198.51.100.9\",\"message\":\"asked for www.evil.example\"}\n\
         {\"time\":\"2023-11-14T22:13:21Z\",\"source\":{\"ip\":\"192.0.2.66\"},\"dns\":{\"question\":{\"name\":\"ok.test\"}}}\n",
        &[
            "1 2023-11-14T22:13:20Z 198.51.100.9 www.evil.example evil.example",
            "2 2023-11-14T22:13:21Z 192.0.2.66 192.0.2.66 192.0.2.66",
        ],
    );
}

#[test]
fn anything_else_is_looked_through_as_text() {
    check(
        "text",
        "2023-11-14 22:13:20 fw01 ALLOW 198.51.100.9:5000 -> 192.0.2.66:443\n\
         no time here, devil.example and evil.example.net and evil.example\n\
         hxxp is not http, but http://shop.test/gate/a is\n",
        &[
            "1 2023-11-14T22:13:20+09:00 198.51.100.9 192.0.2.66 192.0.2.66",
            "2 -  evil.example evil.example",
            "3 -  http://shop.test/gate/a http://shop.test/gate/",
        ],
    );
}

#[test]
fn a_told_format_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    std::fs::write(&path, "timestamp,domain\n2023-11-14 22:13:20,evil.example\n").unwrap();
    let mut settings = common::settings(&[&path]);
    settings.format = Some(hunter::log::Format::Text);
    let (hits, summary) = common::run(&set(LIST), &settings);
    assert_eq!((hits.len(), summary.logs[0].log.format.word()), (1, "text"));
}
