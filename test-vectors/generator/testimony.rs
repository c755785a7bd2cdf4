//! In group `timestamps`: what is known by now of a past that was proven otherwise (EN 319 102-1 §5.6.2.4).

use kyso::testkit::{RevocationList, Template};

use crate::case::{Case, Entry};
use crate::shared::{Shared, at, key_of, name, person};
use crate::timestamps::{Life, of_that_time, token};
use crate::{Files, Outcome};

/// Signer and authority have ended. A list of before the signature was stamped with it; a later one, which nobody stamped, has the signer or not.
pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
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
