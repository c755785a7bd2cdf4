//! Where the answer goes: standard output, or a file that appears when it is whole

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::exit::Failure;
use crate::files::Pending;

/// A place for an answer.
pub struct Output {
    to: To,
    path: PathBuf,
}

enum To {
    Standard(io::StdoutLock<'static>),
    /// A device or pipe, which nothing can take the place of.
    Direct(std::fs::File),
    File(Box<BufWriter<Pending>>),
}

impl Output {
    /// The file at `path`, or standard output.
    pub fn to(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self { to: To::Standard(io::stdout().lock()), path: PathBuf::from("standard output") });
        };
        let to = if path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            std::fs::OpenOptions::new().write(true).open(path).map(To::Direct)
        } else {
            Pending::new(path).map(|pending| To::File(Box::new(BufWriter::new(pending))))
        };
        Ok(Self { to: to.map_err(|error| Failure::input_output(path, error))?, path: path.to_path_buf() })
    }

    /// Whether the answer goes to standard output.
    pub fn is_standard(&self) -> bool {
        matches!(self.to, To::Standard(_))
    }

    /// Adds to the answer.
    pub fn write(&mut self, octets: &[u8]) -> Result<(), Failure> {
        let written = match &mut self.to {
            // Each part is out when it is written: who reads line by line need not wait for the last.
            To::Standard(to) => to.write_all(octets).and_then(|()| to.flush()),
            To::Direct(to) => to.write_all(octets),
            To::File(to) => to.write_all(octets),
        };
        written.map_err(|error| Failure::input_output(&self.path, error))
    }

    /// The answer is whole.
    pub fn finish(self) -> Result<(), Failure> {
        let finished = match self.to {
            To::Standard(mut to) => to.flush(),
            To::Direct(mut to) => to.flush(),
            To::File(to) => to.into_inner().map_err(io::IntoInnerError::into_error).and_then(Pending::place),
        };
        finished.map_err(|error| Failure::input_output(&self.path, error))
    }
}

/// Writes a whole answer.
pub fn write(path: Option<&Path>, octets: &[u8]) -> Result<(), Failure> {
    let mut output = Output::to(path)?;
    output.write(octets)?;
    output.finish()
}
