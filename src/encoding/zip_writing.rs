//! APPNOTE.TXT 6.3.10 §4.3 — ZIP files that are the same whenever they hold the same: new entries stored and dated 1980, old ones as they were

use std::io::{Cursor, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::error::Misuse;

/// A file by its name.
pub type Named = (String, Vec<u8>);

/// A file of these entries in this order.
///
/// # Errors
/// [`Misuse`] when it would be larger than a ZIP file without ZIP64 may be.
pub fn written(files: &[Named]) -> Result<Vec<u8>, Misuse> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let done = files.iter().try_for_each(|(name, octets)| store(&mut writer, name, octets));
    done.and_then(|()| Ok(writer.finish()?.into_inner())).map_err(refused)
}

/// The file `old` with entries of other names (`renamed`: from, to) and of other content, each in its place, and new ones behind them. The
/// compressed octets of all others are copied; so are the comment and the order.
///
/// # Errors
/// [`Misuse`] when `old` is no ZIP file, or the new one would be too large.
pub fn changed(old: &[u8], renamed: &[(String, String)], files: &[Named]) -> Result<Vec<u8>, Misuse> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut change = || -> Result<(), ZipError> {
        let mut archive = ZipArchive::new(Cursor::new(old))?;
        writer.set_raw_comment(archive.comment().into())?;
        // In the order in which they stand in the file: the type of a container is the first.
        let mut places = Vec::with_capacity(archive.len());
        for index in 0..archive.len() {
            places.push((archive.by_index_raw(index)?.header_start(), index));
        }
        places.sort_unstable();
        let mut left: Vec<&Named> = files.iter().collect();
        for (_, index) in places {
            let entry = archive.by_index_raw(index)?;
            let name = entry.name()?.into_owned();
            let new = left.iter().position(|(new, _)| *new == name);
            match (new, renamed.iter().find(|(from, _)| *from == name)) {
                (_, Some((_, to))) => writer.raw_copy_file_rename(entry, to)?,
                (Some(new), None) => {
                    let (name, octets) = left.remove(new);
                    store(&mut writer, name, octets)?;
                }
                (None, None) => writer.raw_copy_file(entry)?,
            }
        }
        left.into_iter().try_for_each(|(name, octets)| store(&mut writer, name, octets))
    };
    let done = change();
    done.and_then(|()| Ok(writer.finish()?.into_inner())).map_err(refused)
}

fn store(writer: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, octets: &[u8]) -> Result<(), ZipError> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).last_modified_time(DateTime::default());
    writer.start_file(name, options.unix_permissions(0o644))?;
    writer.write_all(octets).map_err(ZipError::from)
}

fn refused(error: ZipError) -> Misuse {
    Misuse::new(format!("the container cannot be written: {error}"))
}
