//! In the groups `timestamps` and `existence`: what is known by now of a past that was proven otherwise (EN 319 102-1 §5.5.4, §5.6.2.4).

use kyso::context::{TrustAnchor, TrustStore};
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
use kyso::pki::{Certificate, object_id};
use kyso::testkit::{Entity, RevocationList, Template};
use serde_json::json;

use crate::case::{Case, Entry};
use crate::certificates::{issuing, leaf};
use crate::cms::{Signer, attribute};
use crate::hand_made::{date, dictionary};
use crate::revocation::list;
use crate::shared::{Shared, at, key_of, name, person};
use crate::timestamps::{Life, of_that_time, token};
use crate::{Files, Outcome};

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    later_list(shared, files)?;
    unnamed(shared, files)?;
    again(shared, files)?;
    withdrawn(shared, files)?;
    elsewhere(shared, files)?;
    anchor(shared, files)
}

/// Signer and authority have ended. A list of before the signature was stamped with it; a later one, which nobody stamped, has the signer or not.
fn later_list(shared: &Shared, files: &mut Files) -> Outcome {
    let ended = shared.root.issue(&Template::authority(name("Ended Issuing"), at(-800), at(-100), Some(0)), key_of("Ended Issuing")?)?;
    let signer = ended.issue(&Template::signatory(person("p256"), at(-400), at(-200)), shared.signatories["p256"].key.clone())?;
    let lists = [of_that_time(&ended, -299)?, of_that_time(&shared.root, -299)?];
    let life = Life::signed_under(&[&ended, &shared.issuing], &signer, at(-296), None, None)?.stored(&[], &lists, &[]);
    let document = life.stamped(&token(&shared.timestamping, at(-295)))?.file;
    let later = |day: Option<i64>| -> Outcome<Vec<u8>> {
        let list = RevocationList::new(at(-250), at(-243));
        let list = match day {
            Some(day) => list.with(&signer.serial, at(day), Some(1)),
            None => list,
        };
        Ok(ended.revocation_list(&list)?)
    };
    let what = "signer and authority have ended since; signature and list were stamped before, and a later list does not have the signer";
    let case = Case::passing(what, "EN 319 102-1 §5.6.2.4.4", document).evidence("later.crl", later(None)?);
    let entries = [Entry::passed(), Entry::passed().kind("document_timestamp")];
    let good = case.entries(&entries).add("timestamps/later-list", files)?;
    good.but("the later list has the signer, revoked after the stamp")
        .list("later.crl", later(Some(-290))?)
        .add("timestamps/later-list-revoked-since", files)?;
    let bad = good.but("the later list has the signer, revoked before the signature").list("later.crl", later(Some(-298))?);
    let bad = bad.entries(&[Entry::default(), Entry::passed()]);
    bad.indeterminate("REVOKED_NO_POE", "signature_with_time.revoked_after").add("timestamps/later-list-revoked-before", files)?;
    Ok(())
}

/// Whoever has the key of an authority certifies any key again, in any name: one that signed before, too.
fn unnamed(shared: &Shared, files: &mut Files) -> Outcome {
    let second = shared.root.issue(&Template::authority(name("Second Issuing"), at(-800), at(3000), Some(0)), key_of("Second Issuing")?)?;
    let signer = second.issue(&Template::signatory(person("p256"), at(-400), at(1200)), shared.signatories["p256"].key.clone())?;
    let lists = [of_that_time(&second, -250)?, of_that_time(&shared.root, -250)?];
    let stored = Life::unsigned().stored(&[&second, &shared.issuing], &lists, &[]).stamped(&token(&shared.timestamping, at(-249)))?;
    let (by_hand, stamp) = (Signer::new(&signer, &[&second]), token(&shared.timestamping, at(-239)));
    let document = |kept: usize| -> Outcome<Vec<u8>> {
        let text = dictionary("adbe.pkcs7.detached", &format!("/M {} ", date(at(-240))));
        let life = stored.clone().appended(&text, &|octets| {
            let attributes = by_hand.attributes(&by_hand.digest.digest(octets));
            let mut info = by_hand.over_attributes(attributes.into_iter().take(kept).collect())?;
            info.unsigned = vec![attribute(object_id::SIGNATURE_TIMESTAMP, &[stamp(&info.value)?])];
            Ok(by_hand.data(&info).der())
        })?;
        Ok(life.file)
    };
    let revoked = shared.root.revocation_list(&list().with(&second.serial, at(-150), Some(2)))?;
    let what = "the issuing authority was compromised 150 days ago; its list, then the signature, were stamped before";
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (4)(b)", document(3)?).list("root.crl", revoked);
    let entries = [Entry::passed().kind("document_timestamp"), Entry::passed()];
    let good = case.entries(&entries).add("timestamps/issuer-revoked-named", files)?;
    let bad = good.but("the signature does not name its certificate, which may be one of after that").document(document(2)?);
    let bad = bad.entries(&[Entry::passed(), Entry::default()]);
    bad.indeterminate("REVOKED_CA_NO_POE", "signature_with_time.told_before_revocation").add("timestamps/issuer-revoked-unnamed", files)?;
    Ok(())
}

