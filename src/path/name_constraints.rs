//! RFC 5280 §4.2.1.10, §6.1.3 (b), (c), §6.1.4 (g) — Name constraints of a path

use std::collections::BTreeMap;
use std::fmt;

use crate::limits::{Budget, Exhausted};
use crate::pki::extension::{GeneralName, GeneralSubtree, NameConstraints};
use crate::pki::{Certificate, object_id};

mod host;
mod presented;
mod subtree;

use presented::{Compared, Presented};
use subtree::Subtree;

/// `permitted_subtrees` and `excluded_subtrees` (RFC 5280 §6.1.2 (b), (c)). The new one permits every name.
///
/// The intersection of permitted subtrees is not computed: each certificate's set is kept, and a name must be within every set that has its form.
#[derive(Clone, Debug, Default)]
pub(super) struct NameConstraintsState {
    permitted: Vec<Subtrees>,
    excluded: Subtrees,
    /// Subtrees that no name can be compared with: of forms without rules, with `minimum` or `maximum`, or not written as their form is.
    unjudged: BTreeMap<&'static str, Vec<String>>,
}

/// By name form.
type Subtrees = BTreeMap<&'static str, Vec<Subtree>>;

/// A name that the constraints do not let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    /// In which way.
    pub kind: ViolationKind,
    /// The name form, as RFC 5280 calls it: `directoryName`, `dNSName`, ..
    pub form: &'static str,
    /// The name in the certificate.
    pub name: String,
    /// The subtree that speaks: the one that excludes, or that cannot be judged. None for a name outside of what is permitted.
    pub subtree: Option<String>,
}

/// In which way a name does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ViolationKind {
    /// Within an excluded subtree (§6.1.3 (c)).
    Excluded,
    /// Within none of the subtrees that one certificate permits for its form (§6.1.3 (b)).
    NotPermitted,
    /// Name or subtree cannot be compared, so that the certificate is refused (§4.2.1.10: "process or reject").
    Unjudged,
}

/// As reports have it: `excluded`, `not_permitted`, `unjudged`.
impl fmt::Display for ViolationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Excluded => "excluded",
            Self::NotPermitted => "not_permitted",
            Self::Unjudged => "unjudged",
        })
    }
}

/// Violations of one certificate that are told; who has more has enough.
const TOLD: usize = 50;

impl NameConstraintsState {
    /// No constraints: the default of `initial-permitted-subtrees` and `initial-excluded-subtrees` (§6.1.1 (h), (i)).
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Whether every name passes.
    pub(super) fn is_unconstrained(&self) -> bool {
        self.permitted.is_empty() && self.excluded.is_empty() && self.unjudged.is_empty()
    }

    /// §6.1.4 (g), and §6.1.1 (h), (i) where a trust anchor has constraints of its own: permitted subtrees are intersected, excluded ones united.
    pub(super) fn constrain(&mut self, constraints: &NameConstraints) {
        let permitted = self.judgeable(&constraints.permitted);
        if !permitted.is_empty() {
            self.permitted.push(permitted);
        }
        for (form, subtrees) in self.judgeable(&constraints.excluded) {
            self.excluded.entry(form).or_default().extend(subtrees);
        }
    }

    fn judgeable(&mut self, subtrees: &[GeneralSubtree]) -> Subtrees {
        let mut judgeable = Subtrees::new();
        for subtree in subtrees {
            let form = presented::form(&subtree.base);
            match Subtree::new(subtree) {
                Some(subtree) => judgeable.entry(form).or_default().push(subtree),
                None => self.unjudged.entry(form).or_default().push(subtree::shown(subtree)),
            }
        }
        judgeable
    }

    /// §6.1.3 (b), (c): every name of `certificate` that does not pass, up to a number. A self-issued certificate that is not the last one of
    /// its path is not asked about: that is the caller's to know.
    ///
    /// # Errors
    /// [`Exhausted`] when `budget` has no room for so many comparisons; nothing is then known.
    pub(super) fn violations(&self, certificate: &Certificate, budget: &Budget) -> Result<Vec<Violation>, Exhausted> {
        let mut violations = Vec::new();
        if self.is_unconstrained() {
            return Ok(violations);
        }
        let alternative = match certificate.subject_alternative_name() {
            Ok(alternative) => alternative.map(|names| names.0.0).unwrap_or_default(),
            Err(malformed) => {
                let (kind, form) = (ViolationKind::Unjudged, "subjectAltName");
                violations.push(Violation { kind, form, name: malformed.to_string(), subtree: None });
                Vec::new()
            }
        };
        for name in names(certificate, &alternative) {
            budget.spend(1)?;
            violations.extend(self.violation(&name, budget)?);
            if violations.len() >= TOLD {
                break;
            }
        }
        Ok(violations)
    }

