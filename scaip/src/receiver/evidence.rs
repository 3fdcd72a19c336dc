//! The bytes of messages that were refused, bounded for as long as the application holds them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use crate::sip::RawBytes;

/// How many bytes of evidence are out.
#[derive(Debug)]
pub(super) struct Evidence {
    held: Arc<AtomicUsize>,
    limit: usize,
    left_out: u64,
}

/// Bytes that are counted until the last copy of them is dropped.
struct Held {
    bytes: Bytes,
    held: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

impl Evidence {
    pub(super) fn new(limit: usize) -> Evidence {
        Evidence {
            held: Arc::default(),
            limit,
            left_out: 0,
        }
    }

    /// The bytes to hand out; empty when too many are out already.
    pub(super) fn keep(&mut self, bytes: &Bytes) -> RawBytes {
        // Only this adds, so what is read here can only become less.
        let held = self.held.load(Ordering::Relaxed);
        if bytes.len() > self.limit.saturating_sub(held) {
            self.left_out += 1;
            return RawBytes(Bytes::new());
        }
        self.held.fetch_add(bytes.len(), Ordering::Relaxed);
        RawBytes(Bytes::from_owner(Held {
            bytes: bytes.clone(),
            held: Arc::clone(&self.held),
        }))
    }

    /// Messages whose bytes were left out.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_count_until_the_last_copy_is_dropped() {
        let mut evidence = Evidence::new(10);
        let first = evidence.keep(&Bytes::from_static(b"123456"));
        let copy = first.0.slice(1..2);
        assert!(evidence.keep(&Bytes::from_static(b"12345")).0.is_empty());
        drop(first);
        assert!(evidence.keep(&Bytes::from_static(b"12345")).0.is_empty());
        assert_eq!(evidence.left_out(), 2);
        drop(copy);
        assert_eq!(
            evidence.keep(&Bytes::from_static(b"1234567890")).0.len(),
            10
        );
    }
}
