//! Counts since the endpoint was made.

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts since the endpoint was made. They wrap never in practice: 64 bits each.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Counters {
            $(pub(crate) $name: u64,)*
        }

        impl Counters {
            $($(#[$doc])* #[must_use] pub const fn $name(&self) -> u64 { self.$name })*

            /// Every counter by name, for a metrics page.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }
        }
    };
}

counters! {
    /// Requests handed up.
    requests,
    /// Requests recognised as retransmissions.
    retransmissions,
    /// Requests taken as new although their branch is that of another live transaction from the same source
    /// (SCAIP reference 5.6): what a textbook stack would have dropped.
    new_despite_branch,
    /// Requests answered by the endpoint itself: OPTIONS and refused methods.
    answered_here,
    /// ACKs passed over.
    acks,
    /// Messages that could not be read.
    bad,
    /// Of these, answered with a 4xx or 5xx.
    bad_answered,
    /// Requests turned away with 503 because the overload flag was set.
    overloaded,
    /// Requests turned away with 503 because every transaction or queue place was taken.
    full,
    /// Finished server transactions given up before their time to make room.
    evicted,
    /// Requests nobody answered in time.
    expired,
    /// Messages sent.
    sent,
    /// Retransmissions of messages sent (Timer E).
    resent,
    /// Messages answered 2xx.
    delivered,
    /// Messages answered 3xx to 6xx.
    refused,
    /// Messages without a final answer.
    undelivered,
    /// Responses that match no message of ours, and repeated ones.
    stray_responses,
    /// Keep-alives: blank datagrams and pings on streams.
    keep_alives,
    /// Datagrams dropped unread because a queue was not drained.
    undrained,
    /// Events without a message in them (retransmissions, bad bytes) left out because the queue was full.
    events_left_out,
    /// Connections closed by the endpoint.
    closed,
}
