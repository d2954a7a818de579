// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace gnomon::ui {

// A flat model that never resets a list in which somebody has selected something: new content is merged, and only what
// differs is signalled. GUI thread only.
class MergingModel : public QAbstractTableModel {
public:
    using QAbstractTableModel::QAbstractTableModel;

protected:
    // Makes rows equal to fresh with exact row signals. key(row) is unique within each of the two and ordered.
    template <class Row, class Key>
    void merge(std::vector<Row>& rows, std::vector<Row> fresh, Key key) {
        removeGone(rows, fresh, key);
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            const int at = static_cast<int>(i);
            const auto here = rows.begin() + at;
            const auto found =
                std::find_if(here, rows.end(), [&](const Row& row) { return key(row) == key(fresh[i]); });
            if (found == rows.end()) {
                beginInsertRows({}, at, at);
                rows.insert(here, std::move(fresh[i]));
                endInsertRows();
                continue;
            }
            if (found != here) {
                const int from = static_cast<int>(found - rows.begin());
                beginMoveRows({}, from, from, {}, at);
                std::rotate(here, found, found + 1);
                endMoveRows();
            }
            if (!(rows[i] == fresh[i])) {
                rows[i] = std::move(fresh[i]);
                Q_EMIT dataChanged(index(at, 0), index(at, columnCount() - 1));
            }
        }
    }

private:
    // In stretches, from the end.
    template <class Row, class Key>
    void removeGone(std::vector<Row>& rows, const std::vector<Row>& fresh, Key key) {
        std::set<std::decay_t<decltype(key(fresh.front()))>> kept;
        for (const Row& row : fresh) {
            kept.insert(key(row));
        }
        for (std::size_t end = rows.size(); end > 0;) {
            if (kept.contains(key(rows[end - 1]))) {
                --end;
                continue;
            }
            std::size_t begin = end - 1;
            while (begin > 0 && !kept.contains(key(rows[begin - 1]))) {
                --begin;
            }
            beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
            rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                       rows.begin() + static_cast<std::ptrdiff_t>(end));
            endRemoveRows();
            end = begin;
        }
    }
};

// The table over one list of values: a subclass says what a cell holds, what the headings are and what a row's key is.
template <class Row>
class LiveTable : public MergingModel {
public:
    using MergingModel::MergingModel;

    int rowCount(const QModelIndex& parent = {}) const final {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    int columnCount(const QModelIndex& parent = {}) const final { return parent.isValid() ? 0 : columns(); }
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const final {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
            return {};
        }
        return cell(m_rows[static_cast<std::size_t>(index.row())], index.column(), role);
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const final {
        if (orientation != Qt::Horizontal || section < 0 || section >= columns()) {
            return {};
        }
        if (role == Qt::TextAlignmentRole) {
            return alignment(section);
        }
        return role == Qt::DisplayRole ? heading(section) : QVariant();
    }

    // Null for an index that is not of this model.
    const Row* rowAt(const QModelIndex& index) const {
        return index.model() == this && index.isValid() && index.row() < rowCount() ? &rowAt(index.row()) : nullptr;
    }
    const Row& rowAt(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    const std::vector<Row>& rows() const { return m_rows; }

protected:
    virtual int columns() const = 0;
    virtual QVariant cell(const Row& row, int column, int role) const = 0;
    virtual QVariant heading(int column) const = 0;
    virtual Qt::Alignment align(int /*column*/) const { return Qt::AlignLeft; }
    QVariant alignment(int column) const { return QVariant::fromValue(align(column) | Qt::AlignVCenter); }

    template <class Key>
    void setRows(std::vector<Row> fresh, Key key) {
        merge(m_rows, std::move(fresh), key);
    }
    void touchAll() {
        if (!m_rows.empty()) {
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        }
    }

private:
    std::vector<Row> m_rows;
};

} // namespace gnomon::ui
