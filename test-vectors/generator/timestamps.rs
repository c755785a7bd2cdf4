//! Group `timestamps`: what a timestamp proves, of whom, and since when (EN 319 102-1 §5.4 to §5.6).

use const_oid::ObjectIdentifier;
use kyso::Time;
use kyso::crypto::DigestAlgorithm::{Sha1, Sha384};
use kyso::crypto::SignatureAlgorithm;
use kyso::encoding::der::write::null;
use kyso::pki::object_id;
use kyso::pki::timestamp_token::Accuracy;
use kyso::testkit::extension::GeneralName;
use kyso::testkit::{Entity, Extension, Name, OcspResponse, RevocationList, SingleResponse, Template, Timestamp, TimestampFault};
use serde_json::json;

use crate::case::{Case, Entry, Good};
use crate::certificates::{issuing, leaf};
use crate::cms::{Signer, attribute};
use crate::hand_made::{HandMade, date, dictionary, field};
use crate::pdf::{self, Objects};
use crate::revocation::list;
use crate::shared::{Shared, at, key_of, name};
use crate::{Files, Outcome};

const PROVES: &str = "proof_of_existence.timestamp_proves";
const OUTSIDE: &str = "OUT_OF_BOUNDS_NOT_REVOKED";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    on_signatures(shared, files)?;
    authorities(shared, files)?;
    on_contents(shared, files)?;
    on_documents(shared, files)?;
    stores(shared, files)?;
    revoked_authority(shared, files)?;
    fallen_algorithm(shared, files)?;
    crate::testimony::add(shared, files)
}

/// A document and what was done to it, one revision each.
#[derive(Clone)]
pub struct Life {
    pub file: Vec<u8>,
    /// The numbers of the fields, and of the next object.
    fields: Vec<u32>,
    next: u32,
    /// References of the store: certificates, lists, responses.
    store: [Vec<u32>; 3],
}

/// What a token is to be over, and how.
pub type Token<'a> = &'a dyn Fn(&[u8]) -> Outcome<Vec<u8>>;

/// A token of `authority` at `time`.
pub fn token<'a>(authority: &'a Entity, time: Time) -> impl Fn(&[u8]) -> Outcome<Vec<u8>> + 'a {
    edited_token(authority, time, |timestamp| timestamp)
}

fn edited_token<'a>(
    authority: &'a Entity,
    time: Time,
    edit: impl Fn(Timestamp) -> Timestamp + 'a,
) -> impl Fn(&[u8]) -> Outcome<Vec<u8>> + 'a {
    move |over| Ok(authority.timestamp_token(&edit(Timestamp::over(over, time).with_certificates(&[authority])))?)
}

impl Life {
    /// Signed by `signer`, who claims `time`, with a timestamp on the content and on the value.
    pub fn signed(shared: &Shared, signer: &Entity, time: Time, content: Option<Token<'_>>, value: Option<Token<'_>>) -> Outcome<Self> {
        Self::signed_under(&[&shared.issuing], signer, time, content, value)
    }

    pub fn signed_under(
        issuers: &[&Entity],
        signer: &Entity,
        time: Time,
        content: Option<Token<'_>>,
        value: Option<Token<'_>>,
    ) -> Outcome<Self> {
        Self::by(&Signer::new(signer, issuers), time, content, value)
    }

    fn by(by_hand: &Signer<'_>, time: Time, content: Option<Token<'_>>, value: Option<Token<'_>>) -> Outcome<Self> {
        let text = dictionary("ETSI.CAdES.detached", &format!("/M {} ", date(time)));
        let mut objects = pdf::with(pdf::plain(), &[(3, &page(&[6])), (6, &field("Signature1", "")), (7, &text)]);
        objects[0].1 = catalog(&[6], None).into_bytes();
        let file = HandMade { room: Some(12_000), ..HandMade::new(objects) }.sign(|octets| {
            let mut attributes = by_hand.attributes(&by_hand.digest.digest(octets));
            if let Some(content) = content {
                attributes.push(attribute(object_id::CONTENT_TIMESTAMP, &[content(octets)?]));
            }
            let mut info = by_hand.over_attributes(attributes)?;
            if let Some(value) = value {
                info.unsigned = vec![attribute(object_id::SIGNATURE_TIMESTAMP, &[value(&info.value)?])];
            }
            Ok(by_hand.data(&info).der())
        })?;
        Ok(Self { file, fields: vec![6], next: 8, store: Default::default() })
    }

