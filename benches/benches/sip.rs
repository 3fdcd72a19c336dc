//! SIP messages: read, and through an endpoint and a receiver.

use benches::samples::ALARM;
use benches::sip::{Datagrams, EndpointRound, ReceiverRound};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scaip::sip::{Message, SipLimits};

fn messages(criterion: &mut Criterion) {
    let limits = SipLimits::default();
    let mut group = criterion.benchmark_group("sip");
    let datagram = Datagrams::of(ALARM.body).next_one();
    group.throughput(Throughput::Bytes(datagram.len() as u64));
    group.bench_function("line ends of a datagram", |b| {
        b.iter(|| memchr::memchr_iter(b'\n', &datagram).count());
    });
    group.bench_function("read a datagram", |b| {
        b.iter(|| Message::parse_datagram(datagram.clone(), &limits).is_ok());
    });
    group.throughput(Throughput::Elements(1));
    let mut endpoint = EndpointRound::new(ALARM.body);
    group.bench_function("endpoint: request and answer", |b| {
        b.iter(|| endpoint.run());
    });
    let mut receiver = ReceiverRound::new(ALARM.body);
    group.bench_function("receiver: alarm and mrs in the 200", |b| {
        b.iter(|| receiver.run());
    });
    group.finish();
}

criterion_group!(sip, messages);
criterion_main!(sip);
