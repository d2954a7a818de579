// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "backend/port/console_store.h"

class QButtonGroup;
class QCheckBox;
class QFormLayout;
class QLineEdit;

namespace gnomon::ui {

class StateBadge;
class TextLabel;

// The fields of one connection. Paths only: no key or secret is typed or kept here.
class ProfileForm final : public QWidget {
    Q_OBJECT
public:
    explicit ProfileForm(QWidget* parent = nullptr);

    void setProfile(const port::ConnectionProfile& profile);
    // As it stands in the fields; the id is kept.
    port::ConnectionProfile profile() const;
    bool dirty() const { return !(profile() == m_original); }
    QLineEdit* nameField() const { return m_name; }

Q_SIGNALS:
    void edited();

private:
    QLineEdit* addField(QFormLayout* form, const QString& title, const QString& name, const QString& hint);
    QLineEdit* addFile(QFormLayout* form, const QString& title, const QString& name, const QString& hint);
    void addEnvironments(QFormLayout* form);
    void addChoices(QFormLayout* form);
    void takeEdit();

    port::ConnectionProfile m_original;
    QLineEdit* m_name;
    QLineEdit* m_address;
    QButtonGroup* m_environment;
    QList<QWidget*> m_tlsFields;
    QLineEdit* m_ca;
    QLineEdit* m_certificate;
    QLineEdit* m_key;
    QLineEdit* m_serverName;
    QCheckBox* m_plaintext;
    StateBadge* m_unprotected;
    QCheckBox* m_readOnly;
    QCheckBox* m_atStart;
};

} // namespace gnomon::ui
