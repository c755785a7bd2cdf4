//! The files that are measured, and who signs them.
#![allow(dead_code, reason = "each benchmark uses its own part")]

use kyso::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};
use kyso::encoding::der::write;
use kyso::pki::{CertificateList, object_id};
use kyso::testkit::{DemoPki, KeyParameters};
use kyso::{Document, Evidence, Profile, Signer, SoftwareSigner, Time, TrustAnchors, sign};

/// The demonstration PKI, ready.
pub struct Setting {
    pub time: Time,
    pub leader: SoftwareSigner,
    pub organisation: SoftwareSigner,
    pub anchors: TrustAnchors,
    pub evidence: Evidence,
    pki: DemoPki,
}

/// Something signed, for bare verifications.
pub struct Bare {
    pub algorithm: SignatureAlgorithm,
    pub octets: Vec<u8>,
    pub value: Vec<u8>,
}

impl Setting {
    pub fn new() -> Self {
        let time = Time::from_unix(1_795_315_218);
        // RSA throughout, as the authorities of the field have it.
        let pki = DemoPki::with_authorities([1; 32], time, KeyParameters::Rsa(2048)).unwrap();
        Self {
            time,
            leader: pki.leader_signer().unwrap(),
            organisation: pki.organisation_signer().unwrap(),
            anchors: pki.trust_anchors().unwrap(),
            evidence: pki.evidence().unwrap(),
            pki,
        }
    }

    /// `file` signed once or twice.
    pub fn signed(&self, file: &[u8], times: usize) -> Vec<u8> {
        let mut signed = file.to_vec();
        for signer in [&self.leader, &self.organisation].into_iter().take(times) {
            signed = sign(&Document::pdf(&signed).unwrap(), &Profile::pades_b_b(self.time), signer).unwrap();
        }
        signed
    }

    /// `file` signed with SHA-512.
    pub fn signed_sha512(&self, file: &[u8]) -> Vec<u8> {
        let signer = self.pki.leader_signer().unwrap().with_algorithm(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512)).unwrap();
        sign(&Document::pdf(file).unwrap(), &Profile::pades_b_b(self.time), &signer).unwrap()
    }

    /// The certificates of the root and of the issuing authority.
    pub fn authorities(&self) -> [&[u8]; 2] {
        [&self.pki.root.certificate, &self.pki.issuing.certificate]
    }

    /// The key of the issuing authority and its revocation list.
    pub fn bare_list(&self) -> (PublicKey, Bare) {
        let issuing = kyso::pki::Certificate::from_der(&self.pki.issuing.certificate).unwrap();
        let list = CertificateList::from_der(&self.pki.issuing_list).unwrap();
        let algorithm = list.signature_algorithm().signature(None).unwrap();
        let bare = Bare { algorithm, octets: list.tbs().to_vec(), value: list.signature().to_vec() };
        (issuing.public_key().unwrap().clone(), bare)
    }

    /// Scans whose signature dictionary is the first object of the file, written in one piece: `adbe.pkcs7.detached` without attributes.
    pub fn signed_at_front(&self, pages: usize, octets: usize) -> Vec<u8> {
        const DIGITS: usize = 16_384;
        let hole = format!("<{}>", "0".repeat(DIGITS));
        let dictionary = format!(
            "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /M (D:20261122000000Z) /ByteRange [0 {:010} {:010} {:010}] /Contents {hole} >>",
            0, 0, 0
        );
        let field = "<< /FT /Sig /T (front) /V 1 0 R /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P 5 0 R >>".to_string();
        let catalog = "<< /Type /Catalog /Pages 4 0 R /AcroForm << /Fields [2 0 R] /SigFlags 3 >> >>".to_string();
        let mut file = file_of(&[dictionary.into_bytes(), field.into_bytes(), catalog.into_bytes()], 3, pages, octets);
        let start = file.windows(2).position(|pair| pair == b"<0").unwrap();
        let end = start + DIGITS + 2;
        let range = format!("[0 {start:010} {end:010} {:010}]", file.len() - end);
        let at = file.windows(10).position(|window| window == b"/ByteRange").unwrap() + 11;
        file[at..at + range.len()].copy_from_slice(range.as_bytes());
        let mut signed = file[..start].to_vec();
        signed.extend_from_slice(&file[end..]);
        let cms: String = self.bare_cms(&signed).iter().map(|octet| format!("{octet:02x}")).collect();
        file[start + 1..start + 1 + cms.len()].copy_from_slice(cms.as_bytes());
        file
    }

    /// RFC 5652 §5.1 over `content`, without attributes.
    fn bare_cms(&self, content: &[u8]) -> Vec<u8> {
        let certificate = &self.leader.certificates()[0];
        let sha256 = write::algorithm_identifier(DigestAlgorithm::Sha256.oid(), None);
        let sid = write::sequence(&[certificate.issuer().octets(), &write::value(2, certificate.serial())]);
        let rsa = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256).to_identifier().unwrap();
        let value = write::octet_string(&self.leader.sign(content).unwrap());
        let signer = write::sequence(&[write::integer(1), sid, sha256.clone(), rsa, value]);
        let signed_data = write::sequence(&[
            write::integer(1),
            write::set_of(vec![sha256]),
            write::sequence(&[write::object_id(object_id::DATA)]),
            write::context_constructed(0, &[certificate.octets()]),
            write::set_of(vec![signer]),
        ]);
        write::sequence(&[write::object_id(object_id::SIGNED_DATA), write::context_constructed(0, &[signed_data])])
    }
}

