//! Group `evidence-records`: timestamps over trees of digests (RFC 4998), alone, in containers and in CMS; renewed by timestamp and by tree.

use kyso::Time;
use kyso::crypto::DigestAlgorithm::{self, Sha256, Sha512};
use kyso::encoding::der::write::{context_constructed, integer, object_id, octet_string, retagged, sequence};
use kyso::pki::object_id;
use kyso::testkit::{RevocationList, Timestamp};

use crate::case::{Case, Entry, Good};
use crate::cms::{SignerInfo, attribute, digest_identifier};
use crate::containers::{EXTENDED, SIGNATURE, SIMPLE, Stored, detached, manifest, zip};
use crate::hand_made::claimed;
use crate::shared::{Shared, at, time};
use crate::signed_data::{CONTENT, enveloping, info};
use crate::{Files, Outcome};

const FILE: &str = "record.ers";
const CLAUSE: &str = "RFC 4998 §4.3";
const HASH: &str = "HASH_FAILURE";
const FORMAT: &str = "FORMAT_FAILURE";
const CONSTRAINTS: &str = "SIG_CONSTRAINTS_FAILURE";
const INTACT: &str = "cryptographic_verification.data_intact";
const KIND: &str = "container_timestamp";
const TEXT: &[u8] = b"Quyet dinh so 02/QD-UBND\n";
const OTHER: &[u8] = b"Phu luc kem theo Quyet dinh\n";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let made = Made { shared };
    made.one(files)?;
    made.trees(files)?;
    made.renewals(files)?;
    made.containers(files)?;
    made.proof(files)?;
    made.in_cms(files)
}

/// What makes records.
struct Made<'s> {
    shared: &'s Shared,
}

/// An archive timestamp that is still to be made.
#[derive(Clone)]
struct Stamp {
    algorithm: DigestAlgorithm,
    /// Whether the algorithm of the tree is named.
    named: bool,
    groups: Vec<Vec<Vec<u8>>>,
    /// In the place of the root of the tree.
    imprint: Option<Vec<u8>>,
    time: Time,
}

impl Stamp {
    fn new(groups: &[&[Vec<u8>]], time: Time) -> Self {
        let groups = groups.iter().map(|group| group.to_vec()).collect();
        Self { algorithm: Sha256, named: false, groups, imprint: None, time }
    }

    /// Over one digest, without a tree.
    fn bare(digest: Vec<u8>, time: Time) -> Self {
        Self { imprint: Some(digest), ..Self::new(&[], time) }
    }

    fn by(self, algorithm: DigestAlgorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// §4.2
    fn root(&self) -> Vec<u8> {
        let mut root: Option<Vec<u8>> = None;
        for group in &self.groups {
            let mut digests: Vec<Vec<u8>> = group.iter().cloned().chain(root).collect();
            digests.sort();
            root = Some(if digests.len() == 1 { digests[0].clone() } else { self.algorithm.digest(&digests.concat()) });
        }
        root.unwrap_or_default()
    }
}

impl Made<'_> {
    fn token(&self, stamp: &Stamp) -> Outcome<Vec<u8>> {
        let imprint = stamp.imprint.clone().unwrap_or_else(|| stamp.root());
        let token =
            Timestamp::of(stamp.algorithm, &imprint, stamp.time).with_certificates(&[&self.shared.timestamping, &self.shared.issuing]);
        Ok(self.shared.timestamping.timestamp_token(&token)?)
    }

    /// The archive timestamp, and the token in it.
    fn archive_timestamp(&self, stamp: &Stamp) -> Outcome<(Vec<u8>, Vec<u8>)> {
        let token = self.token(stamp)?;
        let mut parts = Vec::new();
        if stamp.named {
            parts.push(retagged(0xa0, &digest_identifier(stamp.algorithm)));
        }
        if !stamp.groups.is_empty() {
            let group = |group: &Vec<Vec<u8>>| sequence(&group.iter().map(|digest| octet_string(digest)).collect::<Vec<_>>());
            let groups: Vec<Vec<u8>> = stamp.groups.iter().map(group).collect();
            parts.push(context_constructed(2, &groups));
        }
        parts.push(token.clone());
        Ok((sequence(&parts), token))
    }

    fn record(&self, chains: &[Vec<Vec<u8>>]) -> Vec<u8> {
        record(1, None, chains)
    }

