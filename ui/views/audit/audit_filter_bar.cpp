// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/audit_filter_bar.h"

#include "ui/widgets/tokens.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QDataStream>
#include <QDateTime>
#include <QHBoxLayout>
#include <QIODevice>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QStringListModel>

#include <chrono>

namespace gnomon::ui {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kTyping{300};

// What one choice of "what" stands for.
struct Deed {
    const char* text;
    const char* action; // or null
    std::optional<RecordKind> kind;
};
const Deed kDeeds[] = {{QT_TRANSLATE_NOOP("AuditFilterBar", "Anything"), nullptr, {}},
                       {"fallback", "fallback", {}},
                       {"restore", "restore", {}},
                       {"rollback", "rollback", {}},
                       {"promote", "promote", {}},
                       {"shadow-start", "shadow-start", {}},
                       {"shadow-stop", "shadow-stop", {}},
                       {"shadow-mirror", "shadow-mirror", {}},
                       {"enable", "enable", {}},
                       {"disable", "disable", {}},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Denied attempts"), nullptr, RecordKind::Deny},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Proofs of effect"), nullptr, RecordKind::Effect},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Substitutions"), nullptr, RecordKind::Substitution},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Reads of this trail"), nullptr, RecordKind::View},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Starts and stops"), nullptr, RecordKind::Lifecycle}};

struct Span {
    const char* text;
    std::chrono::hours back;
};
const Span kSpans[] = {{QT_TRANSLATE_NOOP("AuditFilterBar", "Any time"), 0h},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Last hour"), 1h},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Last 24 hours"), 24h},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Last 7 days"), 24h * 7},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Last 30 days"), 24h * 30},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Last 90 days"), 24h * 90},
                       {QT_TRANSLATE_NOOP("AuditFilterBar", "Last 365 days"), 24h * 365}};

const char* const kResults[] = {"allowed", "denied", "ok", "failed"};

std::optional<std::string> textOf(const QString& text) {
    const QString trimmed = text.trimmed();
    return trimmed.isEmpty() ? std::nullopt : std::optional(trimmed.toStdString());
}

} // namespace