    /// EN 319 142-1 §5.4.2: these come into the store.
    pub fn stored(mut self, certificates: &[&Entity], lists: &[Vec<u8>], responses: &[Vec<u8>]) -> Self {
        let mut update = Objects::new();
        let certificates: Vec<Vec<u8>> = certificates.iter().map(|entity| entity.certificate.clone()).collect();
        for (place, pieces) in [&certificates[..], lists, responses].into_iter().enumerate() {
            for octets in pieces {
                let head = format!("<< /Length {} >>\nstream\n", octets.len());
                update.push((self.next, [head.as_bytes(), octets, b"\nendstream"].concat()));
                self.store[place].push(self.next);
                self.next += 1;
            }
        }
        let references = |numbers: &[u32]| numbers.iter().map(|number| format!("{number} 0 R ")).collect::<String>();
        let [certificates, lists, responses] = [0, 1, 2].map(|place| references(&self.store[place]));
        let store = format!("<< /Type /DSS /Certs [{certificates}] /CRLs [{lists}] /OCSPs [{responses}] >>");
        update.push((self.next, store.into_bytes()));
        update.push((1, catalog(&self.fields, Some(self.next)).into_bytes()));
        update.sort_by_key(|(number, _)| *number);
        self.next += 1;
        Self { file: pdf::updated(&self.file, &update, ""), ..self }
    }

    /// The page, with nothing signed yet.
    pub fn unsigned() -> Self {
        let objects = pdf::with(pdf::plain(), &[(1, &catalog(&[], None)), (3, &page(&[]))]);
        Self { file: pdf::table(&objects, ""), fields: Vec::new(), next: 8, store: Default::default() }
    }

    /// ISO 32000-2 §12.8.5: a timestamp on everything so far.
    pub fn stamped(self, stamp: Token<'_>) -> Outcome<Self> {
        let text = "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange {range} /Contents {contents} >>";
        self.appended(text, stamp)
    }

    /// A signature on everything so far.
    fn approved(self, signer: &Entity, issuers: &[&Entity], time: Time) -> Outcome<Self> {
        let text = dictionary("ETSI.CAdES.detached", &format!("/M {} ", date(time)));
        self.appended(&text, &|octets| Signer::new(signer, issuers).detached(octets, Vec::new()))
    }

    pub fn appended(mut self, text: &str, sign: Token<'_>) -> Outcome<Self> {
        let (number, value) = (self.next, self.next + 1);
        self.fields.push(number);
        let own = field(&format!("Field{number}"), "").replace("/V 7 0 R", &format!("/V {value} 0 R"));
        let store = self.store.iter().flatten().max().map(|last| last + 1);
        let update = pdf::objects(&[(1, &catalog(&self.fields, store)), (3, &page(&self.fields)), (number, &own), (value, text)]);
        let file = self.file.clone();
        let made = HandMade { layout: &|objects| pdf::updated(&file, objects, ""), room: Some(8_000), ..HandMade::new(update) };
        self.file = made.sign(sign)?;
        self.next += 2;
        Ok(self)
    }
}

fn page(fields: &[u32]) -> String {
    pdf::page(&format!("/Annots [{}] ", fields.iter().map(|number| format!("{number} 0 R ")).collect::<String>()))
}

fn catalog(fields: &[u32], store: Option<u32>) -> String {
    let fields: String = fields.iter().map(|number| format!("{number} 0 R ")).collect();
    let store = store.map_or_else(String::new, |number| format!("/DSS {number} 0 R "));
    format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{fields}] /SigFlags 3 >> {store}>>")
}

