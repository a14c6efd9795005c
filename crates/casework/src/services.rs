//! Names that everybody uses: they never tie mails by themselves.

/// True if `domain` (registrable, lower case) is a mail service where anybody gets an address.
pub(crate) fn is_freemail(domain: &str) -> bool {
    FREEMAIL.binary_search(&domain).is_ok()
}

/// True if `domain` is a service whose name says nothing about who uses it: hosting, shortening, sending,
/// tracking, social, content delivery, or a household name that mails of every kind link to.
pub(crate) fn is_service(domain: &str) -> bool {
    SERVICES.binary_search(&domain).is_ok() || is_freemail(domain)
}

/// What a shortening or storage service is asked for, e.g. `bit.ly/3xYzAbC`: that belongs to one user of it.
pub(crate) fn page(domain: &str, host: &str, path: &str) -> Option<String> {
    let stores = matches!(host, "storage.googleapis.com" | "ipfs.io" | "cloudflare-ipfs.com");
    if !stores && SHORTENERS.binary_search(&domain).is_err() {
        return None;
    }
    let path = path.trim_start_matches('/');
    let end = path.find(['/', '?', '#']).unwrap_or(path.len());
    let first = path.get(..end).filter(|first| first.len() >= MIN_PAGE)?;
    Some(format!("{host}/{first}"))
}

/// A page name shorter than this is no user's.
const MIN_PAGE: usize = 4;

/// Shortening services, sorted.
#[rustfmt::skip]
const SHORTENERS: &[&str] = &[
    "1drv.ms", "aka.ms", "amzn.to", "bit.do", "bit.ly", "bl.ink", "buff.ly", "clck.ru", "cutt.ly",
    "dlvr.it", "goo.gl", "is.gd", "lnkd.in", "n9.cl", "onl.tw", "ow.ly", "qr.net", "rb.gy", "rebrand.ly",
    "s.id", "short.io", "shorturl.at", "shrtco.de", "soo.gd", "t.co", "t.ly", "t2m.io", "tiny.cc",
    "tinyurl.com", "tinyurl.ph", "trib.al", "u.to", "urlz.fr", "urx3.nu", "v.gd", "wa.me", "x.co", "x.gd",
    "youtu.be",
];

/// Freemail and providers' mail, sorted; `freemail.example` is for examples and tests.
#[rustfmt::skip]
const FREEMAIL: &[&str] = &[
    "126.com", "163.com", "aim.com", "aol.com", "au.com", "auone.jp", "biglobe.ne.jp", "bigpond.com",
    "btinternet.com", "comcast.net", "cox.net", "daum.net", "dion.ne.jp", "docomo.ne.jp", "duck.com",
    "earthlink.net", "excite.co.jp", "ezweb.ne.jp", "fastmail.com", "foxmail.com", "free.fr", "freemail.example", "freenet.de",
    "gmail.com", "gmx.com", "gmx.de", "gmx.net", "goo.jp", "googlemail.com", "hanmail.net", "hotmail.co.jp",
    "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "hushmail.com",
    "i.softbank.jp", "icloud.com", "inbox.com", "inbox.ru", "infoseek.jp", "jcom.home.ne.jp", "juno.com",
    "laposte.net", "libero.it", "list.ru", "live.co.uk", "live.com", "live.fr", "live.jp", "live.nl",
    "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "nifty.com", "ocn.ne.jp",
    "orange.fr", "outlook.com", "outlook.de", "outlook.es", "outlook.fr", "outlook.jp", "pm.me",
    "proton.me", "protonmail.ch", "protonmail.com", "qq.com", "rakuten.jp", "rediffmail.com",
    "rocketmail.com", "sbcglobal.net", "seznam.cz", "sfr.fr", "sina.com", "so-net.ne.jp", "softbank.jp",
    "softbank.ne.jp", "sohu.com", "t-online.de", "terra.com.br", "tutanota.com", "uol.com.br",
    "verizon.net", "virgilio.it", "wanadoo.fr", "web.de", "wp.pl", "yahoo.ca", "yahoo.co.in", "yahoo.co.jp",
    "yahoo.co.uk", "yahoo.com", "yahoo.com.br", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it",
    "yahoo.ne.jp", "yandex.com", "yandex.ru", "yeah.net", "ymail.com", "ymobile.ne.jp", "zoho.com",
];

