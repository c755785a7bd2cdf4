//! Group `seed-values`: what the author of a field requires of its signature. A violated rule is a finding and decides nothing: it
//! binds whoever signs, and says nothing of what was signed.

use kyso::crypto::DigestAlgorithm::Sha256;
use kyso::encoding::der::write::{context_constructed, sequence};
use kyso::pki::object_id;

use crate::case::Case;
use crate::cms::{Signer, attribute};
use crate::hand_made::{HandMade, claimed, date, dictionary, field, objects, pades};
use crate::pdf;
use crate::shared::Shared;
use crate::{Files, Outcome};

const SIGNATURE: &str = "ISO 32000-2 §12.7.5.5, Table 237";
const CERTIFICATE: &str = "ISO 32000-2 §12.7.5.5, Table 238";
const CHECK: &str = "seed_value.met";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    of_the_signature(shared, files)?;
    of_its_attributes(shared, files)?;
    of_the_certificate(shared, files)?;
    dropped(shared, files)
}

/// A file whose field has these seed values, with further entries of the signature dictionary and of the catalog.
fn seeded(seed_value: &str, more: &str, catalog: &str) -> pdf::Objects {
    let signature = pades().replace("/ByteRange", &format!("{more}/ByteRange"));
    let field = field("Signature1", &format!("/SV << /Type /SV {seed_value} >> "));
    let catalog = format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> {catalog}>>");
    pdf::with(objects(&signature), &[(1, &catalog), (6, &field)])
}

fn signed(shared: &Shared, objects: pdf::Objects) -> Outcome<Vec<u8>> {
    HandMade::new(objects).sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))
}

/// The rule that is kept, and its twin that is not.
fn pair(files: &mut Files, name: &str, clause: &'static str, kept: Vec<u8>, change: &str, broken: Vec<u8>) -> Outcome {
    let good = Case::passing(format!("the seed value {name} is kept"), clause, kept).add(&format!("seed-values/{name}"), files)?;
    let bad = good.but(change).document(broken).entry(|entry| entry.tolerates(CHECK));
    bad.add(&format!("seed-values/{name}-violated"), files)?;
    Ok(())
}

fn of_the_signature(shared: &Shared, files: &mut Files) -> Outcome {
    const CERTIFIED: &str =
        "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>] ";
    let perms = "/Perms << /DocMDP 7 0 R >> ";
    let legal = "/Perms << /DocMDP 7 0 R >> /Legal << /Attestation (Khong co noi dung an) >> ";
    let other = "another value is required";
    for (name, kept, broken, change, more, catalog) in [
        ("filter", "/Filter /Adobe.PPKLite /Ff 1", "/Filter /Entrust.PPKEF /Ff 1", other, "", ""),
        (
            "sub-filter",
            "/SubFilter [/adbe.pkcs7.detached /ETSI.CAdES.detached] /Ff 2",
            "/SubFilter [/adbe.pkcs7.detached] /Ff 2",
            other,
            "",
            "",
        ),
        ("v", "/V 3 /Ff 4", "/V 4 /Ff 4", "a newer standard is required", "", ""),
        ("reasons", "/Reasons [(Phe duyet) (Da xem)] /Ff 8", "/Reasons [(Da xem)] /Ff 8", other, "/Reason (Phe duyet) ", ""),
        (
            "legal-attestation",
            "/LegalAttestation [(Khong co noi dung an)] /Ff 16",
            "/LegalAttestation [(x)] /Ff 16",
            other,
            CERTIFIED,
            legal,
        ),
        ("digest-method", "/DigestMethod [(SHA256) (SHA512)] /Ff 64", "/DigestMethod [(SHA512)] /Ff 64", other, "", ""),
        ("lock-document", "/LockDocument /false /Ff 128", "/LockDocument /true /Ff 128", other, "", ""),
        ("appearance-filter", "/AppearanceFilter (Con dau) /Ff 0", "/AppearanceFilter (Con dau) /Ff 256", "it is required", "", ""),
        ("mdp", "/MDP << /P 2 >>", "/MDP << /P 3 >>", other, CERTIFIED, perms),
    ] {
        let [kept, broken] = [kept, broken].map(|seed_value| signed(shared, seeded(seed_value, more, catalog)));
        pair(files, name, SIGNATURE, kept?, change, broken?)?;
    }
    Ok(())
}

