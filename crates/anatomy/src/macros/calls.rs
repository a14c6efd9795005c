//! The calls that give code away: what starts by itself, runs programs, downloads, writes, hides.
//!
//! One pass with one automaton over the text, however long the table grows. A word counts only as a whole word.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// The language of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Visual Basic for Applications.
    Vba,
    /// Excel 4 macros.
    Xlm,
    /// VBScript.
    VbScript,
    /// JavaScript and JScript outside of a web page.
    JavaScript,
    /// JavaScript in a web page, where some calls are everyday.
    Page,
    /// PowerShell.
    PowerShell,
    /// Batch files.
    Batch,
}

impl Language {
    /// The word for it in the facts.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Vba => "vba",
            Self::Xlm => "xlm",
            Self::VbScript => "vbscript",
            Self::JavaScript | Self::Page => "javascript",
            Self::PowerShell => "powershell",
            Self::Batch => "batch",
        }
    }

    /// True for the Basic family.
    pub(crate) fn is_basic(self) -> bool {
        matches!(self, Self::Vba | Self::VbScript | Self::Xlm)
    }

    /// True for code that a document carries.
    pub(crate) fn is_macro(self) -> bool {
        matches!(self, Self::Vba | Self::Xlm)
    }
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// Runs without being asked.
    Starts,
    /// Starts a program.
    Runs,
    /// Fetches from the network.
    Downloads,
    /// Writes files or settings.
    Writes,
    /// Hides what happens, or switches a guard off.
    Hides,
    /// Decodes or evaluates text.
    Decodes,
}

