//! Nothing here tells of anybody: identifiers come from reserved ranges only.

use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use crate::support::{files_below, fixture};

/// How every GUID begins.
const GUID: &str = "00000000-0000-4000-8000-";

/// Domains that belong to nobody.
const RESERVED_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// Domains that formats name.
const FORMAT_DOMAINS: [&str; 2] = ["microsoft.com", "openxmlformats.org"];

/// Blocks for documentation, by how their addresses begin.
const ADDRESSES: [&str; 4] = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];

/// An address that is malformed on purpose.
const MALFORMED: &str = "::2001:db8::1:2";

/// How numbers for fiction begin, up to the last two digits.
const PHONE: &str = "120255501";

#[test]
fn fixtures_hold_reserved_identifiers_only() {
    for path in files_below(&fixture("")) {
        let text = text_of(&path);
        let strange: Vec<_> = guids(&text)
            .filter(|guid| !is_phone(guid))
            .chain(mail_addresses(&text))
            .chain(hosts(&text))
            .chain(ip_addresses(&text))
            .chain(phone_numbers(&text))
            .collect();
        assert!(strange.is_empty(), "{}: {strange:?}", path.display());
    }
}

#[test]
fn sources_hold_reserved_identifiers_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["src", "examples", "benches", "tests"].map(|name| root.join(name));
    let files = folders.iter().filter(|folder| folder.is_dir()).flat_map(|f| files_below(f));
    let pages = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|name| root.join(name));
    for path in files.chain(pages.into_iter().filter(|page| page.is_file())) {
        let text = text_of(&path);
        let guids = guids(&text).filter(|guid| !is_role_template(guid) && !is_phone(guid));
        let strange: Vec<_> = guids.chain(mail_addresses(&text)).collect();
        assert!(strange.is_empty(), "{}: {strange:?}", path.display());
    }
}

/// Whether the id is that of a built-in role, which is the same in every tenant.
fn is_role_template(guid: &str) -> bool {
    regaudit::state::administrator_roles().iter().any(|role| role.template_id == Some(guid))
}

/// Whether the id is that of a sort of phone, which is the same for every user.
fn is_phone(guid: &str) -> bool {
    const PHONES: [&str; 3] = [
        "3179e48a-750b-4051-897c-87b9720928f7",
        "b6332ec1-7057-4abe-9331-3d72feddfe41",
        "e37fc753-ff3b-4958-9484-eaa9425c82bc",
    ];
    PHONES.contains(&guid)
}

/// The text of a file, decompressed and decoded; bytes that are no text are left as they come.
fn text_of(path: &Path) -> String {
    let raw = fs::read(path).unwrap();
    let mut bytes = Vec::new();
    match raw.as_slice() {
        [0x1f, 0x8b, ..] => {
            // One of the fixtures is cut off; what comes before that is looked at.
            let _ = flate2::read::MultiGzDecoder::new(raw.as_slice()).read_to_end(&mut bytes);
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let mut rest = raw.as_slice();
            while !rest.is_empty() {
                let mut frame = ruzstd::decoding::StreamingDecoder::new(&mut rest).unwrap();
                frame.read_to_end(&mut bytes).unwrap();
            }
        }
        [0xff, 0xfe, text @ ..] => {
            let units = text.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            return String::from_utf16_lossy(&units.collect::<Vec<_>>());
        }
        _ => bytes = raw,
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The GUIDs that are not reserved.
fn guids(text: &str) -> impl Iterator<Item = String> {
    let is_guid = |window: &&[u8]| {
        window.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    let found = text.as_bytes().windows(36).filter(is_guid);
    found
        .map(|guid| String::from_utf8_lossy(guid).into_owned())
        .filter(|guid| !guid.starts_with(GUID))
}

/// The runs of characters of a kind.
fn runs(text: &str, is_part: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(move |character| !is_part(character)).filter(|run| !run.is_empty())
}

fn is_of(host: &str, domains: &[&str]) -> bool {
    domains.iter().any(|domain| {
        let host = host.to_ascii_lowercase();
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// The mail addresses and user names of domains that are not reserved.
fn mail_addresses(text: &str) -> impl Iterator<Item = String> {
    let words = runs(text, |c| c.is_ascii_alphanumeric() || "@._-#+".contains(c));
    words.map(|word| word.trim_end_matches(['.', '-'])).filter_map(|word| {
        let (name, rest) = word.rsplit_once('@')?;
        let domain = rest.split(['_', '#', '+']).next()?;
        let is_address = !name.is_empty() && domain.contains('.');
        (is_address && !is_of(domain, &RESERVED_DOMAINS)).then(|| word.to_owned())
    })
}

/// The hosts of links that are neither reserved nor part of a format.
fn hosts(text: &str) -> impl Iterator<Item = String> {
    let behind = text.match_indices("://").map(|(place, mark)| &text[place + mark.len()..]);
    let hosts = behind.map(|rest| {
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || ".-".contains(c))).next().unwrap()
    });
    hosts
        .filter(|host| !is_of(host, &RESERVED_DOMAINS) && !is_of(host, &FORMAT_DOMAINS))
        .map(str::to_owned)
}

/// The addresses outside of the blocks for documentation.
fn ip_addresses(text: &str) -> impl Iterator<Item = String> {
    let four = runs(text, |c| c.is_ascii_digit() || c == '.');
    let four = four.map(|run| run.trim_matches('.')).filter(|run| run.parse::<Ipv4Addr>().is_ok());
    let six = runs(text, |c| c.is_ascii_hexdigit() || c == ':').filter(|run| {
        run.parse::<Ipv6Addr>().is_ok() || (run.contains("::") && run.len() > "::".len())
    });
    four.chain(six)
        .filter(|address| *address != MALFORMED)
        .filter(|address| !ADDRESSES.iter().any(|block| address.starts_with(block)))
        .map(str::to_owned)
}

/// The international numbers outside of the block for fiction.
fn phone_numbers(text: &str) -> impl Iterator<Item = String> {
    let behind = text.match_indices('+').map(|(place, _)| &text[place + 1..]);
    let digits = behind.map(|rest| {
        let number = rest.chars().take_while(|c| c.is_ascii_digit() || " -()".contains(*c));
        number.filter(char::is_ascii_digit).collect::<String>()
    });
    digits.filter(|digits| digits.len() >= 7 && !(digits.starts_with(PHONE) && digits.len() == 11))
}

#[test]
fn identifiers_of_others_are_seen() {
    let guid = format!("{}-0000-4000-8000-000000000001", "12345678");
    assert_eq!(guids(&guid).count(), 1);
    assert_eq!(guids(&format!("{GUID}000000000001")).count(), 0);
    let mail = |domain: &str| mail_addresses(&format!("<ada@{domain}>, @odata.type")).count();
    assert_eq!([mail("example.com"), mail("mail.example.org"), mail("notexample.com")], [0, 0, 1]);
    assert_eq!(hosts("https://graph.microsoft.com/v1.0 http://contoso.com/").count(), 1);
    let addresses: Vec<_> =
        ip_addresses("192.0.2.1 10.0.0.1 1.0 12:05:11 2001:db8::1 fe80::1").collect();
    assert_eq!(addresses, ["10.0.0.1", "fe80::1"]);
    assert_eq!(phone_numbers("+1 2025550143, +1 2025550243, +00:00").count(), 1);
}
