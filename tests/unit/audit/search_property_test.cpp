// SPDX-License-Identifier: GPL-3.0-or-later
// Random trails, random filters: the index must find what reading every record finds, wherever its blocks begin.
#include "tests/unit/audit/audit_fixture.h"

#include "backend/audit/index_block.h"

#include <random>
#include <set>

namespace gnomon::test {
namespace {

using Random64 = std::mt19937_64;

std::string pick(Random64& random, std::initializer_list<const char*> from) {
    return *(from.begin() + random() % from.size());
}

// What the words of a text mean, told a second time: pieces between white space, cut into letters and digits.
std::vector<std::vector<std::string>> pieces(const std::string& text) {
    std::vector<std::vector<std::string>> all(1);
    bool inWord = false;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            if (!inWord) {
                all.back().emplace_back();
            }
            all.back().back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            inWord = true;
            continue;
        }
        inWord = false;
        if (c == ' ') {
            all.emplace_back();
        }
    }
    return all;
}

std::set<std::string> terms(const std::string& text) {
    std::set<std::string> found;
    for (const std::vector<std::string>& piece : pieces(text)) {
        for (std::size_t i = 0; i < piece.size(); ++i) {
            found.insert(piece[i]);
            if (i > 0) {
                found.insert(piece[i - 1] + "-" + piece[i]);
            }
        }
    }
    return found;
}

bool hasWords(const std::string& reason, const std::string& words) {
    const std::set<std::string> has = terms(reason);
    const std::set<std::string> wanted = terms(words);
    return !wanted.empty() && std::includes(has.begin(), has.end(), wanted.begin(), wanted.end());
}

class SearchProperty : public AuditFixture {
protected:
    AuditRecord randomRecord(Random64& random) {
        AuditRecord record = auditRecord(RecordKind::Lifecycle, pick(random, {"ada", "bob", "cy", "machine:guard"}));
        record.kind = random() % 4 == 0 ? RecordKind::View : random() % 4 == 0 ? RecordKind::Deny : record.kind;
        record.action = pick(random, {"fallback", "rollback", "promote"});
        record.object = pick(random, {"endpoint/a", "endpoint/b", "endpoint/c", ""});
        record.result = pick(random, {"ok", "denied"});
        record.reason = pick(random, {"", "drill", "Ticket OPS-12 says so", "OPS 12", "12-OPS, drill", "ops.12.b"});
        record.time =
            WallTime(std::chrono::seconds(1000 + static_cast<int>(m_at += random() % 3) - 5 * (random() % 9 == 0)));
        return record;
    }
    AuditFilter randomFilter(Random64& random) {
        AuditFilter filter;
        const auto some = [&](auto& field, std::initializer_list<const char*> from) {
            if (random() % 4 == 0) {
                field = pick(random, from);
            }
        };
        some(filter.person, {"ada", "bob", "machine:guard", "nobody"});
        some(filter.action, {"fallback", "rollback", "promote"});
        some(filter.object, {"endpoint/a", "endpoint/b", ""});
        some(filter.result, {"ok", "denied"});
        some(filter.words, {"drill", "OPS-12", "ops 12", "12 drill", "OPS.12-b", "so says", "--", "nothing"});
        if (random() % 5 == 0) {
            filter.kind = random() % 2 == 0 ? RecordKind::View : RecordKind::Deny;
        }
        if (random() % 3 == 0) {
            filter.from = WallTime(std::chrono::seconds(995 + random() % (m_at + 10)));
        }
        if (random() % 3 == 0) {
            filter.until = WallTime(std::chrono::seconds(995 + random() % (m_at + 10)));
        }
        filter.humansOnly = random() % 4 == 0;
        filter.withoutViews = random() % 4 == 0;
        filter.pageSize = 1 + random() % 40;
        return filter;
    }
    std::vector<std::uint64_t> read(const AuditFilter& filter) {
        std::vector<std::uint64_t> found;
        std::int64_t time = 0;
        for (std::uint64_t seq = 0; seq < m_log->size(); ++seq) {
            const AuditRecord r = m_log->get(Seq(seq))->record;
            time = std::max(time, static_cast<std::int64_t>(r.time.time_since_epoch().count()));
            const auto same = [](const auto& wanted, const auto& is) { return !wanted || *wanted == is; };
            const WallTime indexed{WallTime::duration(time)};
            if (same(filter.person, r.actor.person) && same(filter.action, r.action) && same(filter.object, r.object) &&
                same(filter.result, r.result) && same(filter.kind, r.kind) &&
                (!filter.words || hasWords(r.reason, *filter.words)) && (!filter.from || indexed >= *filter.from) &&
                (!filter.until || indexed < *filter.until) &&
                (!filter.humansOnly || !r.actor.person.starts_with("machine:")) &&
                (!filter.withoutViews || filter.kind == RecordKind::View || r.kind != RecordKind::View)) {
                found.insert(found.begin(), seq);
            }
        }
        return found;
    }
    std::vector<std::uint64_t> paged(AuditFilter filter, std::uint64_t matching) {
        std::vector<std::uint64_t> found;
        for (;;) {
            const Result<AuditPage> page = m_log->search(filter);
            if (!page.ok()) {
                ADD_FAILURE() << page.error().message;
                return found;
            }
            EXPECT_EQ(page->matching, matching);
            EXPECT_FALSE(page->atLeast);
            EXPECT_LE(page->records.size(), filter.pageSize);
            for (const StoredRecord& record : page->records) {
                found.push_back(record.record.seq.value);
            }
            if (!page->next) {
                return found;
            }
            filter.before = page->next;
        }
    }

