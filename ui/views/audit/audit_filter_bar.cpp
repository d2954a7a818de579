// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/audit_filter_bar.h"

#include "ui/widgets/labels.h"
#include "ui/widgets/tokens.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>

#include <array>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array<int, 5> kHours = {0, 1, 24, 24 * 7, 24 * 90};
constexpr std::array<const char*, 5> kResults = {"", "ok", "allowed", "failed", "denied"};

std::optional<std::string> given(const QLineEdit* field) {
    const QString text = field->text().trimmed();
    return text.isEmpty() ? std::nullopt : std::optional(text.toStdString());
}

} // namespace

AuditFilterBar::AuditFilterBar(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins({});
    m_who = addField(u"auditWho"_s, tr("Who"), 9);
    m_what = addField(u"auditWhat"_s, tr("What"), 9);
    m_object = addField(u"auditObject"_s, tr("Endpoint"), 11);
    m_words = addField(u"auditWords"_s, tr("Words in the reason"), 12);
    m_result = new QComboBox(this);
    m_result->setObjectName(u"auditResult"_s);
    m_result->setAccessibleName(tr("Result"));
    m_result->addItems({tr("any result"), tr("ok"), tr("allowed"), tr("failed"), tr("denied")});
    m_when = new QComboBox(this);
    m_when->setObjectName(u"auditWhen"_s);
    m_when->setAccessibleName(tr("When"));
    m_when->addItems({tr("any time"), tr("last hour"), tr("last day"), tr("last week"), tr("last quarter")});
    m_humans = new QCheckBox(tr("humans only"), this);
    m_humans->setObjectName(u"auditHumans"_s);
    m_count = new TextLabel(TextStyle::Muted, {}, this);
    m_count->setObjectName(u"auditCount"_s);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_result, m_when, m_humans}) {
        row->addWidget(widget);
    }
    row->addStretch();
    row->addWidget(m_count);
    m_settle.setSingleShot(true);
    m_settle.setInterval(250);
    connect(&m_settle, &QTimer::timeout, this, &AuditFilterBar::changed);
    connect(m_result, &QComboBox::currentIndexChanged, this, &AuditFilterBar::changed);
    connect(m_when, &QComboBox::currentIndexChanged, this, &AuditFilterBar::changed);
    connect(m_humans, &QCheckBox::toggled, this, &AuditFilterBar::changed);
}

QLineEdit* AuditFilterBar::addField(const QString& name, const QString& title, double width) {
    auto* field = new QLineEdit(this);
    field->setObjectName(name);
    field->setAccessibleName(title);
    field->setPlaceholderText(title);
    field->setClearButtonEnabled(true);
    field->setMaximumWidth(px(this, width));
    connect(field, &QLineEdit::textChanged, &m_settle, qOverload<>(&QTimer::start));
    layout()->addWidget(field);
    return field;
}

AuditFilter AuditFilterBar::filter(WallTime now) const {
    AuditFilter filter;
    filter.person = given(m_who);
    filter.action = given(m_what);
    filter.words = given(m_words);
    filter.object = given(m_object);
    if (filter.object && filter.object->find('/') == std::string::npos) {
        filter.object = "endpoint/" + *filter.object;
    }
    if (m_result->currentIndex() > 0) {
        filter.result = kResults[static_cast<std::size_t>(m_result->currentIndex())];
    }
    if (m_when->currentIndex() > 0) {
        filter.from = now - std::chrono::hours(kHours[static_cast<std::size_t>(m_when->currentIndex())]);
    }
    filter.humansOnly = m_humans->isChecked();
    return filter;
}

bool AuditFilterBar::isEmpty() const {
    return m_who->text().isEmpty() && m_what->text().isEmpty() && m_object->text().isEmpty() &&
           m_words->text().isEmpty() && m_result->currentIndex() == 0 && m_when->currentIndex() == 0 &&
           !m_humans->isChecked();
}

void AuditFilterBar::clear() {
    for (QLineEdit* field : {m_who, m_what, m_object, m_words}) {
        field->clear();
    }
    m_result->setCurrentIndex(0);
    m_when->setCurrentIndex(0);
    m_humans->setChecked(false);
}

void AuditFilterBar::setCount(const QString& text) {
    m_count->setText(text);
}

QByteArray AuditFilterBar::saveState() const {
    const QStringList parts = {m_who->text(),
                               m_what->text(),
                               m_object->text(),
                               m_words->text(),
                               QString::number(m_result->currentIndex()),
                               QString::number(m_when->currentIndex()),
                               QString::number(m_humans->isChecked() ? 1 : 0)};
    return parts.join(u'\x1f').toUtf8();
}

void AuditFilterBar::restoreState(const QByteArray& state) {
    const QStringList parts = QString::fromUtf8(state).split(u'\x1f');
    if (parts.size() != 7) {
        return;
    }
    m_who->setText(parts[0]);
    m_what->setText(parts[1]);
    m_object->setText(parts[2]);
    m_words->setText(parts[3]);
    m_result->setCurrentIndex(std::clamp(parts[4].toInt(), 0, m_result->count() - 1));
    m_when->setCurrentIndex(std::clamp(parts[5].toInt(), 0, m_when->count() - 1));
    m_humans->setChecked(parts[6] == u"1"_s);
}

} // namespace gnomon::ui
