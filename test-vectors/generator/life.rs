//! Group `life`: thirty years of one document (EN 319 102-1 §5.6), renewed before each certificate, anchor and algorithm ends.

use kyso::Time;
use kyso::context::{TrustAnchor, TrustStore};
use kyso::crypto::{Curve, DigestAlgorithm, SignatureAlgorithm};
use kyso::pki::Certificate;
use kyso::testkit::{Entity, Key, KeyParameters, Random, RevocationList, Template, Timestamp};
use serde_json::{Value, json};

use crate::case::{Case, Entry};
use crate::shared::{Shared, at, name, person};
use crate::timestamps::{Life, of_that_time, token};
use crate::{Files, Outcome};

/// Days after the validation time of other cases: the leader's certificate ends, the first authority's, and the trust in its root; ..
const LEADER_ENDS: i64 = 700;
const FIRST_ROOT_ENDS: i64 = 3000;
/// .. the first renewal, in 2029; the end of the second authority and of the trust in it; ..
const FIRST_RENEWAL: i64 = 1100;
const SECOND_ENDS: i64 = 6700;
/// .. the second renewal, in 2044; the verdict, in January of 2056.
const SECOND_RENEWAL: i64 = 6600;
const VERDICT: i64 = 10_650;

/// An authority of another time: a root and a timestamping authority right under it.
struct Era {
    root: Entity,
    timestamping: Entity,
    digest: DigestAlgorithm,
}

impl Era {
    fn new(title: &str, curve: Curve, digest: DigestAlgorithm, from: i64, until: i64) -> Outcome<Self> {
        let key = |of: &str| Key::generate(KeyParameters::Ec(curve), &mut Random::seeded(format!("{title} {of}").as_bytes()));
        let signed_with = |template: Template| template.signed_with(SignatureAlgorithm::Ecdsa(digest));
        let root = Template::authority(name(&format!("{title} Root")), at(from), at(until), None);
        let root = Entity::self_signed(&signed_with(root), key("root")?)?;
        let stamping = Template::timestamping(name(&format!("{title} Timestamping")), at(from), at(until));
        let timestamping = root.issue(&signed_with(stamping), key("timestamping")?)?;
        Ok(Self { root, timestamping, digest })
    }

    fn list(&self, day: i64) -> Outcome<Vec<u8>> {
        let algorithm = Some(SignatureAlgorithm::Ecdsa(self.digest));
        Ok(self.root.revocation_list(&RevocationList { algorithm, ..RevocationList::new(at(day), at(day + 7)) })?)
    }

    fn token(&self, time: Time) -> impl Fn(&[u8]) -> Outcome<Vec<u8>> {
        move |over| {
            let timestamp = Timestamp {
                algorithm: Some(SignatureAlgorithm::Ecdsa(self.digest)),
                reference: kyso::testkit::EssReference::Version2By(self.digest),
                ..Timestamp::of(self.digest, &self.digest.digest(over), time).with_certificates(&[&self.timestamping])
            };
            Ok(self.timestamping.timestamp_token(&timestamp)?)
        }
    }
}

struct World<'a> {
    shared: &'a Shared,
    leader: Entity,
    second: Era,
    third: Era,
}

/// Which steps of the life are taken.
#[derive(Clone, Copy)]
struct Steps {
    first_stamp: bool,
    first_renewal: bool,
    second_renewal: bool,
}

const ALL: Steps = Steps { first_stamp: true, first_renewal: true, second_renewal: true };

impl World<'_> {
    fn document(&self, steps: Steps) -> Outcome<Vec<u8>> {
        let (shared, second, third) = (self.shared, &self.second, &self.third);
        let lists = |day| -> Outcome<Vec<Vec<u8>>> { Ok(vec![of_that_time(&shared.issuing, day)?, of_that_time(&shared.root, day)?]) };
        let mut life = Life::signed(shared, &self.leader, at(-21), None, None)?.stored(&[&shared.issuing], &lists(-21)?, &[]);
        if steps.first_stamp {
            life = life.stamped(&token(&shared.timestamping, at(-20)))?;
        }
        if steps.first_renewal {
            life = life.stored(&[], &lists(FIRST_RENEWAL - 1)?, &[]).stamped(&second.token(at(FIRST_RENEWAL)))?;
        }
        if steps.second_renewal {
            life = life.stored(&[], &[second.list(SECOND_RENEWAL - 1)?], &[]).stamped(&third.token(at(SECOND_RENEWAL)))?;
        }
        Ok(life.file)
    }

    /// What whoever looks at it in 2056 trusts, and until when he did.
    fn anchors(&self, sunsets: bool) -> Outcome<Vec<u8>> {
        let mut store = TrustStore::new();
        let ends = [(&self.shared.root, Some(FIRST_ROOT_ENDS)), (&self.second.root, Some(SECOND_ENDS)), (&self.third.root, None)];
        for (root, end) in ends {
            let anchor = TrustAnchor::of_certificate(Certificate::from_der(&root.certificate)?)?;
            let sunset = end.filter(|_| sunsets).map(at);
            store.add(TrustAnchor { store: "archive".into(), sunset, ..anchor })?;
        }
        Ok(store.to_json().into_bytes())
    }
}

