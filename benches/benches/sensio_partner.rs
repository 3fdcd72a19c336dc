//! Bodies with pictures beside serde_json, and the delivery queue beside a map of lists.

use std::hint::black_box;

use benches::partner::{
    MapRound, QueueRound, body, event_with_pictures, read_with_serde, write_with_serde,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sensio_partner::{DecodeOptions, UnityVersion, decode_event, encode_event};

fn bodies(criterion: &mut Criterion) {
    let event = event_with_pictures();
    let body = body(&event);
    let mut group = criterion.benchmark_group("event with five pictures");
    group.throughput(Throughput::Bytes(body.len() as u64));
    let mut out = Vec::new();
    group.bench_function("write", |b| {
        b.iter(|| {
            out.clear();
            encode_event(black_box(&event), UnityVersion::LATEST, &mut out)
        });
    });
    group.bench_function("write, base64 then serde_json", |b| {
        b.iter(|| write_with_serde(black_box(&event)));
    });
    let options = DecodeOptions::lenient();
    group.bench_function("read", |b| {
        b.iter(|| decode_event(black_box(&body), &options));
    });
    group.bench_function("read, serde_json then base64", |b| {
        b.iter(|| read_with_serde(black_box(&body)));
    });
    group.finish();
}

fn queue(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("10,000 devices, 20 % fail");
    let mut round = QueueRound::new();
    group.bench_function("delivery queue", |b| b.iter(|| round.run()));
    let mut round = MapRound::new();
    group.bench_function("a map of lists and a heap", |b| b.iter(|| round.run()));
    group.finish();
}

criterion_group!(partner, bodies, queue);
criterion_main!(partner);