/// What stands in the signature value.
fn of_its_attributes(shared: &Shared, files: &mut Files) -> Outcome {
    let (signer, authority) = (shared.by_hand("p256"), Signer::new(&shared.timestamping, &[]));
    let stamped = |is: bool| {
        HandMade::new(seeded("/TimeStamp << /URL (http://tsa.example) /Ff 1 >>", "", "")).sign(|octets| {
            let mut info = signer.over_attributes(signer.attributes(&Sha256.digest(octets)))?;
            if is {
                info.unsigned =
                    vec![attribute(object_id::SIGNATURE_TIMESTAMP, &[authority.timestamp(&info.value, claimed().plus_seconds(1))?])];
            }
            Ok(signer.data(&info).der())
        })
    };
    pair(files, "time-stamp", SIGNATURE, stamped(true)?, "no timestamp is on the signature", stamped(false)?)?;
    let archived = |lists: &[Vec<u8>]| {
        let information = sequence(&[context_constructed(0, &[sequence(lists)])]);
        let attributes =
            if lists.is_empty() { Vec::new() } else { vec![attribute(object_id::ADOBE_REVOCATION_INFORMATION, &[information])] };
        let signature = dictionary("adbe.pkcs7.detached", &format!("/M {} ", date(claimed())));
        HandMade::new(pdf::with(seeded("/AddRevInfo true /Ff 32", "", ""), &[(7, &signature)]))
            .sign(|octets| signer.detached(octets, attributes.clone()))
    };
    let kept = archived(std::slice::from_ref(&shared.issuing_list))?;
    pair(files, "add-rev-info", SIGNATURE, kept, "no revocation list is in the signature", archived(&[])?)
}

fn of_the_certificate(shared: &Shared, files: &mut Files) -> Outcome {
    let hexadecimal = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    let [own, issuing, root] = [&shared.signatories["p256"], &shared.issuing, &shared.other_root].map(|one| hexadecimal(&one.certificate));
    let other = "another value is required";
    for (name, kept, broken) in [
        ("cert-subject", format!("/Subject [<{own}>] /Ff 1"), format!("/Subject [<{issuing}>] /Ff 1")),
        ("cert-issuer", format!("/Issuer [<{issuing}>] /Ff 2"), format!("/Issuer [<{root}>] /Ff 2")),
        ("cert-oid", "/OID [(1.2.3)] /Ff 0".into(), "/OID [(1.2.3)] /Ff 4".into()),
        (
            "cert-subject-dn",
            "/SubjectDN [<< /CN (x) >> << /o (Kyso Test) /2.5.4.6 (VN) >>] /Ff 8".into(),
            "/SubjectDN [<< /CN (x) >> << /o (Kyso Test) /2.5.4.6 (LA) >>] /Ff 8".into(),
        ),
        ("cert-key-usage", "/KeyUsage [(0) (X1X1)] /Ff 32".into(), "/KeyUsage [(0) (X1X0)] /Ff 32".into()),
    ] {
        let [kept, broken] = [kept, broken].map(|rules| signed(shared, seeded(&format!("/Cert << /Type /SVCert {rules} >>"), "", "")));
        let change = if name == "cert-oid" { "it is required" } else { other };
        pair(files, name, CERTIFICATE, kept?, change, broken?)?;
    }
    Ok(())
}

/// The signer leaves the rule out of the field in the very revision that signs.
fn dropped(shared: &Shared, files: &mut Files) -> Outcome {
    let make = |seed_value: &str| {
        let empty = field("Signature1", &format!("/SV << /Type /SV {seed_value} >> ")).replace("/V 7 0 R ", "");
        let before = pdf::with(objects("null"), &[(6, &empty)]);
        let before: pdf::Objects = before.into_iter().filter(|(number, _)| *number != 7).collect();
        let file = pdf::table(&before, "");
        let update = pdf::with(vec![], &[(6, &field("Signature1", "")), (7, &pades())]);
        let layout = |objects: &pdf::Objects| pdf::updated(&file, objects, "");
        let made = HandMade { layout: &layout, ..HandMade::new(update) };
        made.sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))
    };
    let (kept, broken) = (make("/DigestMethod [(SHA256)] /Ff 64")?, make("/DigestMethod [(SHA512)] /Ff 64")?);
    pair(files, "digest-method-dropped", SIGNATURE, kept, "another value was required", broken)
}
