//! Papers looked at: whether a file is there, what it holds, whether it can be opened (MAT-03).

use crate::store::{ATTACHMENT_LIMIT, Files, StorageError, StorePath};
use image::{ImageReader, Limits};
use serde::Serialize;
use std::fs::File;
use std::io::{Cursor, Read as _};
use std::path::Path;

/// The most bytes of memory that opening a picture may take.
const PICTURE_MEMORY: u64 = 256 << 20;
/// The most pixels of a picture's side.
const PICTURE_SIDE: u32 = 30_000;

/// Why a file is no paper at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// There is no such file.
    Missing,
    /// A folder, or something else that is no regular file.
    NotAFile,
    /// It holds nothing.
    Empty,
    /// It cannot be read: permissions, or the disk.
    Unreadable,
    /// Its content says that it is a picture, but it cannot be opened as one.
    Damaged,
    /// Its content is of no known type.
    Unrecognised,
}

/// What a look at a file found; what could not be found out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Whether it is there.
    pub exists: Option<bool>,
    /// What is wrong with it, if anything.
    pub fault: Option<Fault>,
    /// Its type, judged by its content.
    pub media_type: Option<String>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its width, where it is a picture.
    pub width: Option<u32>,
    /// Its height, where it is a picture.
    pub height: Option<u32>,
}

impl Look {
    fn faulty(exists: bool, fault: Fault) -> Self {
        Self {
            exists: Some(exists),
            fault: Some(fault),
            ..Self::default()
        }
    }
}

/// Looks at a file; it never fails, it says what it found.
pub fn at_file(path: &Path) -> Look {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) => {
            use std::io::ErrorKind::{NotADirectory, NotFound};
            let is_missing = matches!(error.kind(), NotFound | NotADirectory);
            return if is_missing {
                nothing()
            } else {
                Look::faulty(true, Fault::Unreadable)
            };
        }
    };
    if !meta.is_file() {
        return Look::faulty(true, Fault::NotAFile);
    }
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(ATTACHMENT_LIMIT).read_to_end(&mut bytes));
    match read {
        Ok(_) => Look {
            size: Some(meta.len()),
            ..at_bytes(&bytes)
        },
        Err(_) => Look::faulty(true, Fault::Unreadable),
    }
}

/// Looks at a file of the store; it never fails, it says what it found.
pub fn at_stored(files: &dyn Files, path: &StorePath) -> Look {
    match files.read(path, ATTACHMENT_LIMIT) {
        Ok(bytes) => at_bytes(&bytes),
        Err(StorageError::NotFound { .. }) => nothing(),
        Err(StorageError::NotAFile { .. }) => Look::faulty(true, Fault::NotAFile),
        Err(_) => Look::faulty(true, Fault::Unreadable),
    }
}

/// What a look at a file that is not there finds.
pub fn nothing() -> Look {
    Look::faulty(false, Fault::Missing)
}

/// Looks at the content of a file.
pub fn at_bytes(bytes: &[u8]) -> Look {
    if bytes.is_empty() {
        return Look {
            size: Some(0),
            ..Look::faulty(true, Fault::Empty)
        };
    }
    let media_type = infer::get(bytes).map(|kind| kind.mime_type().to_owned());
    let look = Look {
        exists: Some(true),
        size: Some(bytes.len() as u64),
        media_type,
        ..Look::default()
    };
    match look.media_type.as_deref() {
        Some("image/jpeg" | "image/png") => match dimensions(bytes) {
            Some((width, height)) => Look {
                width: Some(width),
                height: Some(height),
                ..look
            },
            None => Look {
                fault: Some(Fault::Damaged),
                ..look
            },
        },
        Some(_) => look,
        None => Look {
            fault: Some(Fault::Unrecognised),
            ..look
        },
    }
}

/// Opens a picture to its last row; `None` where that fails.
fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(PICTURE_MEMORY);
    limits.max_image_width = Some(PICTURE_SIDE);
    limits.max_image_height = Some(PICTURE_SIDE);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    Some((picture.width(), picture.height()))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::cast_possible_truncation,
        reason = "a test may panic, and picks small numbers"
    )]
    use super::*;
    use image::{ImageFormat, RgbImage};

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_fn(40, 30, |x, y| {
            image::Rgb([(x % 7 * 30) as u8, (y % 5 * 40) as u8, 90])
        })
        .write_to(&mut bytes, format)
        .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_are_opened_and_measured() {
        for (format, media_type) in [
            (ImageFormat::Jpeg, "image/jpeg"),
            (ImageFormat::Png, "image/png"),
        ] {
            let bytes = picture(format);
            let look = at_bytes(&bytes);
            assert_eq!(look.media_type.as_deref(), Some(media_type));
            assert_eq!(
                (look.width, look.height, look.fault),
                (Some(40), Some(30), None)
            );
            assert_eq!(look.size, Some(bytes.len() as u64));
        }
    }

    #[test]
    fn a_picture_that_breaks_off_or_is_none_is_told() {
        let png = picture(ImageFormat::Png);
        let broken = at_bytes(&png[..png.len() / 2]);
        assert_eq!(broken.fault, Some(Fault::Damaged));
        assert_eq!(broken.media_type.as_deref(), Some("image/png"));
        let mut bent = png.clone();
        let middle = bent.len() / 2;
        bent[middle] ^= 0xff;
        assert_eq!(at_bytes(&bent).fault, Some(Fault::Damaged));
        assert_eq!(
            at_bytes(b"%PDF-1.7\n").media_type.as_deref(),
            Some("application/pdf")
        );
        assert_eq!(at_bytes(b"just words").fault, Some(Fault::Unrecognised));
        assert_eq!(at_bytes(b"").fault, Some(Fault::Empty));
    }

    #[test]
    fn what_is_no_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let missing = at_file(&folder.path().join("none.jpg"));
        assert_eq!(
            (missing.exists, missing.fault),
            (Some(false), Some(Fault::Missing))
        );
        let not = at_file(folder.path());
        assert_eq!((not.exists, not.fault), (Some(true), Some(Fault::NotAFile)));
        let path = folder.path().join("a.png");
        std::fs::write(&path, picture(ImageFormat::Png)).unwrap();
        assert_eq!(at_file(&path).width, Some(40));
    }
}
