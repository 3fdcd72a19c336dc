//! What a supervised unit costs: its supervision, its registration and its path together.

use std::time::Instant;

use scaip::receiver::{Config, Receiver};
use scaip::registrar;
use scaip::sip::{Method, Path, Transport};
use scaip::supervision::{self, Allowance, Interval};

use crate::bench::{Sip, seconds, server};

const MANY: u32 = 40_000;

fn receiver(controllers: usize) -> Receiver {
    let mut config = Config::new([7; 16]);
    let minute = Interval::new(seconds(60)).unwrap();
    let mut supervision = supervision::Config::new(Allowance::new(minute));
    supervision.controllers = controllers;
    config.supervision = Some(supervision);
    let mut registrar = registrar::Config::new();
    registrar.controllers = controllers;
    config.registrar = Some(registrar);
    config.endpoint.methods.push(Method::Register);
    config.endpoint.connections = MANY as usize;
    Receiver::new(config).unwrap()
}

fn path(number: u32) -> Path {
    let address = std::net::Ipv4Addr::from(0x0a00_0000 + number);
    Path::udp(server(), (address, 5062).into())
}

/// What the receiver holds after every unit has registered and its transactions are over.
fn held_after_all_have_registered(controllers: usize, connected: bool) -> i64 {
    let start = Instant::now();
    let mut held = None;
    let cost = allocation_counter::measure(|| {
        let mut receiver = receiver(controllers);
        for number in 0..MANY {
            let cid = format!("{number:08}");
            let contact = format!("Contact: <sip:{cid}@10.11.12.13:5062>");
            let mut register = Sip::register(1, &[&contact]);
            register.call_id = format!("{cid}@10.11.12.13");
            register.cid = cid;
            let path = path(number);
            if connected {
                let id = receiver
                    .connection_opened(Transport::Tls, path.local, path.remote)
                    .unwrap();
                receiver.handle_stream(start, id, &register.bytes());
            } else {
                receiver.handle_datagram(start, path, register.bytes().into());
            }
            while receiver.poll_event(start).is_some() {}
            while receiver.poll_transmit().is_some() {}
        }
        receiver.handle_timeout(start + seconds(40));
        while receiver.poll_event(start + seconds(40)).is_some() {}
        held = Some(receiver);
    });
    let receiver = held.unwrap();
    let known = controllers.min(MANY as usize);
    assert_eq!(receiver.supervisor().unwrap().len(), known);
    assert_eq!(receiver.registrar().unwrap().len(), known);
    cost.bytes_current
}

#[test]
fn forty_thousand_units_with_supervision_registration_and_path_cost_less_than_500_bytes_each() {
    // The tables of the SIP layer stay as large as the traffic was: what they hold is measured
    // with a receiver that has room for nobody, and taken off.
    for connected in [false, true] {
        let without = held_after_all_have_registered(0, connected);
        let with = held_after_all_have_registered(100_000, connected);
        let each = (with - without) / i64::from(MANY);
        println!("{each} bytes for each of {MANY} units (own connections: {connected})");
        assert!(each > 100, "the counter counts");
        assert!(each < 500, "{each} bytes");
    }
}