/// A timestamp authority with a key of its own, valid from and to these days.
pub fn authority(issuer: &Entity, common_name: &str, from: i64, until: i64) -> Outcome<Entity> {
    Ok(issuer.issue(&Template::timestamping(name(common_name), at(from), at(until)), key_of(common_name)?)?)
}

/// A signer whose certificate ended ten days ago.
fn ended(shared: &Shared) -> Outcome<Entity> {
    leaf(shared, |template| Template { not_after: at(-10), ..template })
}

pub fn of_that_time(authority: &Entity, from: i64) -> Outcome<Vec<u8>> {
    Ok(authority.revocation_list(&RevocationList::new(at(from), at(from + 7)))?)
}

/// RFC 3161 appendix A.
fn on_signatures(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = ended(shared)?;
    let stamped = |value: Token<'_>| -> Outcome<Vec<u8>> { Ok(Life::signed(shared, &signer, at(-21), None, Some(value))?.file) };
    let plain = token(&shared.timestamping, at(-21));
    let what = "the signer's certificate ended ten days ago, and a timestamp on the signature is older";
    // Two lists: one of before that end, which speaks of the signer; a newer one, which speaks of the timestamp's authority.
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (3)", stamped(&plain)?).evidence("then.crl", of_that_time(&shared.issuing, -11)?);
    let good = case.entry(|entry| entry.level("B-T")).add("timestamps/on-signature", files)?;

    let late = token(&shared.timestamping, at(-9));
    let bad = good.but("the timestamp is younger than that end").by("EN 319 102-1 §5.5.4 (4)(c)").document(stamped(&late)?);
    bad.indeterminate(OUTSIDE, "signature_with_time.not_after_validity").add("timestamps/on-signature-late", files)?;
    let bad = good.but("there is none").by("EN 319 102-1 §5.2.6.4 (6)");
    let bad = bad.document(Life::signed(shared, &signer, at(-21), None, None)?.file).entry(|entry| entry.level("B-B"));
    bad.indeterminate(OUTSIDE, "basic_processing.signer_within_validity").add("timestamps/on-signature-missing", files)?;

    // Timestamps that prove nothing: the signature is judged as if there were none, and the reason is told.
    let mut nothing = |file: &str, change: &str, clause, check: &'static str, level, value: Token<'_>| -> Outcome {
        let bad = good.but(change).by(clause).document(stamped(value)?).entry(|entry| entry.level(level).tolerates(PROVES));
        let bad = bad.indeterminate(OUTSIDE, "basic_processing.signer_within_validity");
        bad.because(check).add(&format!("timestamps/on-signature-{file}"), files)?;
        Ok(())
    };
    let of = |edit: fn(Timestamp) -> Timestamp| edited_token(&shared.timestamping, at(-21), edit);
    let other = |_: &[u8]| plain(b"something else");
    nothing("of-another", "the timestamp is on other octets", "RFC 3161 §2.4.2", "cryptographic_verification.data_intact", "B-B", &other)?;
    let altered = of(|timestamp| timestamp.with_fault(TimestampFault::SignatureAltered));
    nothing(
        "altered",
        "a bit of the authority's signature is another one",
        "RFC 5652 §5.6",
        "cryptographic_verification.value_valid",
        "B-T",
        &altered,
    )?;
    let altered = of(|timestamp| timestamp.with_fault(TimestampFault::ContentAltered));
    nothing(
        "content-altered",
        "what the token says is not what was signed",
        "RFC 5652 §5.6",
        "cryptographic_verification.data_intact",
        "B-B",
        &altered,
    )?;
    let future = token(&shared.timestamping, at(1));
    nothing("future", "the timestamp is of tomorrow", "EN 319 102-1 §5.4.4", "time_stamp.not_in_future", "B-T", &future)?;
    let foreign = authority(&shared.other_root, "Foreign Timestamping", -400, 1200)?;
    let foreign = token(&foreign, at(-21));
    nothing("untrusted", "nobody trusts its authority", "EN 319 102-1 §5.2.6.4 (1)", "path.trust_anchor_reached", "B-T", &foreign)?;
    let new = authority(&shared.issuing, "New Timestamping", -20, 1200)?;
    let new = token(&new, at(-21));
    nothing(
        "before-authority",
        "its authority has its certificate since the day after",
        "RFC 3161 §4 (1)",
        "time_stamp.made_in_validity",
        "B-T",
        &new,
    )?;
    let weak = |over: &[u8]| {
        let timestamp = Timestamp::of(Sha1, &Sha1.digest(over), at(-21)).with_certificates(&[&shared.timestamping]);
        Ok(shared.timestamping.timestamp_token(&timestamp)?)
    };
    nothing("imprint-sha-1", "its imprint is of SHA-1", "EN 319 102-1 §5.4.4", "signature_acceptance.digest_reliable", "B-T", &weak)?;

    let unprocessed = "time_stamp.content_processed";
    let version = of(|timestamp| Timestamp { version: 2, ..timestamp });
    nothing("version-2", "its content is of a version that is not written yet", "RFC 3161 §2.4.2", unprocessed, "B-T", &version)?;
    let extended = |critical: bool| {
        edited_token(&shared.timestamping, at(-21), move |timestamp| {
            let extension = Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), critical, null());
            Timestamp { extensions: vec![extension], ..timestamp }
        })
    };
    let critical = extended(true);
    nothing("critical-unknown", "it has a critical extension that nobody knows", "RFC 5280 §4.2", unprocessed, "B-T", &critical)?;
    let listed = extended(false);
    let case = good.but("it has an extension that nobody knows, and that is not critical").by("RFC 5280 §4.2").document(stamped(&listed)?);
    case.add("timestamps/on-signature-extension-unknown", files)?;

    let named = |named: Name| {
        edited_token(&shared.timestamping, at(-21), move |timestamp| Timestamp {
            authority: Some(GeneralName::Directory(named.clone())),
            ..timestamp
        })
    };
    let right = named(name("Test Timestamping"));
    good.but("it names its authority").by("RFC 3161 §2.4.2").document(stamped(&right)?).add("timestamps/on-signature-named", files)?;
    let wrong = named(name("Another Timestamping"));
    let listed = good.but("it names another authority than its certificate").by("RFC 3161 §2.4.2").document(stamped(&wrong)?);
    listed.entry(|entry| entry.tolerates("time_stamp.authority_named")).add("timestamps/on-signature-named-otherwise", files)?;
    Ok(())
}