/// SHA-256 and RSA below 3000 bits end in 2035, P-256 in 2045.
fn policy() -> Value {
    let (first, second) = ("2035-01-01T00:00:00Z", "2045-01-01T00:00:00Z");
    json!({ "id": "thirty-years", "algorithms": {
        "digests": [{ "name": "SHA-256", "until": first }, { "name": "SHA-384" }, { "name": "SHA-512" }],
        "signatures": [
            { "name": "RSA", "bits": 1900, "until": first }, { "name": "RSA", "bits": 3000 },
            { "name": "ECDSA", "bits": 256, "until": second }, { "name": "ECDSA", "bits": 384 }
        ] } })
}

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let template = Template::signatory(person("rsa-2048"), at(-400), at(LEADER_ENDS));
    let world = World {
        shared,
        leader: shared.issuing.issue(&template, shared.signatories["rsa-2048"].key.clone())?,
        second: Era::new("Second", Curve::P256, DigestAlgorithm::Sha512, 1000, SECOND_ENDS)?,
        third: Era::new("Third", Curve::P384, DigestAlgorithm::Sha384, 6500, 12_000)?,
    };
    let what =
        "signed and stamped in 2026, renewed in 2029 and 2044, each time before certificate, anchor and algorithm ended; seen in 2056";
    let case = Case::passing(what, "EN 319 102-1 §5.6", world.document(ALL)?).time(at(VERDICT)).policy(policy());
    let case = case.without("root.crl").without("issuing.crl").evidence("third.crl", world.third.list(VERDICT - 1)?);
    let stamp = || Entry::passed().kind("document_timestamp");
    let entries = [Entry::passed().level("B-LTA"), stamp(), stamp(), stamp()];
    let good = case.anchor("anchors.json", Some(world.anchors(true)?)).entries(&entries).add("life/whole", files)?;

    let ended = ("NO_CERTIFICATE_CHAIN_FOUND_NO_POE", "basic_processing.anchor_in_force");
    let three = || [Entry::default(), Entry::default(), Entry::default()];
    let cases = [
        ("without-first-stamp", "it was not stamped before the leader's certificate ended", Steps { first_stamp: false, ..ALL }),
        ("without-first-renewal", "it was not renewed in 2029", Steps { first_renewal: false, ..ALL }),
        ("without-second-renewal", "it was not renewed in 2044", Steps { second_renewal: false, ..ALL }),
    ];
    for (file, change, steps) in cases {
        let bad = good.but(change).document(world.document(steps)?).entries(&three());
        bad.indeterminate(ended.0, ended.1).add(&format!("life/{file}"), files)?;
    }
    // Whoever still trusts the old roots sees what else has ended.
    // The certificate had ended before the first proof; SHA-256 had fallen before the next one; P-256 has fallen since the last one.
    let what = "thirty years of a document, seen by one who still trusts the roots of each time";
    let case = Case::passing(what, "EN 319 102-1 §5.6", world.document(ALL)?).time(at(VERDICT)).policy(policy());
    let case = case.without("root.crl").without("issuing.crl").evidence("third.crl", world.third.list(VERDICT - 1)?);
    let good = case.anchor("anchors.json", Some(world.anchors(false)?)).entries(&entries).add("life/old-roots", files)?;
    for ((file, change, steps), sub_indication) in
        cases.into_iter().zip(["OUT_OF_BOUNDS_NOT_REVOKED", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"])
    {
        let bad = good.but(change).document(world.document(steps)?).entries(&three());
        bad.indeterminate(sub_indication, "").add(&format!("life/old-roots-{file}"), files)?;
    }
    Ok(())
}
