//! The relay itself: a receiver's driver on one side, a sender's on the other, and what is in
//! between.

use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use scaip::driver::receiver::{Driver as InDriver, Handle as In};
use scaip::driver::sender::{Handle as Out, Outcome};
use scaip::driver::{receiver as inbound, sender};
use scaip::receiver::{self, Event, Incoming, IncomingId, Receiver};
use scaip::sender::{Config, ReceiverAddress, ReceiverId, Relayed, Sender};
use scaip::{
    Edition, EncodeOptions, MessageType, Reference, Response, StatusNumber, Text, encode_response,
};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Between our own end and the receiver's, so that ours comes first.
const MARGIN: Duration = Duration::from_secs(1);
/// Units whose receiver is remembered, for their resets and information.
const REMEMBERED: usize = 50_000;

/// What to relay, from where to where.
pub(crate) struct Settings {
    /// UDP addresses to take requests on.
    pub(crate) udp: Vec<SocketAddr>,
    /// TCP addresses to take requests on.
    pub(crate) tcp: Vec<SocketAddr>,
    /// The next receivers in their order.
    pub(crate) next: Vec<ReceiverAddress>,
    /// Our own address towards receivers on UDP; `0.0.0.0:0` leaves it to the system.
    pub(crate) local: SocketAddr,
    /// How long the next receivers may take together. Units wait 20 s (SCAIP reference 10).
    pub(crate) patience: Duration,
    /// Messages in hand at once; one more is refused.
    pub(crate) open: usize,
    /// Random bytes: 16 for each side.
    pub(crate) seeds: [[u8; 16]; 2],
    /// Say nothing on standard error.
    pub(crate) quiet: bool,
}

/// What was done in all.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Requests answered positively, each after the next receiver's positive answer.
    pub(crate) accepted: u64,
    /// Requests answered negatively.
    pub(crate) refused: u64,
    /// Repeats of a request in hand: they share its answer.
    pub(crate) repeated: u64,
    /// Requests in hand at the end that could not be answered.
    pub(crate) unanswered: u64,
}

/// A message is known by who sent it and its `ref`.
type Key = (String, String);

/// A message that is with the next receivers.
struct InHand {
    body: Vec<u8>,
    /// Who waits for its answer: the request and its repeats.
    waiting: Vec<(IncomingId, Reference<'static>)>,
    is_alarm: bool,
}

pub(crate) struct Relay {
    inward: In,
    requests: mpsc::Receiver<Event>,
    outward: Out,
    patience: Duration,
    quiet: bool,
    encode: EncodeOptions,
    in_hand: HashMap<Key, InHand>,
    outcomes: JoinSet<(Key, Option<Outcome>)>,
    /// Who accepted the last alarm of each unit.
    accepted_by: HashMap<String, ReceiverId>,
    order: VecDeque<String>,
    counts: Counts,
}

impl Relay {
    /// Opens everything; gives the addresses it listens on, UDP first.
    pub(crate) async fn start(
        settings: Settings,
    ) -> Result<(Self, Vec<SocketAddr>), Box<dyn Error + Send + Sync>> {
        let [receiver_seed, sender_seed] = settings.seeds;
        let encode = EncodeOptions::new().with_edition(Edition::ClcTs50134);
        let mut config = receiver::Config::new(receiver_seed);
        config.decision_time = settings.patience + MARGIN;
        config.pending = settings.open;
        config.encode = encode;
        // Whether it knows a type is for the next receiver to say.
        config.accept_unknown_message_types = true;
        let (driver, inward, requests) =
            InDriver::new(Receiver::new(config)?, inbound::Settings::default());

        let mut config = Config::new(sender_seed, settings.local, settings.next);
        config.open_alarms = settings.open;
        config.remembered = settings.open.max(1024);
        // Each receiver gets its share of the whole; no other wait may end it before.
        config.connect_wait = settings.patience;
        config.ok_wait = settings.patience;
        config.response_wait = settings.patience;
        // The time is short: who is down is asked last for a while.
        config.silent_wait = Duration::from_secs(60);
        let (sending, outward, _) =
            sender::Driver::new(Sender::new(config)?, sender::Settings::default());

        let mut addresses = Vec::new();
        for address in settings.udp {
            addresses.push(inward.add_udp(UdpSocket::bind(address).await?)?);
        }
        for address in settings.tcp {
            addresses.push(inward.add_listener(TcpListener::bind(address).await?)?);
        }
        tokio::spawn(driver.run());
        tokio::spawn(sending.run());
        let relay = Relay {
            inward,
            requests,
            outward,
            patience: settings.patience,
            quiet: settings.quiet,
            encode,
            in_hand: HashMap::new(),
            outcomes: JoinSet::new(),
            accepted_by: HashMap::new(),
            order: VecDeque::new(),
            counts: Counts::default(),
        };
        Ok((relay, addresses))
    }

    /// Relays until `stop`; then new requests hear 503, and what is in hand is brought to its end.
    pub(crate) async fn run(mut self, stop: impl Future<Output = ()>) -> Counts {
        tokio::pin!(stop);
        let mut stopping = false;
        loop {
            tokio::select! {
                event = self.requests.recv() => match event {
                    Some(Event::Request(incoming)) => self.take(*incoming).await,
                    Some(Event::Refused(refusal)) => {
                        let snu = refusal.status_number.map(StatusNumber::number);
                        self.say(format_args!(
                            "refused here: {} status={} snu={snu:?}",
                            refusal.reason.code(),
                            refusal.status.get(),
                        ));
                        self.counts.refused += 1;
                    }
                    Some(_) => {}
                    // The driver has ended: everything in hand is answered or over time.
                    None => break,
                },
                Some(done) = self.outcomes.join_next() => {
                    if let Ok((key, outcome)) = done {
                        self.finish(key, outcome).await;
                    }
                }
                () = &mut stop, if !stopping => {
                    stopping = true;
                    let (inward, grace) = (self.inward.clone(), self.patience + MARGIN);
                    tokio::spawn(async move { inward.shut_down(grace).await });
                }
            }
        }
        let left = self
            .in_hand
            .values()
            .map(|in_hand| in_hand.waiting.len() as u64);
        self.counts.unanswered = left.sum();
        // Whoever is not answered repeats its message elsewhere; nobody was told that it is safe.
        let _ = self.outward.shut_down(Duration::ZERO).await;
        self.counts
    }

