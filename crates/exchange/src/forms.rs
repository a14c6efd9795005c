//! What web forms were sent, from the files that organisations have: CSV, JSON lines, web servers' access logs.
//!
//! The only module here that reads: nothing that it gives has passed the gate or could. Columns are known by their names
//! in Japanese and English; what is no time, source, form or country is content.

use serde_json::Value;

/// Bytes of one line.
const MAX_LINE: usize = 256 << 10;
/// Rows of one file.
const MAX_ROWS: usize = 5_000_000;
/// Content fields of one row.
const MAX_FIELDS: usize = 64;
/// Bytes of one value.
const MAX_VALUE: usize = 4 << 10;

/// One submission or request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// When, as RFC 3339; Japan's time where no offset is written. `None` where it cannot be read.
    pub time: Option<String>,
    /// The address that it came from.
    pub source: String,
    /// The form or page.
    pub target: String,
    /// The source's country, where the file says it.
    pub country: Option<String>,
    /// What was filled in; `None` where the file does not say it (an access log).
    pub fields: Option<Vec<String>>,
    /// True if something was sent, false if a page was called up.
    pub sent: bool,
}

/// A file that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forms {
    /// `csv`, `jsonl` or `access-log`; empty where it is none of them.
    pub format: &'static str,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Lines that could not be read, from 1; the first hundred.
    pub unread: Vec<usize>,
    /// How many there are.
    pub unread_count: usize,
}

/// Reads a file of any of the formats, told apart by its first line. Never fails: what cannot be read is counted.
///
/// ```
/// let csv = "受付日時,IPアドレス,お名前,お問い合わせ内容\n2012/06/18 10:00:05,203.0.113.7,　,1111\n";
/// let forms = exchange::forms::read(csv.as_bytes());
/// assert_eq!((forms.format, forms.rows[0].source.as_str()), ("csv", "203.0.113.7"));
/// assert_eq!(forms.rows[0].time.as_deref(), Some("2012-06-18T10:00:05+09:00"));
/// ```
pub fn read(bytes: &[u8]) -> Forms {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if first.trim_start().starts_with(['{', '['])
        && serde_json::from_str::<Value>(first.trim().trim_end_matches(',')).is_ok_and(|v| v.is_object())
    {
        json_lines(&text)
    } else if first.trim() == "[" || first.trim_start().starts_with("[{") {
        json_array(&text)
    } else if access(first).is_some() {
        access_log(&text)
    } else {
        table(&text)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Time,
    Source,
    Target,
    Country,
    Content,
    Ignored,
}

/// What a column holds, by its name.
fn column(name: &str) -> Column {
    let name: String =
        name.to_lowercase().chars().filter(|c| !c.is_whitespace() && !"_-.・（）()".contains(*c)).collect();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match name.as_str() {
        "no" | "id" | "番号" | "受付番号" | "連番" | "useragent" | "ua" | "referer" | "referrer"
        | "method" | "status" => Column::Ignored,
        "ip" | "client" | "source" | "host" | "ホスト" | "src" | "clientip" => Column::Source,
        "time" | "date" | "datetime" | "timestamp" | "at" | "日付" | "時刻" => Column::Time,
        "form" | "url" | "path" | "page" | "uri" | "フォーム" | "ページ" | "target" => Column::Target,
        "country" | "国" | "国コード" | "国名" | "cc" => Column::Country,
        _ if has(&[
            "ipアドレス",
            "ipaddress",
            "remoteaddr",
            "送信元ip",
            "接続元",
            "送信元アドレス",
            "送信元",
        ]) =>
        {
            Column::Source
        }
        _ if has(&[
            "日時",
            "送信時刻",
            "受付時刻",
            "submittedat",
            "createdat",
            "receivedat",
            "timestamp",
        ]) =>
        {
            Column::Time
        }
        _ if has(&["フォーム名", "フォームurl", "formname", "formid"]) => Column::Target,
        _ => Column::Content,
    }
}

fn row(cells: impl Iterator<Item = (Column, String)>) -> Row {
    let mut row = Row { sent: true, ..Row::default() };
    let mut fields = Vec::new();
    for (column, value) in cells {
        let value = lexicon::text::cut(&value, MAX_VALUE).to_owned();
        match column {
            Column::Time if row.time.is_none() => row.time = time(&value),
            Column::Source if row.source.is_empty() => row.source = source(&value),
            Column::Target if row.target.is_empty() => row.target = value.trim().to_owned(),
            Column::Country => row.country = Some(value.trim().to_owned()).filter(|c| !c.is_empty()),
            Column::Content if fields.len() < MAX_FIELDS => fields.push(value),
            _ => {}
        }
    }
    row.fields = Some(fields);
    row
}

fn note(forms: &mut Forms, line: usize) {
    forms.unread_count += 1;
    if forms.unread.len() < 100 {
        forms.unread.push(line);
    }
}

fn table(text: &str) -> Forms {
    let mut forms = Forms { format: "csv", ..Forms::default() };
    let tabs = text.lines().next().is_some_and(|line| line.matches('\t').count() > line.matches(',').count());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if tabs { b'\t' } else { b',' })
        .from_reader(text.as_bytes());
    let mut columns: Vec<Column> = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let line = at + 1;
        if forms.rows.len() >= MAX_ROWS {
            note(&mut forms, line);
            break;
        }
        let Ok(record) = record else {
            note(&mut forms, line);
            continue;
        };
        if columns.is_empty() {
            columns = record.iter().map(column).collect();
            if !columns.contains(&Column::Source) || !columns.contains(&Column::Time) {
                return Forms { unread_count: text.lines().count(), ..Forms::default() };
            }
            continue;
        }
        let cells = record
            .iter()
            .enumerate()
            .map(|(at, value)| (columns.get(at).copied().unwrap_or(Column::Ignored), value.to_owned()));
        let row = row(cells);
        if row.source.is_empty() || row.time.is_none() {
            note(&mut forms, line);
        }
        forms.rows.push(row);
    }
    forms
}