/// A page whose content is a stream of about `octets` octets.
pub fn with_stream(octets: usize) -> Vec<u8> {
    file_of(&[], 1, 1, octets)
}

/// `pages` pages, each an image of `octets` octets that nobody can compress.
pub fn scans(pages: usize, octets: usize) -> Vec<u8> {
    file_of(&[], 1, pages, octets)
}

/// `count` objects of together about `octets` octets: dictionaries, or half of them streams.
pub fn objects(count: usize, octets: usize, half_streams: bool) -> Vec<u8> {
    let each = octets / count;
    let object = |index: usize| {
        if half_streams && index.is_multiple_of(2) {
            return stream(index, each - 60);
        }
        let mut dictionary = format!("<< /Type /Annot /Subtype /Link /Index {index}");
        while dictionary.len() < each - 120 {
            dictionary.push_str(&format!(
                " /K{} [{} 0 R {}.5 (text \\(in\\) {}) <4B79> /Name]",
                dictionary.len(),
                index + 1,
                index,
                index * 7
            ));
        }
        dictionary.push_str(" /Border [0 0 0] /Rect [10 20 30.5 40] >>");
        dictionary.into_bytes()
    };
    let mut all = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>".to_vec(),
    ];
    all.extend((4..=count).map(object));
    written(&all, 1)
}

/// `pages` pages with a link each to the next one, of together about `octets` octets.
pub fn linked(pages: usize, octets: usize) -> Vec<u8> {
    let mut all = vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec()];
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", 3 + 3 * page)).collect();
    all.push(format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")).into_bytes());
    for page in 0..pages {
        let (own, next) = (3 + 3 * page, 3 + 3 * ((page + 1) % pages));
        let (link, content) = (own + 1, own + 2);
        let page =
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [{link} 0 R] /Contents {content} 0 R >>").into_bytes();
        let annotation = format!("<< /Type /Annot /Subtype /Link /Rect [72 72 200 90] /Border [0 0 0] /Dest [{next} 0 R /Fit] >>");
        all.extend([page, annotation.into_bytes(), stream(own, (octets / pages).saturating_sub(400))]);
    }
    written(&all, 1)
}

/// `file`, whose catalog is object 1 and which ends with a table, and a later revision with an information dictionary.
pub fn with_information(file: &[u8]) -> Vec<u8> {
    let tail = String::from_utf8_lossy(&file[file.len() - 64..]).into_owned();
    let previous = tail.rsplit("startxref").next().and_then(|rest| rest.trim().lines().next()).unwrap().to_owned();
    let at = file.len();
    let mut later = file.to_vec();
    later.extend_from_slice(b"9000 0 obj\n<< /Producer (kyso) >>\nendobj\n");
    let section = later.len();
    later.extend_from_slice(
        format!(
            "xref\n9000 1\n{at:010} 00000 n \ntrailer\n<< /Size 9001 /Root 1 0 R /Info 9000 0 R /Prev {previous} >>\nstartxref\n{section}\n%%EOF\n"
        )
        .as_bytes(),
    );
    later
}

/// `first` objects, then a page tree with `pages` pages of one stream each; `root` is the catalog, made unless it is among the first.
fn file_of(first: &[Vec<u8>], root: usize, pages: usize, octets: usize) -> Vec<u8> {
    let mut all = first.to_vec();
    if all.is_empty() {
        all.push(b"<< /Type /Catalog /Pages 2 0 R >>".to_vec());
    }
    let tree = all.len() + 1;
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", tree + 1 + 2 * page)).collect();
    all.push(format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")).into_bytes());
    for page in 0..pages {
        let content = tree + 2 + 2 * page;
        let annotations = if first.is_empty() || page > 0 { "" } else { "/Annots [2 0 R] " };
        all.push(format!("<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595 842] {annotations}/Contents {content} 0 R >>").into_bytes());
        all.push(stream(page, octets));
    }
    written(&all, root)
}

/// A stream of octets that look like those of a scan.
fn stream(seed: usize, octets: usize) -> Vec<u8> {
    let mut state = u64::try_from(seed).unwrap().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut object = format!("<< /Length {octets} >>\nstream\n").into_bytes();
    object.extend((0..octets).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    }));
    object.extend_from_slice(b"\nendstream");
    object
}

/// The objects as a file with a cross-reference table.
fn written(objects: &[Vec<u8>], root: usize) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    let size = objects.len() + 1;
    let tail = format!("xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root {root} 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(tail.as_bytes());
    file
}
