//! STIX 2.1 patterns (§9): the values that are compared, whatever joins them.
//!
//! `AND`, `OR` and `FOLLOWEDBY` are read alike: each value of the pattern is looked for, because a log line holds one
//! of them only. What negates is left out. Qualifiers (`WITHIN`, `REPEATS`, `START`) are passed over.

use crate::Kind;

/// Values in a pattern, and what of it cannot be looked for.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) values: Vec<(Kind, String)>,
    /// Object paths that no sweep looks for.
    pub(super) unknown: Vec<String>,
}

/// Comparisons in one pattern that are read.
const MAX_COMPARISONS: usize = 10_000;

pub(super) fn read(pattern: &str) -> Read {
    let mut read = Read::default();
    let mut lexer = Lexer { rest: pattern };
    let mut path = String::new();
    let mut operator = String::new();
    let mut negated = false;
    let mut comparisons = 0;
    while let Some(token) = lexer.next() {
        match token {
            Token::Word(word) => {
                let upper = word.to_ascii_uppercase();
                match upper.as_str() {
                    "NOT" => negated = true,
                    "LIKE" | "MATCHES" | "IN" | "ISSUBSET" | "ISSUPERSET" => operator = upper,
                    "AND" | "OR" | "FOLLOWEDBY" => {
                        (negated, path, operator) = (false, String::new(), String::new())
                    }
                    // `file:hashes.'SHA-256'`: the quoted part follows as a string.
                    _ if word.contains(':') => (path, operator) = (word.to_owned(), String::new()),
                    _ => {}
                }
            }
            Token::Operator(text) => operator = text.to_owned(),
            Token::Text(text) if operator.is_empty() && path.ends_with('.') => path.push_str(&text),
            Token::Text(text) if !path.is_empty() && !operator.is_empty() => {
                comparisons += 1;
                if comparisons > MAX_COMPARISONS {
                    return read;
                }
                // `!=` and NOT say what it is not.
                if negated == (operator == "!=") {
                    read.comparison(&path, &operator, &text);
                }
            }
            Token::Text(_) | Token::Other => {}
        }
    }
    read
}

impl Read {
    fn comparison(&mut self, path: &str, operator: &str, text: &str) {
        let lower = path.to_ascii_lowercase();
        let kind = kind(&lower);
        let is_like = operator == "LIKE";
        match (kind, operator) {
            (Some(_), "MATCHES") | (None, _) => self.unknown.push(format!("{path} {operator}")),
            (Some(Kind::Domain), "LIKE") => {
                self.values.push((Kind::DomainPart, text.replace(['%', '_'], "*")));
            }
            (Some(kind), _) if is_like && !kind.is_part() => self.unknown.push(format!("{path} LIKE")),
            (Some(kind), _) => {
                let text = match is_like {
                    true => text.trim_matches('%').to_owned(),
                    false => text.to_owned(),
                };
                self.values.push((kind, text));
            }
        }
    }
}

/// What an object path means to a sweep.
fn kind(path: &str) -> Option<Kind> {
    let (object, property) = path.split_once(':')?;
    Some(match (object, property) {
        ("domain-name", "value") => Kind::Domain,
        ("ipv4-addr", "value") => Kind::Ipv4,
        ("ipv6-addr", "value") => Kind::Ipv6,
        ("url", "value") => Kind::Url,
        ("email-addr", "value") => Kind::Email,
        ("email-message", "subject") => Kind::Subject,
        ("email-message", property)
            if property.ends_with("_ref.value") || property.ends_with("_refs[*].value") =>
        {
            Kind::Email
        }
        ("email-message", property) if property.contains("user-agent") || property.contains("x-mailer") => {
            Kind::UserAgent
        }
        ("file" | "artifact", property) if property.starts_with("hashes.") => Kind::FileHash,
        ("file", "name") => Kind::FileName,
        ("file", "parent_directory_ref.path") | ("directory", "path") => Kind::FilePath,
        ("windows-registry-key", "key") => Kind::RegistryKey,
        ("windows-registry-key", property) if property.starts_with("values") => Kind::RegistryValue,
        ("mutex", "name") => Kind::Mutex,
        ("network-traffic", property) if property.ends_with("_ref.value") => Kind::Ipv4,
        ("network-traffic", property) if property.contains("user-agent") => Kind::UserAgent,
        ("network-traffic", property) if property.ends_with("request_value") => Kind::UrlPath,
        ("network-traffic", property) if property.contains("'host'") || property.ends_with(".host") => {
            Kind::Domain
        }
        ("process", "command_line") => Kind::FilePath,
        ("user-agent" | "software", "value") => Kind::UserAgent,
        _ => return None,
    })
}