    fn alone(&self, stamp: &Stamp) -> Outcome<Vec<u8>> {
        Ok(self.record(&[vec![self.archive_timestamp(stamp)?.0]]))
    }

    /// §4.1: a timestamp over one datum, and what a record is.
    fn one(&self, files: &mut Files) -> Outcome {
        let stamp = Stamp::bare(Sha256.digest(TEXT), claimed());
        let record_file = self.alone(&stamp)?;
        let case = alone("an evidence record of one timestamp over the file beside it", record_file.clone());
        let good = case.add("evidence-records/one", files)?;
        let bad = good.but("the letters of the file are other ones").by(CLAUSE).detached(
            "decision.txt",
            "decision.txt",
            TEXT.to_ascii_uppercase(),
        );
        bad.fails(HASH, INTACT).integrity("broken").add("evidence-records/one-altered", files)?;
        let bad = good.but("nobody gives the file").by("EN 319 102-1 §5.2.7.4 (1)").without_detached();
        let bad = bad.indeterminate("SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found");
        bad.integrity("unknown").add("evidence-records/one-missing", files)?;
        let ats = self.archive_timestamp(&stamp)?.0;
        let encrypted = context_constructed(1, &[sequence(&[object_id(object_id::DATA), octet_string(b"x")]).split_off(2)]);
        let encrypted = record(1, Some(encrypted), &[vec![ats.clone()]]);
        let bad = good.but("it says that the data were encrypted").by("RFC 4998 §6").file(encrypted);
        bad.indeterminate(CONSTRAINTS, "evidence_record.data_not_encrypted")
            .entry(|_| Entry::default())
            .add("evidence-records/encrypted", files)?;
        for (name, change, file) in [
            ("version", "it is of version 2", record(2, None, &[vec![ats.clone()]]).into_iter().collect::<Vec<u8>>()),
            ("no-chain", "it has no chain", self.record(&[])),
            ("empty-chain", "its chain has no timestamp", self.record(&[vec![]])),
            ("trailing", "something stands behind it", [record_file.clone(), vec![5, 0]].concat()),
            ("many", "it has a thousand timestamps", self.record(&[vec![ats.clone(); 1_000]])),
        ] {
            let bad = good.but(change).by("RFC 4998 §3.1").file(file);
            // Another version is of a form that nobody knows: the octets are no record.
            if name == "version" { bad.no_signature() } else { bad.malformed() }.add(&format!("evidence-records/{name}"), files)?;
        }
        Ok(())
    }

    /// §4.2, §4.3: the file is one of several in a tree.
    fn trees(&self, files: &mut Files) -> Outcome {
        let node = |text: &str| Sha256.digest(text.as_bytes());
        let first = [Sha256.digest(TEXT), node("a")];
        let groups: [&[Vec<u8>]; 3] = [&first, &[node("b")], &[node("c"), node("d")]];
        let stamp = Stamp { named: true, ..Stamp::new(&groups, claimed()) };
        let good = alone("an evidence record over a tree that the file beside it is in", self.alone(&stamp)?)
            .add("evidence-records/tree", files)?;
        let bad = |change: &str, stamp: &Stamp| -> Outcome<Case> { Ok(good.but(change).by(CLAUSE).file(self.alone(stamp)?)) };
        let bad_hash = |case: Case, name: &str, files: &mut Files| case.fails(HASH, INTACT).integrity("broken").add(name, files).map(drop);
        let root = Some(stamp.root());
        let mut other = Stamp { imprint: root.clone(), ..stamp.clone() };
        other.groups[1][0] = node("e");
        bad_hash(bad("a digest of the tree is another one", &other)?, "evidence-records/tree-other-node", files)?;
        let swapped = Stamp {
            imprint: root.clone(),
            groups: vec![stamp.groups[1].clone(), stamp.groups[0].clone(), stamp.groups[2].clone()],
            ..stamp.clone()
        };
        bad_hash(bad("two groups are exchanged", &swapped)?, "evidence-records/tree-swapped", files)?;
        let shorter = Stamp { imprint: root, groups: stamp.groups[..2].to_vec(), ..stamp.clone() };
        bad_hash(bad("the last group is left out", &shorter)?, "evidence-records/tree-shorter", files)?;
        // The digest stands in the tree, and not among the leaves.
        let above: [&[Vec<u8>]; 2] = [&[node("a")], &[Sha256.digest(TEXT)]];
        bad_hash(
            bad("the file is in the second group and not in the first", &Stamp::new(&above, claimed()))?,
            "evidence-records/tree-above",
            files,
        )?;
        let altered = good.but("the letters of the file are other ones").by(CLAUSE);
        let altered = altered.detached("decision.txt", "decision.txt", TEXT.to_ascii_uppercase());
        bad_hash(altered, "evidence-records/tree-altered", files)?;
        let case = good.but("its digests are by SHA-512, and so is the imprint");
        let five = |text: &[u8]| Sha512.digest(text);
        let groups: [&[Vec<u8>]; 2] = [&[five(TEXT), five(b"a")], &[five(b"b")]];
        case.file(self.alone(&Stamp::new(&groups, claimed()).by(Sha512))?).add("evidence-records/tree-sha-512", files)?;
        Ok(())
    }