/// The authority's own certificate: ended, or revoked, with nothing younger over it.
fn authorities(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = ended(shared)?;
    let stamped = |authority: &Entity| -> Outcome<Vec<u8>> {
        let value = token(authority, at(-21));
        Ok(Life::signed(shared, &signer, at(-21), None, Some(&value))?.file)
    };
    let valid = authority(&shared.issuing, "Own Timestamping", -400, 1200)?;
    let what = "the signer's certificate ended ten days ago; a timestamp of an authority of its own is older";
    let then = of_that_time(&shared.issuing, -11)?;
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (3)", stamped(&valid)?).evidence("then.crl", then);
    let good = case.add("timestamps/authority", files)?;
    let past = authority(&shared.issuing, "Own Timestamping", -400, -5)?;
    let bad = good.but("the certificate of that authority has ended, too").by("EN 319 102-1 §5.4.4").document(stamped(&past)?);
    let bad = bad.indeterminate(OUTSIDE, "basic_processing.signer_within_validity").entry(|entry| entry.tolerates(PROVES));
    bad.because("basic_processing.signer_within_validity").add("timestamps/authority-ended", files)?;
    for (reason, file) in [(1, "authority-compromised"), (4, "authority-superseded")] {
        let revoked = shared.issuing.revocation_list(&list().with(&valid.serial, at(-3), Some(reason)))?;
        let bad =
            good.but("the certificate of that authority was revoked three days ago").by("EN 319 102-1 §5.4.4").list("issuing.crl", revoked);
        let bad = bad.indeterminate(OUTSIDE, "basic_processing.signer_within_validity").entry(|entry| entry.tolerates(PROVES));
        bad.because("revocation.not_revoked").add(&format!("timestamps/{file}"), files)?;
    }
    Ok(())
}

