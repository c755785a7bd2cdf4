//! RFC 5280 §4.2.1.10, §6.1.3 (b), (c): name constraints, each form permitted and excluded.

use const_oid::ObjectIdentifier;
use kyso::encoding::der::write::{context, context_constructed, sequence};
use kyso::testkit::Extension;
use kyso::testkit::extension::SUBJECT_ALTERNATIVE_NAME;
use kyso::testkit::name::{COUNTRY, ORGANISATION};
use kyso::testkit::{Name, Template};

use super::{Chain, Place};
use crate::certificates::GENERAL;
use crate::shared::{Shared, name, person};
use crate::{Files, Outcome};

const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
const PERMITTED: &str = "basic_processing.names_permitted";

/// A form: the subtree, a name within it and one outside.
struct Form {
    file: &'static str,
    form: &'static str,
    base: Vec<u8>,
    within: Vec<u8>,
    outside: Vec<u8>,
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    for form in forms() {
        each(shared, &form, files)?;
    }
    directories(shared, files)?;
    odd(shared, files)
}

fn forms() -> Vec<Form> {
    let (email, dns, uri, ip) = (1, 2, 6, 7);
    let form = |file, form, number, base: &[u8], within: &[u8], outside: &[u8]| Form {
        file,
        form,
        base: context(number, base),
        within: context(number, within),
        outside: context(number, outside),
    };
    vec![
        form("dns", "dNSName", dns, b"example.vn", b"a.example.vn", b"example.vn.org"),
        form("dns-same", "dNSName", dns, b"example.vn", b"EXAMPLE.vn", b"anexample.vn"),
        form("email-host", "rfc822Name of a host", email, b"example.vn", b"an@example.vn", b"an@a.example.vn"),
        form("email-domain", "rfc822Name of a domain", email, b".example.vn", b"an@a.example.vn", b"an@example.vn"),
        form("email-box", "rfc822Name of a mailbox", email, b"an@example.vn", b"an@EXAMPLE.vn", b"binh@example.vn"),
        form(
            "uri-host",
            "uniformResourceIdentifier of a host",
            uri,
            b"example.vn",
            b"https://example.vn/a",
            b"https://a.example.vn/example.vn",
        ),
        form(
            "uri-domain",
            "uniformResourceIdentifier of a domain",
            uri,
            b".example.vn",
            b"https://u@a.example.vn:8443/",
            b"https://example.vn/",
        ),
        form("ip-4", "iPAddress", ip, &[192, 0, 2, 0, 255, 255, 255, 0], &[192, 0, 2, 77], &[192, 0, 3, 77]),
        form("ip-6", "iPAddress of 16 octets", ip, &ip_6_net(), &ip_6(0xb8), &ip_6(0xb9)),
    ]
}

/// `2001:db8::1`, or of another fourth octet.
fn ip_6(fourth: u8) -> Vec<u8> {
    [[0x20, 0x01, 0x0d, fourth].as_slice(), &[0; 11], &[1]].concat()
}

/// `2001:db8::/32`
fn ip_6_net() -> Vec<u8> {
    [[0x20, 0x01, 0x0d, 0xb8].as_slice(), &[0; 12], &[255; 4], &[0; 12]].concat()
}

/// `NameConstraints` with one subtree: 0 permitted, 1 excluded.
fn constraints(number: u8, subtree: &[u8]) -> Extension {
    Extension::new(NAME_CONSTRAINTS, true, sequence(&[context_constructed(number, &[sequence(&[subtree])])]))
}

fn alternative(name: &[u8]) -> Extension {
    Extension::new(SUBJECT_ALTERNATIVE_NAME, false, sequence(&[name]))
}

/// The upper authority with constraints, the signer with an alternative name.
fn chain(shared: &Shared, constraints: &Extension, name: &[u8]) -> Outcome<Chain> {
    Chain::new(shared, &|place, template| match place {
        Place::Upper => template.with(constraints.clone()),
        Place::Leaf => template.with(alternative(name)),
        Place::Lower => template,
    })
}