fn json_lines(text: &str) -> Forms {
    let mut forms = Forms { format: "jsonl", ..Forms::default() };
    for (at, line) in text.lines().enumerate().take(MAX_ROWS) {
        let line = line.trim().trim_end_matches(',');
        if line.is_empty() {
            continue;
        }
        let value = (line.len() <= MAX_LINE).then(|| serde_json::from_str::<Value>(line).ok()).flatten();
        json(&mut forms, value, at + 1);
    }
    forms
}

fn json_array(text: &str) -> Forms {
    let mut forms = Forms { format: "jsonl", ..Forms::default() };
    let Ok(Value::Array(items)) = serde_json::from_str::<Value>(text) else {
        return Forms { unread_count: text.lines().count(), ..Forms::default() };
    };
    for (at, value) in items.into_iter().enumerate().take(MAX_ROWS) {
        json(&mut forms, Some(value), at + 1);
    }
    forms
}

fn json(forms: &mut Forms, value: Option<Value>, line: usize) {
    let Some(Value::Object(object)) = value else {
        note(forms, line);
        return;
    };
    // Fields may stand in an object of their own.
    let mut cells: Vec<(Column, String)> = Vec::new();
    for (name, value) in object {
        match value {
            Value::Object(inner) => {
                cells.extend(inner.into_iter().map(|(_, value)| (Column::Content, text_of(&value))))
            }
            Value::Array(inner) => cells.extend(inner.iter().map(|value| (Column::Content, text_of(value)))),
            value => cells.push((column(&name), text_of(&value))),
        }
    }
    let row = row(cells.into_iter());
    if row.source.is_empty() || row.time.is_none() {
        note(forms, line);
    }
    forms.rows.push(row);
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn access_log(text: &str) -> Forms {
    let mut forms = Forms { format: "access-log", ..Forms::default() };
    for (at, line) in text.lines().enumerate() {
        if forms.rows.len() >= MAX_ROWS {
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        match access(line) {
            Some(row) => forms.rows.push(row),
            None => note(&mut forms, at + 1),
        }
    }
    forms
}

/// `203.0.113.7 - - [18/Jun/2012:10:00:05 +0900] "POST /inquiry HTTP/1.1" 200 512`: the common and combined formats.
fn access(line: &str) -> Option<Row> {
    let line = lexicon::text::cut(line, MAX_LINE);
    let (host, rest) = line.split_once(' ')?;
    let (_, rest) = rest.split_once('[')?;
    let (stamp, rest) = rest.split_once(']')?;
    let (_, rest) = rest.split_once('"')?;
    let (request, _) = rest.split_once('"')?;
    let mut words = request.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    let time = jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", stamp).ok()?.to_timestamp().ok()?;
    let path = path.split(['?', '#']).next().unwrap_or(path);
    Some(Row {
        time: Some(time.to_string()),
        source: source(host),
        target: lexicon::text::cut(path, 400).to_owned(),
        country: None,
        fields: None,
        sent: method.eq_ignore_ascii_case("POST") || method.eq_ignore_ascii_case("PUT"),
    })
}

/// An address without a port or brackets; empty where it is no address.
fn source(text: &str) -> String {
    let text = text.split(',').next().unwrap_or(text).trim().trim_matches(['[', ']', '"']);
    if let Ok(ip) = text.parse::<std::net::IpAddr>() {
        return ip.to_canonical().to_string();
    }
    match text.rsplit_once(':').map(|(host, _)| host.trim_matches(['[', ']']).parse::<std::net::IpAddr>()) {
        Some(Ok(ip)) => ip.to_canonical().to_string(),
        _ => String::new(),
    }
}

/// A time as forms write it, in RFC 3339.
fn time(text: &str) -> Option<String> {
    let text = text.trim();
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Some(text.to_owned());
    }
    if text.len() >= 10 && text.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        let at = if text.len() > 11 {
            jiff::Timestamp::from_millisecond(number)
        } else {
            jiff::Timestamp::from_second(number)
        };
        return at.ok().map(|at| at.to_string());
    }
    let plain = text
        .replace(['年', '月'], "-")
        .replace('日', "")
        .replace('/', "-")
        .replace(['時', '分'], ":")
        .replace('秒', "");
    let plain = plain.trim_end_matches(':');
    let (day, clock) = plain.split_once([' ', 'T', '\u{3000}']).unwrap_or((plain, "0:0"));
    let numbers = |text: &str, mark: char| -> Option<Vec<i16>> {
        text.split(mark).map(|n| n.trim().split('.').next().unwrap_or(n).parse().ok()).collect()
    };
    let (day, clock) = (numbers(day, '-')?, numbers(clock.trim(), ':')?);
    let (&[year, month, day], true) = (day.as_slice(), clock.len() <= 3) else { return None };
    let at = |n: usize| clock.get(n).copied().unwrap_or(0);
    let small = |n: i16| i8::try_from(n).ok();
    let civil = jiff::civil::DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(at(0))?,
        small(at(1))?,
        small(at(2))?,
        0,
    )
    .ok()?;
    Some(format!("{civil}+09:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_log_tells_what_was_sent_and_what_was_called_up() {
        let log = "203.0.113.7 - - [18/Jun/2012:10:00:05 +0900] \"POST /inquiry?x=1 HTTP/1.1\" 200 512\n\
                   broken\n2001:db8::1 - - [18/Jun/2012:10:00:06 +0900] \"GET / HTTP/1.1\" 200 9 \"-\" \"x\"\n";
        let forms = read(log.as_bytes());
        assert_eq!((forms.format, forms.rows.len(), forms.unread.as_slice()), ("access-log", 2, &[2][..]));
        assert_eq!((forms.rows[0].target.as_str(), forms.rows[0].sent), ("/inquiry", true));
        assert_eq!(forms.rows[0].time.as_deref(), Some("2012-06-18T01:00:05Z"));
        assert_eq!((forms.rows[1].source.as_str(), forms.rows[1].sent), ("2001:db8::1", false));
    }

    #[test]
    fn json_lines_may_hold_the_fields_in_an_object() {
        let text = "{\"time\":\"2012-06-18T10:00:05+09:00\",\"ip\":\"203.0.113.7:4711\",\"form\":\"/f\",\"fields\":{\"name\":\" \",\"body\":\"123\"},\"country\":\"CN\"}\nnot json\n";
        let forms = read(text.as_bytes());
        assert_eq!((forms.format, forms.rows.len(), forms.unread_count), ("jsonl", 1, 1));
        let row = &forms.rows[0];
        assert_eq!(
            (row.source.as_str(), row.target.as_str(), row.country.as_deref()),
            ("203.0.113.7", "/f", Some("CN"))
        );
        assert_eq!(row.fields.as_ref().map(Vec::len), Some(2));
    }

    #[test]
    fn times_are_read_as_forms_write_them() {
        for text in
            ["2012/6/18 10:00:05", "2012年6月18日 10時00分05秒", "2012-06-18 10:00:05", "2012-06-18T10:00:05"]
        {
            assert_eq!(time(text).as_deref(), Some("2012-06-18T10:00:05+09:00"), "{text}");
        }
        assert_eq!(time("1339981205").as_deref(), Some("2012-06-18T01:00:05Z"));
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn a_file_of_another_kind_gives_no_rows() {
        for text in ["", "hello\nworld\n", "name,colour\na,b\n", "[1,2"] {
            assert!(read(text.as_bytes()).rows.is_empty(), "{text}");
        }
    }
}
