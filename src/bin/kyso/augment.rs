//! `kyso augment` — EN 319 102-1 §4.3: a signed file brought to a level, or kept at it; one, or all that wait

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kyso::creation::{ContainerKind, Waiting, timestamp_container};
use kyso::net::Fetcher;
use kyso::{Augmented, Context, Document, Goal, Policy, Time, augment};

use crate::exit::{Failure, Status};
use crate::level::{self, Level};
use crate::network::{Network, TimestampingAuthority};
use crate::opening::Beside;
use crate::queue::Stored;
use crate::store::Signers;
use crate::supplied::Supplied;
use crate::{batch, clock, files, output, policy};

/// Brings a signed file to a level: timestamps, certificates and revocation data that keep it verifiable
#[derive(clap::Args)]
pub struct Arguments {
    /// A signed file
    #[arg(value_name = "FILE", required_unless_present = "queue", conflicts_with = "queue")]
    file: Option<PathBuf>,
    /// The file at its level; it may be FILE itself, which is then replaced at once or not at all
    #[arg(short, long = "output", value_name = "OUT", required_unless_present = "queue", conflicts_with = "queue")]
    output: Option<PathBuf>,
    /// The level; nothing is done to a file that is there
    #[arg(long, value_enum, ignore_case = true, required_unless_present_any = ["queue", "renew"])]
    level: Option<Level>,
    /// One more timestamp over everything, before the last one's algorithm or certificate ends
    #[arg(long, conflicts_with_all = ["level", "queue"])]
    renew: bool,
    /// A list of files that wait for their level, from `kyso sign --later`: each is replaced at once or not at all
    #[arg(long, value_name = "FILE")]
    queue: Option<PathBuf>,
    /// Of the signature of a batch: the folder of its proofs, which get it in the place of the old one
    #[arg(long, value_name = "DIR", conflicts_with = "queue")]
    proofs: Option<PathBuf>,
    /// Files of a queue that are worked on, and timestamps asked for, at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    #[command(flatten)]
    preservation: Preservation,
    /// The time at which it is done; the clock's when absent
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    at: Option<Time>,
    /// Opens an encrypted PDF file
    #[arg(long, value_name = "TEXT")]
    pdf_password: Option<String>,
    #[command(flatten)]
    beside: Beside,
}

/// Whom the signatures and timestamps are to be believed by, and what for.
#[derive(clap::Args)]
pub struct Preservation {
    /// Certificates that are trusted: PEM or DER, bundles, trust stores of `kyso trust`, or a folder of such files
    #[arg(long, value_name = "FILE|DIR")]
    pub anchor: Vec<PathBuf>,
    /// Certificates of those who may sign trust stores; a signed one from anybody else is not used
    #[arg(long, value_name = "FILE|DIR")]
    store_anchor: Vec<PathBuf>,
    /// Certificates, revocation lists and OCSP responses at hand; in the same forms
    #[arg(long, value_name = "FILE|DIR")]
    pub evidence: Vec<PathBuf>,
    /// A built-in policy (etsi-basic) or a file with one in JSON
    #[arg(long, value_name = "ID|FILE", default_value = "etsi-basic")]
    pub policy: String,
    /// Says of each signature of a PDF file which stored pieces concern it (/VRI), where any are stored
    #[arg(long)]
    vri: bool,
    #[command(flatten)]
    pub authority: TimestampingAuthority,
    #[command(flatten)]
    pub network: Network,
}

/// All that a document is brought to its level with.
pub struct Preserving {
    policy: Policy,
    supplied: Supplied,
    fetcher: Fetcher,
    authority: String,
    timestamps: TimestampingAuthority,
    vri: bool,
    time: Time,
}

impl Preservation {
    /// What is needed for timestamps; `at_once` of them.
    pub fn prepared(&self, time: Time, at_once: usize) -> Result<Preserving, Failure> {
        if self.anchor.is_empty() {
            return Err(Failure::usage("a timestamp is worth what its authority is: say with --anchor who is trusted"));
        }
        let authority = self.authority.tsa.clone().ok_or_else(|| Failure::usage("say with --tsa who makes timestamps"))?;
        Ok(Preserving {
            policy: policy::named(&self.policy)?,
            supplied: Supplied::from(&self.anchor, &self.evidence, &Signers::from(&self.store_anchor, time)?)?,
            fetcher: self.network.fetcher_with(&self.authority, at_once)?,
            authority,
            timestamps: self.authority.clone(),
            vri: self.vri,
            time,
        })
    }
}