    fn violation(&self, name: &Presented<'_>, budget: &Budget) -> Result<Option<Violation>, Exhausted> {
        let form = name.form;
        let told = |kind, subtree| Ok(Some(Violation { kind, form, name: name.shown(), subtree }));
        if let Some(subtree) = self.unjudged.get(form).and_then(|subtrees| subtrees.first()) {
            return told(ViolationKind::Unjudged, Some(subtree.clone()));
        }
        let excluded = self.excluded.get(form);
        let permitted = || self.permitted.iter().filter_map(|subtrees| subtrees.get(form));
        if excluded.is_none() && permitted().next().is_none() {
            return Ok(None);
        }
        match name.compared {
            Compared::Nothing => return told(ViolationKind::Unjudged, None),
            Compared::UriWithoutHost => return told(ViolationKind::NotPermitted, None),
            _ => {}
        }
        for subtree in excluded.into_iter().flatten() {
            budget.spend(subtree.cost())?;
            if subtree.excludes(name) {
                return told(ViolationKind::Excluded, Some(subtree.shown()));
            }
        }
        for subtrees in permitted() {
            let mut within = false;
            for subtree in subtrees {
                budget.spend(subtree.cost())?;
                within = subtree.permits(name);
                if within {
                    break;
                }
            }
            if !within {
                return told(ViolationKind::NotPermitted, None);
            }
        }
        Ok(None)
    }
}

