//! Folders on a server: the password and whom to trust, settled before any work.

use lexicon::Lang;
use mailbox::imap::{Address, Folder, Login, Wrong};
use mailbox::intake::Source;

use super::Args;
use crate::intake::{self, Intake};
use crate::outcome::Failure;

/// The variable that holds the password.
const VARIABLE: &str = "NOROSHI_IMAP_PASSWORD";
/// Bytes of a password file, and of a file of certificates.
const MAX_FILE: u64 = 1 << 20;

/// The same mails, with those of servers.
pub(super) fn with(intake: Intake, servers: &[String], args: &Args, lang: Lang) -> Result<Intake, Failure> {
    // The address is not told: it may hold what nobody should see.
    if let Some(wrong) = servers.iter().find_map(|text| Address::parse(text).err()) {
        return Err(Failure::Usage(why(wrong).of(lang)));
    }
    let read = |path: &std::path::Path| {
        intake::text_file(path, MAX_FILE).map_err(|why| {
            let (shown, why) = (path.display(), why.of(lang));
            Failure::Input(match lang {
                Lang::Ja => format!("{shown} を読めません: {why}"),
                Lang::En => format!("{shown} cannot be read: {why}"),
            })
        })
    };
    let password = match &args.imap_password_file {
        Some(path) => read(path)?.lines().next().unwrap_or_default().to_owned(),
        None => std::env::var(VARIABLE).unwrap_or_default(),
    };
    if password.is_empty() {
        return Err(Failure::Usage(match lang {
            Lang::Ja => format!(
                "IMAP のパスワードがありません。--imap-password-file FILE か環境変数 {VARIABLE} で渡してください"
            ),
            Lang::En => format!(
                "there is no password for IMAP; give it by --imap-password-file FILE or in {VARIABLE}"
            ),
        }));
    }
    let authorities = args.imap_ca.as_deref().map(read).transpose()?.map(String::into_bytes);
    let login = Login { password, authorities };
    Ok(intake.with_remote(Box::new(move |text| {
        let address = Address::parse(text).map_err(why)?;
        let folder = Folder::open(address, &login)?;
        Ok(Box::new(folder) as Box<dyn Source>)
    })))
}

/// What is wrong with an address.
fn why(wrong: Wrong) -> intake::Why {
    let (ja, en) = match wrong {
        Wrong::Password => (
            "アドレスにパスワードを書かないでください（ほかの利用者に見えます）。--imap-password-file を使ってください",
            "leave the password out of the address, where others can see it; use --imap-password-file",
        ),
        Wrong::User => (
            "利用者名がありません（例 imaps://sato@mail.example.com/INBOX）",
            "it names no user, e.g. imaps://sato@mail.example.com/INBOX",
        ),
        Wrong::Scheme | Wrong::Host => (
            "IMAP のアドレスとして読めません（例 imaps://sato@mail.example.com/INBOX）",
            "it is no address of an IMAP folder, e.g. imaps://sato@mail.example.com/INBOX",
        ),
    };
    intake::Why::Server(ja.to_owned(), en.to_owned())
}