    async fn take(&mut self, incoming: Incoming) {
        let request = incoming.decoded.message();
        let controller = request.controller_id.as_str().to_owned();
        let key = (controller, request.reference.as_str().to_owned());
        let who = (incoming.id, request.reference.clone());
        if let Some(in_hand) = self.in_hand.get_mut(&key) {
            if in_hand.body == incoming.decoded.raw() {
                in_hand.waiting.push(who);
                self.counts.repeated += 1;
            } else {
                // Two events under one name: the second one has to wait until the first is over.
                let busy = refusal(StatusNumber::BUSY, who.1.clone(), "ref in use");
                self.answer(vec![who], &busy, "here").await;
            }
            return;
        }
        let mut relayed = Relayed::new(&incoming.decoded, self.patience);
        // These belong to whoever took the alarm (SCAIP reference 10).
        let follows = matches!(
            request.message_type,
            MessageType::Reset | MessageType::Information
        );
        if let (true, Some(receiver)) = (follows, self.accepted_by.get(&key.0)) {
            relayed = relayed.only_to(*receiver);
        }
        let is_alarm = request.message_type == MessageType::Message;
        match self.outward.relay(relayed).await {
            Ok(submitted) => {
                let in_hand = InHand {
                    body: incoming.decoded.raw().to_vec(),
                    waiting: vec![who],
                    is_alarm,
                };
                self.in_hand.insert(key.clone(), in_hand);
                self.outcomes
                    .spawn(async move { (key, submitted.outcome().await.ok()) });
            }
            Err(error) => {
                // Not busy: the unit shall turn to its next receiver now.
                let text = format!("not relayed: {error}");
                let refused = refusal(StatusNumber::NOT_TREATED, who.1.clone(), &text);
                self.answer(vec![who], &refused, "here").await;
            }
        }
    }

    async fn finish(&mut self, key: Key, outcome: Option<Outcome>) {
        let Some(in_hand) = self.in_hand.remove(&key) else {
            return;
        };
        let (from, response) = match outcome {
            Some(Outcome::Accepted {
                receiver, response, ..
            }) => {
                if in_hand.is_alarm {
                    self.remember(key.0, receiver);
                }
                (Some(receiver), response.into_message())
            }
            Some(Outcome::GivenUp {
                response: Some(refused),
                ..
            }) => (Some(refused.receiver), refused.response.into_message()),
            other => {
                let reason = match &other {
                    Some(Outcome::GivenUp { reason, .. }) => reason.code(),
                    _ => "shut down",
                };
                let text = format!("no next receiver took it: {reason}");
                let reference = Reference::new(key.1);
                (None, refusal(StatusNumber::NOT_TREATED, reference, &text))
            }
        };
        let outward = self.outward.clone();
        let name = from.and_then(|from| outward.receiver_name(from));
        let response = self.writable(response);
        self.answer(in_hand.waiting, &response, name.unwrap_or("nobody"))
            .await;
    }

    /// Hands an answer back, each time under the `ref` the request came with.
    async fn answer(
        &mut self,
        waiting: Vec<(IncomingId, Reference<'static>)>,
        response: &Response<'static>,
        from: &str,
    ) {
        for (id, reference) in waiting {
            if response.status_number.is_accepted() {
                self.counts.accepted += 1;
            } else {
                self.counts.refused += 1;
            }
            let snu = response.status_number.number();
            self.say(format_args!("ref={reference:?} snu={snu} from={from}"));
            let mut response = response.clone();
            response.reference = reference;
            // When it fails the driver has ended, and with it everything that waits.
            let _ = self.inward.answer(id, response).await;
        }
    }

    /// An answer that can be written: a text beyond its limit is left out before the rest is.
    fn writable(&self, mut response: Response<'static>) -> Response<'static> {
        let fits = |response: &Response<'_>| {
            encode_response(response, &self.encode, &mut Vec::new()).is_ok()
        };
        if !fits(&response) {
            response.status_text = None;
        }
        if !fits(&response) {
            response.heartbeat_interval = None;
        }
        // Whatever is still wrong, the receiver's driver sends the bare verdict.
        response
    }

    fn remember(&mut self, controller: String, receiver: ReceiverId) {
        if self
            .accepted_by
            .insert(controller.clone(), receiver)
            .is_none()
        {
            self.order.push_back(controller);
        }
        if self.order.len() > REMEMBERED {
            let oldest = self.order.pop_front();
            oldest.and_then(|oldest| self.accepted_by.remove(&oldest));
        }
    }

    fn say(&self, line: std::fmt::Arguments<'_>) {
        if !self.quiet {
            eprintln!("{line}");
        }
    }
}

fn refusal(
    status_number: StatusNumber,
    reference: Reference<'static>,
    text: &str,
) -> Response<'static> {
    let mut response = Response::new(reference, status_number);
    response.status_text = Some(Text::new(text.chars().take(128).collect::<String>()));
    response
}
