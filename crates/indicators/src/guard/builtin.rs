//! The lists that come with Noroshi. Operators add their own and override single values with a reason.

/// Addresses that mean nothing outside the network that they are used in, or that nobody has.
pub(super) const PRIVATE: [&str; 22] = [
    "0.0.0.0/8",      // RFC 791: this network
    "10.0.0.0/8",     // RFC 1918
    "100.64.0.0/10",  // RFC 6598: behind a carrier's address translation
    "127.0.0.0/8",    // RFC 1122: loopback
    "169.254.0.0/16", // RFC 3927: link-local
    "172.16.0.0/12",  // RFC 1918
    "192.0.0.0/24",   // RFC 6890: protocol assignments
    "192.88.99.0/24", // RFC 7526: 6to4 relays, given up
    "192.168.0.0/16", // RFC 1918
    "198.18.0.0/15",  // RFC 2544: benchmarks
    "224.0.0.0/4",    // RFC 5771: multicast
    "240.0.0.0/4",    // RFC 1112: reserved, and broadcast
    "::/128",         // RFC 4291: unspecified
    "::1/128",        // RFC 4291: loopback
    "64:ff9b:1::/48", // RFC 8215: local translation
    "100::/64",       // RFC 6666: discard
    "2001::/23",      // RFC 2928: protocol assignments
    "5f00::/16",      // RFC 9602: segment routing
    "fc00::/7",       // RFC 4193: unique local
    "fe80::/10",      // RFC 4291: link-local
    "fec0::/10",      // RFC 3879: site-local, given up
    "ff00::/8",       // RFC 4291: multicast
];

/// Public resolvers: malware asks them, and so does half of the world.
pub(super) const RESOLVERS: [&str; 16] = [
    "1.0.0.1/32",
    "1.1.1.1/32",
    "8.8.4.4/32",
    "8.8.8.8/32",
    "9.9.9.9/32",
    "94.140.14.14/32",
    "149.112.112.112/32",
    "208.67.220.220/32",
    "208.67.222.222/32",
    "2001:4860:4860::8844/128",
    "2001:4860:4860::8888/128",
    "2606:4700:4700::1001/128",
    "2606:4700:4700::1111/128",
    "2620:fe::9/128",
    "2620:fe::fe/128",
    "2a10:50c0::ad1:ff/128",
];

/// Addresses set aside for examples.
pub(super) const DOCUMENTATION: [&str; 6] = [
    "192.0.2.0/24",    // RFC 5737
    "198.51.100.0/24", // RFC 5737
    "203.0.113.0/24",  // RFC 5737
    "233.252.0.0/24",  // RFC 6676
    "2001:db8::/32",   // RFC 3849
    "3fff::/20",       // RFC 9637
];

/// Names set aside for examples and tests (RFC 2606, RFC 6761).
pub(super) const RESERVED_EXAMPLES: [&str; 5] =
    ["example", "test", "example.com", "example.net", "example.org"];

/// Names that never lead out of a machine or a house (RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`).
pub(super) const RESERVED_LOCAL: [&str; 6] =
    ["invalid", "localhost", "local", "internal", "home.arpa", "arpa"];

/// Hosts on which nobody but the owner publishes, and which stand in every mail made by an office program:
/// name spaces and document types. Every URL on them is guarded.
pub(super) const NAME_SPACES: [&str; 9] = [
    "dublincore.org",
    "ns.adobe.com",
    "ogp.me",
    "purl.org",
    "schema.org",
    "schemas.microsoft.com",
    "schemas.openxmlformats.org",
    "w3.org",
    "xmlns.com",
];

