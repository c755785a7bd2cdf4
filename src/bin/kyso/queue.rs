//! The list of files that wait for their level, as a file

use std::io::Write;
use std::path::{Path, PathBuf};

use kyso::creation::Queue;

use crate::exit::Failure;
use crate::files::{self, Pending};

/// A list and its file, which is never half written: each change is written beside, brought to the disk and renamed.
pub struct Stored {
    queue: Queue,
    path: PathBuf,
}

impl Stored {
    /// The list at `path`; an empty one where there is no file.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let queue = if path.exists() {
            Queue::from_json_lines(&files::read(path)?).map_err(|malformed| Failure::unreadable(path, malformed))?
        } else {
            Queue::default()
        };
        Ok(Self { queue, path: path.to_path_buf() })
    }

    /// The list.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Changes the list, and its file.
    pub fn change(&mut self, change: impl FnOnce(&mut Queue)) -> Result<(), Failure> {
        change(&mut self.queue);
        let lines = self.queue.to_json_lines();
        let written = Pending::new(&self.path).and_then(|mut pending| {
            pending.write_all(lines.as_bytes())?;
            pending.place()
        });
        written.map_err(|error| Failure::input_output(&self.path, error))
    }
}
