// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/console_store.h"
#include "ui/models/link_words.h"
#include "ui/bridge/coalescer.h"
#include "ui/models/merging_model.h"

namespace gnomon::ui {

class Fleet;

struct ConnectionRow {
    port::ConnectionProfile profile;
    bool connected = false; // there is a session, whatever its link says
    LinkWords link;

    bool operator==(const ConnectionRow&) const = default;
};

// The stored connections, production first, with how each link stands. Follows the fleet by itself; GUI thread only.
class ConnectionModel final : public LiveTable<ConnectionRow> {
    Q_OBJECT
public:
    enum Column { StateColumn, NameColumn, EnvironmentColumn, ColumnCount };

    // The fleet must outlive the model.
    explicit ConnectionModel(const Fleet& fleet, QObject* parent = nullptr);
    // -1 when there is none.
    int rowOf(const std::string& profileId) const;

protected:
    int columns() const override { return ColumnCount; }
    QVariant cell(const ConnectionRow& row, int column, int role) const override;
    QVariant heading(int column) const override;

private:
    void refresh();

    const Fleet& m_fleet;
    Coalescer m_soon;
};

} // namespace gnomon::ui
