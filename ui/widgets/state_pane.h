// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/models/failure.h"
#include "ui/widgets/tokens.h"

#include <functional>

class QLabel;
class QPushButton;
class QStackedWidget;

namespace gnomon::ui {

class StateBadge;
class PaneOverlay;
class PanePage;

// A button of an empty or failed pane.
struct PaneAction {
    QString text;
    std::function<void()> run;
};

// Any content with the five states of the console around it, drawn the same everywhere: loading, empty, stale, error
// and denied, beside live. Old content stays visible, dimmed or hatched, while something newer is waited for; it is
// replaced by words only when there never was any, or when it would be wrong to show it.
class StatePane final : public QWidget {
    Q_OBJECT
public:
    enum class State { Loading, Live, Stale, Empty, Error, Denied };

    // Takes over the content.
    explicit StatePane(QWidget* content, QWidget* parent = nullptr);

    State state() const { return m_state; }
    // What the pane says about its state; empty when live.
    QString stateText() const;
    QWidget* content() const { return m_content; }

    void setLive();
    // Shown only if it lasts longer than 0.2 s. text: "Loading 2 of 14 nodes".
    void setLoading(const QString& text);
    // text: "Last heard 12:03:07 UTC (41 s ago). Retrying in 6 s."
    void setStale(const QString& text);
    void setEmpty(const QString& icon, const QString& sentence, const PaneAction& action = {});
    void setError(const Failure& failure, const PaneAction& retry = {});
    // sentence: "Needs operate.risky. Ask: ml-platform."
    void setDenied(const QString& sentence);
    // Forgets the content, so that the next state does not show it as old data.
    void forgetContent() { m_hadContent = false; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void colourBanner();
    void showPage(State state);
    void showOverContent(State state, Tone tone, const QString& text, const PaneAction& action);
    void revealLoading();

    State m_state = State::Loading;
    bool m_hadContent = false;
    QString m_loadingText;
    QTimer m_loadingDelay;
    QWidget* m_content;
    QWidget* m_banner;
    Tone m_bannerTone = Tone::Stale;
    StateBadge* m_bannerBadge;
    QLabel* m_bannerText;
    QPushButton* m_bannerAction;
    QStackedWidget* m_stack;
    PanePage* m_page;
    PaneOverlay* m_overlay;
    std::function<void()> m_run;
};

} // namespace gnomon::ui
