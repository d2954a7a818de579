// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/connection_doctor.h"
#include "ui/models/connection_model.h"
#include "ui/models/profile_file.h"
#include "ui/views/shell/screen.h"

#include <memory>

class QPushButton;

namespace gnomon::ui {

class DataTable;
class DoctorPanel;
class ProfileForm;
class StateBadge;
class StatePane;
class TextLabel;

// The connections on the left, the chosen one on the right, with the doctor beneath it.
class ConnectScreen final : public Screen {
    Q_OBJECT
public:
    explicit ConnectScreen(const ConsoleContext& context, QWidget* parent = nullptr);

    QList<Command> commands() override;
    QList<KeyHelp> keys() const override;
    // Takes over the connections of a profile file. Those that are known and say something else are asked about first.
    void importFrom(const std::filesystem::path& file);

private:
    void build();
    QWidget* buildList();
    QWidget* buildDetails();
    void addKeys();
    void choose(); // another row is current
    void showButtons();
    void showLink();
    void addNew();
    void chooseImport();
    void askAbout(const std::vector<ProfileImport::Change>& changes, const QString& done);
    bool saveAll(const std::vector<port::ConnectionProfile>& profiles);
    bool save();
    void connectChosen();
    void disconnectChosen();
    void removeChosen();
    void examine();
    void select(const std::string& id);

    ConnectionModel m_model;
    std::string m_chosen; // profile id; empty: nothing, or a new one
    std::unique_ptr<ConnectionDoctor> m_doctor;
    DataTable* m_table;
    StatePane* m_listPane;
    QPushButton* m_add;
    QPushButton* m_import;
    QPushButton* m_remove;
    TextLabel* m_title;
    StateBadge* m_link;
    TextLabel* m_linkText;
    ProfileForm* m_form;
    TextLabel* m_problem;
    DoctorPanel* m_doctorPanel;
    QPushButton* m_test;
    QPushButton* m_save;
    QPushButton* m_disconnect;
    QPushButton* m_connect;
};

ScreenEntry connectScreen();

} // namespace gnomon::ui
