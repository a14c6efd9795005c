//! What a column or key means, by its name: one table for all formats that name their fields.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::record::Role;

/// Names of fields in lower case, with their part before (`source.ip`) where the name alone says too little. Zeek,
/// Suricata, W3C and IIS, Blue Coat, Exchange, ECS, and what people call columns.
const NAMES: &[(Role, &str)] = &[
    (
        Role::Time,
        "ts timestamp @timestamp time datetime date-time date_time eventtime event_time event-time _time when \
         date(utc) timegenerated start_time created_at utc_time utctime logged",
    ),
    (
        Role::Client,
        "id.orig_h orig_h src_ip srcip src c-ip client client_ip client-ip clientip source source_ip sourceip \
         source.ip source.address client.ip remote_addr remote_host remote_ip x_client src_host source_host \
         src_addr sourceaddress clientaddress machine computer client_address cs-client tx_client caller rx_hosts",
    ),
    (
        Role::User,
        "cs-username username user user.name account cs_username src_user suser user_name login cs-userdn",
    ),
    (
        Role::Name,
        "query qname rrname server_name sni domain domain_name query_name queryname question.name dns_query \
         dns.question.name dns_name hostname_queried queried_domain fqdn cname rr.name tls.server_name",
    ),
    (
        Role::Ip,
        "id.resp_h resp_h dest_ip dst_ip dstip dst destination destination_ip destinationip destination.ip r-ip \
         server_ip server-ip serverip dest dst_addr destinationaddress resolved_ip \
         answer_ip original-client-ip original-server-ip x_originating_ip tx_hosts destination.address s-ip \
         server.ip remote.ip cs-ip x-cs-ip xff",
    ),
    (
        Role::Host,
        "host hostname cs-host cs(host) r-host s-computername url_host url.domain http_host host_name server-hostname \
         client-hostname dest_host destination_host destination.domain vhost site helo server s-supplier-name \
         cs-uri-host x-host http.hostname s-hostname target_host",
    ),
    (
        Role::Answers,
        "answers rdata answer resolved_ips answers.data dns.resolved_ip a aaaa resolved path_hosts dns.answers.data",
    ),
    (
        Role::Url,
        "url cs-uri request_url full_url url.full url.original referrer referer cs(referer) http_refer http_referrer \
         x-url request_uri http.url location redirect",
    ),
    (Role::Path, "uri cs-uri-stem cs-uri-path url_path url.path uri_path"),
    (Role::Query, "cs-uri-query url_query url.query"),
    (
        Role::Agent,
        "user_agent user-agent useragent http_user_agent cs(user-agent) agent user_agent.original ua",
    ),
    (
        Role::FileName,
        "filename file_name file.name attachment attachment_name fileinfo.filename cs-uri-filename attachments",
    ),
    (
        Role::FilePath,
        "file_path filepath file.path process.command_line command_line commandline image parentimage targetfilename \
         process_path cmdline process.executable targetobject registry.path registry_key",
    ),
    (
        Role::Hash,
        "md5 sha1 sha256 hash file_hash filehash cert_hash fingerprint sha-256 hash.sha256 hash.md5 hash.sha1 hashes \
         file.hash.sha256 ja3_hash",
    ),
    (
        Role::Email,
        "mailfrom rcptto from to cc reply_to sender recipient sender-address recipient-address return-path mail_from \
         rcpt_to recipients envelope_from envelope_to from_address to_address bcc",
    ),
    (Role::Subject, "subject message-subject email_subject mail_subject email.subject"),
    (
        Role::Port,
        "id.resp_p resp_p dest_port dst_port dstport dport r-port cs-uri-port destination_port s-port destination.port server-port",
    ),
];

/// Names that have a meaning only together with the part before them.
const NEEDS_FRONT: &[&str] =
    &["name", "ip", "address", "full", "original", "path", "query", "data", "filename", "port", "domain"];

static TABLE: LazyLock<HashMap<&'static [u8], Role>> = LazyLock::new(|| {
    NAMES
        .iter()
        .flat_map(|(role, names)| names.split_whitespace().map(|name| (name.as_bytes(), *role)))
        .collect()
});

/// What a field of this name is; `front` is the name of the object that it stands in, if any.
pub(crate) fn role(name: &[u8], front: Option<&[u8]>) -> Option<Role> {
    let name = name.to_ascii_lowercase();
    if let Some(front) = front {
        let mut whole = front.to_ascii_lowercase();
        whole.push(b'.');
        whole.extend_from_slice(&name);
        if let Some(role) = TABLE.get(whole.as_slice()) {
            return Some(*role);
        }
        if NEEDS_FRONT.iter().any(|ambiguous| ambiguous.as_bytes() == name)
            && name != b"filename"
            && name != b"query"
            && name != b"domain"
        {
            return None;
        }
    }
    TABLE.get(name.as_slice()).copied()
}
