//! `kyso trust` — RFC 5914: whom the relying party trusts, kept in a file of named stores

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use kyso::context::{Purpose, TrustAnchor, TrustStore};
use kyso::encoding::der::ObjectId;
use kyso::pki::PkiObject;
use kyso::report::text::printable;
use kyso::{Evidence, Malformed, Time};

use crate::exit::{Failure, Status};
use crate::lang::Lang;
use crate::store::Signers;
use crate::supplied::Supplied;
use crate::trust_listing::Listing;
use crate::{clock, files, output, supplied};

/// What to do with a trust store.
#[derive(clap::Subcommand)]
pub enum Command {
    List(List),
    Add(Box<Add>),
    Remove(Remove),
}

/// A file of trust anchors, and by whom it may be signed.
#[derive(clap::Args)]
struct StoreFile {
    /// The file, signed (JWS) or not
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Certificates of those who may sign it
    #[arg(long, value_name = "FILE|DIR")]
    store_anchor: Vec<PathBuf>,
    /// Certificates, revocation lists and OCSP responses about them
    #[arg(long, value_name = "FILE|DIR")]
    evidence: Vec<PathBuf>,
    /// The time as of which its signature is judged; the clock's when absent
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    at: Option<Time>,
}

/// Lists the trust anchors of a file, and says whether anybody signed it
#[derive(clap::Args)]
pub struct List {
    #[command(flatten)]
    from: StoreFile,
    /// Only the anchors of this store
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Language of the text
    #[arg(long, value_enum, default_value_t = Lang::Vi)]
    lang: Lang,
}

/// Adds certificates to a store in a file, which is made if it is not there: all of them or, if one cannot be added, none
#[derive(clap::Args)]
pub struct Add {
    #[command(flatten)]
    from: StoreFile,
    /// The store: congvu, congcong, or a name of one's own
    #[arg(long, value_name = "NAME")]
    store: String,
    /// The track that reports show
    #[arg(long, value_name = "TEXT")]
    track: Option<String>,
    /// What they are trusted for: signing, timestamping, ocsp, crl or any; everything when absent
    #[arg(long, value_name = "PURPOSE", value_parser = purpose)]
    purpose: Vec<Purpose>,
    /// They are trusted from this time on
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    not_before: Option<Time>,
    /// They are trusted before this time
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    sunset: Option<Time>,
    /// How many intermediate certificates may follow; any number when absent
    #[arg(long, value_name = "N")]
    path_length: Option<u64>,
    /// A certificate policy for which they are trusted; all when absent
    #[arg(long, value_name = "OID", value_parser = policy)]
    policy_oid: Vec<ObjectId>,
    /// Files of certificates: PEM or DER, bundles
    #[arg(value_name = "CERT", required = true)]
    certificates: Vec<PathBuf>,
}

