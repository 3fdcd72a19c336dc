//! SCAIP bodies: read and written, beside what one would pick instead.

use std::hint::black_box;

use benches::rivals::{bare_event_loop, scan, with_a_tree, with_serde, write_with_serde};
use benches::samples::ALL;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scaip::{DecodeOptions, Edition, EncodeOptions, decode, decode_request, encode_request};

fn read(criterion: &mut Criterion) {
    let options = DecodeOptions::lenient();
    for sample in ALL {
        let mut group = criterion.benchmark_group(format!("decode/{}", sample.name));
        let body = sample.body;
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function("scan of the bytes", |b| {
            b.iter(|| scan(black_box(body.as_bytes())));
        });
        group.bench_function("bare quick-xml events", |b| {
            b.iter(|| bare_event_loop(black_box(body)));
        });
        group.bench_function("scaip, borrowed", |b| {
            b.iter(|| {
                let decoded = decode(black_box(body.as_bytes()), &options);
                black_box(&decoded).is_ok()
            });
        });
        group.bench_function("scaip, owned", |b| {
            b.iter(|| {
                let decoded = decode(black_box(body.as_bytes()), &options);
                let owned = decoded.map(|decoded| decoded.into_owned());
                black_box(&owned).is_ok()
            });
        });
        group.bench_function("roxmltree", |b| {
            b.iter(|| {
                with_a_tree(black_box(body), |request| {
                    black_box(request);
                });
            });
        });
        group.bench_function("quick-xml with serde", |b| {
            b.iter(|| black_box(&with_serde(black_box(body))).dty);
        });
        group.finish();
    }
}

fn write(criterion: &mut Criterion) {
    let newer = EncodeOptions::new().with_edition(Edition::ClcTs50134);
    for sample in ALL {
        let mut group = criterion.benchmark_group(format!("encode/{}", sample.name));
        group.throughput(Throughput::Bytes(sample.body.len() as u64));
        let decoded =
            decode_request(sample.body.as_bytes(), &DecodeOptions::lenient()).expect("a request");
        let mut out = Vec::with_capacity(4096);
        group.bench_function("copy of the bytes", |b| {
            b.iter(|| {
                out.clear();
                out.extend_from_slice(black_box(sample.body.as_bytes()));
                out.len()
            });
        });
        group.bench_function("scaip", |b| {
            b.iter(|| {
                out.clear();
                encode_request(black_box(decoded.message()), &newer, &mut out).is_ok()
            });
        });
        let request = with_serde(sample.body);
        let mut text = String::with_capacity(4096);
        group.bench_function("quick-xml with serde", |b| {
            b.iter(|| {
                text.clear();
                write_with_serde(black_box(&request), &mut text);
                text.len()
            });
        });
        group.finish();
    }
}

criterion_group!(scaip_bodies, read, write);
criterion_main!(scaip_bodies);
