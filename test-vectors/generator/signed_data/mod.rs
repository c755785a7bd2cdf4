//! Group `cms`: signed data in files of their own (RFC 5652, EN 319 122-1).

mod attributes;
pub mod evidence;
mod several;

use kyso::crypto::DigestAlgorithm::Sha256;
use kyso::encoding::der::write::{integer, object_id, octet_string, sequence, value};
use kyso::encoding::pem;
use kyso::pki::object_id;

use crate::case::{Case, Entry, Good};
use crate::cms::{self, SignedData, Signer, SignerInfo, indefinite};
use crate::hand_made::claimed;
use crate::shared::Shared;
use crate::{Files, Outcome};

/// What is signed.
pub const CONTENT: &[u8] = b"Quyet dinh so 01/QD-UBND\n";
const FILE: &str = "document.p7m";
const FORMAT: &str = "FORMAT_FAILURE";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = shared.by_hand("p256");
    let good = attached(&signer, files)?;
    detached(&signer, files)?;
    structure(&signer, &good, files)?;
    token(shared, files)?;
    attributes::add(shared, &signer, &good, files)?;
    several::add(shared, files)?;
    evidence::add(shared, files)
}

/// The attributes of a baseline signature over content with this digest.
fn baseline(signer: &Signer<'_>, digest: &[u8]) -> Vec<Vec<u8>> {
    let mut attributes = signer.attributes(digest);
    attributes.push(cms::signing_time(claimed()));
    attributes
}

pub fn info(signer: &Signer<'_>, content: &[u8]) -> Outcome<SignerInfo> {
    signer.over_attributes(baseline(signer, &signer.digest.digest(content)))
}

/// With the content inside.
pub fn enveloping(signer: &Signer<'_>, info: &SignerInfo) -> SignedData {
    SignedData { content: Some(CONTENT.to_vec()), ..signer.data(info) }
}

fn passing(what: &str, clause: &'static str, octets: Vec<u8>) -> Case {
    Case::passing_file(what, clause, FILE, octets)
}

fn attached(signer: &Signer<'_>, files: &mut Files) -> Outcome<Good> {
    let data = enveloping(signer, &info(signer, CONTENT)?);
    let case = passing("CAdES B-B with the content inside", "EN 319 122-1 §6.3", data.der());
    let good = case.entry(|entry| entry.kind("signature").level("B-B")).add("cms/attached", files)?;
    let mut altered = data.clone();
    altered.content = Some(CONTENT.to_ascii_uppercase());
    let bad = good.but("the letters of the content are other ones").by("EN 319 102-1 §5.2.7").file(altered.der());
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("cms/attached-altered", files)?;
    let mut info = info(signer, CONTENT)?;
    info.value.last_mut().into_iter().for_each(|last| *last ^= 1);
    let bad = good.but("the last bit of the value is the other one").by("EN 319 102-1 §5.2.7").file(enveloping(signer, &info).der());
    bad.fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .integrity("broken")
        .add("cms/attached-value-altered", files)?;

    good.but("the outer lengths are left open").by("X.690 §8.1.3.6").file(data.ber()).add("cms/attached-ber", files)?;
    let segments = indefinite(0x24, &[octet_string(&CONTENT[..7]), octet_string(&CONTENT[7..])]);
    let file = with_content(&data, indefinite(0xa0, &[segments]));
    good.but("the content is in two segments, the lengths left open").by("X.690 §8.7").file(file).add("cms/attached-segments", files)?;
    let other = indefinite(0x24, &[octet_string(&CONTENT[..7]), integer(1), octet_string(&CONTENT[7..])]);
    let file = with_content(&data, indefinite(0xa0, &[other]));
    good.but("between two segments of the content stands a number")
        .by("X.690 §8.7")
        .file(file)
        .malformed()
        .add("cms/segments-other", files)?;
    let text = pem::write("CMS", &data.der()).into_bytes();
    good.but("it is in PEM").by("RFC 7468 §9").file(text.clone()).add("cms/attached-pem", files)?;
    let bad = good.but("it is in PEM, and a text stands behind that").by("EN 319 102-1 §5.1.3").file([&text[..], b"Tu choi\n"].concat());
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified")
        .entries(&[Entry::passed()])
        .add("cms/attached-pem-behind", files)?;
    let headed = String::from_utf8(text)?.replacen("CMS-----\n", "CMS-----\nResult: Tu choi\n\n", 1).into_bytes();
    good.but("it is in PEM with a header").by("RFC 7468 §2").file(headed).malformed().add("cms/attached-pem-header", files)?;
    Ok(good)
}

/// `data` with `content` in the place of its `eContent`, encoded, everything around left open.
fn with_content(data: &SignedData, content: Vec<u8>) -> Vec<u8> {
    let certificates = [&[0xa0, 0x80][..], &data.certificates.concat(), &[0, 0]].concat();
    let parts = [
        integer(data.version),
        value(0x31, &data.digests.concat()),
        indefinite(0x30, &[object_id(data.content_type), content]),
        certificates,
        value(0x31, &data.signers.concat()),
    ];
    let signed_data = indefinite(0x30, &parts);
    indefinite(0x30, &[object_id(object_id::SIGNED_DATA), indefinite(0xa0, &[signed_data])])
}