/// EN 319 122-1 §5.2.8: a timestamp on what is signed, from before it was.
fn on_contents(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = leaf(shared, |template| template)?;
    let made = |signer: &Entity, content: i64, value: i64| -> Outcome<Vec<u8>> {
        let (content, value) = (token(&shared.timestamping, at(content)), token(&shared.timestamping, at(value)));
        Ok(Life::signed(shared, signer, at(-21), Some(&content), Some(&value))?.file)
    };
    let what = "a timestamp on the content of 22 days ago, one on the signature of 21 days ago";
    let case = Case::passing(what, "EN 319 102-1 §5.3.4", made(&signer, -22, -21)?);
    let good = case.entry(|entry| entry.level("B-T")).add("timestamps/on-content", files)?;
    let bad = good.but("the one on the content is of 20 days ago").by("EN 319 102-1 §5.5.4 (4)(e)").document(made(&signer, -20, -21)?);
    bad.indeterminate("TIMESTAMP_ORDER_FAILURE", "long_term.timestamps_in_order").add("timestamps/on-content-later", files)?;
    let past = leaf(shared, |template| Template { not_after: at(-23), ..template })?;
    let bad = good.but("the signer's certificate ended 23 days ago").document(made(&past, -22, -21)?);
    let bad = bad.evidence("then.crl", of_that_time(&shared.issuing, -24)?);
    bad.fails("EXPIRED", "signature_with_time.not_made_after_expiry").add("timestamps/on-content-expired", files)?;
    let revoked = |reason| shared.issuing.revocation_list(&list().with(&signer.serial, at(-23), Some(reason)));
    let bad = good.but("the signer's certificate was revoked 23 days ago").list("issuing.crl", revoked(1)?);
    bad.fails("REVOKED", "signature_with_time.not_made_after_revocation").add("timestamps/on-content-revoked", files)?;
    let bad = good.but("the signer's certificate was put on hold 23 days ago").list("issuing.crl", revoked(6)?);
    bad.indeterminate("TRY_LATER", "signature_with_time.revoked_after").add("timestamps/on-content-hold", files)?;
    let dated = |until: i64| {
        let digests = json!([{ "name": "SHA-256" }, { "name": "SHA-384", "until": at(until).to_string() }]);
        json!({ "id": "dated", "algorithms": { "digests": digests, "signatures": [{ "name": "ECDSA", "bits": 256 }] } })
    };
    let with_384 = |content: i64| -> Outcome<Vec<u8>> {
        let (content, value) = (token(&shared.timestamping, at(content)), token(&shared.timestamping, at(-21)));
        let signer = Signer::new(&signer, &[&shared.issuing]).with(Sha384, SignatureAlgorithm::Ecdsa(Sha384));
        Ok(Life::by(&signer, at(-21), Some(&content), Some(&value))?.file)
    };
    let what = "a signature by SHA-384, which was reliable until 20 days ago; timestamps on content and signature are older";
    let case = Case::passing(what, "EN 319 102-1 §5.3.4", with_384(-22)?).policy(dated(-20));
    let fallen = case.add("timestamps/on-content-algorithm", files)?;
    let bad = fallen.but("no, until 23 days ago").policy(dated(-23));
    let check = "signature_with_time.not_made_after_algorithm_end";
    bad.indeterminate("CRYPTO_CONSTRAINTS_FAILURE", check).add("timestamps/on-content-algorithm-fallen", files)?;
    // Revoked between both: the signature may have been made before it.
    let between = shared.issuing.revocation_list(&list().with(&signer.serial, at(-20), Some(1)))?;
    good.but("the signer's certificate was revoked 20 days ago")
        .list("issuing.crl", between)
        .add("timestamps/on-content-revoked-since", files)?;
    Ok(())
}

