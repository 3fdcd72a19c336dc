//! Looking at a picture without decoding it (Partner API reference 4.3).

use core::fmt;

/// What an image may be. The documented size contradicts itself ("<= 50kB (50*1024*1024)"), so it is a
/// setting: 51,200 bytes satisfy both readings, 38,400 also the one that counts base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageLimits {
    /// Bytes of the JPEG, before base64.
    pub bytes: usize,
    /// Pixels of each side, at most.
    pub side: u16,
}

impl ImageLimits {
    /// 51,200 bytes, 4096 pixels.
    pub const DEFAULT: Self = Self {
        bytes: 51_200,
        side: 4096,
    };
}

impl Default for ImageLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Width and height in pixels, from the frame header of a JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Dimensions {
    /// Pixels from left to right.
    pub width: u16,
    /// Pixels from top to bottom.
    pub height: u16,
}

/// A format that the interface does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageFormat {
    /// Portable Network Graphics.
    Png,
    /// WebP.
    WebP,
    /// HEIC and its kin, the camera format of many phones.
    Heic,
    /// AVIF.
    Avif,
    /// GIF.
    Gif,
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::Gif => "GIF",
        })
    }
}

/// Why an image should not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// Too many bytes.
    #[error(
        "the image has {length} bytes, the limit is {limit}; ImageLimits::bytes can be changed for a server that takes more"
    )]
    TooManyBytes {
        /// Bytes of the image.
        length: usize,
        /// The limit that was passed.
        limit: usize,
    },
    /// Another format, recognised.
    #[error("the image is {0}, only JPEG is taken")]
    Format(ImageFormat),
    /// Not a JPEG, and nothing that is recognised.
    #[error("the image does not begin like a JPEG")]
    NotJpeg,
    /// A JPEG that ends before its frame header.
    #[error("the JPEG ends before its frame header")]
    Truncated,
    /// Something else than a segment where one must stand.
    #[error("the JPEG is damaged at byte {offset}")]
    Damaged {
        /// Where.
        offset: usize,
    },
    /// Too wide or too high, or a side of zero.
    #[error(
        "the image has {width} x {height} pixels, the limit is 1 to {limit} for each; ImageLimits::side can be changed"
    )]
    Dimensions {
        /// Pixels from left to right.
        width: u16,
        /// Pixels from top to bottom.
        height: u16,
        /// The limit that was passed.
        limit: u16,
    },
}

/// Checks an image before it is sent: the size, the start, and width and height from the frame
/// header. The picture is not decoded and never recompressed.
///
/// ```
/// use sensio_partner::{ImageError, ImageFormat, ImageLimits, check_image};
///
/// let png = b"\x89PNG\r\n\x1a\n";
/// assert_eq!(
///     check_image(png, &ImageLimits::default()),
///     Err(ImageError::Format(ImageFormat::Png))
/// );
/// ```
///
/// # Errors
///
/// [`ImageError`], which names the limit that was passed.
pub fn check_image(data: &[u8], limits: &ImageLimits) -> Result<Dimensions, ImageError> {
    if !data.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Err(match recognise(data) {
            Some(format) => ImageError::Format(format),
            None => ImageError::NotJpeg,
        });
    }
    if data.len() > limits.bytes {
        return Err(ImageError::TooManyBytes {
            length: data.len(),
            limit: limits.bytes,
        });
    }
    let dimensions = frame_header(data)?;
    let allowed = 1..=limits.side;
    if allowed.contains(&dimensions.width) && allowed.contains(&dimensions.height) {
        Ok(dimensions)
    } else {
        Err(ImageError::Dimensions {
            width: dimensions.width,
            height: dimensions.height,
            limit: limits.side,
        })
    }
}

fn recognise(data: &[u8]) -> Option<ImageFormat> {
    if data.starts_with(b"\x89PNG") {
        return Some(ImageFormat::Png);
    }
    if data.starts_with(b"GIF8") {
        return Some(ImageFormat::Gif);
    }
    match (data.get(..4)?, data.get(4..8)?, data.get(8..12)?) {
        (b"RIFF", _, b"WEBP") => Some(ImageFormat::WebP),
        (_, b"ftyp", b"avif" | b"avis") => Some(ImageFormat::Avif),
        (
            _,
            b"ftyp",
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1",
        ) => Some(ImageFormat::Heic),
        _ => None,
    }
}