    std::uint64_t m_at = 0;
};

TEST_F(SearchProperty, theIndexFindsWhatReadingFinds) {
    for (const std::size_t block : {1, 7, 64, 65536}) {
        Random64 random(block);
        m_indexBlock = block;
        open(); // of what the last round left, the index has blocks of another size
        for (int i = 0; i < 40; ++i) {
            append(randomRecord(random));
        }
        for (int round = 0; round < 60; ++round) {
            const AuditFilter filter = randomFilter(random);
            const std::vector<std::uint64_t> expected = read(filter);
            ASSERT_EQ(paged(filter, expected.size()), expected) << "block " << block << ", round " << round;
            if (round % 20 == 10) {
                close();
                open();
            }
            append(randomRecord(random));
        }
        close();
    }
}

TEST(PositionSet, keepsDropsAndVisitsLikeASet) {
    Random64 random(7);
    for (int round = 0; round < 60; ++round) {
        const std::size_t begin = random() % 300;
        const std::size_t end = round % 2 == 0 ? audit::kBlockRecords : begin + random() % 5000;
        audit::PositionSet set(begin, end);
        std::set<std::size_t> expected;
        for (std::size_t i = begin; i < end; ++i) {
            expected.insert(expected.end(), i);
        }
        for (int step = 0; step < 3; ++step) {
            Bytes list;
            std::set<std::size_t> listed;
            const std::size_t every = std::size_t{1} << random() % 12;
            for (std::size_t at = random() % every; at < audit::kBlockRecords; at += 1 + random() % every) {
                audit::addPosition(list, static_cast<std::uint16_t>(at));
                listed.insert(listed.end(), at);
            }
            ASSERT_LE(list.size(), audit::kBitmapBytes);
            const bool drop = step == 2;
            drop ? set.drop(list) : set.keep(list);
            std::erase_if(expected, [&](std::size_t at) { return (listed.count(at) != 0) == drop; });
        }
        ASSERT_EQ(set.count(), expected.size());
        ASSERT_EQ(set.empty(), expected.empty());
        const std::size_t below = random() % (audit::kBlockRecords + 1);
        std::vector<std::size_t> visited;
        set.visitDown(below, [&](std::size_t at) {
            visited.push_back(at);
            return true;
        });
        const std::vector<std::size_t> wanted(std::make_reverse_iterator(expected.lower_bound(below)), expected.rend());
        ASSERT_EQ(visited, wanted) << round;
    }
}

} // namespace
} // namespace gnomon::test
