use crate::Opened;
use crate::testing::{ids, open};

fn relations(opened: &Opened) -> Vec<(&str, &str)> {
    opened.attachment.relations.iter().map(|r| (r.kind.as_str(), r.target.as_str())).collect()
}

#[test]
fn shortcuts_say_where_they_lead() {
    let file = b"[InternetShortcut]\r\nURL=https://a.example/x\r\nIconFile=\\\\192.0.2.7\\share\\i.ico\r\n";
    let opened = open("a.url", "url", file);
    assert_eq!(
        relations(&opened),
        [("target", "https://a.example/x"), ("icon", "\\\\192.0.2.7\\share\\i.ico")]
    );
    assert_eq!(ids(&opened), ["shortcut-leads-to-share"]);
    assert_eq!(ids(&open("a.url", "url", b"[InternetShortcut]\nURL=file:///C:/a.txt\n")), [""; 0]);
    assert_eq!(
        ids(&open("a.url", "url", b"[InternetShortcut]\nURL=file://a.example/s/x\n")),
        ["shortcut-leads-to-share"]
    );
    assert_eq!(
        relations(&open("a.iqy", "iqy", b"WEB\r\n1\r\nhttp://a.example/q\r\n")),
        [("query", "http://a.example/q")]
    );
}

#[test]
fn remote_desktop_settings_say_what_they_share() {
    let file =
        b"full address:s:rdp.example.com\r\ngatewayhostname:s:gw.example.com\r\ndrivestoredirect:s:*\r\n";
    let opened = open("a.rdp", "rdp", file);
    assert_eq!(relations(&opened), [("target", "rdp.example.com"), ("gateway", "gw.example.com")]);
    assert_eq!(ids(&opened), ["rdp-shares-drives"]);
    assert_eq!(ids(&open("a.rdp", "rdp", b"full address:s:a\r\ndrivestoredirect:s:\r\n")), [""; 0]);
}

#[test]
fn settings_of_windows_say_what_they_run_and_where_they_lead() {
    let file = "<SearchableContent><ApplicationInformation><DeepLink>%windir%\\system32\\calc.exe</DeepLink>\
                </ApplicationInformation></SearchableContent>";
    assert_eq!(ids(&open("a", "settingcontent-ms", file.as_bytes())), ["setting-runs-command"]);
    let file = "<libraryDescription><simpleLocation><url>\\\\files.example.com@SSL\\DavWWWRoot\\</url></simpleLocation>\
                </libraryDescription>";
    let opened = open("a", "library-ms", file.as_bytes());
    assert_eq!(relations(&opened), [("target", "\\\\files.example.com@SSL\\DavWWWRoot\\")]);
    assert_eq!(ids(&opened), ["shortcut-leads-to-share"]);
    let file = "<?xml version='1.0'?><persistedQuery><scope><include path=\"\\\\a.example\\s\"/></scope></persistedQuery>";
    assert_eq!(relations(&open("a.search-ms", "xml", file.as_bytes())), [("target", "\\\\a.example\\s")]);
}

#[test]
fn registry_files_say_what_they_start() {
    let file = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\X\\CurrentVersion\\Run]\r\n\
                \"a\"=\"C:\\\\a.exe http://a.example/\"\r\n";
    let opened = open("a.reg", "reg", file.as_bytes());
    assert_eq!(opened.attachment.scripts[0].text, "C:\\a.exe http://a.example/\n");
    assert!(opened.attachment.property("registry.starts").is_some());
}

#[test]
fn tables_with_formulas_that_run_are_told() {
    let formula = format!("={}|' /c calc'!A1", "cmd");
    let csv = format!("name,value\r\na,{formula}\r\nb,=1+2\r\nc,-5\r\n");
    let opened = open("a.csv", "csv", csv.as_bytes());
    assert_eq!(ids(&opened), ["dde-command"]);
    assert_eq!(ids(&open("a.csv", "csv", b"a|b,=A1|B2,-x\r\n=SUM(A1:A2)\r\n")), [""; 0]);
    let slk = "ID;P\r\nO;E\r\nNN;NAuto_open;ER1C1\r\nC;X1;Y1;K0;EEXEC(\"x;;y\")\r\nE\r\n";
    let opened = open("a.slk", "slk", slk.as_bytes());
    assert!(opened.attachment.scripts[0].text.contains("=EXEC(\"x;y\")"), "{:?}", opened.attachment.scripts);
    assert_eq!(ids(&opened), ["macro-runs-programs", "macro-starts-itself"]);
}

#[test]
fn calendars_and_contacts_give_their_people_and_files() {
    let file = "BEGIN:VCALENDAR\r\nORGANIZER;CN=\"Yamada: Taro\":mailto:yamada@example.com\r\nATTENDEE:MAILTO:b@example.com\r\n\
                LOCATION:https://a.example/meet\r\nATTACH;FILENAME=\"x.txt\";ENCODING=BASE64;VALUE=BINARY:aGVsbG8sIHd\r\n vcmxkIQ==\r\n\
                DESCRIPTION:see http://b.example/\\nthere\r\nEND:VCALENDAR\r\n";
    let opened = open("a.ics", "ics", file.as_bytes());
    assert_eq!(opened.attachment.property("calendar.organizer"), Some("Yamada: Taro <yamada@example.com>"));
    assert_eq!(relations(&opened), [("link", "https://a.example/meet")]);
    let child = &opened.attachment.children[0];
    assert_eq!((child.name.as_deref(), child.size), (Some("x.txt"), 13));
    let file = "BEGIN:VCARD\r\nFN:山田太郎\r\nitem1.EMAIL;TYPE=work:yamada@example.com\r\nEND:VCARD\r\n";
    let opened = open("a.vcf", "vcf", file.as_bytes());
    assert_eq!(opened.attachment.property("contact.name"), Some("山田太郎"));
    assert!(opened.sources.iter().any(|s| s.text == "yamada@example.com"));
}
