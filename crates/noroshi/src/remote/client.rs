//! Requests to a hub: bounded in time and size, repeated where that may help.

use std::time::{Duration, Instant};

use courier::limits::MAX_ANSWER;
use lexicon::Lang;
use serde::Deserialize;
use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use super::Address;
use crate::outcome::Failure;
use crate::report::harmless;

/// How often a request is made before the hub is given up.
const TRIES: u32 = 4;
/// The first wait between two tries; each next is twice as long.
const WAIT: Duration = Duration::from_millis(500);
/// The longest wait that a hub may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Bytes of an answer that says what is wrong.
const MAX_REFUSAL: usize = 64 << 10;

/// A hub.
pub(crate) struct Hub {
    agent: Agent,
    address: Address,
    authorization: String,
    lang: Lang,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ask<'a> {
    /// GET, with `If-None-Match`.
    Get(Option<&'a str>),
    /// POST of these bytes of this media type. It must be harmless to do it twice.
    Post(&'a str, &'a [u8]),
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// A header; empty where it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What the hub says is wrong, in the reader's language.
    pub(crate) fn refusal(&self, lang: Lang) -> String {
        #[derive(Deserialize)]
        struct Refusal {
            error: String,
            error_ja: String,
        }
        let body = self.body.get(..self.body.len().min(MAX_REFUSAL)).unwrap_or_default();
        let told = serde_json::from_slice::<Refusal>(body).map(|told| match lang {
            Lang::Ja => told.error_ja,
            Lang::En => told.error,
        });
        match told {
            Ok(told) => harmless(lexicon::text::cut(&told, 500)),
            Err(_) => format!("HTTP {}", self.status),
        }
    }
}

/// Whom to believe: the public authorities, or those of a PEM file instead. `option` named the file.
pub(crate) fn trust(ca: Option<&str>, option: &str, lang: Lang) -> Result<TlsConfig, Failure> {
    let tls = TlsConfig::builder();
    let Some(pem) = ca else { return Ok(tls.build()) };
    let certificates: Vec<_> = parse_pem(pem.as_bytes())
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Failure::Usage(match lang {
            Lang::Ja => format!("{option} のファイルに証明書（-----BEGIN CERTIFICATE-----）がありません"),
            Lang::En => format!("the file of {option} holds no certificate (-----BEGIN CERTIFICATE-----)"),
        }));
    }
    Ok(tls.root_certs(RootCerts::new_with_certs(&certificates)).build())
}

impl Hub {
    pub(super) fn new(
        address: Address,
        token: String,
        ca: Option<&str>,
        seconds: u64,
        lang: Lang,
    ) -> Result<Self, Failure> {
        let mut config = Agent::config_builder()
            .tls_config(trust(ca, "--ca", lang)?)
            // A token goes to the address that was named and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(seconds.min(20))))
            .timeout_global(Some(Duration::from_secs(seconds)))
            .user_agent(concat!("noroshi/", env!("CARGO_PKG_VERSION")))
            .accept("application/json");
        if address.is_loopback() {
            config = config.proxy(None);
        }
        let agent = Agent::new_with_config(config.build());
        Ok(Self { agent, address, authorization: format!("Bearer {token}"), lang })
    }

    /// The hub's address.
    pub(crate) fn address(&self) -> &str {
        self.address.as_str()
    }

    /// Asks, again and again where the hub is busy or out of reach for a moment.
    pub(crate) fn ask(&self, path: &str, ask: Ask<'_>) -> Result<Reply, Failure> {
        let mut wait = WAIT;
        for tries in 1.. {
            let answered = self.once(path, ask);
            let status = answered.as_ref().map_or(0, |reply| reply.status);
            let again_after = match &answered {
                Ok(reply) if matches!(status, 429 | 502 | 503 | 504) => {
                    Some(reply.header("retry-after").parse().map_or(wait, Duration::from_secs))
                }
                Ok(_) => None,
                Err(error) if is_tls(error) => None,
                // What cannot get better by waiting.
                Err(
                    ureq::Error::BadUri(_) | ureq::Error::HostNotFound | ureq::Error::BodyExceedsLimit(_),
                ) => None,
                Err(_) => Some(wait),
            };
            match again_after.filter(|_| tries < TRIES) {
                Some(time) => pause(time.clamp(wait, LONGEST_WAIT)),
                None => return self.settle(status, answered),
            }
            wait *= 2;
        }
        // The loop ends by returning.
        self.settle(0, Err(ureq::Error::ConnectionFailed))
    }

