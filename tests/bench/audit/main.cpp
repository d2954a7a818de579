// SPDX-License-Identifier: GPL-3.0-or-later
// usage: bench_audit [records]       What the audit trail costs to write, and how it reads when it is long.
#include "tests/bench/audit/audit_bench.h"

int main(int argc, char** argv) {
    const std::uint64_t records = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10000000;
    gnomon::test::BenchReport report("audit", 5);
    gnomon::bench::benchAppends(report);
    gnomon::bench::benchReading(report, records);
    return report.finish();
}
