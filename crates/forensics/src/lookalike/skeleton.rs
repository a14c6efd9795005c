//! Skeletons: what a name looks like, so that two that look alike have one.

/// The skeleton of a label. Two names look alike where their skeletons are the same.
pub(crate) fn skeleton(label: &str) -> String {
    let mut out = String::with_capacity(label.len());
    for c in label.chars().flat_map(char::to_lowercase) {
        out.push(letter(c));
        // Two letters that look like one.
        for (pair, one) in [("rn", 'm'), ("vv", 'w'), ("cl", 'd')] {
            if out.ends_with(pair) {
                out.truncate(out.len() - pair.len());
                out.push(one);
            }
        }
    }
    out
}

/// The Latin letter that a character looks like.
fn letter(c: char) -> char {
    match c {
        'a'..='z' if c != 'i' => c,
        '0' | 'ο' | 'о' | 'օ' | 'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ọ' => 'o',
        '1' | 'i' | '|' | 'і' | 'ι' | 'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' | 'ị' | 'ӏ' | 'ł' | 'ļ' => {
            'l'
        }
        'а' | 'α' | 'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ạ' | 'ɑ' => 'a',
        'ь' | 'в' | 'ḅ' => 'b',
        'с' | 'ϲ' | 'ç' | 'ć' | 'č' | 'ċ' => 'c',
        'ԁ' | 'ď' | 'đ' | 'ḍ' => 'd',
        'е' | 'ё' | 'ε' | 'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' | 'ẹ' => 'e',
        'ğ' | 'ġ' | 'ģ' | 'ɡ' => 'g',
        'һ' | 'ħ' | 'ḥ' => 'h',
        'ј' | 'ĵ' => 'j',
        'к' | 'κ' | 'ķ' => 'k',
        'м' | 'ṃ' => 'm',
        'η' | 'п' | 'ñ' | 'ń' | 'ņ' | 'ň' | 'ṇ' => 'n',
        'р' | 'ρ' | 'þ' => 'p',
        'ԛ' => 'q',
        'г' | 'ř' | 'ŕ' => 'r',
        '5' | 'ѕ' | 'ś' | 'ş' | 'š' | 'ș' | 'ṣ' => 's',
        'т' | 'τ' | 'ţ' | 'ť' | 'ț' => 't',
        'υ' | 'ս' | 'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ų' | 'ụ' => 'u',
        'ѵ' | 'ν' => 'v',
        'ԝ' | 'ω' | 'ŵ' | 'ѡ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ý' | 'ÿ' | 'ŷ' | 'ү' => 'y',
        'ź' | 'ż' | 'ž' | 'ẓ' => 'z',
        '‐' | '‑' | '–' | '—' | 'ー' | '−' => '-',
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some(half) => letter(half),
            None => c,
        },
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for (a, b) in [
            ("example", "examp1e"),
            ("morning", "rnornlng"),
            ("wave", "vvave"),
            ("data", "clata"),
            ("google", "g00gle"),
            ("paypal", "раураl"),
            ("example", "ｅｘａｍｐｌｅ"),
            ("alpha", "αlphα"),
        ] {
            assert_eq!(skeleton(a), skeleton(b), "{a} {b}");
        }
        assert_ne!(skeleton("example"), skeleton("sample"));
    }
}
