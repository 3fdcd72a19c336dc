//! From code to kind, beside a walk over the rows.

use std::hint::black_box;

use benches::codes::{samples, walk};
use criterion::{Criterion, criterion_group, criterion_main};

fn lookups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("kind_of");
    for (name, code) in samples() {
        let system = code.system();
        let profile = system.base_profile();
        group.bench_function(format!("{name}, index"), |b| {
            b.iter(|| alarm_codes::kind_of(profile, black_box(&code)));
        });
        group.bench_function(format!("{name}, walk"), |b| {
            b.iter(|| walk(system, profile, black_box(&code)));
        });
    }
    group.finish();
}

criterion_group!(kinds, lookups);
criterion_main!(kinds);