    /// §5.2, §5.3
    fn renewals(&self, files: &mut Files) -> Outcome {
        let (hour, two, three) = (claimed().plus_seconds(60), claimed().plus_seconds(120), claimed().plus_seconds(180));
        let (first, token) = self.archive_timestamp(&Stamp::new(&[&[Sha256.digest(TEXT), Sha256.digest(b"a")]], claimed()))?;
        let renewal = |over: &[u8], time| self.archive_timestamp(&Stamp::new(&[&[Sha256.digest(over)]], time));
        let (second, _) = renewal(&token, hour)?;
        let passed = || Entry::passed().kind(KIND);
        let failed = || Entry::concluded("TOTAL-FAILED", HASH, INTACT).kind(KIND);
        let case =
            alone("an evidence record whose timestamp is renewed by another one", self.record(&[vec![first.clone(), second.clone()]]));
        let good = case.by("RFC 4998 §5.3 (2)").entries(&[passed(), passed()]).add("evidence-records/renewed", files)?;
        let bad = |change: &str, chains: &[Vec<Vec<u8>>]| good.but(change).file(self.record(chains));
        let (stranger, _) = renewal(b"another timestamp", hour)?;
        let case = bad("the second timestamp is over something else", &[vec![first.clone(), stranger]]);
        case.fails(HASH, INTACT).entries(&[passed(), failed()]).add("evidence-records/renewed-another", files)?;
        let altered =
            good.but("the letters of the file are other ones").detached("decision.txt", "decision.txt", TEXT.to_ascii_uppercase());
        // The second is over the first, whatever that is over.
        altered.fails(HASH, INTACT).entries(&[failed(), passed()]).add("evidence-records/renewed-altered", files)?;
        let (early, _) = renewal(&token, claimed().plus_seconds(-60))?;
        let case = bad("the second timestamp is the older one", &[vec![first.clone(), early]]).by("RFC 4998 §5.1");
        let entry = Entry::concluded("TOTAL-FAILED", FORMAT, "evidence_record.in_order").kind(KIND);
        case.fails(FORMAT, "evidence_record.in_order").entries(&[passed(), entry]).add("evidence-records/renewed-before", files)?;
        let (longer, _) = self.archive_timestamp(&Stamp::new(&[&[Sha512.digest(&token)]], hour).by(Sha512))?;
        let case =
            bad("the second timestamp is by another algorithm, in the same chain", &[vec![first.clone(), longer]]).by("RFC 4998 §5.1");
        let entry = Entry::concluded("TOTAL-FAILED", FORMAT, "evidence_record.one_algorithm").kind(KIND);
        case.fails(FORMAT, "evidence_record.one_algorithm")
            .entries(&[passed(), entry])
            .add("evidence-records/renewed-other-algorithm", files)?;

        // §5.2: another tree, over the data and all chains before.
        let chain = vec![first.clone(), second.clone()];
        let older = |chains: &[Vec<Vec<u8>>]| sequence(&chains.iter().map(|chain| sequence(chain)).collect::<Vec<_>>());
        let renewed = |text: &[u8], older: &[u8], time| {
            let digest = Sha512.digest(&[Sha512.digest(text), Sha512.digest(older)].concat());
            self.archive_timestamp(&Stamp::new(&[&[digest, Sha512.digest(b"b")]], time).by(Sha512))
        };
        let (third, _) = renewed(TEXT, &older(std::slice::from_ref(&chain)), two)?;
        let case =
            alone("an evidence record whose tree is renewed by another algorithm", self.record(&[chain.clone(), vec![third.clone()]]));
        let good = case.by("RFC 4998 §5.3 (3)").entries(&[passed(), passed(), passed()]).add("evidence-records/renewed-tree", files)?;
        let bad = |change: &str, chains: &[Vec<Vec<u8>>]| good.but(change).file(self.record(chains));
        let (without, _) = self.archive_timestamp(&Stamp::new(&[&[Sha512.digest(TEXT)]], two).by(Sha512))?;
        let case = bad("the new tree is over the file alone", &[chain.clone(), vec![without]]);
        case.fails(HASH, INTACT).entries(&[passed(), passed(), failed()]).add("evidence-records/renewed-tree-alone", files)?;
        let (other, _) = renewed(OTHER, &older(std::slice::from_ref(&chain)), two)?;
        let case = bad("the new tree is over another file", &[chain.clone(), vec![other]]);
        case.fails(HASH, INTACT).entries(&[passed(), passed(), failed()]).add("evidence-records/renewed-tree-other-file", files)?;
        let case = bad("a timestamp that the new tree is over was taken away", &[vec![first.clone()], vec![third.clone()]]);
        case.fails(HASH, INTACT).entries(&[passed(), failed()]).add("evidence-records/renewed-tree-cut", files)?;
        let (fourth, _) = renewed(TEXT, &older(&[chain.clone(), vec![third.clone()]]), three)?;
        let case = good.but("the tree is renewed once more").file(self.record(&[chain, vec![third], vec![fourth]]));
        case.entries(&[passed(), passed(), passed(), passed()]).add("evidence-records/renewed-tree-twice", files)?;
        Ok(())
    }

