// SPDX-License-Identifier: GPL-3.0-or-later
// usage: bench_audit [--records N]       What the audit trail costs to write, and how it reads when it is long.
#include "tests/bench/audit/audit_bench.h"

#include <string_view>

int main(int argc, char** argv) {
    const bool given = argc == 3 && std::string_view(argv[1]) == "--records";
    if (argc > 1 && !given) {
        std::fprintf(stderr, "usage: bench_audit [--records N]\n");
        return 2;
    }
    const std::uint64_t records = given ? std::strtoull(argv[2], nullptr, 10) : 10000000;
    gnomon::test::BenchReport report("audit", 5);
    gnomon::bench::benchAppends(report);
    gnomon::bench::benchReading(report, records);
    return report.finish();
}