fn detached(signer: &Signer<'_>, files: &mut Files) -> Outcome {
    let data = signer.data(&info(signer, CONTENT)?).der();
    let case = Case::passing_file("CAdES B-B over the file beside it", "RFC 5652 §5.2", "document.p7s", data);
    let case = case.detached("content.txt", "content.txt", CONTENT.to_vec());
    let good = case.entry(|entry| entry.level("B-B")).add("cms/detached", files)?;
    let bad = good.but("the letters of the file are other ones").by("EN 319 102-1 §5.2.7");
    let bad = bad.detached("content.txt", "content.txt", CONTENT.to_ascii_uppercase());
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("cms/detached-altered", files)?;
    let bad = good.but("the file is not given").by("EN 319 102-1 §5.2.7.4 (1)").without_detached();
    let bad = bad.indeterminate("SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found");
    bad.integrity("unknown").add("cms/detached-absent", files)?;
    let bad = good.but("a second file is given, which is not signed").detached("other.txt", "other.txt", b"khac\n".to_vec());
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified").add("cms/detached-second-file", files)?;
    Ok(())
}

/// What stands around the signature.
fn structure(signer: &Signer<'_>, good: &Good, files: &mut Files) -> Outcome {
    let data = enveloping(signer, &info(signer, CONTENT)?);
    let bad = good.but("a file is given that the signature does not cover, having its content inside").by("RFC 5652 §5.2");
    let bad = bad.detached("content.txt", "content.txt", CONTENT.to_vec());
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified").add("cms/attached-file-beside", files)?;
    let bad = good.but("a second content stands behind the structure").by("EN 319 102-1 §5.1.3");
    let file = [data.der(), octet_string(b"khac")].concat();
    bad.file(file).indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified").add("cms/trailing-data", files)?;
    good.but("a line feed stands behind the structure").file([data.der(), vec![b'\n']].concat()).add("cms/trailing-line-feed", files)?;
    let none = SignedData { signers: Vec::new(), ..data.clone() };
    let bad = good.but("there is no signer").by("RFC 5652 §5.1").file(none.der());
    bad.no_signature().add("cms/no-signers", files)?;
    let open = SignedData { signers: vec![sequence(&[integer(1)])], ..data.clone() };
    let bad = good.but("the only signer information ends after its version").by("RFC 5652 §5.3").file(open.der());
    let bad = bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "content_info.signer_readable");
    bad.entries(&[Entry::concluded("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "content_info.signer_readable").kind("unsupported")])
        .add("cms/signer-unreadable", files)?;

    let set = SignedData { signers: vec![kyso::encoding::der::write::retagged(0x31, &info(signer, CONTENT)?.der())], ..data.clone() };
    let bad = good.but("the signer information is a set").by("RFC 5652 §5.3").file(set.der());
    let bad = bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "content_info.signer_readable");
    bad.entries(&[Entry::concluded("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "content_info.signer_readable").kind("unsupported")])
        .add("cms/signer-in-set", files)?;

    let mut overflow = data.der();
    overflow.splice(1..4, [0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    let bad = good.but("the outer length is of eight octets, all ones").by("X.690 §8.1.3.5").file(overflow);
    bad.malformed().add("cms/length-overflow", files)?;
    let deep = (0..100_000).fold(Vec::new(), |mut open: Vec<u8>, _| {
        open.extend([0x24, 0x80]);
        open
    });
    let head = [&[0x30, 0x80][..], &object_id(object_id::SIGNED_DATA), &[0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 0x80]].concat();
    let file = [head, object_id(object_id::DATA), vec![0xa0, 0x80], deep].concat();
    let bad = good.but("the content begins 100,000 strings within strings").by("X.690 §8.7").file(file);
    bad.malformed().add("cms/deep-nesting", files)?;
    Ok(())
}

/// RFC 3161 §2.4.2: a token by itself, over the file beside it.
fn token(shared: &Shared, files: &mut Files) -> Outcome {
    let token = evidence::token(shared, &Sha256.digest(CONTENT), claimed())?;
    let case = Case::passing_file("a timestamp token over the file beside it", "RFC 3161 §2.4.2", "document.tst", token);
    let case = case.detached("content.txt", "content.txt", CONTENT.to_vec());
    let good = case.entry(|entry| entry.kind("document_timestamp")).add("cms/timestamp-token", files)?;
    let bad = good.but("the letters of the file are other ones").by("EN 319 102-1 §5.4.4");
    let bad = bad.detached("content.txt", "content.txt", CONTENT.to_ascii_uppercase());
    bad.fails("HASH_FAILURE", "cryptographic_verification.data_intact").integrity("broken").add("cms/timestamp-token-altered", files)?;
    Ok(())
}

/// Signed data that nobody signed.
pub fn nobody(shared: &Shared) -> Outcome<Vec<u8>> {
    let signer = shared.by_hand("p256");
    Ok(SignedData { signers: Vec::new(), ..enveloping(&signer, &info(&signer, CONTENT)?) }.der())
}
