//! ZIP files that are the same whenever they hold the same: entries stored, in a fixed order, dated 1980

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::malformed;
use crate::error::{Malformed, Misuse};

/// The file with these entries in this order.
pub(super) fn written(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Misuse> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).last_modified_time(DateTime::default());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut write = || -> Result<Vec<u8>, ZipError> {
        for (name, octets) in files {
            let large = u32::try_from(octets.len()).is_err();
            writer.start_file(name.as_str(), options.unix_permissions(0o644).large_file(large))?;
            writer.write_all(octets)?;
        }
        Ok(std::mem::replace(&mut writer, ZipWriter::new(Cursor::new(Vec::new()))).finish()?.into_inner())
    };
    write().map_err(|error| Misuse::new(format!("the bundle cannot be written: {error}")))
}

/// The entries of a file. Together they are never larger than the file: stored entries that overlap are refused.
pub(super) fn read(octets: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Malformed> {
    let fault = |error: ZipError| malformed(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(octets)).map_err(fault)?;
    let (mut files, mut left) = (BTreeMap::new(), octets.len());
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(fault)?;
        let name = entry.name().map_err(fault)?.into_owned();
        if entry.compression() != CompressionMethod::Stored {
            return Err(malformed(format!("{name} is not stored as it is")));
        }
        let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
        left = left.checked_sub(size).ok_or_else(|| malformed("entries that overlap".into()))?;
        let mut content = Vec::new();
        let bound = u64::try_from(size).unwrap_or(u64::MAX);
        entry.take(bound).read_to_end(&mut content).map_err(|error| malformed(error.to_string()))?;
        files.insert(name, content);
    }
    Ok(files)
}
