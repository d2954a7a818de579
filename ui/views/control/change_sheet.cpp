// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/control/change_sheet.h"

#include "backend/domain/rollback.h"
#include "ui/bridge/node_session.h"
#include "ui/models/change_words.h"
#include "ui/models/comparison_words.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"
#include "ui/views/shell/environment_look.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_badge.h"

#include <QApplication>
#include <QComboBox>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

ChangeSheet::ChangeSheet(const ConsoleContext& context, ChangeFlow& flow, QWidget* parent)
    : Panel(parent), m_context(context), m_flow(flow), m_node(flow.node()),
      m_environment(flow.session()->profile().environment) {
    build();
    fillOptions();
    connect(m_version, &QComboBox::activated, this, &ChangeSheet::optionsChanged);
    connect(m_mirror, &QSpinBox::editingFinished, this, &ChangeSheet::optionsChanged);
    connect(m_generation, &QComboBox::activated, this, &ChangeSheet::optionsChanged);
    connect(&flow, &ChangeFlow::changed, this, &ChangeSheet::showState);
    connect(&context.fleet, &Fleet::ticked, this, &ChangeSheet::showState);
    connect(m_reason, &QLineEdit::textChanged, this, &ChangeSheet::showState);
    for (const QRadioButton* kind : m_reasonKinds) {
        connect(kind, &QRadioButton::toggled, this, &ChangeSheet::showState);
    }
    showState();
}

QWidget* ChangeSheet::firstFocus() const {
    return !m_wayBack && m_generation->count() > 0 ? static_cast<QWidget*>(m_generation) : m_reason;
}

// As things are now: they may have moved since the sheet was opened.
void ChangeSheet::fillOptions() {
    if (m_flow.session() == nullptr) {
        return;
    }
    const EndpointSnapshot* snapshot = m_flow.session()->endpoint(m_flow.request().endpoint);
    m_version->clear();
    const auto versions =
        snapshot != nullptr ? versionsFor(m_flow.request().kind, *snapshot) : std::vector<VersionNumber>();
    for (const VersionNumber version : versions) {
        m_version->addItem(versionText(version), version.value);
    }
    if (m_flow.request().version) {
        m_version->setCurrentIndex(m_version->findData(m_flow.request().version->value));
    }
    if (m_flow.request().mirrorPercent) {
        m_mirror->setValue(*m_flow.request().mirrorPercent);
    }
    askForGenerations();
}

// The sheet does not wait for them.
void ChangeSheet::askForGenerations() {
    if (m_flow.request().kind == ChangeKind::Rollback) {
        m_history = m_flow.session()->listGenerations(m_flow.request().endpoint,
                                                      [this](const Result<std::vector<Generation>>& history) {
                                                          if (history.ok()) {
                                                              fillGenerations(*history);
                                                          }
                                                      });
    }
}

void ChangeSheet::fillGenerations(const std::vector<Generation>& history) {
    m_generation->clear();
    for (const Generation& older : history) {
        if (older.deployment == history.front().deployment) {
            continue; // the one in force, and what would change nothing
        }
        const quint64 number = older.number.value;
        m_generation->addItem(tr("%1:  %2").arg(number).arg(deploymentText(older.deployment)), number);
    }
    const auto target = m_flow.request().toGeneration ? m_flow.request().toGeneration : rollbackTarget(history);
    m_generation->setCurrentIndex(target ? m_generation->findData(static_cast<qulonglong>(target->value)) : -1);
    m_wayBack = target.has_value();
    if (!m_wayBack && m_generation->count() > 0 && focusWidget() == m_reason) {
        m_generation->setFocus(Qt::OtherFocusReason);
    }
    showState();
}

void ChangeSheet::optionsChanged() {
    ChangeRequest request = m_flow.request();
    if (request.version && m_version->currentIndex() >= 0) {
        request.version = VersionNumber(m_version->currentData().toUInt());
    }
    if (request.mirrorPercent) {
        request.mirrorPercent = m_mirror->value();
    }
    if (request.kind == ChangeKind::Rollback && m_generation->currentIndex() >= 0) {
        request.toGeneration = GenerationNumber(m_generation->currentData().toULongLong());
    }
    if (!(request == m_flow.request())) {
        m_flow.plan(request);
    }
}

