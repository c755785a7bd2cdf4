//! Files in and out: large inputs are mapped, an output appears whole or not at all

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::exit::Failure;

/// The octets of a file.
pub enum Octets {
    /// Read into memory.
    Read(Vec<u8>),
    /// Mapped.
    Mapped(Mmap),
}

/// A file from this size on is mapped.
const LARGE: u64 = 1 << 20;

impl Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Read(octets) => octets,
            Self::Mapped(map) => map,
        }
    }
}

impl AsRef<[u8]> for Octets {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// The octets of the file at `path`.
pub fn read(path: &Path) -> Result<Octets, Failure> {
    octets(path).map_err(|error| Failure::input_output(path, error))
}

fn octets(path: &Path) -> io::Result<Octets> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.len() >= LARGE {
        return map(&file).map(Octets::Mapped);
    }
    let mut octets = Vec::new();
    file.read_to_end(&mut octets)?;
    Ok(Octets::Read(octets))
}

/// The file as memory, so that 100 MB of scans need no memory of ours.
#[expect(unsafe_code, reason = "a mapping is the only way to see a large file without holding it in memory")]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is read-only and private to this process, and nothing here writes to an input: outputs are new files that take the
    // name of an old one, whose octets stay as they are under the mapping. Another process that rewrites the file in place while it is read
    // can change octets under us (the report then names the digest of what was read) or, by cutting it short, end this process by a signal.
    unsafe { Mmap::map(file) }
}

/// A file being written beside the place it is for. It takes its name when it is whole; dropped before, it leaves no trace.
pub struct Pending {
    file: File,
    beside: PathBuf,
    target: PathBuf,
    placed: bool,
}

impl Pending {
    /// A file that shall stand at `target`. What stands there is kept until [`Self::place`].
    pub fn new(target: &Path) -> io::Result<Self> {
        // A link stays a link: the file that it names is what is replaced.
        let target = target.canonicalize().unwrap_or_else(|_| target.to_path_buf());
        let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.kyso", std::process::id()));
        let beside = target.with_file_name(hidden);
        let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        let pending = Self { file, beside, target, placed: false };
        if let Ok(old) = fs::metadata(&pending.target) {
            pending.file.set_permissions(old.permissions())?;
        }
        Ok(pending)
    }

    /// Gives the file its name, after its octets have reached the disk.
    pub fn place(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.beside, &self.target)?;
        self.placed = true;
        sync_folder(&self.target)
    }
}

impl Write for Pending {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.file.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.placed {
            // Nothing more can be done about a file that cannot be removed.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// A name is safe on the disk when its folder is; only Unix opens folders as files.
fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder)?.sync_all() {
        // Some file systems do not know the operation.
        Err(error) if error.kind() != io::ErrorKind::InvalidInput => Err(error),
        _ => Ok(()),
    }
}

/// Refuses an output that would replace one of the inputs.
pub fn keep<'a>(inputs: impl IntoIterator<Item = &'a PathBuf>, output: Option<&PathBuf>) -> Result<(), Failure> {
    let Some(target) = output.and_then(|output| output.canonicalize().ok()) else { return Ok(()) };
    let same = inputs.into_iter().find(|input| input.canonicalize().is_ok_and(|input| input == target));
    same.map_or(Ok(()), |input| Err(Failure::usage(format!("{}: the output would replace this input", input.display()))))
}