AuditFilterBar::AuditFilterBar(QWidget* parent)
    : QWidget(parent), m_who(new QLineEdit(this)), m_what(makeBox(u"auditWhat"_s, tr("What"))),
      m_object(makeBox(u"auditObject"_s, tr("Endpoint"))), m_when(makeBox(u"auditWhen"_s, tr("When"))),
      m_result(makeBox(u"auditResult"_s, tr("Result"))), m_words(new QLineEdit(this)),
      m_people(new QStringListModel(this)), m_humans(new QCheckBox(tr("humans only"), this)),
      m_readings(new QCheckBox(tr("hide readings"), this)), m_clear(new QPushButton(tr("Clear"), this)) {
    setObjectName(u"auditFilters"_s);
    for (const Deed& deed : kDeeds) {
        m_what->addItem(tr(deed.text));
    }
    for (const Span& span : kSpans) {
        m_when->addItem(tr(span.text));
    }
    m_object->addItem(tr("Any endpoint"));
    m_result->addItem(tr("Any result"));
    for (const char* result : kResults) {
        m_result->addItem(QString::fromLatin1(result));
    }
    m_who->setObjectName(u"auditWho"_s);
    m_who->setAccessibleName(tr("Who"));
    m_who->setPlaceholderText(tr("Who"));
    m_who->setClearButtonEnabled(true);
    m_who->setFixedWidth(px(this, 11));
    auto* completer = new QCompleter(m_people, this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    m_who->setCompleter(completer);
    m_words->setObjectName(u"auditWords"_s);
    m_words->setAccessibleName(tr("Words of the reason"));
    m_words->setPlaceholderText(tr("Words of the reason   /"));
    m_words->setClearButtonEnabled(true);
    m_humans->setObjectName(u"auditHumans"_s);
    m_readings->setObjectName(u"auditReadings"_s);
    m_readings->setToolTip(tr("Looking at this trail is recorded in it; these records are left out"));
    m_readings->setChecked(true);
    m_clear->setObjectName(u"auditClear"_s);
    m_clear->setAutoDefault(false);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins({});
    row->setSpacing(px(this, theme::kDistances.medium));
    for (QWidget* field : std::initializer_list<QWidget*>{m_who, m_what, m_object, m_when, m_result}) {
        row->addWidget(field);
    }
    row->addWidget(m_words, 1);
    row->addWidget(m_humans);
    row->addWidget(m_readings);
    row->addWidget(m_clear);
    setFocusProxy(m_words);

    const auto notify = [this] {
        m_clear->setEnabled(!isEmpty());
        if (!m_quiet) {
            Q_EMIT changed();
        }
    };
    m_typing.setSingleShot(true);
    connect(&m_typing, &QTimer::timeout, this, notify);
    for (QComboBox* box : {m_what, m_object, m_when, m_result}) {
        connect(box, &QComboBox::currentIndexChanged, this, notify);
    }
    for (QLineEdit* field : {m_who, m_words}) {
        connect(field, &QLineEdit::textChanged, this, [this] { m_typing.start(kTyping); });
        field->installEventFilter(this);
    }
    connect(m_humans, &QCheckBox::toggled, this, notify);
    connect(m_readings, &QCheckBox::toggled, this, notify);
    connect(m_clear, &QPushButton::clicked, this, &AuditFilterBar::clear);
    m_clear->setEnabled(false);
}

QComboBox* AuditFilterBar::makeBox(const QString& name, const QString& label) {
    auto* box = new QComboBox(this);
    box->setObjectName(name);
    box->setAccessibleName(label);
    box->setToolTip(label);
    return box;
}

AuditFilter AuditFilterBar::filter(WallTime now) const {
    AuditFilter filter;
    filter.person = textOf(m_who->text());
    const Deed& deed = kDeeds[std::max(0, m_what->currentIndex())];
    filter.action = deed.action != nullptr ? std::optional<std::string>(deed.action) : std::nullopt;
    filter.kind = deed.kind;
    if (m_object->currentIndex() > 0) {
        filter.object = "endpoint/" + m_object->currentText().toStdString();
    }
    if (const Span& span = kSpans[std::max(0, m_when->currentIndex())]; span.back.count() > 0) {
        filter.from = now - span.back;
    }
    if (m_result->currentIndex() > 0) {
        filter.result = m_result->currentText().toStdString();
    }
    filter.words = textOf(m_words->text());
    filter.humansOnly = m_humans->isChecked();
    filter.withoutViews = hidesReadings();
    return filter;
}

bool AuditFilterBar::hidesReadings() const {
    return m_readings->isChecked() && kDeeds[std::max(0, m_what->currentIndex())].kind != RecordKind::View;
}

// A field takes Ctrl+E for the end of its line; here it exports, from everywhere.
bool AuditFilterBar::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_E && key->modifiers() == Qt::ControlModifier) {
            event->ignore();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

bool AuditFilterBar::isEmpty() const {
    return m_who->text().trimmed().isEmpty() && m_object->currentIndex() <= 0 && m_what->currentIndex() <= 0 &&
           m_when->currentIndex() <= 0 && m_result->currentIndex() <= 0 && m_words->text().trimmed().isEmpty() &&
           !m_humans->isChecked();
}

void AuditFilterBar::clear() {
    if (isEmpty()) {
        return;
    }
    m_quiet = true;
    for (QComboBox* box : {m_what, m_when, m_result, m_object}) {
        box->setCurrentIndex(0);
    }
    m_who->clear();
    m_words->clear();
    m_humans->setChecked(false);
    m_quiet = false;
    m_typing.stop();
    m_clear->setEnabled(false);
    Q_EMIT changed();
}

void AuditFilterBar::setEndpoints(const QStringList& names) {
    for (const QString& name : names) {
        if (m_object->findText(name) < 0) {
            m_object->addItem(name);
        }
    }
}

void AuditFilterBar::suggestPeople(const QStringList& people) {
    QStringList known = m_people->stringList() + people;
    known.removeDuplicates();
    known.sort();
    if (known != m_people->stringList()) {
        m_people->setStringList(known);
    }
}

QByteArray AuditFilterBar::save() const {
    QByteArray state;
    QDataStream out(&state, QIODevice::WriteOnly);
    out << m_who->text() << m_what->currentIndex()
        << (m_object->currentIndex() > 0 ? m_object->currentText() : QString()) << m_when->currentIndex()
        << m_result->currentIndex() << m_words->text() << m_humans->isChecked() << m_readings->isChecked();
    return state;
}

void AuditFilterBar::restore(const QByteArray& state) {
    QDataStream in(state);
    QString who;
    QString object;
    QString words;
    int what = 0;
    int when = 0;
    int result = 0;
    bool humans = false;
    in >> who >> what >> object >> when >> result >> words >> humans;
    if (in.status() != QDataStream::Ok) {
        return;
    }
    bool readings = true;
    in >> readings;
    m_quiet = true;
    m_readings->setChecked(readings || in.status() != QDataStream::Ok); // older states end before it
    m_who->setText(who);
    m_what->setCurrentIndex(what);
    if (!object.isEmpty() && m_object->findText(object) < 0) {
        m_object->addItem(object); // its node may not have been heard yet
    }
    m_object->setCurrentIndex(std::max(0, m_object->findText(object)));
    m_when->setCurrentIndex(when);
    m_result->setCurrentIndex(result);
    m_words->setText(words);
    m_humans->setChecked(humans);
    m_quiet = false;
    m_clear->setEnabled(!isEmpty());
}

} // namespace gnomon::ui
