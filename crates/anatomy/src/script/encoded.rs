//! Microsoft's Script Encoder (`#@~^…^#~@` in .vbe, .jse and pages): a fixed substitution, undone.

/// What each character from 32 to 127 stands for, in each of three alphabets; the tabulator's own row follows.
const ALPHABETS: [&[u8; 96]; 3] = [
    b".GzVBj/&IA42[vrC89pEhqO\x09bD#uJ~J^@wJa]\"KoN;LPg*}tT+-,0nkf5%!dMRc?{x)(sY3\x7fmUS|:_eFX1ilZH'\\=$y7`Q 6",
    b"-uR`q^I\\b})6 |z\x7fkc3+hQfv1dTCL:L~LE,*t'7DyY/o&rj9{?8wgSG4x]0#Z[lHUpi.L!$NP\x09Vs5aKX;W\"mM%(FJ2A=_OBe",
    b"20!)[83=X:5e9\\VsfNEkbYx^}JmqA`AS@B'Hru17MR\"TjGd- \x7f.L]~loytC&v%$+(#A4\x09*D?w;UiacPgQIOFh|6pnz/_KZ,W",
];
const TABULATOR: &[u8; 3] = b"\x57\x6e\x7b";

/// Which alphabet is used at which place, repeating.
const ORDER: &[u8; 64] = b"0120121221210212021200122102122100212120200120210212001220012021";

/// Encoded blocks in one text.
const BLOCKS: usize = 100;

/// Undoes every encoded block of a text; `None` if there is none.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut found = false;
    for _ in 0..BLOCKS {
        let Some(start) = rest.find("#@~^") else {
            break;
        };
        // After the sign: six characters of length in base64, and `==`.
        let Some(body) = rest.get(start + 12..) else {
            break;
        };
        let (body, after) = match body.find("^#~@") {
            // Before the closing sign: six characters of checksum, and `==`.
            Some(end) => (body.get(..end.saturating_sub(8)).unwrap_or(""), body.get(end + 4..).unwrap_or("")),
            None => (body, ""),
        };
        out.push_str(rest.get(..start).unwrap_or(""));
        block(body, &mut out);
        rest = after;
        found = true;
    }
    out.push_str(rest);
    found.then_some(out)
}

fn block(body: &str, out: &mut String) {
    let mut chars = body.chars().peekable();
    let mut place = 0usize;
    while let Some(c) = chars.next() {
        let escape = match (c, chars.peek()) {
            ('@', Some('&')) => Some('\n'),
            ('@', Some('#')) => Some('\r'),
            ('@', Some('*')) => Some('>'),
            ('@', Some('!')) => Some('<'),
            ('@', Some('$')) => Some('@'),
            _ => None,
        };
        if let Some(c) = escape {
            chars.next();
            out.push(c);
            place += 1;
            continue;
        }
        out.push(plain(c, place));
        place += usize::from(c.is_ascii());
    }
}

fn plain(c: char, place: usize) -> char {
    let alphabet = usize::from(ORDER[place % ORDER.len()] - b'0');
    let byte = match u32::from(c) {
        9 => TABULATOR.get(alphabet),
        code @ 32..=127 if !matches!(c, '<' | '>' | '@') => {
            let index = usize::try_from(code - 32).unwrap_or(0);
            ALPHABETS.get(alphabet).and_then(|row| row.get(index))
        }
        _ => None,
    };
    byte.map_or(c, |b| char::from(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodes a text as the Script Encoder does.
    pub(crate) fn encode(text: &str) -> String {
        let mut out = String::from("#@~^AAAAAA==");
        for (place, c) in text.chars().enumerate() {
            match c {
                '\n' => out.push_str("@&"),
                '\r' => out.push_str("@#"),
                '>' => out.push_str("@*"),
                '<' => out.push_str("@!"),
                '@' => out.push_str("@$"),
                c => {
                    let code = (9u8..128)
                        .filter(|b| !b"<>@\n\r".contains(b))
                        .find(|b| plain(char::from(*b), place) == c);
                    out.push(code.map_or(c, char::from));
                }
            }
        }
        out + "AAAAAA==^#~@"
    }

    #[test]
    fn an_encoded_script_is_undone() {
        let script = "If a < 1 Then\r\n\tMsgBox \"you@example.com\" 'x\r\nEnd If";
        assert_eq!(decode(&encode(script)).as_deref(), Some(script));
        assert_eq!(decode("a = 1"), None);
        assert_eq!(decode("#@~^"), None);
        assert_eq!(decode("#@~^AAAAAA==").as_deref(), Some(""));
    }
}
