// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/index_terms.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace gnomon::audit {

namespace {

constexpr std::size_t kMostTerms = 32; // of a search: each costs a look into each block
constexpr const char* kHuman = "h";
constexpr const char* kNothing = "w"; // the empty word, which no record has

std::string term(char field, std::string_view value) {
    std::string made(1, field);
    return made += value;
}

std::string kindTerm(RecordKind kind) {
    return term('k', recordKindName(kind));
}

// The words of one text, as the splitter finds them.
struct Words {
    std::string_view text;
    const bool sparing; // leaves out the words of a pair: who has the pair has them
    std::vector<std::string>& terms;
    std::string previous;
    std::size_t previousEnd = 0;

    static int found(void* self, int flags, const char* word, int length, int begin, int end) {
        return (flags & FTS5_TOKEN_COLOCATED) != 0
                   ? SQLITE_OK
                   : static_cast<Words*>(self)->add({word, static_cast<std::size_t>(length)},
                                                    static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
    }
    int add(std::string_view word, std::size_t begin, std::size_t end) {
        const std::string_view between = text.substr(previousEnd, begin - previousEnd);
        const bool pair = !previous.empty() && between.find_first_of(" \t\n\r") == std::string_view::npos;
        if (pair && sparing && terms.back() == term('w', previous)) {
            terms.pop_back();
        }
        if (pair) {
            terms.push_back(term('n', previous + ' ' + std::string(word)));
        }
        if (!pair || !sparing) {
            terms.push_back(term('w', word));
        }
        previous = word;
        previousEnd = end;
        return SQLITE_OK;
    }
};

} // namespace

struct IndexTerms::Splitter {
    SQLite::Database database{":memory:", SQLite::OPEN_READWRITE};
    fts5_tokenizer calls{};
    Fts5Tokenizer* words = nullptr;

    Splitter() = default;
    ~Splitter() {
        if (words != nullptr) {
            calls.xDelete(words);
        }
    }
    Splitter(const Splitter&) = delete;
    Splitter& operator=(const Splitter&) = delete;

    bool open() {
        fts5_api* api = nullptr;
        sqlite3_stmt* query = nullptr;
        sqlite3_prepare_v2(database.getHandle(), "SELECT fts5(?1)", -1, &query, nullptr);
        sqlite3_bind_pointer(query, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
        sqlite3_step(query);
        sqlite3_finalize(query);
        void* data = nullptr;
        std::array<const char*, 2> options = {"remove_diacritics", "2"};
        return api != nullptr && api->xFindTokenizer(api, "unicode61", &data, &calls) == SQLITE_OK &&
               calls.xCreate(data, options.data(), options.size(), &words) == SQLITE_OK;
    }
};

bool isHuman(const AuditRecord& record) {
    return !record.actor.person.starts_with("machine:");
}

bool hidesViews(const AuditFilter& filter) {
    return filter.withoutViews && filter.kind != RecordKind::View;
}

IndexTerms::IndexTerms(std::unique_ptr<Splitter> splitter) : m_splitter(std::move(splitter)) {}
IndexTerms::~IndexTerms() = default;

Result<std::unique_ptr<IndexTerms>> IndexTerms::make() {
    return guarded("split texts into words", []() -> Result<std::unique_ptr<IndexTerms>> {
        auto splitter = std::make_unique<Splitter>();
        if (!splitter->open()) {
            return Error{ErrorCode::Internal, "this SQLite cannot split texts into words", "use one with FTS5"};
        }
        return std::unique_ptr<IndexTerms>(new IndexTerms(std::move(splitter)));
    });
}

void IndexTerms::addWords(std::string_view text, bool sparing, std::vector<std::string>& terms) {
    const auto first = static_cast<std::ptrdiff_t>(terms.size());
    Words words{text, sparing, terms, {}, 0};
    m_splitter->calls.xTokenize(m_splitter->words, &words, FTS5_TOKENIZE_DOCUMENT, text.data(),
                                static_cast<int>(text.size()), &Words::found);
    std::sort(terms.begin() + first, terms.end());
    terms.erase(std::unique(terms.begin() + first, terms.end()), terms.end());
}

std::vector<std::string> IndexTerms::ofRecord(const AuditRecord& record) {
    std::vector<std::string> terms = {term('p', record.actor.person), term('a', record.action),
                                      term('o', record.object), kindTerm(record.kind), term('r', record.result)};
    if (isHuman(record)) {
        terms.emplace_back(kHuman);
    }
    if (!record.reason.empty()) {
        addWords(record.reason, false, terms);
    }
    return terms;
}

Result<WantedTerms> IndexTerms::ofFilter(const AuditFilter& filter) {
    WantedTerms wanted;
    if (filter.words) {
        addWords(*filter.words, true, wanted.all);
        if (wanted.all.size() > kMostTerms) {
            return Error{ErrorCode::InvalidArgument,
                         "a search takes at most " + std::to_string(kMostTerms) + " words; these are " +
                             std::to_string(wanted.all.size()),
                         "search for fewer words"};
        }
        if (wanted.all.empty()) {
            wanted.all.emplace_back(kNothing);
        }
    }
    const auto add = [&](char field, const std::optional<std::string>& value) {
        if (value) {
            wanted.all.push_back(term(field, *value));
        }
    };
    add('o', filter.object);
    add('p', filter.person);
    add('a', filter.action);
    add('r', filter.result);
    if (filter.kind) {
        wanted.all.push_back(kindTerm(*filter.kind));
    }
    if (filter.humansOnly) {
        wanted.all.emplace_back(kHuman);
    }
    if (hidesViews(filter)) {
        wanted.none = kindTerm(RecordKind::View);
    }
    return wanted;
}

} // namespace gnomon::audit