/// Services that most organisations use, by what blocking them would break. The name and everything below it
/// is guarded as a *host*; a URL with a path on it is not, because attackers publish there:
/// `https://docs.google.com/forms/…` is an indicator, `docs.google.com` is not. Names below which customers
/// choose their own (`github.io`, `sharepoint.com`, `amazonaws.com`, `blob.core.windows.net`) must not stand
/// here, nor URL shorteners, whose whole use is to hide.
pub(super) const POPULAR: [&str; 155] = [
    // Mail for everybody: the address is the indicator, not the house.
    "aol.com",
    "fastmail.com",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.co.jp",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.fr",
    "icloud.com",
    "live.com",
    "live.jp",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "naver.com",
    "outlook.com",
    "outlook.jp",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "web.de",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.fr",
    "yahoo.ne.jp",
    "yandex.ru",
    "ybb.ne.jp",
    "ymail.com",
    "zoho.com",
    "126.com",
    "163.com",
    // Mail of Japanese carriers and providers.
    "au.com",
    "biglobe.ne.jp",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "i.softbank.jp",
    "nifty.com",
    "ocn.ne.jp",
    "plala.or.jp",
    "so-net.ne.jp",
    "softbank.ne.jp",
    "excite.co.jp",
    "goo.ne.jp",
    // Search, office, cloud consoles and signing in.
    "adobe.com",
    "apple.com",
    "atlassian.com",
    "azure.com",
    "baidu.com",
    "bing.com",
    "box.com",
    "docusign.com",
    "docusign.net",
    "dropbox.com",
    "duckduckgo.com",
    "github.com",
    "gitlab.com",
    "google.co.jp",
    "google.com",
    "googleusercontent.com",
    "ibm.com",
    "live.net",
    "microsoft.com",
    "microsoftonline.com",
    "mozilla.org",
    "office.com",
    "office.net",
    "office365.com",
    "okta.com",
    "oracle.com",
    "salesforce.com",
    "sap.com",
    "skype.com",
    "slack.com",
    "trello.com",
    "webex.com",
    "windows.com",
    "windowsupdate.com",
    "zoom.us",
    // Content delivery and web fonts.
    "ajax.googleapis.com",
    "bootstrapcdn.com",
    "cdn.jsdelivr.net",
    "cdnjs.cloudflare.com",
    "cloudflare.com",
    "code.jquery.com",
    "fonts.googleapis.com",
    "fonts.gstatic.com",
    "ggpht.com",
    "gravatar.com",
    "gstatic.com",
    "jsdelivr.net",
    "maps.googleapis.com",
    "polyfill-fastly.io",
    "typekit.net",
    "unpkg.com",
    "ytimg.com",
    // Measuring and advertising.
    "doubleclick.net",
    "google-analytics.com",
    "googleadservices.com",
    "googlesyndication.com",
    "googletagmanager.com",
    // Social networks, messages, video, reading.
    "discord.com",
    "facebook.com",
    "fb.com",
    "fbcdn.net",
    "instagram.com",
    "line.me",
    "linkedin.com",
    "licdn.com",
    "medium.com",
    "nicovideo.jp",
    "pinterest.com",
    "reddit.com",
    "snapchat.com",
    "spotify.com",
    "telegram.org",
    "tiktok.com",
    "twimg.com",
    "twitter.com",
    "vimeo.com",
    "wechat.com",
    "whatsapp.com",
    "wikipedia.org",
    "wordpress.org",
    "x.com",
    "youtube.com",
    // Shops, payment, parcels.
    "amazon.co.jp",
    "amazon.com",
    "dhl.com",
    "ebay.com",
    "fedex.com",
    "japanpost.jp",
    "kuronekoyamato.co.jp",
    "mastercard.com",
    "mercari.com",
    "netflix.com",
    "paypal.com",
    "rakuten.co.jp",
    "sagawa-exp.co.jp",
    "stripe.com",
    "ups.com",
    "usps.com",
    "visa.com",
    // Places that defenders link to.
    "cisa.gov",
    "ietf.org",
    "ipa.go.jp",
    "jpcert.or.jp",
    "mitre.org",
    "nist.gov",
    "virustotal.com",
];
