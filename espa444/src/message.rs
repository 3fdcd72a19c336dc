//! What a block is, by its header (ESPA reference 7.1 and 8).

use crate::block::Block;
use crate::codes::{BeepCode, CallStatus, CallType, Header, Priority, SystemStatus, Transmissions};
use crate::value::{CallAddress, DisplayMessage};

/// A block by its meaning.
///
/// ```
/// use espa444::{DecodeOptions, Message, Priority, decode};
///
/// let bytes = b"\x011\x021\x1F208\x1E6\x1F1\x03\x22";
/// let decoded = decode(bytes, &DecodeOptions::lenient())?;
/// let Message::Call(call) = decoded.block().message() else {
///     return Err("not a call".into());
/// };
/// assert_eq!(call.call_address().and_then(|address| address.as_str()), Some("208"));
/// assert_eq!(call.priority(), Some(Priority::ALARM));
/// assert_eq!(call.display_message(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Message<'a> {
    /// Header `'1'`.
    Call(Call<'a>),
    /// Header `'2'`.
    StatusInformation(StatusInformation<'a>),
    /// Header `'3'`.
    StatusRequest(StatusRequest<'a>),
    /// Header `'4'`.
    SubscriberLineCall(SubscriberLineCall<'a>),
    /// Header `'5'`.
    OtherInformation(OtherInformation<'a>),
    /// Header `'7'` of the Ascom and Ericsson dialect (one source).
    LicenceRequest(Block<'a>),
    /// Header `'9'` of the Ascom and Ericsson dialect (one source).
    ModuleKeyRequest(Block<'a>),
    /// Any other header.
    Unknown(Block<'a>),
}

impl<'a> Block<'a> {
    /// The block by its meaning.
    #[must_use]
    pub fn message(&self) -> Message<'a> {
        match self.header() {
            Header::CALL => Message::Call(Call(*self)),
            Header::STATUS_INFORMATION => Message::StatusInformation(StatusInformation(*self)),
            Header::STATUS_REQUEST => Message::StatusRequest(StatusRequest(*self)),
            Header::SUBSCRIBER_LINE_CALL => Message::SubscriberLineCall(SubscriberLineCall(*self)),
            Header::OTHER_INFORMATION => Message::OtherInformation(OtherInformation(*self)),
            Header::LICENCE_REQUEST => Message::LicenceRequest(*self),
            Header::MODULE_KEY_REQUEST => Message::ModuleKeyRequest(*self),
            _ => Message::Unknown(*self),
        }
    }
}

/// Defines a view with the accessors that make sense for it.
macro_rules! views {
    ($( $(#[$doc:meta])* $type:ident { $( $accessor:ident -> $value:ty, )* } )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $type<'a>(Block<'a>);

        impl<'a> $type<'a> {
            /// The block itself, with every record.
            #[must_use]
            pub const fn block(&self) -> &Block<'a> {
                &self.0
            }

            $(
                #[doc = concat!("As [`Block::", stringify!($accessor), "`].")]
                #[must_use]
                pub fn $accessor(&self) -> Option<$value> {
                    self.0.$accessor()
                }
            )*
        }
    )*};
}

views! {
    /// A call to a pager. Without record 1 the receiver's default address is meant (inferred).
    Call {
        call_address -> CallAddress<'a>,
        display_message -> DisplayMessage<'a>,
        beep_code -> BeepCode<'a>,
        call_type -> CallType<'a>,
        transmissions -> Transmissions<'a>,
        priority -> Priority<'a>,
        paging_identity -> &'a [u8],
        running_number -> &'a [u8],
    }
    /// What became of a call, or how the paging system is. The records of the call are repeated
    /// in part; [`OpenCalls`](crate::OpenCalls) finds the call.
    StatusInformation {
        call_status -> CallStatus<'a>,
        system_status -> SystemStatus<'a>,
        call_address -> CallAddress<'a>,
        display_message -> DisplayMessage<'a>,
        beep_code -> BeepCode<'a>,
        call_type -> CallType<'a>,
        transmissions -> Transmissions<'a>,
        priority -> Priority<'a>,
        paging_identity -> &'a [u8],
        running_number -> &'a [u8],
    }
    /// The question for it, with the same records as the call.
    StatusRequest {
        call_address -> CallAddress<'a>,
        display_message -> DisplayMessage<'a>,
        beep_code -> BeepCode<'a>,
        call_type -> CallType<'a>,
        transmissions -> Transmissions<'a>,
        priority -> Priority<'a>,
        paging_identity -> &'a [u8],
        running_number -> &'a [u8],
    }
    /// A request to the exchange to set up a telephone call. That record 1 is the line to call is
    /// inferred.
    SubscriberLineCall {
        call_address -> CallAddress<'a>,
        display_message -> DisplayMessage<'a>,
    }
    /// Whatever the maker of the paging equipment has defined; opaque.
    OtherInformation {}
}

impl Call<'_> {
    /// Whether it ends a call, as [`Block::is_reset`].
    #[must_use]
    pub fn is_reset(&self) -> bool {
        self.0.is_reset()
    }
}
