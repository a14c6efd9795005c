//! The menu: what a role may reach, and nothing else.

use lexicon::Role;

use crate::view::View;

/// An entry of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item {
    /// Where it leads.
    pub(crate) href: &'static str,
    /// Its word.
    pub(crate) label: &'static str,
    /// True on its pages.
    pub(crate) current: bool,
}

/// The menu of this reader.
pub(crate) fn items(v: &View) -> Vec<Item> {
    let entries: Vec<(&'static str, &'static str)> = match v.role() {
        None => Vec::new(),
        Some(Role::Analyst) => vec![
            ("/", v.t("ホーム", "Home")),
            ("/submissions", v.t("受信箱", "Inbox")),
            ("/campaigns", v.t("キャンペーン", "Campaigns")),
            ("/threads", v.t("やり取り型", "Threads")),
            ("/reuses", v.t("メールの再利用", "Re-used mail")),
            ("/floods", v.t("フォーム攻撃", "Form floods")),
            ("/actors", v.t("攻撃者", "Actors")),
            ("/verdicts", v.t("判定", "Verdicts")),
            ("/drafts", v.t("注意喚起の作成", "Drafts")),
            ("/advisories", v.t("公開済み", "Released")),
            ("/account", v.t("アカウント", "Account")),
        ],
        Some(Role::Member | Role::Vendor) => vec![
            ("/", v.t("ホーム", "Home")),
            ("/submit", v.t("提供する", "Submit")),
            ("/advisories", v.t("注意喚起", "Advisories")),
            ("/approvals", v.t("承認", "Approvals")),
            ("/submissions", v.t("提供したもの", "Your submissions")),
            ("/warnings", v.t("返信前の警告", "Warnings")),
            ("/originals", v.t("メールの再利用", "Re-used mail")),
            ("/forms", v.t("フォーム攻撃", "Forms")),
            ("/account", v.t("アカウント", "Account")),
        ],
        Some(Role::Administrator) => vec![
            ("/", v.t("ホーム", "Home")),
            ("/admin/members", v.t("参加組織", "Members")),
            ("/admin/sigs", "SIG"),
            ("/admin/accounts", v.t("アカウントの管理", "Accounts")),
            ("/admin/audit", v.t("操作の記録", "Audit trail")),
            ("/account", v.t("自分のアカウント", "Your account")),
        ],
    };
    let path = v.here.split('?').next().unwrap_or("/");
    entries.into_iter().map(|(href, label)| Item { href, label, current: is_below(path, href) }).collect()
}

fn is_below(path: &str, href: &str) -> bool {
    path == href || (href != "/" && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn a_page_below_an_entry_marks_the_entry() {
        assert!(is_below("/drafts/1", "/drafts"));
        assert!(!is_below("/submissions", "/submit"));
        assert!(!is_below("/drafts", "/"));
    }
}
