//! Text in `format=flowed` (RFC 3676): lines that were broken for the way are joined again.

/// Joins the soft breaks of `text` (line feeds only). With `delsp` the blank before a break goes too, as in
/// Japanese text, which knows no blanks between words.
pub(crate) fn join(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The quote depth of the line that goes on, if one does.
    let mut open: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let ended = line.ends_with('\n');
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let depth = line.bytes().take_while(|b| *b == b'>').count();
        let content = line.get(depth..).unwrap_or("");
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        if open.is_some_and(|before| before != depth || signature) {
            // A soft break before another depth is a sender's mistake: it ends the paragraph.
            out.push('\n');
            open = None;
        }
        if open.is_none() && depth > 0 {
            out.extend(std::iter::repeat_n('>', depth));
            out.push(' ');
        }
        let soft = ended && content.ends_with(' ') && !signature;
        out.push_str(if soft && delsp { content.get(..content.len() - 1).unwrap_or("") } else { content });
        open = soft.then_some(depth);
        if ended && !soft {
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, delsp: bool, expect: &str) {
        assert_eq!(join(text, delsp), expect, "{text:?}");
    }

    #[test]
    fn soft_breaks_are_joined_and_hard_ones_stay() {
        check("one \ntwo\nthree\n", false, "one two\nthree\n");
        check("https://a.example/ \nnext\n", false, "https://a.example/ next\n");
        check("end ", false, "end ");
        check("", true, "");
    }

    #[test]
    fn blanks_of_the_break_go_with_delsp() {
        check("日本 \n語の \n文\n", true, "日本語の文\n");
        check("https://a.example/long \npath\n", true, "https://a.example/longpath\n");
    }

    #[test]
    fn stuffing_is_taken_out_and_signatures_and_quotes_stay_apart() {
        check(" From here\n >x\n", false, "From here\n>x\n");
        check("text \n-- \nname\n", false, "text \n-- \nname\n");
        check("> a \n> b\n>> c \n> d\ne\n", false, "> a b\n>> c \n> d\ne\n");
    }
}
