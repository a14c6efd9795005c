//! Where hits go: standard output, syslog, a webhook, mail.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::{IpAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use hunter::set::Set;
use hunter::sweep::{Hit, Log};
use lexicon::Lang;

use super::smtp;
use crate::outcome::Failure;
use crate::remote::{is_tls, trust};
use crate::report::{defanged, harmless};
use crate::screen::Session;
use crate::verbs::hunt::{machine, report};

/// How long a server may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a syslog message that every receiver takes (RFC 5426 §3.2).
const MAX_SYSLOG: usize = 2_048;
/// Hits in one mail.
const MAX_IN_MAIL: usize = 500;

/// A hit as it goes out.
pub(super) struct Alert {
    /// For machines.
    json: String,
    /// For people, on one line.
    line: String,
    /// Sinks that have it already.
    done: u8,
}

impl Alert {
    pub(super) fn new(set: &Set, log: &Log, hit: &Hit) -> Self {
        let mut json = Vec::new();
        // Plain data into memory: it cannot fail.
        let _ = machine::hit(&mut json, set, log, hit);
        let who = if hit.who.is_empty() { "-".to_owned() } else { harmless(&hit.who) };
        let line = format!(
            "{}  {who}  {}  ← {} ({}:{})",
            report::at(hit.time, Lang::En),
            defanged(&hit.what),
            defanged(set.value(hit.entry)),
            harmless(&log.path),
            hit.line
        );
        Self { json: String::from_utf8(json).unwrap_or_default(), line, done: 0 }
    }
}

/// Where alerts go.
pub(super) struct Sinks {
    standard_output: bool,
    syslog: Option<Syslog>,
    webhook: Option<Webhook>,
    mail: Option<smtp::Mail>,
}

enum Syslog {
    Udp(String),
    /// The socket of this machine.
    #[cfg(unix)]
    Local,
}

pub(super) struct Webhook {
    agent: ureq::Agent,
    url: String,
}

impl Sinks {
    pub(super) fn new(
        syslog: &Option<String>,
        webhook: Option<Webhook>,
        mail_to: &[String],
        mail_from: Option<&str>,
        server: &str,
        standard_output: bool,
    ) -> Result<Self, Failure> {
        let syslog = match syslog.as_deref() {
            None => None,
            #[cfg(unix)]
            Some("local") => Some(Syslog::Local),
            #[cfg(not(unix))]
            Some("local") => {
                return Err(Failure::Usage(
                    "--syslog local: this system has no local syslog; name HOST:PORT".to_owned(),
                ));
            }
            Some(address) => Some(Syslog::Udp(match address.contains(':') {
                true => address.to_owned(),
                false => format!("{address}:514"),
            })),
        };
        let mail = match (mail_to.is_empty(), mail_from) {
            (false, Some(from)) => {
                smtp::check(mail_to.iter().map(String::as_str).chain([from]))?;
                Some(smtp::Mail { server: server.to_owned(), from: from.to_owned(), to: mail_to.to_vec() })
            }
            _ => None,
        };
        Ok(Self { standard_output, syslog, webhook, mail })
    }

    /// Delivers to every sink, in order; what a sink has it is not given twice. Leaves what could not be delivered.
    pub(super) fn deliver(&self, waiting: &mut VecDeque<Alert>, session: &Session) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for alert in waiting.iter_mut() {
            if self.standard_output && alert.done & 1 == 0 {
                let line = if session.out_is_terminal { &alert.line } else { &alert.json };
                writeln!(out, "{line}")?;
                alert.done |= 1;
            }
        }
        out.flush()?;
        for alert in waiting.iter_mut() {
            if let Some(syslog) = &self.syslog
                && alert.done & 2 == 0
            {
                syslog.send(alert)?;
                alert.done |= 2;
            }
            if let Some(webhook) = &self.webhook
                && alert.done & 4 == 0
            {
                webhook.post(alert)?;
                alert.done |= 4;
            }
        }
        if let Some(mail) = &self.mail {
            while !waiting.is_empty() {
                let count = waiting.len().min(MAX_IN_MAIL);
                let lines: Vec<&str> = waiting.iter().take(count).map(|alert| alert.line.as_str()).collect();
                mail.send(&lines, session.lang)?;
                waiting.drain(..count);
            }
        }
        waiting.clear();
        Ok(())
    }
}

impl Syslog {
    fn send(&self, alert: &Alert) -> io::Result<()> {
        // Facility 13 (log alert), severity 1: RFC 5424 §6.2.1.
        let head = match self {
            Self::Udp(_) => "<105>1 - - noroshi - hit - ",
            #[cfg(unix)]
            Self::Local => "<105>noroshi: ",
        };
        let text = lexicon::text::cut(&alert.json, MAX_SYSLOG - head.len());
        let message = format!("{head}{text}");
        match self {
            Self::Udp(address) => {
                let target = resolve(address)?;
                let socket = UdpSocket::bind(if target.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
                socket.send_to(message.as_bytes(), target).map(|_| ())
            }
            #[cfg(unix)]
            Self::Local => {
                let socket = std::os::unix::net::UnixDatagram::unbound()?;
                socket.send_to(message.as_bytes(), "/dev/log").map(|_| ())
            }
        }
    }
}

pub(super) fn resolve(address: &str) -> io::Result<std::net::SocketAddr> {
    address
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{address} has no address")))
}

pub(super) fn connect(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&resolve(address)?, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

impl Webhook {
    /// A webhook at `url`, by HTTPS or, within one's own house, by HTTP. `ca`: certificates to believe instead of the
    /// public authorities'.
    pub(super) fn new(url: &str, ca: Option<&str>, lang: Lang) -> Result<Self, Failure> {
        let uri: Option<ureq::http::Uri> = url.parse().ok();
        let scheme = uri.as_ref().and_then(|uri| uri.scheme_str());
        let host = uri.as_ref().and_then(|uri| uri.host()).unwrap_or_default();
        let authority =
            uri.as_ref().and_then(|uri| uri.authority()).map_or("", |authority| authority.as_str());
        if !matches!(scheme, Some("http" | "https")) || host.is_empty() || authority.contains('@') {
            return Err(Failure::Usage(match lang {
                Lang::Ja => format!("--webhook {url}: https://HOST[:PORT]/PATH の形で書いてください"),
                Lang::En => format!("--webhook {url}: write https://HOST[:PORT]/PATH"),
            }));
        }
        let mut config = ureq::Agent::config_builder()
            .tls_config(trust(ca, "--webhook-ca", lang)?)
            // What was seen goes to the address that was named and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(PATIENCE))
            .timeout_global(Some(PATIENCE * 3))
            .user_agent(concat!("noroshi/", env!("CARGO_PKG_VERSION")));
        let is_here = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if is_here {
            config = config.proxy(None);
        }
        Ok(Self { agent: ureq::Agent::new_with_config(config.build()), url: url.to_owned() })
    }

    /// Posts a hit; beside its own keys it has `text`, which chat services show.
    fn post(&self, alert: &Alert) -> io::Result<()> {
        let mut body: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&alert.json)?;
        body.insert("text".to_owned(), alert.line.clone().into());
        let body = serde_json::Value::Object(body).to_string();
        let answer = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .send(body.as_bytes())
            .map_err(|error| match is_tls(&error) {
                true => {
                    io::Error::other(format!("its certificate does not hold: {error} (see --webhook-ca)"))
                }
                false => io::Error::other(harmless(&error.to_string())),
            })?;
        match answer.status().as_u16() {
            200..300 => Ok(()),
            status => Err(io::Error::other(format!("the webhook answers: HTTP {status}"))),
        }
    }
}