/// Services, sorted.
#[rustfmt::skip]
const SERVICES: &[&str] = &[
    "000webhostapp.com", "1and1.com", "1drv.com", "1drv.ms", "a2hosting.com", "accenture.com",
    "acemlna.com", "acemsrvc.com", "activehosted.com", "addthis.com", "adobe.com", "airbnb.com", "aka.ms",
    "akamai.net", "akamaihd.net", "akamaized.net", "amazon.co.jp", "amazon.co.uk", "amazon.com",
    "amazon.de", "amazonaws.com", "amazonses.com", "americanexpress.com", "amzn.to", "angelfire.com",
    "apache.org", "app.link", "appdomain.cloud", "apple.com", "appspot.com", "archive.org", "au.com",
    "avast.com", "avg.com", "aweber.com", "awstrack.me", "azure.com", "azureedge.net", "azurefd.net",
    "azurewebsites.net", "backblazeb2.com", "bankofamerica.com", "barracudanetworks.com", "bbc.co.uk",
    "bbc.com", "beehiiv.com", "benchmarkemail.com", "bestbuy.com", "binance.com", "bing.com", "bit.do",
    "bit.ly", "bl.ink", "blob.core.windows.net", "blogger.com", "blogspot.com", "bluehost.com",
    "booking.com", "bootstrapcdn.com", "box.com", "branch.io", "braze.com", "brevo.com", "buff.ly",
    "campaign-archive.com", "campaignmonitor.com", "canva.com", "cdnjs.com", "chase.com", "cheetahmail.com",
    "cirrusinsight.com", "cisco.com", "clck.ru", "cloudapp.net", "cloudflare-ipfs.com", "cloudflare.com",
    "cloudfront.net", "cloudfunctions.net", "cloudinary.com", "cmail19.com", "cmail20.com", "cnn.com",
    "coinbase.com", "constantcontact.com", "contabo.net", "contaboserver.net", "convertkit-mail.com",
    "convertkit.com", "costco.com", "createsend.com", "customer.io", "cutt.ly", "debian.org", "dell.com",
    "dhl.com", "digitalocean.com", "digitaloceanspaces.com", "discord.com", "discordapp.com", "dlvr.it",
    "docomo.ne.jp", "docusign.com", "docusign.net", "doubleclick.com", "doubleclick.net", "dreamhost.com",
    "drip.com", "dropbox.com", "dropboxusercontent.com", "e-goi.com", "ebay.com", "egoiapp.com",
    "egroups.com", "elasticemail.com", "eloqua.com", "emailmarcomms.com", "emarsys.net", "embluejet.com",
    "embluemail.com", "eset.com", "europa.eu", "eventbrite.com", "exacttarget.com", "exchangelabs.com",
    "facebook.com", "facebookmail.com", "fb.me", "fbcdn.net", "fedex.com", "feedburner.com",
    "firebaseapp.com", "firebasestorage.googleapis.com", "fireeye.com", "flickr.com", "fontawesome.com",
    "fonts.com", "fonts.net", "forms.gle", "gandi.net", "geocities.com", "getjobber.com", "getresponse.com",
    "github.com", "github.io", "githubusercontent.com", "gitlab.com", "glitch.me", "gmoserver.jp",
    "gnu.org", "go.jp", "godaddy.com", "goo.gl", "google-analytics.com", "google.co.jp", "google.co.uk",
    "google.com", "google.com.br", "google.de", "google.es", "google.fr", "googleapis.com",
    "googlegroups.com", "googletagmanager.com", "googleusercontent.com", "gravatar.com", "groups.io",
    "gstatic.com", "herokuapp.com", "heteml.jp", "hetzner.com", "hetzner.de", "hostgator.com",
    "hostinger.com", "hp.com", "hs-sites.com", "hsforms.com", "hubspot.com", "hubspotemail.net",
    "hubspotlinks.com", "ibb.co", "ibm.com", "icontact.com", "imgur.com", "instagram.com", "intuit.com",
    "ionos.com", "ionos.de", "ipfs.io", "is.gd", "iterable.com", "japanpost.jp", "jcb.co.jp", "jotform.com",
    "jquery.com", "jsdelivr.net", "kagoya.net", "kaspersky.com", "klaviyo.com", "klaviyomail.com",
    "klclick.com", "klclick1.com", "klclick2.com", "klclick3.com", "kundenserver.de",
    "kuronekoyamato.co.jp", "ledger.com", "licdn.com", "line.me", "linkedin.com", "linode.com",
    "linodeusercontent.com", "list-manage.com", "live.net", "lnkd.in", "lolipop.jp", "lycos.com",
    "mailchi.mp", "mailchimp.com", "mailerlite.com", "mailgun.net", "mailgun.org", "mailjet.com",
    "mailpoet.com", "mailtrack.io", "mandrillapp.com", "marketo.com", "mastercard.com", "mcafee.com",
    "mcsv.net", "mediafire.com", "medium.com", "meetup.com", "mega.nz", "mercari.com", "metamask.io",
    "microsoft.com", "microsoftonline.com", "mimecast.com", "mixmax.com", "mizuhobank.co.jp",
    "mktomail.com", "mlsend.com", "moosend.com", "mozilla.org", "msecnd.net", "msn.com", "mtasv.net",
    "mufg.jp", "muumuu-domain.com", "myqcloud.com", "myshopify.com", "n9.cl", "namecheap.com", "nasa.gov",
    "netflix.com", "netlify.app", "netscape.com", "norton.com", "notion.site", "notion.so",
    "nttdocomo.co.jp", "nytimes.com", "office.com", "office.net", "office365.com", "omnisend.com",
    "omnisendlink.com", "onamae.com", "one.com", "onedrive.com", "onelink.me", "onl.tw", "onmicrosoft.com",
    "openoffice.org", "opensea.io", "oracle.com", "outlook.com", "ovh.com", "ovh.net", "ow.ly", "page.link",
    "pages.dev", "pardot.com", "paypal.com", "paypalobjects.com", "pinimg.com", "pinterest.com",
    "postimg.cc", "postmarkapp.com", "pphosted.com", "privateemail.com", "proofpoint.com", "pstmrk.it",
    "python.org", "qr.net", "qualtrics.com", "r2.dev", "rackspace.com", "rakuten.co.jp", "rb.gy",
    "rdstation.com", "rdstation.com.br", "rebrand.ly", "reddit.com", "redhat.com", "registrar-servers.com",
    "responsys.net", "rs6.net", "run.app", "s.id", "safelinks.com", "sagawa-exp.co.jp", "sailthru.com",
    "sakura.ne.jp", "salesforce.com", "sec.gov", "secureserver.net", "sender.net", "sendgrid.com",
    "sendgrid.net", "sendibm1.com", "sendinblue.com", "sendsfx.com", "sharepoint.com", "sharethis.com",
    "shopify.com", "short.io", "shorturl.at", "shrtco.de", "sibforms.com", "silverpop.com", "skype.com",
    "slack.com", "smbc.co.jp", "smtp2go.com", "socketlabs.com", "softbank.jp", "soo.gd", "sourceforge.net",
    "sparkpost.com", "sparkpostmail.com", "spotify.com", "squarespace.com", "strato.de", "streak.com",
    "stripe.com", "substack.com", "surveymonkey.com", "symantec.com", "t.co", "t.ly", "t.me", "t2m.io",
    "target.com", "telegram.org", "tiktok.com", "tiny.cc", "tinyurl.com", "tinyurl.ph", "topica.com",
    "trafficmanager.net", "trendmicro.com", "trezor.io", "trib.al", "tripod.com", "trustpilot.com",
    "tumblr.com", "twimg.com", "twitter.com", "typeform.com", "typekit.net", "u.to", "uber.com",
    "unpkg.com", "ups.com", "urldefense.com", "urlz.fr", "urx3.nu", "usps.com", "v.gd", "value-domain.com",
    "vercel.app", "vimeo.com", "visa.com", "vultr.com", "vultrusercontent.com", "w3.org", "w3schools.com",
    "wa.me", "walmart.com", "web-hosting.com", "web.app", "weebly.com", "weeblysite.com", "wellfargo.com",
    "whatsapp.com", "wikimedia.org", "wikipedia.org", "windows.net", "windowsupdate.com", "wix.com",
    "wixsite.com", "wixstatic.com", "wordpress.com", "workers.dev", "x.co", "x.com", "x.gd", "xfinity.com",
    "xserver.jp", "yahoo.com", "yahoogroups.com", "yesware.com", "yodobashi.com", "your-server.de",
    "youtu.be", "youtube.com", "zendesk.com", "zoho.eu", "zohocampaigns.com", "zoom.us", "zupimages.net",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_so_that_every_name_in_them_is_found() {
        assert!(FREEMAIL.is_sorted());
        assert!(SERVICES.is_sorted());
        assert!(SHORTENERS.is_sorted() && SHORTENERS.iter().all(|name| is_service(name)));
        assert!(is_freemail("gmail.com") && !is_freemail("evil.example"));
        assert!(is_service("bit.ly") && is_service("yahoo.co.jp") && !is_service("evil.example"));
    }
}