/// EN 319 102-1 §5.6.3: each timestamp proves what the one before it needs.
fn on_documents(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = leaf(shared, |template| Template { not_after: at(-200), ..template })?;
    let first = authority(&shared.issuing, "First Timestamping", -400, -100)?;
    let (one, two) = (token(&first, at(-240)), token(&shared.timestamping, at(-120)));
    let lists = |from| -> Outcome<Vec<Vec<u8>>> { Ok(vec![of_that_time(&shared.issuing, from)?, of_that_time(&shared.root, from)?]) };
    let begun = Life::signed(shared, &signer, at(-300), None, None)?.stored(&[&shared.issuing], &lists(-250)?, &[]).stamped(&one)?;
    let renewed = begun.clone().stored(&[], &lists(-121)?, &[]);
    let what = "the signer's certificate ended 200 days ago, the first authority's 100; both had a timestamp over them before";
    let entries = |levels: [&'static str; 1]| {
        [Entry::passed().level(levels[0]), Entry::passed().kind("document_timestamp"), Entry::passed().kind("document_timestamp")]
    };
    let case = Case::passing(what, "EN 319 102-1 §5.6.3", renewed.clone().stamped(&two)?.file);
    let good = case.entries(&entries(["B-LTA"])).add("timestamps/renewed", files)?;

    let broken = [Entry::default(), Entry::default()];
    let bad = good.but("it was not renewed").document(begun.clone().file).entries(&broken);
    bad.indeterminate(OUTSIDE, "basic_processing.signer_within_validity").add("timestamps/not-renewed", files)?;
    let three = [Entry::default(), Entry::default(), Entry::passed()];
    let late = token(&shared.timestamping, at(-90));
    let bad = good.but("it was renewed after the first authority had ended").document(renewed.clone().stamped(&late)?.file).entries(&three);
    bad.indeterminate(OUTSIDE, "signature_with_time.not_after_validity").add("timestamps/renewed-late", files)?;
    let bad = good.but("nothing newer tells the status of the first authority");
    let bad = bad.document(begun.clone().stamped(&two)?.file).entries(&three);
    bad.indeterminate(OUTSIDE, "signature_with_time.not_after_validity").add("timestamps/renewed-without-status", files)?;
    // Of the two document timestamps the older one covers less: their order is that of their places.
    let plain =
        Life::signed(shared, &leaf(shared, |template| template)?, at(-300), None, None)?.stamped(&token(&shared.timestamping, at(-240)))?;
    let twice = |second| -> Outcome<Vec<u8>> { Ok(plain.clone().stamped(&token(&shared.timestamping, at(second)))?.file) };
    let what = "two document timestamps, the second a day younger than the first";
    let stamp = || Entry::passed().kind("document_timestamp");
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (4)(e)", twice(-239)?).entries(&[Entry::passed(), stamp(), stamp()]);
    let good = case.add("timestamps/in-order", files)?;
    let bad = good.but("no: a day older").document(twice(-241)?);
    let bad = bad.entries(&[Entry::default(), Entry::default(), Entry::default()]);
    let order = "long_term.timestamps_in_order";
    bad.indeterminate("TIMESTAMP_ORDER_FAILURE", order).add("timestamps/out-of-order", files)?;
    // Two clocks, each within a second of the right time.
    let accurate = |time| {
        let accuracy = Some(Accuracy { seconds: 1, ..Accuracy::default() });
        edited_token(&shared.timestamping, time, move |timestamp| Timestamp { accuracy, ..timestamp })
    };
    let plain = Life::signed(shared, &leaf(shared, |template| template)?, at(-300), None, None)?.stamped(&accurate(at(-240)))?;
    let twice = |earlier: i64| -> Outcome<Vec<u8>> { Ok(plain.clone().stamped(&accurate(at(-240).plus_seconds(-earlier)))?.file) };
    let what = "the second document timestamp is two seconds older, and each is accurate to a second";
    let case = Case::passing(what, "RFC 3161 §2.4.2", twice(2)?).entries(&[Entry::passed().tolerates(order), stamp(), stamp()]);
    let good = case.add("timestamps/in-no-order", files)?;
    let bad = good.but("it is three seconds older").document(twice(3)?);
    let bad = bad.entries(&[Entry::default(), Entry::default(), Entry::default()]);
    bad.indeterminate("TIMESTAMP_ORDER_FAILURE", order).add("timestamps/out-of-order-accurate", files)?;
    Ok(())
}