    fn once(&self, path: &str, ask: Ask<'_>) -> Result<Reply, ureq::Error> {
        let url = format!("{}{path}", self.address.as_str());
        let answer: Response<Body> = match ask {
            Ask::Get(etag) => {
                let mut request = self.agent.get(&url).header("authorization", &self.authorization);
                if let Some(etag) = etag {
                    request = request.header("if-none-match", etag);
                }
                request.call()?
            }
            Ask::Post(kind, body) => self
                .agent
                .post(&url)
                .header("authorization", &self.authorization)
                .header("content-type", kind)
                .send(body)?,
        };
        let (parts, mut body) = answer.into_parts();
        let body = body.with_config().limit(MAX_ANSWER).read_to_vec()?;
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// What no verb can go on with becomes a failure that says what to do.
    fn settle(&self, status: u16, answered: Result<Reply, ureq::Error>) -> Result<Reply, Failure> {
        let (hub, lang) = (self.address.as_str(), self.lang);
        let told = match &answered {
            Err(error) => Some(unreachable(hub, error, lang)),
            Ok(_) if status == StatusCode::UNAUTHORIZED.as_u16() => Some(match lang {
                Lang::Ja => format!(
                    "{hub} がトークンを受け付けません。失効していないか、別の情報ハブのものでないか確かめてください"
                ),
                Lang::En => format!("{hub} does not take the token; it may be revoked, or another hub's"),
            }),
            Ok(reply) if (300..400).contains(&status) && status != 304 => {
                let to = harmless(lexicon::text::cut(reply.header("location"), 200));
                Some(match lang {
                    Lang::Ja => format!(
                        "{hub} は {to} に転送します。トークンは転送先に送りません。正しいアドレスを --hub で指定してください"
                    ),
                    Lang::En => format!(
                        "{hub} redirects to {to}; the token is not sent on; name the right address with --hub"
                    ),
                })
            }
            Ok(reply) if status >= 500 || status == 429 => {
                let why = reply.refusal(lang);
                Some(match lang {
                    Lang::Ja => {
                        format!("{hub} が応答できません（{why}）。しばらくしてからやり直してください")
                    }
                    Lang::En => format!("{hub} cannot answer ({why}); try again later"),
                })
            }
            Ok(_) => None,
        };
        match (told, answered) {
            (None, Ok(reply)) => Ok(reply),
            (told, _) => Err(Failure::Input(told.unwrap_or_default())),
        }
    }
}

fn unreachable(hub: &str, error: &ureq::Error, lang: Lang) -> String {
    let what = match error {
        ureq::Error::HostNotFound => {
            lang.pick("その名前のホストがありません", "there is no host of that name").to_owned()
        }
        ureq::Error::Timeout(_) => lang
            .pick(
                "時間内に応答がありません（--timeout で延ばせます）",
                "no answer in time (--timeout allows more)",
            )
            .to_owned(),
        ureq::Error::BodyExceedsLimit(_) => {
            lang.pick("応答が大きすぎます", "its answer is too large").to_owned()
        }
        error if is_tls(error) => match lang {
            Lang::Ja => {
                format!("証明書を確かめられません: {error}（組織内の認証局なら --ca で指定してください）")
            }
            Lang::En => format!("its certificate does not hold: {error} (name your own authority with --ca)"),
        },
        error => error.to_string(),
    };
    match lang {
        Lang::Ja => format!("{hub} に接続できません: {what}"),
        Lang::En => format!("{hub} cannot be reached: {what}"),
    }
}

/// True if the other side could not prove who it is. While hands are shaken, such an error comes as one of reading.
pub(crate) fn is_tls(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => true,
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
    }
}

/// Waits. Being woken early does no harm, but is no reason to ask early.
fn pause(time: Duration) {
    let started = Instant::now();
    while let Some(rest) = time.checked_sub(started.elapsed()).filter(|rest| !rest.is_zero()) {
        std::thread::park_timeout(rest);
    }
}
