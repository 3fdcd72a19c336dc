//! A small receiver on real sockets around the state machine of the protocol crate.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a test module of which each file uses a part"
)]

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bytes::Bytes;
use scaip::receiver::{AnswerMode, Config, Event, Receiver};
use scaip::sip::{ConnectionId, Path, Transport};
use scaip::{Response, StatusNumber};

/// An alarm that the receiver decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub controller: String,
    pub reference: String,
    /// Codes of the warnings of SIP and XML.
    pub warnings: Vec<&'static str>,
}

/// What the receiver does.
#[derive(Clone, Copy)]
pub struct Manner {
    /// `None`: never decides.
    pub verdict: Option<StatusNumber>,
    pub body_in_ok: bool,
    /// Alarms to keep a record of; a load keeps none.
    pub keep: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Manner {
            verdict: Some(StatusNumber::OK),
            body_in_ok: false,
            keep: true,
        }
    }
}

struct State {
    receiver: Receiver,
    manner: Manner,
    udp: UdpSocket,
    streams: HashMap<ConnectionId, TcpStream>,
    accepted: u64,
    seen: Vec<Seen>,
    refused: Vec<String>,
    retransmissions: u64,
    /// Bytes, and requests that begin in them, of each read from a connection.
    reads: Vec<(usize, usize)>,
}

impl State {
    /// Decides about everything and sends everything.
    fn drain(&mut self, now: Instant) {
        while let Some(event) = self.receiver.poll_event(now) {
            match event {
                Event::Request(incoming) => {
                    let message = incoming.decoded.message();
                    let Some(verdict) = self.manner.verdict else {
                        continue;
                    };
                    let response = Response::new(message.reference.clone(), verdict);
                    self.receiver.answer(now, incoming.id, &response).unwrap();
                    self.accepted += 1;
                    if self.manner.keep {
                        let xml = incoming.decoded.warnings().iter().map(|w| w.kind.code());
                        let sip = incoming.warnings.iter().map(|w| w.code());
                        self.seen.push(Seen {
                            controller: message.controller_id.as_str().to_owned(),
                            reference: message.reference.as_str().to_owned(),
                            warnings: sip.chain(xml).collect(),
                        });
                    }
                }
                Event::Refused(refusal) => self.refused.push(refusal.reason.code().to_owned()),
                Event::Bad { error, .. } => self.refused.push(error.to_string()),
                Event::Retransmission { .. } => self.retransmissions += 1,
                _ => {}
            }
        }
        while let Some(transmit) = self.receiver.poll_transmit() {
            match transmit.path.connection {
                None => {
                    let _ = self.udp.send_to(&transmit.bytes, transmit.path.remote);
                }
                Some(id) => {
                    if let Some(stream) = self.streams.get_mut(&id) {
                        let _ = stream.write_all(&transmit.bytes);
                        if transmit.close_after {
                            let _ = stream.shutdown(std::net::Shutdown::Both);
                            self.streams.remove(&id);
                        }
                    }
                }
            }
        }
    }
}

/// A receiver on UDP and TCP at the same loopback port until it is dropped.
pub struct TestReceiver {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl TestReceiver {
    pub fn start(manner: Manner) -> Self {
        // The same port for both; another one when the second is taken.
        let (tcp, udp) = loop {
            let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
            if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()) {
                break (tcp, udp);
            }
        };
        let address = udp.local_addr().unwrap();
        udp.set_read_timeout(Some(Duration::from_millis(5)))
            .unwrap();
        tcp.set_nonblocking(true).unwrap();
        let mut config = Config::new([7; 16]);
        if manner.body_in_ok {
            config.answer_mode = AnswerMode::BodyInOk;
        }
        let state = Arc::new(Mutex::new(State {
            receiver: Receiver::new(config).unwrap(),
            manner,
            udp: udp.try_clone().unwrap(),
            streams: HashMap::new(),
            accepted: 0,
            seen: Vec::new(),
            refused: Vec::new(),
            retransmissions: 0,
            reads: Vec::new(),
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let threads = vec![
            {
                let (state, stop) = (Arc::clone(&state), Arc::clone(&stop));
                thread::spawn(move || serve_udp(&udp, &state, &stop))
            },
            {
                let (state, stop) = (Arc::clone(&state), Arc::clone(&stop));
                thread::spawn(move || serve_tcp(&tcp, &state, &stop))
            },
        ];
        TestReceiver {
            address,
            state,
            stop,
            threads,
        }
    }

    pub fn accepting() -> Self {
        Self::start(Manner::default())
    }

    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.state).seen.clone()
    }

    /// Reasons of refusals.
    pub fn refused(&self) -> Vec<String> {
        lock(&self.state).refused.clone()
    }

    pub fn accepted(&self) -> u64 {
        lock(&self.state).accepted
    }

    /// Bytes, and requests that begin in them, of each read from a connection.
    pub fn reads(&self) -> Vec<(usize, usize)> {
        lock(&self.state).reads.clone()
    }

    pub fn retransmissions(&self) -> u64 {
        lock(&self.state).retransmissions
    }
}

impl Drop for TestReceiver {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn serve_udp(socket: &UdpSocket, state: &Mutex<State>, stop: &AtomicBool) {
    let local = socket.local_addr().unwrap();
    let mut buffer = vec![0; 65_535];
    while !stop.load(Ordering::Relaxed) {
        let received = socket.recv_from(&mut buffer);
        let now = Instant::now();
        let mut state = lock(state);
        if let Ok((length, from)) = received {
            let datagram = Bytes::copy_from_slice(&buffer[..length]);
            let path = Path::udp(local, from);
            state.receiver.handle_datagram(now, path, datagram);
        }
        if state.receiver.poll_timeout().is_some_and(|at| at <= now) {
            state.receiver.handle_timeout(now);
        }
        state.drain(now);
    }
}

fn serve_tcp(listener: &TcpListener, state: &Arc<Mutex<State>>, stop: &Arc<AtomicBool>) {
    let local = listener.local_addr().unwrap();
    let mut threads = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let Ok((stream, remote)) = listener.accept() else {
            thread::sleep(Duration::from_millis(2));
            continue;
        };
        stream.set_nonblocking(false).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(5)))
            .unwrap();
        let id = {
            let mut state = lock(state);
            let id = state
                .receiver
                .connection_opened(Transport::Tcp, local, remote)
                .unwrap();
            let writer = stream.try_clone().unwrap();
            state.streams.insert(id, writer);
            id
        };
        let (state, stop) = (Arc::clone(state), Arc::clone(stop));
        threads.push(thread::spawn(move || {
            serve_stream(stream, id, &state, &stop);
        }));
    }
    for thread in threads {
        let _ = thread.join();
    }
}

fn serve_stream(mut stream: TcpStream, id: ConnectionId, state: &Mutex<State>, stop: &AtomicBool) {
    let mut buffer = [0; 4096];
    while !stop.load(Ordering::Relaxed) {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                let now = Instant::now();
                let mut state = lock(state);
                let start = b"MESSAGE sip:";
                let starts = buffer[..length].windows(start.len());
                let starts = starts.filter(|window| window == start).count();
                state.reads.push((length, starts));
                state.receiver.handle_stream(now, id, &buffer[..length]);
                state.drain(now);
            }
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) => {}
            Err(_) => break,
        }
    }
    let mut state = lock(state);
    state.receiver.connection_closed(id);
    state.streams.remove(&id);
}
