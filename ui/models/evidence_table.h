// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QTimeZone>

#include "backend/base/result.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gnomon::ui {

// A table whose rows come from a node page by page. Holds a window of at most kMaxRows; whoever needs more narrows the
// filter. Rows stay while newer ones are fetched, and only what differs is signalled, so that selection and scroll
// position survive. GUI thread only.
class EvidenceTable : public QAbstractTableModel {
    Q_OBJECT
public:
    static constexpr std::size_t kMaxRows = 5000;

    enum class Load {
        Idle,    // nothing was asked
        Loading, // the first page is on its way; rows may be those of before
        More,    // a further page is on its way
        Ready,
        Failed, // error() says why; rows may be those of before
    };

    using QAbstractTableModel::QAbstractTableModel;

    Load load() const { return m_load; }
    const std::optional<Error>& error() const { return m_error; }

    const QTimeZone& zone() const { return m_zone; }
    void setZone(const QTimeZone& zone);

    bool canFetchMore(const QModelIndex& parent) const final;
    void fetchMore(const QModelIndex& parent) final;

Q_SIGNALS:
    void loadChanged();

protected:
    virtual bool hasMore() const = 0;
    virtual void requestMore() = 0;

    void setLoad(Load load, std::optional<Error> error = std::nullopt);

    // Makes rows equal to fresh with exact row signals. key(row) is unique.
    template <class Row, class Key>
    void merge(std::vector<Row>& rows, std::vector<Row> fresh, Key key);
    template <class Row>
    void append(std::vector<Row>& rows, const std::vector<Row>& more);

private:
    Load m_load = Load::Idle;
    std::optional<Error> m_error;
    QTimeZone m_zone = QTimeZone::utc();
};

template <class Row, class Key>
void EvidenceTable::merge(std::vector<Row>& rows, std::vector<Row> fresh, Key key) {
    using KeyType = std::decay_t<decltype(key(fresh.front()))>;
    std::unordered_set<KeyType> kept;
    for (const Row& row : fresh) {
        kept.insert(key(row));
    }
    for (std::size_t end = rows.size(); end > 0;) { // gone ones, in stretches, from the end
        if (kept.contains(key(rows[end - 1]))) {
            --end;
            continue;
        }
        std::size_t begin = end - 1;
        while (begin > 0 && !kept.contains(key(rows[begin - 1]))) {
            --begin;
        }
        beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
        rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.begin() + static_cast<std::ptrdiff_t>(end));
        endRemoveRows();
        end = begin;
    }
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        const int at = static_cast<int>(i);
        const auto here = rows.begin() + at;
        const auto found = std::find_if(here, rows.end(), [&](const Row& row) { return key(row) == key(fresh[i]); });
        if (found == rows.end()) {
            beginInsertRows({}, at, at);
            rows.insert(here, std::move(fresh[i]));
            endInsertRows();
            continue;
        }
        if (found != here) {
            beginMoveRows({}, static_cast<int>(found - rows.begin()), static_cast<int>(found - rows.begin()), {}, at);
            std::rotate(here, found, found + 1);
            endMoveRows();
        }
        if (!(rows[i] == fresh[i])) {
            rows[i] = std::move(fresh[i]);
            Q_EMIT dataChanged(index(at, 0), index(at, columnCount() - 1));
        }
    }
}

template <class Row>
void EvidenceTable::append(std::vector<Row>& rows, const std::vector<Row>& more) {
    const std::size_t room = kMaxRows - std::min(kMaxRows, rows.size());
    const std::size_t count = std::min(room, more.size());
    if (count == 0) {
        return;
    }
    beginInsertRows({}, static_cast<int>(rows.size()), static_cast<int>(rows.size() + count) - 1);
    rows.insert(rows.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(count));
    endInsertRows();
}

} // namespace gnomon::ui