/// An authority is certified again under its name and key, and the first certificate ends.
fn again(shared: &Shared, files: &mut Files) -> Outcome {
    let first = issuing(shared, |template| Template { not_after: at(-5), ..template })?;
    let second = issuing(shared, |template| Template { not_before: at(-10), ..template })?;
    let signer = leaf(shared, |template| template)?;
    let what =
        "the issuing authority was certified again ten days ago, and its first certificate ended five days ago; registered before both";
    let document = Life::signed_under(&[&first], &signer, at(-21), None, None)?.file;
    let case = Case::passing(what, "EN 319 102-1 §5.5.4 (4)(c)", document).existence(Some(at(-20)));
    let good = case.evidence("again.crt", second.certificate.clone()).add("existence/issuer-again", files)?;
    let bad = good.but("the first certificate is not at hand").document(Life::signed_under(&[], &signer, at(-21), None, None)?.file);
    let check = "signature_with_time.issuer_within_validity";
    bad.indeterminate("OUT_OF_BOUNDS_NO_POE", check).add("existence/issuer-again-alone", files)?;
    Ok(())
}

/// Of two certificates of one authority the newer one was withdrawn at once: the other one speaks.
fn withdrawn(shared: &Shared, files: &mut Files) -> Outcome {
    let second = issuing(shared, |template| Template { not_before: at(-40), ..template })?;
    let signer = leaf(shared, |template| Template { not_after: at(-10), ..template })?;
    let document = |issuers: &[&Entity]| -> Outcome<Vec<u8>> { Ok(Life::signed_under(issuers, &signer, at(-21), None, None)?.file) };
    let revoked = shared.root.revocation_list(&list().with(&second.serial, at(-30), Some(4)))?;
    let what = "the signer's certificate has ended since the register; of two certificates of the authority one was withdrawn before";
    let case = Case::passing(what, "EN 319 102-1 §5.2.6.4", document(&[&second, &shared.issuing])?).existence(Some(at(-20)));
    let case = case.list("root.crl", revoked).list("issuing.crl", of_that_time(&shared.issuing, -11)?);
    let good = case.add("existence/issuer-withdrawn-again", files)?;
    let bad = good.but("the other one is not at hand").document(document(&[&second])?);
    bad.indeterminate("REVOKED_CA_NO_POE", "signature_with_time.revoked_after").add("existence/issuer-withdrawn-alone", files)?;
    Ok(())
}

/// What the register says of a document it says of what the document brings.
fn elsewhere(shared: &Shared, files: &mut Files) -> Outcome {
    let weak = issuing(shared, |template| template.signed_with(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1)))?;
    let signer = leaf(shared, |template| template)?;
    let until = at(-10).to_string();
    let policy = json!({ "id": "dated", "algorithms": {
        "digests": [{ "name": "SHA-1", "until": until }, { "name": "SHA-256" }], "signatures": [{ "name": "ECDSA", "bits": 256 }] } });
    let what =
        "the authority's certificate is signed with SHA-1, which was reliable until ten days ago; it was registered in the document before";
    let document = |issuers: &[&Entity]| -> Outcome<Vec<u8>> { Ok(Life::signed_under(issuers, &signer, at(-21), None, None)?.file) };
    let case = Case::passing(what, "EN 319 102-1 §5.5.2, §5.5.4 (8)", document(&[&weak])?).existence(Some(at(-20))).policy(policy);
    let good = case.add("existence/weak-registered", files)?;
    let bad = good.but("it comes from elsewhere").document(document(&[])?).evidence("weak.crt", weak.certificate.clone());
    let check = "signature_with_time.algorithms_reliable";
    bad.indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", check).add("existence/weak-from-elsewhere", files)?;
    Ok(())
}

/// The relying party trusts a root from a day on.
fn anchor(shared: &Shared, files: &mut Files) -> Outcome {
    let signer = leaf(shared, |template| template)?;
    let document = Life::signed(shared, &signer, at(-21), None, None)?.file;
    let trusted = |from: i64| -> Outcome<Option<Vec<u8>>> {
        let anchor = TrustAnchor::of_certificate(Certificate::from_der(&shared.root.certificate)?)?;
        let mut store = TrustStore::new();
        store.add(TrustAnchor { store: "dated".into(), not_before: Some(at(from)), ..anchor })?;
        Ok(Some(store.to_json().into_bytes()))
    };
    let what = "the root is trusted from the day of the register on";
    let case = Case::passing(what, "EN 319 102-1 §5.2.6.4 (2)", document).existence(Some(at(-20))).anchor("anchors.json", trusted(-20)?);
    let good = case.add("existence/anchor-begun", files)?;
    let bad = good.but("it is trusted from the day after").anchor("anchors.json", trusted(-19)?);
    bad.indeterminate("NO_CERTIFICATE_CHAIN_FOUND_NO_POE", "signature_with_time.anchor_began").add("existence/anchor-not-begun", files)?;
    Ok(())
}