impl Preserving {
    /// The document of these octets at `goal`.
    pub fn augmented(&self, path: &Path, octets: &[u8], goal: &Goal) -> Result<Augmented, Failure> {
        let Supplied { anchors, evidence } = &self.supplied;
        let context = Context { policy: &self.policy, anchors, evidence, time: self.time, existence: None };
        let goal = if self.vri { goal.clone().related_information() } else { goal.clone() };
        let augmented = augment(octets, &self.timestamps.applied(goal), &self.authority, &context, &mut self.fetcher.clone());
        augmented.map_err(|error| level::failure(path, &error))
    }

    /// A container of the document with a timestamp and no signature.
    pub fn container_with_timestamp(&self, path: &Path, document: &Document<'_>, kind: ContainerKind) -> Result<Augmented, Failure> {
        let Supplied { anchors, evidence } = &self.supplied;
        let context = Context { policy: &self.policy, anchors, evidence, time: self.time, existence: None };
        let goal = self.timestamps.applied(Goal::level(kyso::report::json::Level::BT));
        let stamped = timestamp_container(document, kind, &goal, &self.authority, &context, &mut self.fetcher.clone());
        stamped.map_err(|error| level::failure(path, &error))
    }
}

pub fn run(arguments: Arguments) -> Result<Status, Failure> {
    let time = clock::time(arguments.at)?;
    let preserving = arguments.preservation.prepared(time, usize::from(arguments.jobs))?;
    match (&arguments.file, &arguments.output, &arguments.queue) {
        (_, _, Some(queue)) => all_that_wait(&arguments, &preserving, queue),
        (Some(file), Some(output), None) => one(&arguments, &preserving, file, output),
        _ => Err(Failure::usage("say which FILE, and with -o where it goes")),
    }
}

fn one(arguments: &Arguments, preserving: &Preserving, file: &Path, to: &PathBuf) -> Result<Status, Failure> {
    let inputs = arguments.preservation.anchor.iter().chain(&arguments.preservation.store_anchor).chain(&arguments.preservation.evidence);
    files::keep(inputs, Some(to))?;
    let goal = match arguments.level {
        Some(level) if !arguments.renew => Goal::level(level.into()),
        _ => Goal::renewal(),
    };
    let goal = arguments.pdf_password.iter().fold(goal, |goal, password| goal.password(password));
    let goal = arguments.beside.read()?.in_goal(goal);
    let octets = files::read(file)?;
    let proofs = arguments.proofs.as_ref().map(|folder| batch::proofs(folder, &octets)).transpose()?;
    let augmented = preserving.augmented(file, &octets, &goal)?;
    output::write(Some(to), &augmented.octets)?;
    // A run that was cut short is gone on with: the signature that is there already is put into the proofs that lack it.
    proofs.map_or(Ok(()), |proofs| batch::renew(proofs, &augmented.octets))?;
    Ok(Status::Passed)
}

/// Every file of the queue. What is done is off the list before the next of its thread is begun, so that a run that was cut short is gone on with.
fn all_that_wait(arguments: &Arguments, preserving: &Preserving, queue: &Path) -> Result<Status, Failure> {
    let stored = Stored::open(queue)?;
    let waiting: Vec<Waiting> = stored.queue().iter().cloned().collect();
    let (next, stored) = (AtomicUsize::new(0), Mutex::new(stored));
    let worst = std::thread::scope(|scope| {
        let work = || {
            let mut worst = Ok(Status::Passed);
            while let Some(one) = waiting.get(next.fetch_add(1, Ordering::Relaxed)) {
                worst = match (worst, waited(arguments, preserving, &stored, one)) {
                    (Ok(worst), Ok(status)) => Ok(worst.worst(status)),
                    (Err(failure), _) | (_, Err(failure)) => return Err(failure),
                };
            }
            worst
        };
        let threads: Vec<_> = (0..usize::from(arguments.jobs).min(waiting.len())).map(|_| scope.spawn(work)).collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(Failure::usage("a thread ended early"))));
        joined.collect::<Result<Vec<_>, _>>()
    })?;
    Ok(worst.into_iter().fold(Status::Passed, Status::worst))
}

/// One file of the queue: the error is that of the queue, a failure of the document stands in it.
fn waited(arguments: &Arguments, preserving: &Preserving, stored: &Mutex<Stored>, waiting: &Waiting) -> Result<Status, Failure> {
    let path = Path::new(&waiting.document);
    let goal = arguments.pdf_password.iter().fold(Goal::level(waiting.level), |goal, password| goal.password(password));
    let done = files::read(path).and_then(|octets| {
        let augmented = preserving.augmented(path, &octets, &goal)?;
        output::write(Some(path), &augmented.octets)
    });
    let mut stored = stored.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match done {
        Ok(()) => {
            stored.change(|queue| queue.done(&waiting.document))?;
            Ok(Status::Passed)
        }
        Err(failure) => {
            stored.change(|queue| queue.failed(&waiting.document, failure.message()))?;
            Ok(failure.tell())
        }
    }
}