std::string ChangeSheet::reason() const {
    QStringList parts;
    for (const QRadioButton* kind : m_reasonKinds) {
        if (kind->isChecked() && !kind->isHidden()) {
            parts.append(kind->text());
        }
    }
    parts.append(m_reason->text().trimmed());
    parts.removeAll(QString());
    return parts.join(u": "_s).toStdString();
}

bool ChangeSheet::reasonMissing() const {
    return m_flow.direction() == Direction::Risky && m_reason->text().trimmed().isEmpty();
}

void ChangeSheet::confirm() {
    using State = ChangeFlow::State;
    if (!m_confirm->isEnabled()) {
        return;
    }
    const bool refused =
        m_flow.state() == State::Refused || (m_flow.state() == State::Failed && !m_flow.outcomeUnknown());
    m_cancel->setFocus(Qt::OtherFocusReason); // what had the focus may now be out of use
    if (refused) {
        fillOptions();
        m_flow.plan(m_flow.request());
    } else {
        m_flow.execute(reason());
    }
}

void ChangeSheet::showState() {
    using State = ChangeFlow::State;
    const State state = m_flow.state();
    const bool sent = m_flow.sent();
    m_title->setText(changeTitle(m_flow.request(), m_node, m_environment));
    const NodeSession* session = m_flow.session();
    const bool old = !sent && session != nullptr && session->freshness() != Freshness::Live;
    m_age->setVisible(old);
    if (old) {
        m_age->setState(Tone::Stale, session->age()
                                         ? tr("What is shown here is %1 old.").arg(durationText(*session->age()))
                                         : tr("Nothing was heard from this node yet."));
    }
    const bool failed = state == State::Refused || state == State::Failed;
    const Failure failure = failed && m_flow.error() ? failureOf(*m_flow.error()) : Failure{};
    const bool choose = state == State::Refused && !m_wayBack && !m_flow.request().toGeneration;
    m_problem->setVisible(failed || (state == State::Planned && reasonMissing()));
    paintProblem(!choose);
    m_problem->setText(
        choose && m_generation->count() == 0 ? tr("There is nothing to go back to: it never did anything else.")
        : choose ? tr("Nothing before what it does now is left to go back to. Choose the generation to go to.")
        : failed
            ? failure.cause + (failure.remedy.isEmpty() ? QString() : QString(u' ' + failure.remedy)) +
                  (m_flow.outcomeUnknown() ? tr(" It may or may not be in force; asking again does it at most once.")
                                           : tr(" Nothing has changed."))
            : tr("This goes forward, so it needs a reason."));
    showDirection();
    showPreview();
    showEffect();
    // What was sent and may be in force is what is asked for again, and nothing else.
    for (QWidget* option :
         {static_cast<QWidget*>(m_version), static_cast<QWidget*>(m_mirror), static_cast<QWidget*>(m_generation)}) {
        option->setEnabled(!sent || (failed && !m_flow.outcomeUnknown()));
    }
    m_reason->setEnabled(!sent || failed);
    for (QRadioButton* kind : m_reasonKinds) {
        kind->setEnabled(!sent || failed);
    }
    m_cancel->setText(sent && !failed ? tr("Close") : tr("Cancel"));
    const bool again = failed && !choose && !m_flow.outcomeUnknown();
    m_confirm->setText(again                     ? tr("Plan again")
                       : m_flow.outcomeUnknown() ? tr("Ask again")
                                                 : u"▲  "_s + changeTitle(m_flow.request(), m_node, m_environment));
    m_confirm->setEnabled(again || m_flow.outcomeUnknown() || (state == State::Planned && !reasonMissing()));
    m_confirm->setVisible(!sent || failed);
    m_confirmKey->setVisible(m_confirm->isVisibleTo(this));
    if (state != State::Planning) {
        m_slow.stop();
        m_skip->hide();
    } else if (!m_slow.isActive() && m_skip->isHidden() && m_flow.direction() == Direction::Safe &&
               !m_flow.request().skipDryRun) {
        m_slow.start();
    }
}