enum Token<'a> {
    Word(&'a str),
    Operator(&'a str),
    Text(String),
    Other,
}

struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next()?;
        if first == '\'' {
            return Some(Token::Text(self.text()));
        }
        let length = match first {
            '=' | '<' | '>' | '!' => {
                self.rest.find(|c| !matches!(c, '=' | '<' | '>' | '!')).unwrap_or(self.rest.len())
            }
            c if c.is_ascii_alphanumeric() || c == '_' => self.word(),
            c => c.len_utf8(),
        };
        let (token, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(match first {
            '=' | '<' | '>' | '!' => Token::Operator(token),
            c if c.is_ascii_alphanumeric() || c == '_' => Token::Word(token),
            _ => Token::Other,
        })
    }

    /// A word with the quoted parts of an object path in it.
    fn word(&self) -> usize {
        let mut quoted = false;
        let mut in_path = false;
        for (at, c) in self.rest.char_indices() {
            match c {
                ':' => in_path = true,
                '\'' if quoted => quoted = false,
                '\'' if in_path && self.rest.get(..at).is_some_and(|front| front.ends_with(['.', '['])) => {
                    quoted = true
                }
                _ if quoted => {}
                c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') => {}
                '[' | ']' | '*' if in_path => {
                    // `]` ends the observation unless it closes an index.
                    if c == ']' && self.rest.get(..at).is_none_or(|front| front.rfind('[').is_none()) {
                        return at;
                    }
                    if c == ']' && front_closed(self.rest.get(..at).unwrap_or_default()) {
                        return at;
                    }
                }
                _ => return at,
            }
        }
        self.rest.len()
    }

    /// A string literal; `\'` and `\\` are escaped (§9.4).
    fn text(&mut self) -> String {
        let mut out = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => out.extend(chars.next().map(|(_, c)| c)),
                '\'' => {
                    self.rest = self.rest.get(at + 1..).unwrap_or_default();
                    return out;
                }
                c => out.push(c),
            }
        }
        self.rest = "";
        out
    }
}

/// True if every `[` of the word so far is closed.
fn front_closed(front: &str) -> bool {
    front.matches('[').count() == front.matches(']').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, expect: &[(Kind, &str)]) {
        let read = read(pattern);
        let found: Vec<_> = read.values.iter().map(|(kind, value)| (*kind, value.as_str())).collect();
        assert_eq!(found, expect, "{pattern}");
    }

    #[test]
    fn every_compared_value_is_read() {
        check("[domain-name:value = 'evil.example']", &[(Kind::Domain, "evil.example")]);
        check(
            "[ipv4-addr:value ISSUBSET '198.51.100.0/24'] OR [url:value='http://a.example/\\'x' AND domain-name:value IN ('b.example', 'c.example')]",
            &[
                (Kind::Ipv4, "198.51.100.0/24"),
                (Kind::Url, "http://a.example/'x"),
                (Kind::Domain, "b.example"),
                (Kind::Domain, "c.example"),
            ],
        );
        check(
            "[file:hashes.'SHA-256' = 'aa' OR file:hashes.MD5 = 'bb'] FOLLOWEDBY [file:name = 'a.exe'] WITHIN 300 SECONDS",
            &[(Kind::FileHash, "aa"), (Kind::FileHash, "bb"), (Kind::FileName, "a.exe")],
        );
        check(
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1']",
            &[(Kind::Ipv4, "192.0.2.1")],
        );
        check(
            "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'EvilBot/1']",
            &[(Kind::UserAgent, "EvilBot/1")],
        );
        check(
            "[windows-registry-key:key = 'HKLM\\\\Software\\\\Evil']",
            &[(Kind::RegistryKey, "HKLM\\Software\\Evil")],
        );
        check("[windows-registry-key:values[*].data = 'evil.dll']", &[(Kind::RegistryValue, "evil.dll")]);
        check("[domain-name:value LIKE '%evil%']", &[(Kind::DomainPart, "*evil*")]);
        check(
            "[email-message:from_ref.value = 'a@evil.example' AND email-message:subject = '件名']",
            &[(Kind::Email, "a@evil.example"), (Kind::Subject, "件名")],
        );
        check("[domain-name:value != 'good.example']", &[]);
        check("[NOT domain-name:value = 'good.example']", &[]);
        check("[mutex:name = 'x", &[(Kind::Mutex, "x")]);
    }
}