/// The signer of status information has ended since: the information must be proven to be older (EN 319 102-1 §5.2.6.4 (4)).
fn stores(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = ended(shared)?;
    let responder = shared.issuing.issue(&Template::ocsp_responder(name("Short OCSP"), at(-12), at(-8)), key_of("Short OCSP")?)?;
    let response = responder.ocsp_response(&OcspResponse::new(SingleResponse::good(&shared.issuing, &signer.serial, at(-11), at(-10))))?;
    let (value, clause) = (token(&shared.timestamping, at(-21)), "EN 319 102-1 §5.5.4 (4)(c)");
    let stored = Life::signed(shared, &signer, at(-21), None, Some(&value))?.stored(&[&responder], &[], &[response]);
    let what = "signer and OCSP responder have ended since; the response was stored and stamped before";
    let case = Case::passing(what, clause, stored.clone().stamped(&token(&shared.timestamping, at(-9)))?.file);
    let entries = [Entry::passed(), Entry::passed().kind("document_timestamp")];
    let good = case.entries(&entries).add("timestamps/stored-response", files)?;
    let bad =
        good.but("the stamp over it is of after the responder's end").document(stored.stamped(&token(&shared.timestamping, at(-7)))?.file);
    let bad = bad.entries(&[Entry::default(), Entry::passed()]);
    bad.indeterminate("OUT_OF_BOUNDS_NO_POE", "signature_with_time.revocation_signer_valid")
        .add("timestamps/stored-response-late", files)?;
    Ok(())
}

