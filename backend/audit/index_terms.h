// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/sqlite.h"
#include "backend/domain/audit.h"

#include <memory>
#include <string>
#include <vector>

struct Fts5Tokenizer;

namespace gnomon::audit {

// What a search asks of a record: all of these terms, and not that one.
struct WantedTerms {
    std::vector<std::string> all; // the one that is likely to be rarest first
    std::string none;             // empty: nothing is excluded
};

// Turns records and filters into terms, so that a record matches a filter when it has the filter's terms. A term is a
// letter for the field and the value; of a reason each word (letters and digits, without case and accents), and each
// two words with only marks between them, so that "OPS-12" is found as such. Used by one thread at a time.
class IndexTerms {
public:
    static Result<std::unique_ptr<IndexTerms>> make();
    ~IndexTerms();
    IndexTerms(const IndexTerms&) = delete;
    IndexTerms& operator=(const IndexTerms&) = delete;

    // Each once.
    std::vector<std::string> ofRecord(const AuditRecord& record);
    // Everything of the filter but times and page. InvalidArgument when there are more words than a search may have.
    Result<WantedTerms> ofFilter(const AuditFilter& filter);

private:
    struct Splitter; // SQLite's own way of splitting a text into words
    explicit IndexTerms(std::unique_ptr<Splitter> splitter);
    void addWords(std::string_view text, bool sparing, std::vector<std::string>& terms);

    std::unique_ptr<Splitter> m_splitter;
};

// Whether a person did it, and not a policy of the node's.
bool isHuman(const AuditRecord& record);
// Whether the filter leaves out who read what.
bool hidesViews(const AuditFilter& filter);

} // namespace gnomon::audit
