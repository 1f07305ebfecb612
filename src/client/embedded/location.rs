//! Where an embedded database is: endpoints, paths, and files that are their owner's alone.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Code, Error, Result};

/// Where an embedded database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    /// In memory, until the process ends; one by each name.
    Memory(String),
    /// A file.
    File(PathBuf),
}

impl Location {
    /// What `memory:`, `memory:name` and `file:path` name; `None` for any other endpoint.
    pub(crate) fn of_endpoint(endpoint: &str) -> Result<Option<Self>> {
        if let Some(name) = endpoint.strip_prefix("memory:") {
            return Ok(Some(Location::Memory(name.to_owned())));
        }
        let Some(path) = endpoint.strip_prefix("file:") else { return Ok(None) };
        let path = match path.strip_prefix("//") {
            Some(url) => path_of_url(url),
            None => path.to_owned(),
        };
        if path.is_empty() {
            return Err(Error::new(
                Code::InvalidConfig,
                "The endpoint `file:` names no file",
                "Give a path, for instance `file:./dev-auth.db`",
            ));
        }
        Ok(Some(Location::File(PathBuf::from(path))))
    }
}

/// The path of a URL such as `file:///home/me/a%20b.db`, after its `file://`.
fn path_of_url(url: &str) -> String {
    let path = url.strip_prefix("localhost").unwrap_or(url);
    // `/C:/…` on Windows.
    let path = match path.as_bytes() {
        [b'/', drive, b':', ..] if cfg!(windows) && drive.is_ascii_alphabetic() => &path[1..],
        _ => path,
    };
    let mut parts = path.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(part[2..].bytes());
            }
            None => bytes.extend(b"%".iter().copied().chain(part.bytes())),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

/// The canonical path of a file, which is made, readable by its owner alone, if it isn't there. SQLite gives its
/// `-wal` and `-shm` siblings the mode of the file itself.
pub(super) fn private_file(path: &Path) -> Result<PathBuf> {
    let directory = match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        let absolute = std::path::absolute(directory).unwrap_or_else(|_| directory.to_path_buf());
        return Err(Error::new(
            Code::InvalidConfig,
            format!("The directory of the embedded database is not there: {}", absolute.display()),
            "Make that directory, or give another path",
        ));
    }
    if path.is_dir() {
        return Err(unusable_file(path, "it is a directory", "Give the path of a file"));
    }
    // One that is there is not opened here: closing it again would drop the locks that SQLite holds on it in this process.
    if !path.exists() {
        match private().write(true).create_new(true).open(path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(unusable_file(
                    path,
                    &error.to_string(),
                    "Make it possible, or give another path",
                ));
            }
            // By this process or, at the same time, by another one.
            _ => {}
        }
    }
    let canonical = path.canonicalize();
    canonical.map_err(|error| unusable_file(path, &error.to_string(), "Give another path"))
}

/// For files of their owner alone.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

pub(super) fn unusable_file(path: &Path, problem: &str, remedy: &str) -> Error {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    Error::new(
        Code::InvalidConfig,
        format!("The file {} cannot be the embedded database: {problem}", path.display()),
        remedy,
    )
}
