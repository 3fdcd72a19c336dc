//! What a peer may make us hold.

/// Upper bounds for one SIP message. Exceeding one is a typed [`SipError`](super::SipError), never growth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SipLimits {
    /// Bytes from the start line to the empty line, both included. Default 16 384.
    pub head: usize,
    /// Header lines, ignored ones included. Default 128.
    pub headers: usize,
    /// Bytes of body. Default 65 536 (SCAIP reference 11).
    pub body: usize,
    /// Bytes of the whole message. Default 81 920.
    pub message: usize,
}

impl Default for SipLimits {
    fn default() -> Self {
        Self {
            head: 16 * 1024,
            headers: 128,
            body: 64 * 1024,
            message: 80 * 1024,
        }
    }
}