    /// EN 319 162-1 §4.3.3.2, §4.4.4.2
    fn containers(&self, files: &mut Files) -> Outcome {
        const RECORD: &str = "META-INF/evidencerecord.ers";
        const MANIFEST: &str = "META-INF/ASiCEvidenceRecordManifest001.xml";
        let clause = "EN 319 162-1 §4.3.3.2";
        let record = self.alone(&Stamp::bare(Sha256.digest(TEXT), claimed()))?;
        let simple = |name: &'static str, text: &[u8], record: &[u8]| -> Vec<u8> {
            let stored: Vec<Stored> = vec![("mimetype", SIMPLE.into()), ("decision.txt", text.to_vec()), (name, record.to_vec())];
            zip(&stored)
        };
        let case = Case::passing_file(
            "a simple container with one file and its evidence record",
            clause,
            "document.asics",
            simple(RECORD, TEXT, &record),
        );
        let good = case.entry(|entry| entry.kind(KIND)).add("evidence-records/simple", files)?;
        let bad = good.but("the letters of the file are other ones").file(simple(RECORD, &TEXT.to_ascii_uppercase(), &record));
        bad.fails(HASH, INTACT).integrity("broken").add("evidence-records/simple-altered", files)?;
        let bad = good.but("the evidence record is cut short").by("RFC 4998 §3.1").file(simple(RECORD, TEXT, &record[..record.len() - 1]));
        bad.indeterminate(CONSTRAINTS, "evidence_record.readable")
            .entry(|_| Entry::default().kind(KIND))
            .add("evidence-records/simple-unreadable", files)?;
        let xml = b"<EvidenceRecord xmlns=\"urn:ietf:params:xml:ns:ers\" Version=\"1.0\"/>";
        let bad = good.but("the evidence record is one in XML").by("RFC 6283 §2").file(simple("META-INF/evidencerecord.xml", TEXT, xml));
        bad.indeterminate(CONSTRAINTS, "evidence_record.form_judged")
            .entry(|_| Entry::default().kind(KIND))
            .add("evidence-records/simple-xml", files)?;