fn each(shared: &Shared, form: &Form, files: &mut Files) -> Outcome {
    let Form { file, form, base, within, outside } = form;
    for (word, number, clause, fine, bad) in
        [("permitted", 0, "RFC 5280 §6.1.3 (b)", within, outside), ("excluded", 1, "RFC 5280 §6.1.3 (c)", outside, within)]
    {
        let constraints = constraints(number, base);
        let what = format!("{word} for the upper authority is a subtree of {form}, and the signer has such a name");
        let good = chain(shared, &constraints, fine)?.case(&what, clause)?.add(&format!("paths/names-{file}-{word}"), files)?;
        let change = if number == 0 { "the signer's name is outside of the subtree" } else { "the signer's name is within the subtree" };
        let case = good.but(change).document(chain(shared, &constraints, bad)?.document()?);
        case.indeterminate(GENERAL, PERMITTED).add(&format!("paths/names-{file}-{word}-not"), files)?;
    }
    Ok(())
}

/// The subject itself, and directory names beside it.
fn directories(shared: &Shared, files: &mut Files) -> Outcome {
    let directory = |name: &Name| context_constructed(4, &[name.der()]);
    let own = Name::of([(COUNTRY, "VN"), (ORGANISATION, "KYSO TEST")]);
    let other = Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso")]);
    let chain = |extension: &Extension| Chain::with(shared, Place::Upper, |t| t.with(extension.clone()));
    let what = "permitted for the upper authority are names that begin as all names of the path do";
    let permitted = constraints(0, &directory(&own));
    let good = chain(&permitted)?.case(what, "RFC 5280 §6.1.3 (b)")?.add("paths/names-directory", files)?;
    for (file, change, extension) in [
        ("directory-other", "permitted are names of another organisation", constraints(0, &directory(&other))),
        ("directory-excluded", "these names are excluded", constraints(1, &directory(&own))),
        ("directory-signer", "the signer's name is excluded", constraints(1, &directory(&person("p256")))),
        ("directory-lower", "the lower authority's name is excluded", constraints(1, &directory(&name("Test Lower")))),
    ] {
        let case = good.but(change).document(chain(&extension)?.document()?);
        case.indeterminate(GENERAL, PERMITTED).add(&format!("paths/names-{file}"), files)?;
    }
    let case = good.but("names of another organisation are excluded").document(chain(&constraints(1, &directory(&other)))?.document()?);
    case.add("paths/names-directory-excluded-other", files)?;
    let alternative_name = self::chain(shared, &permitted, &directory(&other))?;
    let case = good.but("the signer has a second directory name, of another organisation").document(alternative_name.document()?);
    case.indeterminate(GENERAL, PERMITTED).add("paths/names-directory-alternative", files)?;
    Ok(())
}

/// What cannot be compared is not permitted (§4.2.1.10).
fn odd(shared: &Shared, files: &mut Files) -> Outcome {
    let registered = context(8, &[0x2a, 3]);
    let what = "the upper authority is constrained in registered identifiers, and the signer has none";
    let constrained = constraints(0, &registered);
    let good = Chain::with(shared, Place::Upper, |t| t.with(constrained.clone()))?.case(what, "RFC 5280 §4.2.1.10")?;
    let good = good.add("paths/names-other-form", files)?;
    let mut bad = |file: &str, change: &str, check, chain: Chain| -> Outcome {
        let case = good.but(change).document(chain.document()?).indeterminate(GENERAL, check);
        case.add(&format!("paths/names-{file}"), files)?;
        Ok(())
    };
    bad("other-form-present", "the signer has such a name", PERMITTED, chain(shared, &constrained, &registered)?)?;
    let minimum = constraints(0, &[context(2, b"example.vn"), context(0, &[1])].concat());
    bad("minimum", "the subtree is of DNS names and begins a level below, and the signer has such a name", PERMITTED, {
        chain(shared, &minimum, &context(2, b"a.example.vn"))?
    })?;
    let unreadable = Extension::new(NAME_CONSTRAINTS, true, vec![1, 2, 3]);
    let upper = |t: Template| t.with(unreadable.clone());
    bad(
        "unreadable",
        "the constraints cannot be read",
        "preparation_for_next.extensions_readable",
        Chain::with(shared, Place::Upper, upper)?,
    )
}
