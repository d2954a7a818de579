// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/connect/profile_form.h"

#include "ui/widgets/labels.h"
#include "ui/widgets/state_badge.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QRadioButton>
#include <QToolButton>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

ProfileForm::ProfileForm(QWidget* parent) : QWidget(parent), m_environment(new QButtonGroup(this)) {
    auto* form = new QFormLayout(this);
    form->setContentsMargins({});
    form->setHorizontalSpacing(px(this, theme::kDistances.large));
    form->setVerticalSpacing(px(this, theme::kDistances.small));
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_name = addField(form, tr("&Name"), u"profileName"_s, tr("what people call it"));
    m_address = addField(form, tr("&Address"), u"profileAddress"_s, tr("host:port of the control listener"));
    addEnvironments(form);
    m_ca = addFile(form, tr("Auth&ority"), u"profileCa"_s, tr("certificate of the authority that signed the node's"));
    m_certificate = addFile(form, tr("&Certificate"), u"profileCertificate"_s, tr("yours, PEM"));
    m_key = addFile(form, tr("&Key"), u"profileKey"_s, tr("yours, PEM; only its path is kept"));
    m_serverName = addField(form, tr("&Expected name"), u"profileServerName"_s,
                            tr("as in the node's certificate; empty: the host of the address"));
    m_tlsFields.append(m_serverName);
    addChoices(form);
    setProfile({});
}

QLineEdit* ProfileForm::addField(QFormLayout* form, const QString& title, const QString& name, const QString& hint) {
    auto* field = new QLineEdit(this);
    field->setObjectName(name);
    field->setPlaceholderText(hint);
    field->setAccessibleName(QString(title).remove(u'&'));
    form->addRow(title, field);
    connect(field, &QLineEdit::textEdited, this, &ProfileForm::takeEdit);
    return field;
}

QLineEdit* ProfileForm::addFile(QFormLayout* form, const QString& title, const QString& name, const QString& hint) {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins({});
    auto* field = new QLineEdit(box);
    field->setObjectName(name);
    field->setPlaceholderText(hint);
    field->setAccessibleName(QString(title).remove(u'&'));
    auto* browse = new QToolButton(box);
    browse->setObjectName(name + u"Browse"_s);
    browse->setText(u"…"_s);
    browse->setAccessibleName(tr("Choose the file for %1").arg(QString(title).remove(u'&')));
    row->addWidget(field, 1);
    row->addWidget(browse);
    form->addRow(title, box);
    if (auto* label = qobject_cast<QLabel*>(form->labelForField(box))) {
        label->setBuddy(field);
    }
    m_tlsFields.append(box);
    connect(field, &QLineEdit::textEdited, this, &ProfileForm::takeEdit);
    connect(browse, &QToolButton::clicked, this, [this, field, title] {
        auto* dialog = new QFileDialog(this, QString(title).remove(u'&'), field->text());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, field, [this, field](const QString& path) {
            field->setText(path);
            takeEdit();
        });
        dialog->open();
    });
    return field;
}

void ProfileForm::addEnvironments(QFormLayout* form) {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins({});
    row->setSpacing(px(this, theme::kDistances.large));
    const std::tuple<port::EnvironmentClass, QString, QString> kinds[] = {
        {port::EnvironmentClass::Production, tr("&Production"), u"profileProduction"_s},
        {port::EnvironmentClass::Test, tr("Test"), u"profileTest"_s},
        {port::EnvironmentClass::Practice, tr("P&ractice"), u"profilePractice"_s}};
    for (const auto& [kind, text, name] : kinds) {
        auto* button = new QRadioButton(text, box);
        button->setObjectName(name);
        m_environment->addButton(button, static_cast<int>(kind));
        row->addWidget(button);
    }
    row->addStretch();
    form->addRow(tr("Environment"), box);
    connect(m_environment, &QButtonGroup::idClicked, this, &ProfileForm::takeEdit);
}

void ProfileForm::addChoices(QFormLayout* form) {
    m_readOnly = new QCheckBox(tr("Rea&d-only: hide everything that changes something"), this);
    m_readOnly->setObjectName(u"profileReadOnly"_s);
    m_atStart = new QCheckBox(tr("Connect at &start"), this);
    m_atStart->setObjectName(u"profileAtStart"_s);
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins({});
    row->setSpacing(px(this, theme::kDistances.medium));
    m_plaintext = new QCheckBox(tr("No T&LS"), box);
    m_plaintext->setObjectName(u"profilePlaintext"_s);
    m_unprotected = new StateBadge(box);
    m_unprotected->setObjectName(u"profileUnprotected"_s);
    m_unprotected->setState(Tone::Act, tr("UNPROTECTED: anybody in between can read and change what is sent"));
    row->addWidget(m_plaintext);
    row->addWidget(m_unprotected);
    row->addStretch();
    form->addRow(QString(), m_readOnly);
    form->addRow(QString(), m_atStart);
    form->addRow(QString(), box);
    for (const QCheckBox* choice : {m_readOnly, m_atStart, m_plaintext}) {
        connect(choice, &QCheckBox::clicked, this, &ProfileForm::takeEdit);
    }
}

void ProfileForm::setProfile(const port::ConnectionProfile& profile) {
    m_original = profile;
    m_name->setText(QString::fromStdString(profile.name));
    m_address->setText(QString::fromStdString(profile.address));
    m_environment->button(static_cast<int>(profile.environment))->setChecked(true);
    m_ca->setText(QString::fromStdString(profile.caFile));
    m_certificate->setText(QString::fromStdString(profile.certificateFile));
    m_key->setText(QString::fromStdString(profile.keyFile));
    m_serverName->setText(QString::fromStdString(profile.serverName));
    m_plaintext->setChecked(profile.plaintext);
    m_readOnly->setChecked(profile.readOnly);
    m_atStart->setChecked(profile.connectAtStart);
    takeEdit();
}

port::ConnectionProfile ProfileForm::profile() const {
    port::ConnectionProfile p;
    p.id = m_original.id;
    p.name = m_name->text().trimmed().toStdString();
    p.address = m_address->text().trimmed().toStdString();
    p.environment = static_cast<port::EnvironmentClass>(m_environment->checkedId());
    p.caFile = m_ca->text().toStdString();
    p.certificateFile = m_certificate->text().toStdString();
    p.keyFile = m_key->text().toStdString();
    p.serverName = m_serverName->text().trimmed().toStdString();
    p.plaintext = m_plaintext->isChecked();
    p.readOnly = m_readOnly->isChecked();
    p.connectAtStart = m_atStart->isChecked();
    return p;
}

void ProfileForm::takeEdit() {
    m_unprotected->setVisible(m_plaintext->isChecked());
    for (QWidget* field : m_tlsFields) {
        field->setEnabled(!m_plaintext->isChecked());
    }
    Q_EMIT edited();
}

} // namespace gnomon::ui