        let clause = "EN 319 162-1 §4.4.4.2";
        let stamp = Stamp::new(&[&[Sha256.digest(TEXT), Sha256.digest(OTHER)], &[Sha256.digest(b"a")]], claimed());
        let record = self.alone(&stamp)?;
        let extended = |listed: &[(&str, &[u8])], other: &[u8], record: &[u8]| -> Vec<u8> {
            let stored: Vec<Stored> = vec![
                ("mimetype", EXTENDED.into()),
                ("decision.txt", TEXT.to_vec()),
                ("annex.txt", other.to_vec()),
                (MANIFEST, manifest(RECORD, listed)),
                (RECORD, record.to_vec()),
            ];
            zip(&stored)
        };
        let both: [(&str, &[u8]); 2] = [("decision.txt", TEXT), ("annex.txt", OTHER)];
        let case = Case::passing_file(
            "a container whose evidence record is over the files of its manifest",
            clause,
            "document.asice",
            extended(&both, OTHER, &record),
        );
        let good = case.entry(|entry| entry.kind(KIND)).add("evidence-records/extended", files)?;
        let altered = OTHER.to_ascii_uppercase();
        let bad = good.but("a file is another one, and the manifest has its digest");
        let bad = bad.file(extended(&[("decision.txt", TEXT), ("annex.txt", &altered)], &altered, &record));
        bad.fails(HASH, INTACT).integrity("broken").add("evidence-records/extended-altered", files)?;
        let bad = good.but("the manifest has the digest of another file").file(extended(
            &[("decision.txt", TEXT), ("annex.txt", &altered)],
            OTHER,
            &record,
        ));
        bad.fails(HASH, INTACT).integrity("broken").add("evidence-records/extended-manifest", files)?;
        let three = Stamp::new(&[&[Sha256.digest(TEXT), Sha256.digest(OTHER), Sha256.digest(b"a third file")]], claimed());
        let told = good.but("the record is over a third file, which was taken away and out of the manifest").by("RFC 4998 §4.3");
        let told = told.file(extended(&both, OTHER, &self.alone(&three)?));
        told.entry(|entry| entry.tolerates("evidence_record.group_complete")).add("evidence-records/extended-fewer", files)?;
        let bad = good.but("the manifest lists one of the two files").by("EN 319 102-1 §5.1.3").file(extended(&both[..1], OTHER, &record));
        bad.indeterminate(CONSTRAINTS, "verdict.document_not_modified").add("evidence-records/extended-unlisted", files)?;
        Ok(())
    }

    /// EN 319 102-1 §5.6.2.3: a signature whose certificate was revoked since, in a container with an evidence record over it.
    fn proof(&self, files: &mut Files) -> Outcome {
        const RECORD: &str = "META-INF/evidencerecord.ers";
        let serial = &self.shared.signatories["p256"].serial;
        let list = RevocationList::new(time().plus_seconds(-3600), at(7)).with(serial, claimed().plus_seconds(120), Some(1));
        let list = self.shared.issuing.revocation_list(&list)?;
        let signature = detached(self.shared, TEXT)?;
        let container = |stamp: &Stamp| -> Outcome<Vec<u8>> {
            let stored: Vec<Stored> = vec![
                ("mimetype", EXTENDED.into()),
                ("decision.txt", TEXT.to_vec()),
                (SIGNATURE, signature.clone()),
                ("META-INF/ASiCManifest001.xml", manifest("META-INF/none.p7s", &[])),
                ("META-INF/ASiCEvidenceRecordManifest001.xml", manifest(RECORD, &[("decision.txt", TEXT), (SIGNATURE, &signature)])),
                (RECORD, self.alone(stamp)?),
            ];
            Ok(zip(&stored))
        };
        let over = |signature: &[u8], time| Stamp::new(&[&[Sha256.digest(TEXT), Sha256.digest(signature)]], time);
        let what = "a signature whose certificate was revoked a minute later, and an evidence record over it from before";
        let before = claimed().plus_seconds(60);
        let case = Case::passing_file(what, "EN 319 102-1 §5.6.2.3.4", "document.asice", container(&over(&signature, before))?);
        let case = case.list("issuing.crl", list).entries(&[Entry::passed().kind("signature"), Entry::passed().kind(KIND)]);
        let good = case.add("evidence-records/proof", files)?;
        let revoked = |case: Case| case.concludes("INDETERMINATE", "REVOKED_NO_POE", "");
        let late =
            good.but("the evidence record is from after the revocation").file(container(&over(&signature, claimed().plus_seconds(180)))?);
        let failed = || Entry::concluded("INDETERMINATE", "REVOKED_NO_POE", "").kind("signature");
        revoked(late).entries(&[failed(), Entry::passed().kind(KIND)]).add("evidence-records/proof-late", files)?;
        let other = good.but("the evidence record is over another signature").file(container(&over(b"another", before))?);
        let broken = Entry::concluded("TOTAL-FAILED", HASH, INTACT).kind(KIND);
        revoked(other).entries(&[failed(), broken]).add("evidence-records/proof-of-another", files)?;
        Ok(())
    }

    /// RFC 4998 annex A
    fn in_cms(&self, files: &mut Files) -> Outcome {
        let signer = self.shared.by_hand("p256");
        let info = info(&signer, CONTENT)?;
        let bare = enveloping(&signer, &info);
        let stamped = |oid, stamp: &Stamp| -> Outcome<SignerInfo> {
            Ok(SignerInfo { unsigned: vec![attribute(oid, &[self.alone(stamp)?])], ..info.clone() })
        };
        let internal = object_id::EVIDENCE_RECORD_INTERNAL;
        let before = claimed().plus_seconds(60);
        let serial = &self.shared.signatories["p256"].serial;
        let list = RevocationList::new(time().plus_seconds(-3600), at(7)).with(serial, claimed().plus_seconds(120), Some(1));
        let list = self.shared.issuing.revocation_list(&list)?;
        let over = |octets: &[u8], time| Stamp::bare(Sha256.digest(octets), time);
        let file = |stamp: &Stamp| -> Outcome<Vec<u8>> { Ok(enveloping(&signer, &stamped(internal, stamp)?).der()) };
        let what = "a signature whose certificate was revoked a minute later, with an evidence record over it from before";
        let case = Case::passing_file(what, "RFC 4998 annex A", "document.p7m", file(&over(&bare.der(), before))?)
            .list("issuing.crl", list.clone());
        let good = case.entry(|_| Entry::passed().kind("signature").level("B-B")).add("evidence-records/cms-internal", files)?;
        const PROVES: &str = "proof_of_existence.timestamp_proves";
        let revoked = |case: Case| case.indeterminate("REVOKED_NO_POE", "").entry(|_| Entry::intact().level("B-B"));
        let mut other = bare.clone();
        other.content = Some(CONTENT.to_ascii_uppercase());
        let bad = good.but("it is over signed data with other letters").file(file(&over(&other.der(), before))?);
        revoked(bad).entry(|entry| entry.tolerates(PROVES)).add("evidence-records/cms-internal-another", files)?;
        let late = good
            .but("it is from after the revocation")
            .by("EN 319 102-1 §5.6.2.3.4")
            .file(file(&over(&bare.der(), claimed().plus_seconds(180)))?);
        revoked(late).add("evidence-records/cms-internal-late", files)?;
        let unreadable = SignerInfo { unsigned: vec![attribute(internal, &[octet_string(b"record")])], ..info.clone() };
        let bad = good.but("the attribute is no evidence record").by("RFC 4998 §3.1").file(enveloping(&signer, &unreadable).der());
        revoked(bad).entry(|entry| entry.tolerates(PROVES)).add("evidence-records/cms-internal-unreadable", files)?;

        let external = object_id::EVIDENCE_RECORD_EXTERNAL;
        let bare = signer.data(&info);
        let both = |content: &[u8]| Stamp::new(&[&[Sha256.digest(&bare.der()), Sha256.digest(content)]], before);
        let file = |stamp: &Stamp| -> Outcome<Vec<u8>> { Ok(signer.data(&stamped(external, stamp)?).der()) };
        let what = "a signature over the file beside it, revoked a minute later, with an evidence record over both from before";
        let case = Case::passing_file(what, "RFC 4998 annex A", "document.p7s", file(&both(CONTENT))?).list("issuing.crl", list);
        let case = case.detached("content.txt", "content.txt", CONTENT.to_vec());
        let good: Good = case.entry(|_| Entry::passed().level("B-B")).add("evidence-records/cms-external", files)?;
        let bad = good.but("it is over another file").file(file(&both(OTHER))?);
        revoked(bad).entry(|entry| entry.tolerates(PROVES)).add("evidence-records/cms-external-other-file", files)?;
        Ok(())
    }
}

fn alone(what: &str, record: Vec<u8>) -> Case {
    let case = Case::passing_file(what, CLAUSE, FILE, record).detached("decision.txt", "decision.txt", TEXT.to_vec());
    case.entry(|entry| entry.kind(KIND))
}

/// §3.1
fn record(version: u64, encryption: Option<Vec<u8>>, chains: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let algorithms = sequence(&[digest_identifier(Sha256)]);
    let chains: Vec<Vec<u8>> = chains.iter().map(|chain| sequence(chain)).collect();
    let parts: Vec<Vec<u8>> = [integer(version), algorithms].into_iter().chain(encryption).chain([sequence(&chains)]).collect();
    sequence(&parts)
}
