//! The frame codec, beside the scan and the tap.

use bytes::BytesMut;
use espa444::codec::{EspaCodec, Frame};
use espa444::tap::Side;
use espa444::{BccVariant, DecodeOptions, EncodeOptions, Profile, Tap, Time};
use tokio_util::codec::{Decoder, Encoder};

use super::heard::{Seen, of_codec, of_tap, scanned};

/// A line in pieces.
pub fn espa444_codec(data: &[u8]) {
    let Some((&[settings, piece], line)) = data.split_first_chunk() else {
        return;
    };
    let mut options = super::options()[usize::from(settings % 5)];
    options.accept_parity &= settings & 64 == 0;
    let piece = usize::from(piece) + 1;
    let (frames, rest) = read(line, options, line.len().max(1));
    let (cut, cut_rest) = read(line, options, piece);
    // A cut may divide garbage, and nothing else.
    let told = |frames: &[Frame]| -> Vec<Frame> {
        let garbage = |frame: &&Frame| matches!(frame, Frame::Garbage(_));
        frames
            .iter()
            .filter(|frame| !garbage(frame))
            .cloned()
            .collect()
    };
    let garbage = |frames: &[Frame]| -> usize {
        let bytes = frames.iter().map(|frame| match frame {
            Frame::Garbage(bytes) => *bytes,
            _ => 0,
        });
        bytes.sum()
    };
    assert_eq!(told(&frames), told(&cut));
    assert_eq!(told(&rest), told(&cut_rest));
    assert_eq!(
        garbage(&frames) + garbage(&rest),
        garbage(&cut) + garbage(&cut_rest)
    );
    assert!(garbage(&frames) + garbage(&rest) <= line.len());

    let seen: Vec<Seen> = frames.iter().filter_map(of_codec).collect();
    assert_eq!(seen, tapped(line, options));
    let whole = scanned(line, &options);
    if !options.accept_parity && whole.blocks_agree {
        let ends: Vec<Seen> = rest.iter().filter_map(of_codec).collect();
        let all = [seen.clone(), ends].concat();
        let blocks = |seen: &[Seen]| -> Vec<Seen> {
            seen.iter()
                .filter(|seen| seen.is_block())
                .cloned()
                .collect()
        };
        assert_eq!(blocks(&all), blocks(&whole.seen));
        if whole.sound {
            assert_eq!(all, whole.seen);
        }
    }
    for frame in frames.iter().chain(&rest) {
        if let Frame::Block(block) = frame {
            assert!(block.decoded().is_ok() && block.as_bytes().len() <= options.limits.block);
        }
    }
    written(&frames, options);
}

/// The frames, and what is left when the line ends.
fn read(line: &[u8], options: DecodeOptions, piece: usize) -> (Vec<Frame>, Vec<Frame>) {
    let mut codec = EspaCodec::new(options, EncodeOptions::new());
    let (mut source, mut frames, mut rest) = (BytesMut::new(), Vec::new(), Vec::new());
    for piece in line.chunks(piece) {
        source.extend_from_slice(piece);
        while let Some(frame) = codec.decode(&mut source).expect("no line is an error") {
            frames.push(frame);
        }
        assert!(source.is_empty(), "nothing is left to the caller");
    }
    while let Some(frame) = codec.decode_eof(&mut source).expect("no end is an error") {
        rest.push(frame);
        assert!(rest.len() <= 3);
    }
    (frames, rest)
}

fn tapped(line: &[u8], options: DecodeOptions) -> Vec<Seen> {
    let mut profile = Profile::FIELD;
    profile.decode = options;
    let mut tap = Tap::new(&profile, Time::ZERO);
    let (mut at, mut seen) = (0, Vec::new());
    while at < line.len() {
        at += tap.handle_bytes(Time::ZERO, Side::Control, &line[at..]);
        while let Some(heard) = tap.poll_event() {
            seen.extend(of_tap(&heard));
        }
    }
    seen
}

/// What is written reads back the same; a poll may become a select where an EOT is left out.
fn written(frames: &[Frame], options: DecodeOptions) {
    let mut codec = EspaCodec::new(options, EncodeOptions::new());
    let mut line = BytesMut::new();
    let mut expected = Vec::new();
    for frame in frames {
        let before = line.len();
        let fault = matches!(frame, Frame::RefusedBlock(_) | Frame::Garbage(_));
        if let Frame::Block(block) = frame {
            let decoded = block.decoded().expect("it was read once");
            // Whatever follows would be its BCC; and parity is a matter of the whole line.
            if decoded.bcc().variant == BccVariant::Missing || decoded.has_parity_in_data() {
                return;
            }
        }
        let result = codec.encode(frame.clone(), &mut line);
        assert_eq!(result.is_err(), fault);
        if fault {
            assert_eq!(line.len(), before);
        } else {
            expected.extend(of_codec(frame));
        }
    }
    let (again, rest) = read(&line, options, line.len().max(1));
    assert_eq!(rest, []);
    let again: Vec<Seen> = again.iter().filter_map(of_codec).collect();
    assert_eq!(again.len(), expected.len());
    for (again, expected) in again.iter().zip(&expected) {
        match (again, expected) {
            (
                Seen::Poll(again) | Seen::Select(again) | Seen::Either(again),
                Seen::Poll(first) | Seen::Select(first) | Seen::Either(first),
            ) => assert_eq!(again, first),
            _ => assert_eq!(again, expected),
        }
    }
}