/// Removes trust anchors from a file: all that are named or, if one is not there, none
#[derive(clap::Args)]
pub struct Remove {
    #[command(flatten)]
    from: StoreFile,
    /// Only from this store; from every one when absent
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// The digests by which `list` names the anchors
    #[arg(value_name = "SHA256", required = true, value_parser = digest)]
    digests: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

pub fn run(command: Command) -> Result<Status, Failure> {
    match command {
        Command::List(arguments) => list(&arguments),
        Command::Add(arguments) => add(&arguments),
        Command::Remove(arguments) => remove(&arguments),
    }
}

fn list(arguments: &List) -> Result<Status, Failure> {
    let store = arguments.from.read()?;
    let listing = Listing::of(&arguments.from.file, &store, arguments.store.as_deref());
    let text = match arguments.format {
        Format::Text => listing.to_text(arguments.lang.into()),
        Format::Json => listing.to_json(),
    };
    output::write(None, text.as_bytes())?;
    Ok(Status::Passed)
}

fn add(arguments: &Add) -> Result<Status, Failure> {
    let mut store = if is_there(&arguments.from.file)? { arguments.from.trusted()? } else { TrustStore::new() };
    let mut told = String::new();
    for path in &arguments.certificates {
        for anchor in anchors(arguments, path)? {
            told.push_str(&line(&anchor));
            store.add(anchor).map_err(Failure::refused)?;
        }
    }
    arguments.from.write(&store)?;
    output::write(None, told.as_bytes())?;
    Ok(Status::Passed)
}

/// The certificates of one file as anchors of the store.
fn anchors(arguments: &Add, path: &Path) -> Result<Vec<TrustAnchor>, Failure> {
    let unreadable = |malformed: Malformed| Failure::unreadable(path, malformed);
    let mut anchors = Vec::new();
    for object in supplied::objects(path)? {
        let PkiObject::Certificate(certificate) = object else {
            return Err(Failure::unreadable(path, "something in it is no certificate"));
        };
        let mut anchor = TrustAnchor::of_certificate(certificate).map_err(unreadable)?;
        anchor.store.clone_from(&arguments.store);
        anchor.track.clone_from(&arguments.track);
        anchor.purposes.clone_from(&arguments.purpose);
        anchor.not_before = arguments.not_before;
        anchor.sunset = arguments.sunset;
        anchor.constraints.path_length = arguments.path_length;
        anchor.constraints.policies.clone_from(&arguments.policy_oid);
        anchors.push(anchor);
    }
    if anchors.is_empty() { Err(Failure::unreadable(path, "no certificate in it")) } else { Ok(anchors) }
}

fn remove(arguments: &Remove) -> Result<Status, Failure> {
    let mut store = arguments.from.trusted()?;
    let mut told = String::new();
    for digest in &arguments.digests {
        let removed = store.remove(digest, arguments.store.as_deref());
        if removed.is_empty() {
            return Err(Failure::refused(format!("{}: no anchor {digest} in it", arguments.from.file.display())));
        }
        removed.iter().for_each(|anchor| told.push_str(&line(anchor)));
    }
    arguments.from.write(&store)?;
    output::write(None, told.as_bytes())?;
    Ok(Status::Passed)
}

fn line(anchor: &TrustAnchor) -> String {
    format!("{} [{}] {}\n", anchor.id(), printable(&anchor.store), printable(&anchor.name.to_string()))
}

impl StoreFile {
    /// The trust store in the file, with who signed it.
    fn read(&self) -> Result<TrustStore, Failure> {
        self.opened(Signers::read)
    }

    /// To be changed: where it is signed, by somebody who may sign it.
    fn trusted(&self) -> Result<TrustStore, Failure> {
        self.opened(Signers::trusted)
    }

    fn opened(&self, read: fn(&Signers, &Path, &[u8], &Evidence) -> Result<TrustStore, Failure>) -> Result<TrustStore, Failure> {
        let signers = Signers::from(&self.store_anchor, clock::time(self.at)?)?;
        let Supplied { evidence, .. } = Supplied::from(&[], &self.evidence, &signers)?;
        read(&signers, &self.file, &files::read(&self.file)?, &evidence)
    }

    /// Writes the changed store, which nobody has signed; where somebody had, that is told.
    fn write(&self, store: &TrustStore) -> Result<(), Failure> {
        let was_signed = is_there(&self.file)? && TrustStore::from_json(&files::read(&self.file)?).is_err();
        output::write(Some(&self.file), store.to_json().as_bytes())?;
        if was_signed {
            Failure::refused(format!(
                "{}: changed, so not signed any more: sign it again with `kyso sign --format JAdES`",
                self.file.display()
            ))
            .tell();
        }
        Ok(())
    }
}

/// A file that is not there is made; one that cannot be looked at is not taken for absent.
fn is_there(path: &Path) -> Result<bool, Failure> {
    match path.metadata() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure::input_output(path, error)),
    }
}

/// A purpose by its name.
pub fn purpose(text: &str) -> Result<Purpose, String> {
    Purpose::named(text).ok_or_else(|| format!("one of {}", Purpose::ALL.map(Purpose::as_str).join(", ")))
}

/// An object identifier in dotted decimal.
pub fn policy(text: &str) -> Result<ObjectId, String> {
    text.parse().map_err(|malformed: Malformed| format!("{malformed}; write 1.3.6.1.4.1.30339.1.8"))
}

/// `sha256:<hex>`, the prefix left out or not, colons and capitals as other programs print fingerprints.
fn digest(text: &str) -> Result<String, String> {
    let hex: String = text.trim_start_matches("sha256:").chars().filter(|c| *c != ':').map(|c| c.to_ascii_lowercase()).collect();
    let whole = hex.len() == 64 && hex.bytes().all(|octet| octet.is_ascii_hexdigit());
    if whole { Ok(format!("sha256:{hex}")) } else { Err("a SHA-256 digest of 64 hexadecimal digits".into()) }
}