struct Call(&'static str, Means);

use Means::{Decodes, Downloads, Hides, Runs, Starts, Writes};

/// Patterns as they are told; compared without case. A part that virus scanners look for as a whole is no secret:
/// these are the public names of interfaces.
static CALLS: &[Call] = &[
    Call("AutoOpen", Starts),
    Call("Auto_Open", Starts),
    Call("AutoExec", Starts),
    Call("AutoExit", Starts),
    Call("AutoClose", Starts),
    Call("Auto_Close", Starts),
    Call("AutoNew", Starts),
    Call("Auto_Activate", Starts),
    Call("Document_Open", Starts),
    Call("DocumentOpen", Starts),
    Call("Document_Close", Starts),
    Call("Document_New", Starts),
    Call("Document_BeforeClose", Starts),
    Call("Document_ContentControlOnEnter", Starts),
    Call("Workbook_Open", Starts),
    Call("Workbook_Activate", Starts),
    Call("Workbook_BeforeClose", Starts),
    Call("Workbook_Close", Starts),
    Call("Workbook_SheetActivate", Starts),
    Call("Worksheet_Activate", Starts),
    Call("Slide_Show_Begin", Starts),
    Call("OnSlideShowPageChange", Starts),
    Call("SlideShowWindow_OnSlideShowBegin", Starts),
    Call("UserForm_Initialize", Starts),
    Call("Frame1_Layout", Starts),
    Call("InkPicture1_Painted", Starts),
    Call("InkPicture1_Painting", Starts),
    Call("Image1_MouseMove", Starts),
    Call("MultiPage1_Layout", Starts),
    Call("SystemMonitor1_GotFocus", Starts),
    Call("WebBrowser1_DocumentComplete", Starts),
    Call("Shell", Runs),
    Call("WScript.Shell", Runs),
    Call("Shell.Application", Runs),
    Call("ShellExecute", Runs),
    Call("ShellExecuteA", Runs),
    Call("ShellExecuteW", Runs),
    Call("ShellBrowserWindow", Runs),
    Call("WinExec", Runs),
    Call("Win32_Process", Runs),
    Call("Win32_ProcessStartup", Runs),
    Call("CreateProcess", Runs),
    Call("CreateProcessA", Runs),
    Call("CreateProcessW", Runs),
    Call("CreateThread", Runs),
    Call("CreateRemoteThread", Runs),
    Call("VirtualAlloc", Runs),
    Call("VirtualAllocEx", Runs),
    Call("RtlMoveMemory", Writes),
    Call("WriteProcessMemory", Runs),
    Call("QueueUserAPC", Runs),
    Call("EnumSystemLanguageGroupsW", Runs),
    Call("MacScript", Runs),
    Call("AppleScriptTask", Runs),
    Call("ExecuteExcel4Macro", Runs),
    Call("cmd.exe", Runs),
    Call("cmd /c", Runs),
    Call("powershell", Runs),
    Call("pwsh", Runs),
    Call("mshta", Runs),
    Call("rundll32", Runs),
    Call("regsvr32", Runs),
    Call("wmic", Runs),
    Call("wscript.exe", Runs),
    Call("cscript", Runs),
    Call("msiexec", Runs),
    Call("schtasks", Runs),
    Call("msbuild", Runs),
    Call("installutil", Runs),
    Call("forfiles", Runs),
    Call("Start-Process", Runs),
    Call("Invoke-WmiMethod", Runs),
    Call("Schedule.Service", Runs),
    Call("ActiveXObject", Runs),
    Call("URLDownloadToFile", Downloads),
    Call("URLDownloadToFileA", Downloads),
    Call("URLDownloadToFileW", Downloads),
    Call("URLDownloadToCacheFile", Downloads),
    Call("URLDownloadToCacheFileA", Downloads),
    Call("InternetOpenUrl", Downloads),
    Call("InternetOpenUrlA", Downloads),
    Call("InternetReadFile", Downloads),
    Call("MSXML2.XMLHTTP", Downloads),
    Call("MSXML2.ServerXMLHTTP", Downloads),
    Call("Microsoft.XMLHTTP", Downloads),
    Call("WinHttp.WinHttpRequest", Downloads),
    Call("XMLHTTP", Downloads),
    Call("ServerXMLHTTP", Downloads),
    Call("XMLHttpRequest", Downloads),
    Call("WinHttpRequest", Downloads),
    Call("Net.WebClient", Downloads),
    Call("WebClient", Downloads),
    Call("DownloadFile", Downloads),
    Call("DownloadString", Downloads),
    Call("DownloadData", Downloads),
    Call("Invoke-WebRequest", Downloads),
    Call("Invoke-RestMethod", Downloads),
    Call("iwr", Downloads),
    Call("irm", Downloads),
    Call("Start-BitsTransfer", Downloads),
    Call("bitsadmin", Downloads),
    Call("certutil", Downloads),
    Call("curl", Downloads),
    Call("wget", Downloads),
    Call("InternetExplorer.Application", Downloads),
    Call("ADODB.Stream", Writes),
    Call("SaveToFile", Writes),
    Call("Scripting.FileSystemObject", Writes),
    Call("CreateTextFile", Writes),
    Call("OpenTextFile", Writes),
    Call("FileCopy", Writes),
    Call("RegWrite", Writes),
    Call("SetStringValue", Writes),
    Call("WriteAllBytes", Writes),
    Call("Set-Content", Writes),
    Call("Out-File", Writes),
    Call("CurrentVersion\\Run", Writes),
    Call("VBProject", Writes),
    Call("VBComponents", Writes),
    Call("vbHide", Hides),
    Call("-WindowStyle Hidden", Hides),
    Call("-w hidden", Hides),
    Call("ExecutionPolicy Bypass", Hides),
    Call("-ep bypass", Hides),
    Call("AmsiUtils", Hides),
    Call("AmsiScanBuffer", Hides),
    Call("Set-MpPreference", Hides),
    Call("Add-MpPreference", Hides),
    Call("EnableContentProtection", Hides),
    Call("AccessVBOM", Hides),
    Call("VBAWarnings", Hides),
    Call("Application.Visible", Hides),
    Call("SetFileAttributes", Hides),
    Call("Win32_PingStatus", Hides),
    Call("CallByName", Decodes),
    Call("StrReverse", Decodes),
    Call("FromBase64String", Decodes),
    Call("bin.base64", Decodes),
    Call("eval", Decodes),
    Call("ExecuteGlobal", Decodes),
    Call("ExecuteStatement", Decodes),
    Call("unescape", Decodes),
    Call("atob", Decodes),
    Call("fromCharCode", Decodes),
    Call("Invoke-Expression", Decodes),
    Call("iex", Decodes),
    Call("EncodedCommand", Decodes),
    Call("GzipStream", Decodes),
    Call("DeflateStream", Decodes),
    Call("Reflection.Assembly", Decodes),
];

/// Everyday in these languages, so not told there.
fn is_everyday(call: &str, language: Language) -> bool {
    match language {
        Language::Page => matches!(
            call,
            "XMLHttpRequest"
                | "Shell"
                | "curl"
                | "wget"
                | "irm"
                | "iwr"
                | "iex"
                | "WebClient"
                | "DownloadFile"
                | "DownloadString"
                | "DownloadData"
        ),
        // The object of browsers, not of the script host.
        Language::JavaScript => {
            matches!(call, "Shell" | "irm" | "iwr" | "iex" | "XMLHttpRequest" | "curl" | "wget")
        }
        Language::PowerShell => matches!(call, "Shell" | "powershell" | "eval"),
        Language::Batch => matches!(call, "Shell" | "cmd.exe" | "cmd /c" | "eval"),
        Language::Vba | Language::VbScript | Language::Xlm => {
            matches!(call, "irm" | "iwr" | "iex" | "curl" | "wget" | "eval")
        }
    }
}

static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let patterns = CALLS.iter().map(|call| call.0);
    AhoCorasick::builder().ascii_case_insensitive(true).build(patterns).ok()
});

