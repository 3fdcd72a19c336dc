//! An alarm as a document Bundle beside serde_json, read and written, and a large searchset.

use std::hint::black_box;

use benches::records::{by_entry, by_tree, document, note, read, searchset, tree};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fhir_vkp::encode;
use serde_json::Value;

fn alarms(criterion: &mut Criterion) {
    let (note, body) = (note(), document());
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut group = criterion.benchmark_group("alarm document");
    group.throughput(Throughput::Bytes(body.len() as u64));
    let mut out = Vec::new();
    group.bench_function("write", |b| {
        b.iter(|| {
            out.clear();
            encode::alarm_document(black_box(&note), &mut out)
        });
    });
    group.bench_function("write, serde_json's Value", |b| {
        b.iter(|| {
            out.clear();
            serde_json::to_writer(&mut out, black_box(&value))
        });
    });
    group.bench_function("read", |b| b.iter(|| read(black_box(&body))));
    group.bench_function("read, serde_json's Value", |b| {
        b.iter(|| tree(black_box(&body)));
    });
    group.finish();
}

fn pages(criterion: &mut Criterion) {
    let body = searchset();
    let mut group = criterion.benchmark_group("searchset of 10 MB");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.sample_size(10);
    group.bench_function("entry by entry", |b| b.iter(|| by_entry(black_box(&body))));
    group.bench_function("serde_json's Value", |b| {
        b.iter(|| by_tree(black_box(&body)));
    });
    group.finish();
}

criterion_group!(records, alarms, pages);
criterion_main!(records);
