//! `kyso sign --batch` — `docs/batch.md`: many files under one signature and one timestamp, a proof for each

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kyso::batch::{Form, Proof, SALT};
use kyso::creation::Batch;
use kyso::crypto::DigestAlgorithm;
use kyso::{Document, Goal, Limits, Profile};
use serde_json::Value;

use crate::exit::{Failure, Status};
use crate::level::Level;
use crate::sign::{self, Arguments};
use crate::{clock, files, output};

/// The signature of the root among the proofs.
const ROOT: &str = "batch.json";
/// Behind the name of a file.
const PROOF: &str = ".proof.json";

const HASH: DigestAlgorithm = DigestAlgorithm::Sha256;

/// Signs all files at once; the output is a folder, which gets a proof beside each name and at last the signature itself. Nothing that stands there
/// is replaced.
pub fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let members: Vec<&PathBuf> = arguments.files().collect();
    let folder = &arguments.output;
    let places = places(&members, folder)?;
    let form = if arguments.jcs { Form::Jcs } else { Form::Octets };
    let preserving = match arguments.level {
        Level::BB => None,
        _ => Some(arguments.preservation.prepared(clock::time(arguments.at)?, 1)?),
    };
    let signer = sign::signer(arguments)?;
    let members = members.iter().map(|path| Ok((salt()?, digest(path, form)?))).collect::<Result<Vec<_>, Failure>>()?;
    let batch = Batch::new(HASH, form, members).map_err(Failure::usage)?;
    let payload = batch.payload().to_json();
    let profile = Profile::jades_b_b(clock::time(arguments.at)?);
    let signed = kyso::sign(&Document::data(&payload), &profile, &signer).map_err(|error| sign::refused(arguments, error))?;
    let signed = match preserving {
        None => signed,
        Some(preserving) => preserving.augmented(&folder.join(ROOT), &signed, &Goal::level(arguments.level.into()))?.octets,
    };
    std::fs::create_dir_all(folder).map_err(|error| Failure::input_output(folder, error))?;
    for (index, place) in places.iter().enumerate() {
        let proof = batch.proof(index, &signed).and_then(|proof| proof.to_json());
        output::write(Some(place), &proof.ok_or_else(|| Failure::usage("the signature of the batch is no JSON"))?)?;
    }
    // Last: where it stands, every proof does.
    output::write(Some(&folder.join(ROOT)), &signed)?;
    Ok(Status::Passed)
}

/// Where the proofs go: each to a place of its own, where nothing stands.
fn places(members: &[&PathBuf], folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut names = BTreeSet::new();
    let mut places = Vec::with_capacity(members.len());
    for path in members {
        let mut name = path.file_name().ok_or_else(|| Failure::usage(format!("{}: not the name of a file", path.display())))?.to_owned();
        name.push(PROOF);
        // Of some file systems names are the same in both cases.
        if !names.insert(name.to_string_lossy().to_lowercase()) {
            return Err(Failure::usage(format!("{}: two files of a batch have one name", path.display())));
        }
        places.push(folder.join(name));
    }
    let root = folder.join(ROOT);
    if let Some(there) = places.iter().chain([&root]).find(|place| place.symlink_metadata().is_ok()) {
        return Err(Failure::input_output(there, "exists already; choose another folder"));
    }
    Ok(places)
}

/// The proofs in a folder that have this signature, whatever was added to it since.
pub fn proofs(folder: &Path, signature: &[u8]) -> Result<Vec<(PathBuf, Proof)>, Failure> {
    let broken = |error: std::io::Error| Failure::input_output(folder, error);
    let own = signed(signature).ok_or_else(|| Failure::usage("--proofs is for the signature of a batch: a JWS in flattened JSON"))?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(broken)? {
        let path = entry.map_err(broken)?.path();
        if !path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(PROOF)) {
            continue;
        }
        let proof =
            Proof::from_json(&files::read(&path)?, &Limits::default()).map_err(|malformed| Failure::unreadable(&path, malformed))?;
        if signed(&proof.signature).as_ref() == Some(&own) {
            found.push((path, proof));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    if found.is_empty() { Err(Failure::usage(format!("{}: no proof of this batch", folder.display()))) } else { Ok(found) }
}

/// What is signed and by which value.
fn signed(jws: &[u8]) -> Option<[Value; 3]> {
    let jws: Value = serde_json::from_slice(jws).ok()?;
    let member = |name: &str| jws.get(name).filter(|member| member.is_string()).cloned();
    Some([member("payload")?, member("protected")?, member("signature")?])
}

/// Gives each proof the signature as it is now.
pub fn renew(proofs: Vec<(PathBuf, Proof)>, signature: &[u8]) -> Result<(), Failure> {
    proofs.into_iter().try_for_each(|(path, proof)| {
        let proof = Proof { signature: signature.to_vec(), ..proof }.to_json();
        output::write(Some(&path), &proof.ok_or_else(|| Failure::usage("the signature of the batch is no JSON"))?)
    })
}

fn digest(path: &Path, form: Form) -> Result<Vec<u8>, Failure> {
    let octets = files::read(path)?;
    form.digest(HASH, &octets, &Limits::default()).map_err(|malformed| Failure::unreadable(path, malformed))
}

/// Random, and of one record alone: from the other nodes of a proof nobody can guess what was signed beside.
fn salt() -> Result<[u8; SALT], Failure> {
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).map_err(|error| Failure::input_output(Path::new("randomness of the system"), error))?;
    Ok(salt)
}
