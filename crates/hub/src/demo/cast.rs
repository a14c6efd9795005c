//! Who plays: SIGs, members and a vendor, all invented.

use std::collections::BTreeSet;

use lexicon::ids::{MemberId, SigId};
use lexicon::member::Identity;
use lexicon::{Member, Role, Sig};

/// Somebody on stage.
pub(super) struct Player {
    /// Login name of its account, and the key of its id.
    pub(super) user: &'static str,
    /// Role.
    pub(super) role: Role,
    /// Name.
    pub(super) name: &'static str,
    /// Names it also goes by.
    pub(super) also: &'static [&'static str],
    /// Its domain.
    pub(super) domain: &'static str,
    /// The desk that receives enquiries.
    pub(super) desk: &'static str,
    /// Who sits at that desk.
    pub(super) person: &'static str,
    /// The same in Latin letters.
    pub(super) person_latin: &'static str,
    /// Its network.
    pub(super) network: &'static str,
    /// Keys of its SIGs.
    pub(super) sigs: &'static [&'static str],
}

/// SIGs: key, Japanese, English.
pub(super) const SIGS: [(&str, &str, &str); 4] = [
    ("gas", "ガス", "Gas"),
    ("power", "電力", "Electric power"),
    ("chemicals", "化学", "Chemicals"),
    ("heavy", "重工", "Heavy industry"),
];

/// The members and, last, the vendor.
pub(super) const PLAYERS: [Player; 7] = [
    Player {
        user: "mitaho",
        role: Role::Member,
        name: "みたほガス株式会社",
        also: &["Mitaho Gas", "御田穂瓦斯"],
        domain: "mitaho-gas.example",
        desk: "toiawase@mitaho-gas.example",
        person: "佐久間 恵理子",
        person_latin: "Eriko Sakuma",
        network: "2001:db8:11::/48",
        sigs: &["gas"],
    },
    Player {
        user: "shirasuna",
        role: Role::Member,
        name: "白砂都市ガス株式会社",
        also: &["Shirasuna City Gas"],
        domain: "shirasuna-citygas.example",
        desk: "info@shirasuna-citygas.example",
        person: "立花 健吾",
        person_latin: "Kengo Tachibana",
        network: "2001:db8:12::/48",
        sigs: &["gas"],
    },
    Player {
        user: "hokuryo",
        role: Role::Member,
        name: "北陵電力株式会社",
        also: &["Hokuryo Electric Power"],
        domain: "hokuryo-power.example",
        desk: "contact@hokuryo-power.example",
        person: "三枝 真由",
        person_latin: "Mayu Saegusa",
        network: "2001:db8:13::/48",
        sigs: &["power"],
    },
    Player {
        user: "mitsumine",
        role: Role::Member,
        name: "三ツ峰化学工業株式会社",
        also: &["Mitsumine Chemical"],
        domain: "mitsumine-chem.example",
        desk: "kouhou@mitsumine-chem.example",
        person: "城戸 隆一",
        person_latin: "Ryuichi Kido",
        network: "2001:db8:14::/48",
        sigs: &["chemicals"],
    },
    Player {
        user: "shinonome",
        role: Role::Member,
        name: "東雲重工業株式会社",
        also: &["Shinonome Heavy Industries"],
        domain: "shinonome-heavy.example",
        desk: "webmaster@shinonome-heavy.example",
        person: "有馬 千尋",
        person_latin: "Chihiro Arima",
        network: "2001:db8:15::/48",
        sigs: &["heavy", "gas"],
    },
    Player {
        user: "wakaba",
        role: Role::Member,
        name: "若葉石油化学株式会社",
        also: &["Wakaba Petrochemical"],
        domain: "wakaba-petro.example",
        desk: "support@wakaba-petro.example",
        person: "大貫 修平",
        person_latin: "Shuhei Onuki",
        network: "2001:db8:16::/48",
        sigs: &["chemicals"],
    },
    Player {
        user: "todai",
        role: Role::Vendor,
        name: "灯台セキュリティ株式会社",
        also: &["Todai Security"],
        domain: "todai-security.example",
        desk: "soc@todai-security.example",
        person: "堀江 望",
        person_latin: "Nozomi Horie",
        network: "2001:db8:17::/48",
        sigs: &[],
    },
];

pub(super) fn sigs() -> Vec<Sig> {
    SIGS.iter()
        .map(|(key, ja, en)| Sig {
            id: SigId::from_name(key),
            name_ja: (*ja).to_owned(),
            name_en: (*en).to_owned(),
        })
        .collect()
}

impl Player {
    pub(super) fn id(&self) -> MemberId {
        MemberId::from_name(self.user)
    }

    pub(super) fn member(&self) -> Member {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Member {
            id: self.id(),
            role: self.role,
            name: self.name.to_owned(),
            sigs: self.sigs.iter().map(|key| SigId::from_name(key)).collect::<BTreeSet<_>>(),
            identity: Identity {
                names: own(self.also),
                domains: own(&[self.domain]),
                addresses: own(&[self.desk]),
                networks: own(&[self.network]),
                persons: own(&[self.person, self.person_latin]),
            },
        }
    }
}