/// EN 319 102-1 §5.6.2.2: an authority that was revoked is believed up to the second before.
fn revoked_authority(shared: &Shared, files: &mut Files) -> Outcome {
    let second = shared.root.issue(&Template::authority(name("Second Issuing"), at(-800), at(3000), Some(0)), key_of("Second Issuing")?)?;
    let signer =
        second.issue(&Template::signatory(crate::shared::person("p256"), at(-400), at(1200)), shared.signatories["p256"].key.clone())?;
    let lists = |from: i64| -> Outcome<Vec<Vec<u8>>> { Ok(vec![of_that_time(&second, from)?, of_that_time(&shared.root, from)?]) };
    let document = |stamp: i64| -> Outcome<Vec<u8>> {
        let life = Life::signed_under(&[&second], &signer, at(-300), None, None)?.stored(&[&second, &shared.issuing], &lists(-250)?, &[]);
        Ok(life.stamped(&token(&shared.timestamping, at(stamp)))?.file)
    };
    let revoked = shared.root.revocation_list(&list().with(&second.serial, at(-150), Some(2)))?;
    let what = "the issuing authority was compromised 150 days ago; signature, certificates and lists were stamped before";
    let case = Case::passing(what, "EN 319 102-1 §5.6.2.2", document(-240)?).list("root.crl", revoked).without("issuing.crl");
    let case = case.shared_evidence("issuing.crl");
    let entries = [Entry::passed(), Entry::passed().kind("document_timestamp")];
    let good = case.entries(&entries).add("timestamps/issuer-revoked-since", files)?;
    let bad = good.but("they were stamped a day after").document(document(-149)?).entries(&[Entry::default(), Entry::passed()]);
    bad.indeterminate("REVOKED_CA_NO_POE", "signature_with_time.revoked_after").add("timestamps/issuer-revoked-before", files)?;
    // Its certificates and lists were stamped before, and it was signed after.
    let stored = Life::unsigned().stored(&[&signer, &second, &shared.issuing], &lists(-250)?, &[]);
    let life = stored.stamped(&token(&shared.timestamping, at(-249)))?;
    let life = life.approved(&signer, &[&second], at(-149))?.stamped(&token(&shared.timestamping, at(-148)))?;
    let bad = good.but("the document was signed a day after, and lists alone were stamped before").document(life.file);
    let by = Entry::default().fails_by("past_signature_validation.existed_by_control_time");
    let bad = bad.entries(&[Entry::passed(), by, Entry::passed()]).indeterminate("REVOKED_CA_NO_POE", "");
    bad.add("timestamps/issuer-revoked-signed-after", files)?;
    // Whoever has the key of the authority writes its lists.
    let life = Life::signed_under(&[&second, &shared.issuing], &signer, at(-300), None, Some(&token(&shared.timestamping, at(-299))))?;
    let bad = good.but("the list of that authority is of yesterday, the document was stamped before").document(life.file);
    let bad = bad.evidence("second.crl", of_that_time(&second, -1)?).entries(&[Entry::default()]);
    bad.indeterminate("REVOKED_CA_NO_POE", "signature_with_time.told_before_revocation")
        .add("timestamps/issuer-revoked-list-after", files)?;
    Ok(())
}

/// An algorithm that the policy's table does not have was reliable at no time.
fn fallen_algorithm(shared: &Shared, files: &mut Files) -> Outcome {
    use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
    let weak = issuing(shared, |template| template.signed_with(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1)))?;
    let signer = leaf(shared, |template| template)?;
    let stamping = authority(&shared.root, "Root Timestamping", -400, 1200)?;
    let document = |issuer: &Entity| -> Outcome<Vec<u8>> {
        let life = Life::signed_under(&[issuer], &signer, at(-300), None, None)?;
        let lists = vec![of_that_time(&shared.issuing, -250)?, of_that_time(&shared.root, -250)?];
        Ok(life.stored(&[issuer], &lists, &[]).stamped(&token(&stamping, at(-240)))?.file)
    };
    let table = |sha1: serde_json::Value| {
        let digests: Vec<serde_json::Value> = [sha1, json!({ "name": "SHA-256" })].into_iter().filter(|row| !row.is_null()).collect();
        json!({ "id": "dated", "algorithms": { "digests": digests, "signatures": [{ "name": "ECDSA", "bits": 256 }] } })
    };
    let what =
        "the certificate of the issuing authority is signed with SHA-1, which was reliable until 100 days ago; it was stamped before";
    let until = table(json!({ "name": "SHA-1", "until": at(-100).to_string() }));
    let stamped = document(&weak)?;
    let case = Case::passing(what, "EN 319 102-1 §5.6.2.2.4 (2)(c)", stamped).policy(until);
    let entries = [Entry::passed(), Entry::default().kind("document_timestamp")];
    let good: Good = case.entries(&entries).add("timestamps/algorithm-ended-since", files)?;
    let never =
        good.but("which was reliable at no time").policy(table(serde_json::Value::Null)).entries(&[Entry::default(), Entry::default()]);
    let never = never.indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "signature_with_time.algorithms_reliable");
    never.add("timestamps/algorithm-never", files)?;
    let early = table(json!({ "name": "SHA-1", "until": at(-245).to_string() }));
    let bad = good.but("which was reliable until 245 days ago").policy(early).entries(&[Entry::default(), Entry::default()]);
    bad.indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "signature_with_time.algorithms_reliable")
        .add("timestamps/algorithm-ended-before", files)?;
    Ok(())
}
