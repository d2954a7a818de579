// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/state_pane.h"

#include "ui/widgets/pane_overlay.h"
#include "ui/widgets/pane_page.h"
#include "ui/widgets/state_badge.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds kUnnoticed{200};

} // namespace

StatePane::StatePane(QWidget* content, QWidget* parent)
    : QWidget(parent), m_content(content), m_banner(new QWidget(this)), m_bannerBadge(new StateBadge(m_banner)),
      m_bannerText(new QLabel(m_banner)), m_bannerAction(new QPushButton(m_banner)), m_stack(new QStackedWidget(this)),
      m_page(new PanePage(this)), m_overlay(nullptr) {
    m_banner->setObjectName(u"stateBanner"_s);
    m_banner->setAutoFillBackground(true);
    m_bannerText->setObjectName(u"stateBannerText"_s);
    m_bannerText->setTextFormat(Qt::PlainText);
    m_bannerText->setWordWrap(true);
    m_bannerAction->setObjectName(u"stateBannerAction"_s);
    auto* row = new QHBoxLayout(m_banner);
    const int small = px(this, theme::kDistances.small);
    row->setContentsMargins(px(this, theme::kDistances.medium), small, small, small);
    row->setSpacing(px(this, theme::kDistances.medium));
    row->addWidget(m_bannerBadge);
    row->addWidget(m_bannerText, 1);
    row->addWidget(m_bannerAction);
    m_banner->hide();
    m_stack->addWidget(content);
    m_stack->addWidget(m_page);
    m_overlay = new PaneOverlay(m_stack);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(0);
    column->addWidget(m_banner);
    column->addWidget(m_stack, 1);
    m_loadingDelay.setSingleShot(true);
    m_loadingDelay.setInterval(kUnnoticed);
    connect(&m_loadingDelay, &QTimer::timeout, this, &StatePane::revealLoading);
    const auto run = [this] {
        if (const auto action = m_run) {
            action();
        }
    };
    connect(m_page, &PanePage::actionClicked, this, run);
    connect(m_bannerAction, &QPushButton::clicked, this, run);
    m_page->setPage({}, {}, {}, {}, {});
    m_stack->setCurrentWidget(m_page);
}

QString StatePane::stateText() const {
    if (m_state == State::Live) {
        return {};
    }
    return m_stack->currentWidget() == m_page ? m_page->text() : m_bannerText->text();
}

void StatePane::setLive() {
    m_state = State::Live;
    m_hadContent = true;
    m_loadingDelay.stop();
    m_banner->hide();
    m_overlay->setLook(PaneOverlay::Look::None);
    m_stack->setCurrentWidget(m_content);
}

void StatePane::setLoading(const QString& text) {
    m_loadingText = text;
    if (m_state == State::Loading && (m_loadingDelay.isActive() || m_page->text() == text)) {
        return;
    }
    m_state = State::Loading;
    m_loadingDelay.start();
}

void StatePane::revealLoading() {
    if (m_state != State::Loading) {
        return;
    }
    m_banner->hide();
    if (m_hadContent) {
        m_stack->setCurrentWidget(m_content);
        m_overlay->setLook(PaneOverlay::Look::Dimmed);
        return;
    }
    m_page->setPage({}, m_loadingText, {}, {}, {});
    m_stack->setCurrentWidget(m_page);
    m_overlay->setLook(PaneOverlay::Look::Dimmed);
}

void StatePane::setStale(const QString& text) {
    m_loadingDelay.stop();
    showOverContent(State::Stale, Tone::Stale, text, {});
    m_overlay->setLook(PaneOverlay::Look::Hatched);
}

void StatePane::setEmpty(const QString& icon, const QString& sentence, const PaneAction& action) {
    m_page->setPage(icon, sentence, {}, action.text, {});
    m_run = action.run;
    m_hadContent = false;
    showPage(State::Empty);
}

void StatePane::setError(const Failure& failure, const PaneAction& retry) {
    if (m_hadContent) {
        QStringList parts{failure.cause, failure.effect, failure.remedy};
        parts.removeAll(QString());
        showOverContent(State::Error, Tone::Act, parts.join(u' '), retry);
        m_overlay->setLook(PaneOverlay::Look::Hatched);
        return;
    }
    QStringList body{failure.effect, failure.remedy};
    body.removeAll(QString());
    m_page->setPage(u"close"_s, failure.cause, body.join(u'\n'), retry.text, failure.details);
    m_run = retry.run;
    showPage(State::Error);
}

void StatePane::setDenied(const QString& sentence) {
    m_page->setPage(u"lock"_s, sentence, {}, {}, {});
    m_hadContent = false;
    showPage(State::Denied);
}

void StatePane::colourBanner() {
    QPalette ground; // all but its ground stays as around it
    ground.setColor(QPalette::Window, groundColor(colorsOf(palette()), m_bannerTone));
    m_banner->setPalette(ground);
}

void StatePane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !m_banner->isHidden()) {
        colourBanner();
    }
}

void StatePane::showPage(State state) {
    m_state = state;
    m_loadingDelay.stop();
    m_banner->hide();
    m_overlay->setLook(PaneOverlay::Look::None);
    m_stack->setCurrentWidget(m_page);
}

void StatePane::showOverContent(State state, Tone tone, const QString& text, const PaneAction& action) {
    m_state = state;
    m_loadingDelay.stop();
    m_bannerTone = tone;
    colourBanner();
    m_bannerBadge->setState(tone, tone == Tone::Stale ? tr("Stale") : tr("Error"));
    m_bannerText->setText(text);
    m_bannerAction->setText(action.text);
    m_bannerAction->setVisible(!action.text.isEmpty());
    m_run = action.run;
    m_banner->show();
    m_stack->setCurrentWidget(m_content);
}

} // namespace gnomon::ui