void ChangeSheet::paintProblem(bool alarming) {
    QPalette ink; // of the application
    if (alarming) {
        ink.setColor(QPalette::WindowText, colorOf(colorsOf(QApplication::palette()).actText));
    }
    m_problem->setPalette(ink);
}

// Once the node has planned, a change may need more care than its kind alone says.
void ChangeSheet::showDirection() {
    const bool risky = m_flow.direction() == Direction::Risky;
    for (QRadioButton* kind : m_reasonKinds) {
        kind->setHidden(risky);
    }
    m_reason->setPlaceholderText(risky ? tr("why; it is recorded for ever") : tr("optional; it is recorded for ever"));
    QPalette look; // of the application
    if (risky || m_environment == port::EnvironmentClass::Production) {
        const theme::Colors& colors = colorsOf(QApplication::palette());
        for (const QPalette::ColorGroup group : {QPalette::Active, QPalette::Inactive}) {
            look.setColor(group, QPalette::Button, colorOf(colors.danger));
            look.setColor(group, QPalette::ButtonText, colorOf(colors.onDanger));
        }
    }
    m_confirm->setPalette(look);
}

void ChangeSheet::showPreview() {
    const auto& preview = m_flow.preview();
    const QString waiting = m_flow.state() == ChangeFlow::State::Planning ? tr("asking %1 …").arg(m_node) : dash();
    const NodeSession* session = m_flow.session();
    const EndpointSnapshot* snapshot = session != nullptr ? session->endpoint(m_flow.request().endpoint) : nullptr;
    m_now->setText(preview               ? deploymentText(preview->before)
                   : snapshot != nullptr ? deploymentText(snapshot->generation.deployment)
                                         : dash());
    const bool target = preview && !preview->plan.targets.empty();
    m_then->setText(target ? deploymentText(preview->plan.targets.front().result) : waiting);
    m_touches->setText(preview ? touchesText(*preview, m_node) : waiting);
    m_dryRun->setText(preview ? dryRunText(preview->dryRun) : waiting);
    m_changes->setText(preview ? changeLines(*preview).join(u'\n') : waiting);
    QStringList notes;
    for (const std::string& note : preview ? preview->notes : std::vector<std::string>()) {
        notes.append(sentenceOf(note));
    }
    m_notes->setText(notes.join(u'\n'));
    m_notes->setVisible(!notes.isEmpty());
    m_notesTitle->setVisible(!notes.isEmpty());
    ChangeRequest typed = m_flow.request();
    typed.reason = reason();
    m_command->setText(commandText(typed, m_flow.direction()));
    m_planId->setText(target ? tr("plan %1 · on generation %2")
                                   .arg(QString::fromStdString(printable(preview->plan.id, 64)).left(8))
                                   .arg(preview->plan.targets.front().base.value)
                             : QString());
}

void ChangeSheet::showEffect() {
    using State = ChangeFlow::State;
    m_effect->setVisible(m_flow.sent());
    m_retry->setVisible(m_flow.state() == State::Unproved);
    m_retry->setText(tr("Retry %1").arg(m_node));
    const Tone tone = m_flow.state() == State::Proved   ? Tone::Calm
                      : m_flow.state() == State::Failed ? Tone::Act
                                                        : Tone::Stale;
    const QString mark = tone == Tone::Calm ? u"✓ "_s : QString();
    m_effectBadge->setState(tone, mark + m_node);
    m_effectText->setText(effectText(m_flow, m_context.time.zone()));
}

void ChangeSheet::paintEvent(QPaintEvent* event) {
    Panel::paintEvent(event);
    QPainter painter(this);
    paintEnvironment(painter, QRect(1, 1, width() - 2, px(this, theme::kDistances.stripe)), lookOf(m_environment),
                     colorsOf(palette()));
}

} // namespace gnomon::ui
