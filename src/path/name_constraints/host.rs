//! RFC 1034 §3.5, RFC 5321 §4.1.2, RFC 3986 §3.2 — Host names, and where they stand in mail addresses and URIs

/// A fully qualified host name in lower case. Anything but letters, digits, hyphens and underscores in its labels is none: no dot at either end,
/// no percent-encoding, no letters outside of ASCII (RFC 5280 §7.2: internationalised names stand as `xn--`).
pub(super) fn host(text: &str) -> Option<String> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
    };
    (text.len() <= 253 && text.split('.').all(is_label)).then(|| text.to_ascii_lowercase())
}

/// Local part and host of a mailbox. A quoted local part or an address literal is none: one mailbox has many such spellings.
pub(super) fn mailbox(text: &str) -> Option<(String, String)> {
    let (local, domain) = text.rsplit_once('@')?;
    let is_atom = |atom: &str| !atom.is_empty() && atom.chars().all(is_atext);
    local.split('.').all(is_atom).then(|| host(domain).map(|host| (local.to_owned(), host)))?
}

/// RFC 5322 §3.2.3, and with RFC 6531 §3.3 everything outside of ASCII.
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii()
}

/// The host of a URI with an authority, where it is a fully qualified name: not an address in any notation, not a name of one label.
pub(super) fn uri_host(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(|c| c.is_ascii_alphanumeric() || b"+-.".contains(&c));
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    // A backslash, which RFC 3986 does not allow anywhere, ends the authority for some readers.
    let is_written = authority.bytes().all(|octet| octet.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&octet));
    // RFC 3986 §3.2.1: user information has no `@` of its own; of two, readers disagree about which one ends it.
    let host_and_port = match authority.split('@').collect::<Vec<_>>()[..] {
        [host] => host,
        [_, host] => host,
        _ => return None,
    };
    let (name, port) = host_and_port.split_once(':').unwrap_or((host_and_port, ""));
    let host = host(name)?;
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|octet| octet.is_ascii_digit()) || last.starts_with("0x");
    (is_scheme && is_written && port.bytes().all(|octet| octet.is_ascii_digit()) && host.contains('.') && !is_number).then_some(host)
}

/// Whether `name` is `domain` with one or more labels before it.
pub(super) fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|labels| labels.len() > 1 && labels.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_labels_between_dots() {
        assert_eq!(host("Www.DongHai.example").unwrap(), "www.donghai.example");
        assert_eq!(host("xn--ng-hia-wya.example").unwrap(), "xn--ng-hia-wya.example");
        for malformed in
            ["", ".", ".example", "example.", "a..example", "đông.example", "a b.example", "a%2eexample", "a\0.example", "*.example"]
        {
            assert_eq!(host(malformed), None, "{malformed:?}");
        }
        assert_eq!(host(&format!("{}.example", "a".repeat(64))), None);
        assert_eq!(host(&vec!["a"; 128].join(".")), None);
    }

    #[test]
    fn mailboxes_are_atoms_at_a_host() {
        assert_eq!(mailbox("So.Y-Te@DongHai.example").unwrap(), ("So.Y-Te".into(), "donghai.example".into()));
        assert_eq!(mailbox("*@example").unwrap().0, "*");
        for malformed in
            ["example", "@example", "a@", "a@b@example", "\"a@b\"@example", "a..b@example", "a b@example", "a@[192.0.2.1]", "a@.example"]
        {
            assert_eq!(mailbox(malformed), None, "{malformed:?}");
        }
    }

    #[test]
    fn the_host_of_a_uri_stands_in_its_authority() {
        for uri in [
            "http://ca.example.vn/crl",
            "LDAP://CA.example.vn",
            "https://ca.example.vn:8443?q",
            "ftp://user:secret@ca.example.vn/",
            "http://ca.example.vn#evil.example.vn",
            "http://x@ca.example.vn:80",
        ] {
            assert_eq!(uri_host(uri).as_deref(), Some("ca.example.vn"), "{uri}");
        }
        for uri in [
            "urn:uuid:0",
            "mailto:a@ca.example.vn",
            "ldap:///CN=a",
            "//ca.example.vn",
            "http://192.0.2.1/",
            "http://[2001:db8::1]/",
            "http://0x7f.1/",
            "http://127.0.0.0x1/",
            "http://localhost/",
            "http://ca.example.vn./",
            "http://a@b@ca.example.vn/",
            "http://evil.example\\@ca.example.vn/",
            "http://ca%2eexample.vn/",
            "http://ca.example.vn:80x/",
            "http://.example.vn/",
            "1http://ca.example.vn/",
        ] {
            assert_eq!(uri_host(uri), None, "{uri}");
        }
    }

    #[test]
    fn below_is_by_whole_labels() {
        assert!(is_below("a.example", "example"));
        assert!(is_below("a.b.example", "example"));
        for name in ["example", "notexample", ".example"] {
            assert!(!is_below(name, "example"), "{name}");
        }
    }
}
