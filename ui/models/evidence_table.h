// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimeZone>

#include "backend/base/result.h"
#include "ui/models/merging_model.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace gnomon::ui {

// A table whose rows come from a node page by page. Holds a window of at most kMaxRows; whoever needs more narrows the
// filter. Rows stay while newer ones are fetched, and only what differs is signalled, so that selection and scroll
// position survive. GUI thread only.
class EvidenceTable : public MergingModel {
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

    using MergingModel::MergingModel;

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

    template <class Row>
    void append(std::vector<Row>& rows, const std::vector<Row>& more);

private:
    Load m_load = Load::Idle;
    std::optional<Error> m_error;
    QTimeZone m_zone = QTimeZone::utc();
};

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
