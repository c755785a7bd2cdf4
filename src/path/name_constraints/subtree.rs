//! RFC 5280 §4.2.1.10 — Subtrees, and which names are within them

use super::host::{host, is_below, mailbox};
use super::presented::{self, Compared, Presented};
use crate::pki::Name;
use crate::pki::extension::{GeneralName, GeneralSubtree};

/// A subtree that names can be compared with.
#[derive(Clone, Debug)]
pub(super) struct Subtree {
    base: Base,
    name: GeneralName,
}

#[derive(Clone, Debug)]
enum Base {
    Directory(Name),
    /// One mailbox: its local part and host.
    Mailbox(String, String),
    /// All mailboxes of one host, all URIs with one.
    Host(String),
    /// Every host with one or more labels before this: `.example` in rfc822Name and URI.
    Domain(String),
    /// dNSName: a name and everything below it.
    Dns(String),
    /// dNSName: the empty one has every name below it.
    EveryDns,
    /// Address and mask, each of 4 or 16 octets.
    Network(Vec<u8>, Vec<u8>),
}

impl Subtree {
    /// None where nothing can be compared: `minimum` or `maximum`, forms without rules, a base that is not written as its form is.
    pub(super) fn new(subtree: &GeneralSubtree) -> Option<Self> {
        if subtree.minimum != 0 || subtree.maximum.is_some() {
            return None;
        }
        let base = match &subtree.base {
            GeneralName::Directory(name) => Base::Directory(name.clone()),
            GeneralName::Email(text) if text.contains('@') => mailbox(text).map(|(local, host)| Base::Mailbox(local, host))?,
            GeneralName::Email(text) | GeneralName::Uri(text) => match text.strip_prefix('.') {
                Some(domain) => Base::Domain(host(domain)?),
                None => Base::Host(host(text)?),
            },
            GeneralName::Dns(text) if text.is_empty() => Base::EveryDns,
            // A leading dot has a meaning in rfc822Name and URI, and none here; CAs and validators that give it one disagree about which.
            GeneralName::Dns(text) => Base::Dns(host(text)?),
            GeneralName::IpAddress(octets) => network(octets.octets())?,
            GeneralName::Other(..) | GeneralName::RegisteredId(_) | GeneralName::Unsupported(..) => return None,
        };
        Some(Self { base, name: subtree.base.clone() })
    }

    /// Whether all that `name` stands for is within.
    pub(super) fn permits(&self, name: &Presented<'_>) -> bool {
        match (&self.base, &name.compared) {
            (Base::Directory(base), Compared::Directory(name)) => name.is_within(base),
            (Base::Mailbox(local, host), Compared::Mailbox(own_local, own_host)) => local == own_local && host == own_host,
            (Base::Host(base), Compared::Mailbox(_, host) | Compared::UriHost(host)) => host == base,
            (Base::Domain(base), Compared::Mailbox(_, host) | Compared::UriHost(host)) => is_below(host, base),
            (Base::Dns(base), Compared::Dns(host) | Compared::DnsWildcard(host)) => host == base || is_below(host, base),
            (Base::EveryDns, Compared::Dns(_) | Compared::DnsWildcard(_)) => true,
            (Base::Network(base, mask), Compared::Address(address)) => is_in_network(address, base, mask),
            _ => false,
        }
    }

    /// Whether anything that `name` stands for is within.
    pub(super) fn excludes(&self, name: &Presented<'_>) -> bool {
        self.permits(name)
            || match (&self.base, &name.compared) {
                // `*.example` stands for `host.example` too.
                (Base::Dns(base), Compared::DnsWildcard(rest)) => base.split_once('.').is_some_and(|(_, parent)| parent == rest),
                // RFC 4291 §2.5.5.2: an IPv4 address written as one of IPv6 is that address.
                (Base::Network(base, mask), Compared::Address([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, mapped @ ..])) => {
                    is_in_network(mapped, base, mask)
                }
                _ => false,
            }
    }

    /// What a comparison costs: one unit, and more where the base is long.
    pub(super) fn cost(&self) -> u64 {
        let octets = if let Base::Directory(name) = &self.base { name.octets().len() } else { 0 };
        u64::try_from(octets / 64).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// In words.
    pub(super) fn shown(&self) -> String {
        presented::shown(&self.name)
    }
}

/// A subtree in words, also one that cannot be compared with.
pub(super) fn shown(subtree: &GeneralSubtree) -> String {
    let base = presented::shown(&subtree.base);
    match (subtree.minimum, subtree.maximum) {
        (0, None) => base,
        (minimum, None) => format!("{base} minimum {minimum}"),
        (minimum, Some(maximum)) => format!("{base} minimum {minimum} maximum {maximum}"),
    }
}

/// An address followed by a mask of as many octets, in the style of RFC 4632: ones, then zeros.
fn network(octets: &[u8]) -> Option<Base> {
    if !matches!(octets.len(), 8 | 32) {
        return None;
    }
    let (address, mask) = octets.split_at_checked(octets.len() / 2)?;
    let mut ones = mask.iter().skip_while(|octet| **octet == 0xff);
    let is_prefix =
        ones.next().is_none_or(|octet| octet.leading_ones().saturating_add(octet.trailing_zeros()) == 8) && ones.all(|octet| *octet == 0);
    is_prefix.then(|| Base::Network(address.to_vec(), mask.to_vec()))
}

fn is_in_network(address: &[u8], base: &[u8], mask: &[u8]) -> bool {
    address.len() == base.len() && address.iter().zip(base).zip(mask).all(|((own, base), mask)| own & mask == base & mask)
}