/// Walks the segments (ITU-T T.81, annex B) to the first frame header.
fn frame_header(data: &[u8]) -> Result<Dimensions, ImageError> {
    let byte = |at: usize| data.get(at).copied().ok_or(ImageError::Truncated);
    let mut at = 2;
    loop {
        if byte(at)? != 0xFF {
            return Err(ImageError::Damaged { offset: at });
        }
        // Any number of fill bytes may stand before a marker.
        let mut marker = byte(at + 1)?;
        while marker == 0xFF {
            at += 1;
            marker = byte(at + 1)?;
        }
        match marker {
            // SOF0 to SOF15, but for DHT (C4), JPG (C8) and DAC (CC).
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let field = |at| Ok(u16::from_be_bytes([byte(at)?, byte(at + 1)?]));
                return Ok(Dimensions {
                    height: field(at + 5)?,
                    width: field(at + 7)?,
                });
            }
            // TEM stands alone.
            0x01 => at += 2,
            // RST, SOI, EOI or SOS before a frame, or a stuffed zero.
            0x00 | 0xD0..=0xDA => return Err(ImageError::Damaged { offset: at }),
            _ => {
                let length = usize::from(u16::from_be_bytes([byte(at + 2)?, byte(at + 3)?]));
                if length < 2 {
                    return Err(ImageError::Damaged { offset: at + 2 });
                }
                at += 2 + length;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SOI, an APP0 segment, fill bytes, a frame header of this kind, EOI.
    fn jpeg(frame: u8, width: u16, height: u16) -> Vec<u8> {
        let mut data = vec![
            0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xFF, frame, 0, 11, 8,
        ];
        data.extend(height.to_be_bytes());
        data.extend(width.to_be_bytes());
        data.extend([1, 1, 0x11, 0, 0xFF, 0xD9]);
        data
    }

    #[test]
    fn reads_width_and_height_of_baseline_and_progressive_frames() {
        for frame in [0xC0, 0xC2] {
            let read = check_image(&jpeg(frame, 640, 480), &ImageLimits::default());
            assert_eq!(read.map(|d| (d.width, d.height)), Ok((640, 480)));
        }
    }

    #[test]
    fn refuses_the_stub_of_the_reference() {
        let stub = [
            0xFF, 0xD8, 0xFF, 0xE0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 1, 0, 0x48, 0, 0x48, 0,
            0, 0xFF, 0xD9,
        ];
        assert_eq!(
            check_image(&stub, &ImageLimits::default()),
            Err(ImageError::Damaged { offset: 20 })
        );
    }

    #[test]
    fn refuses_sides_of_zero_and_beyond_the_limit() {
        for (width, height) in [(0, 480), (640, 0), (4097, 1), (1, 4097)] {
            assert!(matches!(
                check_image(&jpeg(0xC0, width, height), &ImageLimits::default()),
                Err(ImageError::Dimensions { limit: 4096, .. })
            ));
        }
        assert!(check_image(&jpeg(0xC0, 4096, 4096), &ImageLimits::default()).is_ok());
    }

    #[test]
    fn names_other_formats() {
        for (data, format) in [
            (&b"\x89PNG\r\n\x1a\n"[..], ImageFormat::Png),
            (b"RIFF\x10\0\0\0WEBPVP8 ", ImageFormat::WebP),
            (b"\0\0\0\x18ftypheic\0\0\0\0", ImageFormat::Heic),
            (b"\0\0\0\x18ftypavif\0\0\0\0", ImageFormat::Avif),
            (b"GIF89a", ImageFormat::Gif),
        ] {
            assert_eq!(
                check_image(data, &ImageLimits::default()),
                Err(ImageError::Format(format))
            );
        }
        assert_eq!(
            check_image(b"hello", &ImageLimits::default()),
            Err(ImageError::NotJpeg)
        );
    }

    #[test]
    fn says_which_size_limit_was_passed_and_that_it_can_be_changed() {
        let mut data = jpeg(0xC0, 1, 1);
        data.resize(51_201, 0);
        let error = check_image(&data, &ImageLimits::default()).expect_err("too large");
        let text = error.to_string();
        assert!(text.contains("51201") && text.contains("51200") && text.contains("ImageLimits"));
        data.truncate(51_200);
        assert!(check_image(&data, &ImageLimits::default()).is_ok());
    }

    #[test]
    fn never_reads_behind_the_end() {
        let whole = jpeg(0xC0, 640, 480);
        for end in 3..whole.len() - 6 {
            assert_eq!(
                check_image(&whole[..end], &ImageLimits::default()),
                Err(ImageError::Truncated),
                "{end}"
            );
        }
    }
}