/// A call found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its name as the table has it.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) means: Means,
}

/// The calls in a script, each once, in the order of the table.
pub(crate) fn find(text: &str, language: Language) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut seen = vec![false; CALLS.len()];
    let Some(automaton) = AUTOMATON.as_ref() else {
        return Vec::new();
    };
    for hit in automaton.find_overlapping_iter(text) {
        let index = hit.pattern().as_usize();
        if seen.get(index) == Some(&false) && counts(bytes, hit.start(), hit.end(), index, language) {
            seen[index] = true;
        }
    }
    let found = |(call, seen): (&Call, bool)| seen.then_some(Found { name: call.0, means: call.1 });
    CALLS.iter().zip(seen).filter_map(found).collect()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn counts(bytes: &[u8], start: usize, end: usize, index: usize, language: Language) -> bool {
    let Some(call) = CALLS.get(index) else {
        return false;
    };
    let edge = |at: Option<usize>, own: Option<&u8>| {
        let other = at.and_then(|at| bytes.get(at)).copied();
        !(own.is_some_and(|b| is_word(*b)) && other.is_some_and(is_word))
    };
    if !edge(start.checked_sub(1), bytes.get(start)) || !edge(Some(end), bytes.get(end - 1)) {
        return false;
    }
    if is_everyday(call.0, language) {
        return false;
    }
    let before = bytes.get(start.saturating_sub(24)..start).unwrap_or(&[]);
    match (call.1, language) {
        // A procedure of that name, not a word in a comment.
        (Starts, Language::Vba) => {
            let word = before.trim_ascii_end();
            word.len() < before.len()
                && word.get(word.len().saturating_sub(3)..).is_some_and(|w| w.eq_ignore_ascii_case(b"sub"))
        }
        (Starts, Language::Xlm) => true,
        (Starts, _) => false,
        // `Shell` as a call, not as part of a longer name such as `oShell.Run` or in a sentence.
        _ if call.0 == "Shell" => {
            let after = bytes.get(end..).unwrap_or(&[]);
            let next = after.iter().find(|b| **b != b' ').copied();
            let called = matches!(next, Some(b'(' | b'"'))
                || (after.first() == Some(&b' ') && next.is_some_and(|b| b.is_ascii_alphabetic()));
            let previous = before.last().copied();
            called && matches!(previous, None | Some(b' ' | b'\t' | b'\n' | b'(' | b'=' | b':' | b','))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, language: Language) -> Vec<&'static str> {
        find(text, language).into_iter().map(|f| f.name).collect()
    }

    #[test]
    fn calls_are_found_as_whole_words_without_regard_to_case() {
        assert_eq!(names("set x = CREATEOBJECT(\"wscript.SHELL\")", Language::Vba), ["WScript.Shell"]);
        assert_eq!(names("MyWebClients = 1", Language::Vba), [""; 0]);
        assert_eq!(names("Invoke-WebRequest http://a.example", Language::PowerShell), ["Invoke-WebRequest"]);
        assert_eq!(names("x = Shell(\"a\", 0)", Language::Vba), ["Shell"]);
        assert_eq!(names("' the Nutshell (book)", Language::Vba), [""; 0]);
    }

    #[test]
    fn what_starts_by_itself_is_a_procedure_of_that_name() {
        assert_eq!(names("Private Sub Workbook_Open()", Language::Vba), ["Workbook_Open"]);
        assert_eq!(names("' as Workbook_Open does", Language::Vba), [""; 0]);
    }

    #[test]
    fn what_is_everyday_in_a_page_is_not_told_there() {
        assert_eq!(names("new XMLHttpRequest()", Language::Page), [""; 0]);
        assert_eq!(names("x.DownloadFile(y)", Language::Page), [""; 0]);
        assert_eq!(names("x.DownloadFile(y)", Language::PowerShell), ["DownloadFile"]);
    }
}