/// The names of a certificate: its subject if that is not empty, its alternative names, and the e-mail addresses of the subject.
///
/// §4.2.1.10 asks for the latter where there is no alternative name. We ask wherever none of those is an e-mail address, so that a DNS name beside
/// it does not free an address.
fn names<'a>(certificate: &'a Certificate, alternative: &'a [GeneralName]) -> Vec<Presented<'a>> {
    let subject = certificate.subject();
    let mut names: Vec<_> = (!subject.is_empty()).then(|| Presented::directory(subject)).into_iter().collect();
    for name in alternative {
        names.push(Presented::general(name));
        // RFC 9598 §7: constraints on rfc822Name hold for internationalised addresses too.
        names.extend(name.internationalized_mailbox().map(Presented::mailbox));
    }
    if !names.iter().any(|name| name.form == presented::EMAIL) {
        names.extend(subject.values(object_id::EMAIL_ADDRESS).map(Presented::mailbox));
    }
    names
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use const_oid::ObjectIdentifier;

    use super::ViolationKind::{Excluded, NotPermitted, Unjudged};
    use super::*;
    use crate::encoding::der::{Received, tag, write};
    use crate::pki::Name;

    fn budget() -> Budget {
        Budget::new("name_comparisons", 10_000)
    }

    fn state(permitted: &[GeneralName], excluded: &[GeneralName]) -> NameConstraintsState {
        let subtrees = |bases: &[GeneralName]| {
            bases.iter().map(|base| GeneralSubtree { base: base.clone(), minimum: 0, maximum: None }).collect::<Vec<_>>()
        };
        let mut state = NameConstraintsState::new();
        state.constrain(&NameConstraints { permitted: subtrees(permitted), excluded: subtrees(excluded) });
        state
    }

    fn judged(state: &NameConstraintsState, name: &GeneralName) -> Option<ViolationKind> {
        state.violation(&Presented::general(name), &budget()).unwrap().map(|violation| violation.kind)
    }

    fn permitted(base: &GeneralName, name: &GeneralName) -> Option<ViolationKind> {
        judged(&state(std::slice::from_ref(base), &[]), name)
    }

    fn excluded(base: &GeneralName, name: &GeneralName) -> Option<ViolationKind> {
        judged(&state(&[], std::slice::from_ref(base)), name)
    }

    fn dns(text: &str) -> GeneralName {
        GeneralName::Dns(text.into())
    }

    fn email(text: &str) -> GeneralName {
        GeneralName::Email(text.into())
    }

    fn uri(text: &str) -> GeneralName {
        GeneralName::Uri(text.into())
    }

    fn address(octets: &[u8]) -> GeneralName {
        GeneralName::IpAddress(Received::new(octets))
    }

    fn name(values: &[(ObjectIdentifier, &str)]) -> Name {
        let attribute = |(oid, text): &(ObjectIdentifier, &str)| write::sequence(&[write::object_id(*oid), write::utf8_string(text)]);
        let rdns: Vec<_> = values.iter().map(|value| write::set_of(vec![attribute(value)])).collect();
        Name::from_der(&write::sequence(&rdns)).unwrap()
    }

    fn directory(values: &[(ObjectIdentifier, &str)]) -> GeneralName {
        GeneralName::Directory(name(values))
    }

    /// §4.2.1.10: zero or more labels added on the left.
    #[test]
    fn a_dns_name_is_within_what_it_ends_with() {
        let base = dns("host.Example.vn");
        for (inside, name) in [(true, "host.example.vn"), (true, "www.HOST.example.vn"), (true, "*.host.example.vn"), (false, "example.vn")]
        {
            assert_eq!(permitted(&base, &dns(name)), (!inside).then_some(NotPermitted), "{name}");
            assert_eq!(excluded(&base, &dns(name)), inside.then_some(Excluded), "{name}");
        }
        for outside in ["badhost.example.vn", "host1.example.vn", "host.example.vn.evil.example"] {
            assert_eq!(permitted(&base, &dns(outside)), Some(NotPermitted), "{outside}");
            assert_eq!(excluded(&base, &dns(outside)), None, "{outside}");
        }
    }

    /// A wildcard stands for many names: it is permitted when all are, and excluded when one is.
    #[test]
    fn a_wildcard_is_every_name_it_stands_for() {
        assert_eq!(permitted(&dns("bar.example"), &dns("*.example")), Some(NotPermitted));
        assert_eq!(excluded(&dns("bar.example"), &dns("*.example")), Some(Excluded));
        assert_eq!(excluded(&dns("a.bar.example"), &dns("*.example")), None);
        assert_eq!(permitted(&dns("example"), &dns("b*.example")), Some(Unjudged));
    }

    #[test]
    fn names_and_bases_that_are_no_dns_names_are_not_judged() {
        for malformed in ["example.", ".example", ".", "a..example", "đông.example", "a_b c.example"] {
            assert_eq!(excluded(&dns("example"), &dns(malformed)), Some(Unjudged), "{malformed}");
            assert_eq!(permitted(&dns(malformed), &dns("a.example")), Some(Unjudged), "{malformed}");
            assert_eq!(excluded(&dns(malformed), &dns("a.example")), Some(Unjudged), "{malformed}");
            // Constraints on a form that does not occur say nothing.
            assert_eq!(permitted(&dns(malformed), &email("a@example")), None, "{malformed}");
        }
        assert_eq!(excluded(&dns(""), &dns("a.example")), Some(Excluded));
        assert_eq!(permitted(&dns(""), &dns("a.example")), None);
    }

    /// §4.2.1.10: a mailbox, a host, or with a leading dot every host below a domain.
    #[test]
    fn an_address_is_one_mailbox_or_at_a_host_or_below_a_domain() {
        for (base, inside, outside) in [
            ("So.Y@Example.vn", &["So.Y@example.VN"][..], &["so.y@example.vn", "a@example.vn", "So.Y@b.example.vn"][..]),
            ("example.vn", &["a@EXAMPLE.vn"], &["a@b.example.vn", "a@badexample.vn"]),
            (".example.vn", &["a@b.example.vn", "a@c.b.example.vn"], &["a@example.vn", "a@badexample.vn"]),
        ] {
            for address in inside {
                assert_eq!(permitted(&email(base), &email(address)), None, "{base} {address}");
                assert_eq!(excluded(&email(base), &email(address)), Some(Excluded), "{base} {address}");
            }
            for address in outside {
                assert_eq!(permitted(&email(base), &email(address)), Some(NotPermitted), "{base} {address}");
                assert_eq!(excluded(&email(base), &email(address)), None, "{base} {address}");
            }
        }
        for malformed in ["a@b@example.vn", "example.vn", "\"a\"@example.vn", "a@example.vn.", "", "@example.vn"] {
            assert_eq!(excluded(&email("evil.example"), &email(malformed)), Some(Unjudged), "{malformed}");
        }
        for malformed in ["a@b@example.vn", "", ".", "@example.vn", "..example.vn", "*.example.vn"] {
            assert_eq!(permitted(&email(malformed), &email("a@example.vn")), Some(Unjudged), "{malformed}");
        }
    }

    /// RFC 9598 §7: constraints on addresses hold for internationalised ones, by their host.
    #[test]
    fn an_internationalised_address_is_an_address() {
        let other = |text: &str| GeneralName::Other(object_id::SMTP_UTF8_MAILBOX.into(), Received::new(&write::utf8_string(text)));
        let mailbox = |name: &GeneralName, base: &str| {
            let presented = Presented::mailbox(name.internationalized_mailbox().unwrap());
            state(&[email(base)], &[]).violation(&presented, &budget()).unwrap().map(|violation| violation.kind)
        };
        assert_eq!(mailbox(&other("sở.y.tế@example.vn"), "example.vn"), None);
        assert_eq!(mailbox(&other("sở.y.tế@example.org"), "example.vn"), Some(NotPermitted));
        assert_eq!(mailbox(&other("sở.y.tế@đông.vn"), "example.vn"), Some(Unjudged));
        // As an other name it is of a form without rules.
        assert_eq!(excluded(&other("a@b.example"), &other("c@d.example")), Some(Unjudged));
    }

    /// §4.2.1.10: the host alone counts, and a URI without a fully qualified one is refused.
    #[test]
    fn a_uri_is_at_a_host_or_below_a_domain() {
        for (base, inside, outside) in [
            (
                "ca.example.vn",
                &["http://CA.example.vn/crl", "https://u@ca.example.vn:80"][..],
                &["http://a.ca.example.vn/", "http://evil.example/?ca.example.vn"][..],
            ),
            (
                ".example.vn",
                &["http://ca.example.vn", "ldap://my.ca.example.vn/"],
                &["http://example.vn/", "http://ca.example.vn@evil.example/"],
            ),
        ] {
            for name in inside {
                assert_eq!(permitted(&uri(base), &uri(name)), None, "{base} {name}");
                assert_eq!(excluded(&uri(base), &uri(name)), Some(Excluded), "{base} {name}");
            }
            for name in outside {
                assert_eq!(permitted(&uri(base), &uri(name)), Some(NotPermitted), "{base} {name}");
                assert_eq!(excluded(&uri(base), &uri(name)), None, "{base} {name}");
            }
        }
        for without in ["urn:oid:2.999", "http://192.0.2.1/", "http://[::1]/", "ldap:///CN=a"] {
            assert_eq!(permitted(&uri(".example.vn"), &uri(without)), Some(NotPermitted), "{without}");
            assert_eq!(excluded(&uri(".example.vn"), &uri(without)), Some(NotPermitted), "{without}");
            assert_eq!(excluded(&dns("example.vn"), &uri(without)), None, "{without}");
        }
        assert_eq!(permitted(&uri("http://ca.example.vn"), &uri("http://ca.example.vn")), Some(Unjudged));
    }

    #[test]
    fn an_address_is_within_a_network_of_its_own_kind() {
        let network = address(&[192, 0, 2, 0, 255, 255, 255, 0]);
        assert_eq!(permitted(&network, &address(&[192, 0, 2, 1])), None);
        assert_eq!(permitted(&network, &address(&[192, 0, 3, 1])), Some(NotPermitted));
        assert_eq!(excluded(&network, &address(&[192, 0, 2, 1])), Some(Excluded));
        // Bits of the base outside of the mask do not count.
        assert_eq!(permitted(&address(&[192, 0, 2, 9, 255, 255, 254, 0]), &address(&[192, 0, 3, 1])), None);
        let mapped = address(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1]);
        assert_eq!(permitted(&network, &mapped), Some(NotPermitted));
        assert_eq!(excluded(&network, &mapped), Some(Excluded));
        let every_ipv6 = address(&[0; 32]);
        assert_eq!(excluded(&every_ipv6, &mapped), Some(Excluded));
        assert_eq!(excluded(&every_ipv6, &address(&[192, 0, 2, 1])), None);
        let network = address(&[192, 0, 2, 0, 255, 0, 255, 0]);
        assert_eq!(permitted(&network, &address(&[192, 0, 2, 1])), Some(Unjudged));
        assert_eq!(permitted(&address(&[192, 0, 2, 1]), &address(&[192, 0, 2, 1])), Some(Unjudged));
        assert_eq!(excluded(&every_ipv6, &address(&[192, 0, 2, 0, 255, 255, 255, 0])), Some(Unjudged));
    }

    #[test]
    fn a_directory_name_begins_with_its_base() {
        let (c, o, cn) = (object_id::COUNTRY, object_id::ORGANIZATION, object_id::COMMON_NAME);
        let base = directory(&[(c, "VN"), (o, "Sở Y tế")]);
        assert_eq!(permitted(&base, &directory(&[(c, "vn"), (o, "SỞ  Y TẾ"), (cn, "a")])), None);
        assert_eq!(permitted(&base, &directory(&[(c, "VN"), (cn, "a"), (o, "Sở Y tế")])), Some(NotPermitted));
        assert_eq!(excluded(&base, &directory(&[(c, "VN"), (o, "Sở Y tế")])), Some(Excluded));
        assert_eq!(excluded(&base, &directory(&[(c, "VN")])), None);
        assert_eq!(permitted(&directory(&[]), &base), None);
    }

    #[test]
    fn forms_without_rules_are_refused_where_they_are_constrained() {
        let registered = GeneralName::RegisteredId(object_id::DATA.into());
        let x400 = GeneralName::Unsupported(3, Received::new(&[0xa3, 0]));
        for name in [registered.clone(), x400.clone()] {
            assert_eq!(permitted(&name, &name), Some(Unjudged));
            assert_eq!(excluded(&name, &name), Some(Unjudged));
            assert_eq!(excluded(&dns("example"), &name), None);
        }
        assert_eq!(excluded(&registered, &x400), None);
    }

    /// §4.2.1.10: minimum is 0 and maximum absent, or the certificate is refused.
    #[test]
    fn a_minimum_or_maximum_is_not_judged() {
        for (minimum, maximum) in [(1, None), (0, Some(3))] {
            let mut state = NameConstraintsState::new();
            let subtree = GeneralSubtree { base: dns("example"), minimum, maximum };
            state.constrain(&NameConstraints { permitted: vec![subtree], excluded: Vec::new() });
            assert_eq!(judged(&state, &dns("a.example")), Some(Unjudged));
            assert_eq!(judged(&state, &uri("http://a.example")), None);
        }
    }

    /// A later authority can only narrow what an earlier one permits.
    #[test]
    fn every_set_of_permitted_subtrees_counts() {
        let mut state = state(&[dns("example.vn"), dns("example.org")], &[]);
        state.constrain(&NameConstraints {
            permitted: vec![
                GeneralSubtree { base: dns("a.example.vn"), minimum: 0, maximum: None },
                GeneralSubtree { base: dns("example.net"), minimum: 0, maximum: None },
            ],
            excluded: vec![GeneralSubtree { base: dns("b.a.example.vn"), minimum: 0, maximum: None }],
        });
        for (name, expected) in [
            ("a.example.vn", None),
            ("example.vn", Some(NotPermitted)),
            ("example.org", Some(NotPermitted)),
            ("example.net", Some(NotPermitted)),
            ("b.a.example.vn", Some(Excluded)),
        ] {
            assert_eq!(judged(&state, &dns(name)), expected, "{name}");
        }
    }

    /// A certificate with this subject and alternative names, signed by nobody.
    fn certificate(subject: &Name, alternative: &[Vec<u8>]) -> Certificate {
        let algorithm = write::algorithm_identifier(object_id::DATA, None);
        let time = write::value(tag::UTC_TIME, b"260101000000Z");
        let names =
            write::sequence(&[write::object_id(object_id::SUBJECT_ALTERNATIVE_NAME), write::octet_string(&write::sequence(alternative))]);
        let extensions = if alternative.is_empty() { Vec::new() } else { write::context_constructed(3, &[write::sequence(&[names])]) };
        let version = write::context_constructed(0, &[write::integer(2)]);
        let validity = write::sequence(&[time.clone(), time]);
        let key = write::sequence(&[algorithm.clone(), write::bit_string(&[])]);
        let subject = subject.octets().to_vec();
        let tbs = write::sequence(&[version, write::integer(1), algorithm.clone(), subject.clone(), validity, subject, key, extensions]);
        Certificate::from_der(&write::sequence(&[tbs, algorithm, write::bit_string(&[])])).unwrap()
    }

    fn kinds(state: &NameConstraintsState, certificate: &Certificate) -> Vec<(&'static str, ViolationKind)> {
        state.violations(certificate, &budget()).unwrap().into_iter().map(|violation| (violation.form, violation.kind)).collect()
    }

    #[test]
    fn the_subject_and_every_alternative_name_are_asked_about() {
        let state = state(&[dns("example.vn"), directory(&[(object_id::COUNTRY, "VN")])], &[]);
        let (vn, us) = (name(&[(object_id::COUNTRY, "VN")]), name(&[(object_id::COUNTRY, "US")]));
        let dns = |text: &str| write::context(2, text.as_bytes());
        assert_eq!(kinds(&state, &certificate(&vn, &[dns("a.example.vn")])), []);
        assert_eq!(
            kinds(&state, &certificate(&us, &[dns("a.example.vn"), dns("example.org")])),
            [("directoryName", NotPermitted), ("dNSName", NotPermitted)]
        );
        let directory = write::context_constructed(4, &[us.octets()]);
        assert_eq!(kinds(&state, &certificate(&vn, &[directory])), [("directoryName", NotPermitted)]);
        // An empty subject is no name.
        assert_eq!(kinds(&state, &certificate(&name(&[]), &[dns("a.example.vn")])), []);
        assert_eq!(kinds(&state, &certificate(&vn, &[vec![0x04, 0]])), [("subjectAltName", Unjudged)]);
    }

    #[test]
    fn addresses_of_the_subject_count_where_no_alternative_name_is_one() {
        let state = state(&[email("example.vn")], &[]);
        let subject = |address| name(&[(object_id::COMMON_NAME, "a"), (object_id::EMAIL_ADDRESS, address)]);
        assert_eq!(kinds(&state, &certificate(&subject("a@example.vn"), &[])), []);
        assert_eq!(kinds(&state, &certificate(&subject("a@example.org"), &[])), [("rfc822Name", NotPermitted)]);
        assert_eq!(
            kinds(&state, &certificate(&subject("a@example.org"), &[write::context(2, b"example.vn")])),
            [("rfc822Name", NotPermitted)]
        );
        assert_eq!(kinds(&state, &certificate(&subject("a@example.org"), &[write::context(1, b"a@example.vn")])), []);
    }

    #[test]
    fn very_many_names_and_constraints_end_at_the_budget() {
        let state = state(&(0..10_000).map(|number| dns(&format!("a{number}.example"))).collect::<Vec<_>>(), &[]);
        let names: Vec<_> = (0..10_000).map(|number| write::context(2, format!("a{number}.example").as_bytes())).collect();
        let exhausted = state.violations(&certificate(&name(&[]), &names), &Budget::new("name_comparisons", 250_000)).unwrap_err();
        assert_eq!(exhausted, Exhausted { name: "name_comparisons", limit: 250_000 });
    }

    #[test]
    fn a_long_name_is_shortened_and_the_list_of_violations_too() {
        let state = state(&[], &[dns("")]);
        let label = "a".repeat(50);
        let names: Vec<_> = (0..60).map(|_| write::context(2, [&label[..]; 4].join(".").as_bytes())).collect();
        let violations = state.violations(&certificate(&name(&[]), &names), &budget()).unwrap();
        assert_eq!(violations.len(), TOLD);
        assert_eq!(violations[0].name.len(), 202);
        assert_eq!(violations[0].subtree.as_deref(), Some(""));
        assert_eq!(violations[0].kind.to_string(), "excluded");
    }

    /// Every row of PKITS section 4.13.
    #[test]
    fn pkits_name_constraints_agree() {
        let Some(corpora) = std::env::var_os("KYSO_CORPORA") else {
            println!("pkits name constraints: skipped, KYSO_CORPORA does not name the folder of the corpora");
            return;
        };
        let folder = PathBuf::from(corpora).join("pkits");
        let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
        let mut rows = 0;
        for row in index.lines().map(|line| line.split('\t').collect::<Vec<_>>()).filter(|row| row[0].starts_with("4.13.")) {
            let path: Vec<_> = row[3].split(',').skip(1).map(|file| std::fs::read(folder.join("certs").join(file)).unwrap()).collect();
            let path: Vec<_> = path.iter().map(|octets| Certificate::from_der(octets).unwrap()).collect();
            let mut state = NameConstraintsState::new();
            let mut violations = Vec::new();
            for (position, certificate) in path.iter().enumerate() {
                if position + 1 == path.len() || !certificate.is_self_issued() {
                    violations.extend(state.violations(certificate, &budget()).unwrap());
                }
                if let Some(constraints) = certificate.name_constraints().unwrap() {
                    state.constrain(&constraints);
                }
            }
            assert_eq!(if violations.is_empty() { "valid" } else { "invalid" }, row[2], "{} {violations:?}", row[0]);
            assert!(violations.iter().all(|violation| violation.kind != Unjudged), "{} {violations:?}", row[0]);
            rows += 1;
        }
        println!("pkits name constraints: {rows} rows agree");
        assert_eq!(rows, 38);
    }
}
