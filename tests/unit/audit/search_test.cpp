// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/index_block.h"
#include "tests/unit/audit/audit_fixture.h"

namespace gnomon::test {
namespace {

class Search : public AuditFixture {
protected:
    // 40 records: three people and a machine, two actions, two objects, one a second.
    void fill() {
        open();
        const std::vector<std::string> people = {"ada", "bob", "cy", "machine:substitution"};
        for (std::size_t i = 0; i < 40; ++i) {
            AuditRecord record = auditRecord(i % 10 == 9   ? RecordKind::Deny
                                             : i % 10 == 8 ? RecordKind::View
                                                           : RecordKind::Lifecycle,
                                             people[i % 4]);
            record.action = i % 2 == 0 ? "fallback" : "rollback";
            record.object = i % 5 == 0 ? "endpoint/credit-approval" : "endpoint/spam-filter";
            record.result = i % 10 == 9 ? "denied" : "ok";
            record.reason = i % 3 == 0 ? "Ticket OPS-" + std::to_string(i) + " says so" : "";
            append(record);
            m_clock.advance(std::chrono::seconds(1));
        }
        AuditFilter filter;
        filter.person = "ada";
        EXPECT_TRUE(m_log->search(filter).ok()) << "the index has caught up";
    }
    std::vector<std::uint64_t> seqs(const AuditFilter& filter) {
        const Result<AuditPage> page = m_log->search(filter);
        if (!page.ok()) {
            ADD_FAILURE() << page.error().message;
            return {~std::uint64_t{0}};
        }
        std::vector<std::uint64_t> found;
        for (const StoredRecord& record : page->records) {
            found.push_back(record.record.seq.value);
        }
        return found;
    }
    // The same by reading every record.
    template <class Matches>
    std::vector<std::uint64_t> expected(Matches matches) {
        std::vector<std::uint64_t> found;
        for (std::uint64_t seq = m_log->size(); seq-- > 0;) {
            if (matches(m_log->get(Seq(seq))->record)) {
                found.push_back(seq);
            }
        }
        return found;
    }
};

TEST_F(Search, withoutFilterThePagesGoThroughEverythingNewestFirst) {
    fill();
    AuditFilter filter;
    filter.pageSize = 7;
    std::vector<std::uint64_t> all;
    for (;;) {
        const AuditPage page = m_log->search(filter).value();
        EXPECT_EQ(page.matching, 40u);
        EXPECT_EQ(page.logSize, 40u);
        EXPECT_FALSE(page.atLeast);
        for (const StoredRecord& record : page.records) {
            all.push_back(record.record.seq.value);
        }
        if (!page.next) {
            break;
        }
        filter.before = page.next;
    }
    EXPECT_EQ(all, expected([](const AuditRecord&) { return true; }));
}

TEST_F(Search, eachFilterAloneAndEachPairFindsWhatReadingFinds) {
    fill();
    for (int mask = 1; mask < 128; ++mask) {
        AuditFilter filter;
        const auto set = [&](int bit) { return (mask & bit) != 0; };
        if (set(1)) {
            filter.person = "bob";
        }
        if (set(2)) {
            filter.action = "rollback";
        }
        if (set(4)) {
            filter.object = "endpoint/spam-filter";
        }
        if (set(8)) {
            filter.kind = RecordKind::Deny;
        }
        if (set(16)) {
            filter.result = "denied";
        }
        filter.humansOnly = set(32);
        filter.withoutViews = set(64);
        const auto matches = [&](const AuditRecord& r) {
            return (!filter.person || r.actor.person == *filter.person) &&
                   (!filter.action || r.action == *filter.action) && (!filter.object || r.object == *filter.object) &&
                   (!filter.kind || r.kind == *filter.kind) && (!filter.result || r.result == *filter.result) &&
                   (!filter.humansOnly || !r.actor.person.starts_with("machine:")) &&
                   (!filter.withoutViews || r.kind != RecordKind::View);
        };
        EXPECT_EQ(seqs(filter), expected(matches)) << mask;
        EXPECT_EQ(m_log->search(filter)->matching, expected(matches).size()) << mask;
    }
}

TEST_F(Search, wordsMatchWholeWordsInAnyOrderAndCase) {
    fill();
    AuditFilter filter;
    filter.words = "says ticket";
    EXPECT_EQ(seqs(filter).size(), 14u);
    filter.words = "OPS-12";
    EXPECT_EQ(seqs(filter), std::vector<std::uint64_t>{12});
    filter.words = "tick";
    EXPECT_TRUE(seqs(filter).empty());
    filter.words = "ticket";
    filter.person = "ada";
    EXPECT_EQ(seqs(filter),
              expected([](const AuditRecord& r) { return r.actor.person == "ada" && !r.reason.empty(); }));
}

TEST_F(Search, wordsAreNeverReadAsAQueryLanguage) {
    fill();
    for (const char* words : {"\"", "ticket OR says", "NEAR(", "reason:ticket", "tick*", "-ticket", "()", "'", "--"}) {
        AuditFilter filter;
        filter.words = words;
        EXPECT_TRUE(m_log->search(filter).ok()) << words;
        if (std::string(words) == "ticket OR says") {
            EXPECT_TRUE(seqs(filter).empty()) << "OR is a word like any other";
        }
    }
    AuditFilter blank;
    blank.words = "  ";
    EXPECT_EQ(seqs(blank).size(), 40u);
}

TEST_F(Search, timesAreInclusiveAtTheStartAndExclusiveAtTheEnd) {
    fill();
    AuditFilter filter;
    filter.from = m_log->get(Seq(10))->record.time;
    filter.until = m_log->get(Seq(20))->record.time;
    EXPECT_EQ(seqs(filter), expected([](const AuditRecord& r) { return r.seq.value >= 10 && r.seq.value < 20; }));
    filter.person = "ada";
    EXPECT_EQ(seqs(filter), (std::vector<std::uint64_t>{16, 12}));
}

TEST_F(Search, aClockThatRunsBackwardDoesNotBreakTimeRanges) {
    open();
    const std::vector<int> seconds = {10, 20, 5, 6, 30};
    for (const int second : seconds) {
        AuditRecord record = auditRecord();
        record.time = WallTime(std::chrono::seconds(second));
        append(record);
    }
    AuditFilter filter;
    filter.from = WallTime(std::chrono::seconds(20));
    filter.until = WallTime(std::chrono::seconds(21));
    EXPECT_EQ(seqs(filter), (std::vector<std::uint64_t>{3, 2, 1})) << "what came later counts as not earlier";
}

TEST_F(Search, filteredPagesGoThroughAllMatchesOnce) {
    fill();
    AuditFilter filter;
    filter.action = "fallback";
    filter.pageSize = 6;
    std::vector<std::uint64_t> all;
    for (;;) {
        const AuditPage page = m_log->search(filter).value();
        EXPECT_EQ(page.matching, 20u) << "of all pages, not of this one";
        for (const StoredRecord& record : page.records) {
            all.push_back(record.record.seq.value);
        }
        if (!page.next) {
            break;
        }
        filter.before = page.next;
    }
    EXPECT_EQ(all, expected([](const AuditRecord& r) { return r.action == "fallback"; }));
}

TEST_F(Search, whatWasAppendedIsFoundAtOnce) {
    open();
    for (int i = 0; i < 20; ++i) {
        AuditRecord record = auditRecord();
        record.object = "endpoint/e" + std::to_string(i);
        const Seq seq = append(record);
        AuditFilter filter;
        filter.object = record.object;
        EXPECT_EQ(seqs(filter), std::vector<std::uint64_t>{seq.value});
    }
}

TEST_F(Search, anEmptyLogIsSearchedAsSoonAsItIsOpen) {
    AuditFilter filter;
    filter.kind = RecordKind::Deny;
    for (int i = 0; i < 50; ++i) { // the index is opened by a thread of its own
        open();
        EXPECT_EQ(seqs(filter), std::vector<std::uint64_t>());
        close();
        std::filesystem::remove(m_folder / "audit_index.db");
    }
}

TEST_F(Search, aDeletedIndexIsRebuilt) {
    fill();
    close();
    for (const char* name : {"audit_index.db", "audit_index.db-wal", "audit_index.db-shm"}) {
        std::filesystem::remove(m_folder / name);
    }
    open();
    AuditFilter filter;
    filter.person = "cy";
    EXPECT_EQ(seqs(filter).size(), 10u);
}

TEST_F(Search, aDamagedIndexIsRebuilt) {
    fill();
    close();
    std::filesystem::resize_file(m_folder / "audit_index.db", 5000);
    {
        std::FILE* file = std::fopen((m_folder / "audit_index.db").c_str(), "r+");
        std::fputs("this is not a database", file);
        std::fclose(file);
    }
    open();
    AuditFilter filter;
    filter.person = "cy";
    EXPECT_EQ(seqs(filter).size(), 10u);
}

TEST_F(Search, anIndexOfAnotherHistoryIsRebuilt) {
    fill();
    close();
    const std::filesystem::path kept = m_folder / "kept.db";
    std::filesystem::rename(m_folder / "audit_index.db", kept);
    std::filesystem::remove(m_folder / "audit.db");
    open();
    append(auditRecord(RecordKind::Lifecycle, "zoe"));
    close();
    std::filesystem::remove(m_folder / "audit_index.db");
    std::filesystem::rename(kept, m_folder / "audit_index.db");
    open();
    AuditFilter filter;
    filter.person = "zoe";
    EXPECT_EQ(seqs(filter), std::vector<std::uint64_t>{0});
}

TEST_F(Search, aLyingIndexInventsNothing) {
    fill();
    close();
    {
        SQLite::Database index((m_folder / "audit_index.db").string(), SQLite::OPEN_READWRITE);
        index.exec("UPDATE list SET positions = x'0100' WHERE block = 0 AND term = CAST('pada' AS BLOB)");
    }
    open();
    AuditFilter filter;
    filter.person = "ada";
    filter.action = "rollback";
    EXPECT_EQ(m_log->search(filter).error().code, ErrorCode::Unavailable);
    EXPECT_TRUE(seqs(filter).empty()) << "it was rebuilt";
}

// The index's file says how many records a block has.
TEST(PositionSet, nothingIsBeyondABlock) {
    const audit::PositionSet all(0, 3 * audit::kBlockRecords);
    std::size_t visited = 0;
    all.visitDown(3 * audit::kBlockRecords, [&](std::size_t position) {
        ++visited;
        return position < audit::kBlockRecords;
    });
    EXPECT_EQ(visited, audit::kBlockRecords);
}

TEST_F(Search, anIndexWithAHoleIsRebuilt) {
    fill();
    close();
    {
        SQLite::Database index((m_folder / "audit_index.db").string(), SQLite::OPEN_READWRITE);
        ASSERT_EQ(index.exec("DELETE FROM block WHERE first = 0"), 1);
    }
    open();
    AuditFilter filter;
    filter.person = "ada";
    EXPECT_EQ(m_log->search(filter).error().code, ErrorCode::Corrupt);
    EXPECT_EQ(seqs(filter).size(), 10u) << "it was rebuilt";
}

TEST_F(Search, marksWithinAWordKeepItsPartsTogether) {
    open();
    for (const char* reason : {"Ticket OPS-12.", "ops 12", "12-OPS", "Straße, caf\u00e9"}) {
        AuditRecord record = auditRecord();
        record.reason = reason;
        append(record);
    }
    AuditFilter filter;
    filter.words = "ops-12";
    EXPECT_EQ(seqs(filter), std::vector<std::uint64_t>{0});
    filter.words = "ops 12";
    EXPECT_EQ(seqs(filter), (std::vector<std::uint64_t>{2, 1, 0}));
    filter.words = "CAFE";
    EXPECT_EQ(seqs(filter), std::vector<std::uint64_t>{3});
}

TEST_F(Search, aSearchForVeryManyWordsIsRefused) {
    fill();
    AuditFilter filter;
    filter.words = "";
    for (int i = 0; i < 40; ++i) {
        *filter.words += " word" + std::to_string(i);
    }
    EXPECT_EQ(m_log->search(filter).error().code, ErrorCode::InvalidArgument);
}

} // namespace
} // namespace gnomon::test
